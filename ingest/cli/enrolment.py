"""`ingest enrolment import FILE.csv`: the trial's list of who takes part; a dry run unless --apply."""

from __future__ import annotations

from pathlib import Path

import click

from ingest.cli.options import act_errors, open_from_settings
from ingest.ledger.enrolment import EnrolmentDifference
from ingest.ledger.errors import Refused
from ingest.model.errors import ConfigurationError
from ingest.steps.enrol import COLUMNS, compare_enrolment, import_enrolment, read_enrolment

#: Study IDs named in one line; the rest are counted.
_SHOWN = 12
_IMPORT = f"Compare a CSV with the list; with --apply, import it. Columns: {', '.join(COLUMNS)}."


@click.group("enrolment")
def command() -> None:
    """The trial's enrolment list."""


@command.command("import", help=_IMPORT)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--apply", "is_applied", is_flag=True, help="Import it; without, nothing is changed.")
@click.option("--by", default="", metavar="NAME", help="Who imports it; needed with --apply.")
@click.option("--reason", default="", help="Why; needed with --apply.")
def import_list(file: Path, is_applied: bool, by: str, reason: str) -> None:
    """Compare, and import."""
    try:
        text = file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise ConfigurationError("the list is not UTF-8: save it as `CSV UTF-8`") from None
    with open_from_settings() as service, act_errors():
        wanted = read_enrolment(text, service.parts.trial)
        for fault in wanted.faults:
            click.echo(fault, err=True)
        if wanted.faults:
            raise Refused(f"the list has {len(wanted.faults)} faults: nothing was imported")
        if is_applied:
            _show(import_enrolment(service.parts, wanted, by=by, reason=reason), "")
        else:
            _show(compare_enrolment(service.parts, wanted), "would be ")
            click.echo("Nothing was changed. To import it: --apply --by … --reason …")


@command.command("list")
@click.option("--site", metavar="CODE", help="Of one site.")
def list_records(site: str | None) -> None:
    """Show the list."""
    with open_from_settings() as service, service.parts.ledger.read() as tx:
        for record in tx.enrolment.find(site):
            fields = (record.subject_id, record.state.value, record.registered, record.sex, record.arm)
            click.echo("  ".join((*fields, record.tumour_site)).rstrip())


def _show(difference: EnrolmentDifference, would: str) -> None:
    for name, study_ids in (
        (f"{would}added", difference.added),
        (f"{would}changed", difference.changed),
        ("newly withdrawn: ingest withdraw ID deletes the data", difference.withdrawn),
        ("not in the file, kept as they are", difference.absent),
    ):
        if study_ids:
            more = f" and {len(study_ids) - _SHOWN} more" if len(study_ids) > _SHOWN else ""
            click.echo(f"{len(study_ids)} {name}: {', '.join(study_ids[:_SHOWN])}{more}")
    click.echo(f"{difference.unchanged} unchanged.")
