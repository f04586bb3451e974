"""`ingest enrolment import FILE.csv`: the trial's list of who takes part; a dry run unless --apply."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ingest.cli.options import act_errors, open_from_settings
from ingest.ledger.enrolment import EnrolmentDifference
from ingest.reports.plain_text import counted
from ingest.steps.enrol import (
    COLUMNS,
    compare_enrolment,
    decode_list,
    import_enrolment,
    read_enrolment,
    require_faultless,
    withdrawn_here,
)

#: Study IDs named in one line; the rest are counted.
_SHOWN = 12
_IMPORT = f"""Compare a CSV with the list; with --apply, import it.

Columns: {", ".join(COLUMNS)}; only the first is needed. Who is no longer in the file is kept.

\b
ingest enrolment import list.csv
ingest enrolment import list.csv --apply --by "A. Manager" --reason "list of 1 December"
"""


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
    with open_from_settings() as service, act_errors():
        wanted = read_enrolment(decode_list(file.read_bytes()), service.parts.trial)
        for fault in wanted.faults:
            click.echo(fault, err=True)
        require_faultless(wanted)
        stay = withdrawn_here(service.parts, wanted)
        difference = None
        if is_applied:
            _show(import_enrolment(service.parts, wanted, by=by, reason=reason), "")
        else:
            difference = compare_enrolment(service.parts, wanted)
            _show(difference, "would be ")
    if wanted.unused:
        click.echo(
            f"{counted(wanted.unused, 'column')} of the file mean nothing here: nothing of them is kept."
        )
    if stay:
        click.echo(f"Withdrawn here, and stay so, though the file has them enrolled: {_named(stay)}")
    if difference is None:
        return
    if difference.added or difference.changed or difference.withdrawn:
        click.echo(
            f"Nothing was changed. To import it: ingest enrolment import {file} --apply --by … --reason …"
        )
    else:
        click.echo("Nothing would change.")


@command.command("list")
@click.option("--site", metavar="CODE", help="Of one site.")
def list_records(site: str | None) -> None:
    """Show the list."""
    with open_from_settings() as service, service.parts.ledger.read() as tx:
        for record in tx.enrolment.find(site):
            fields = (record.subject_id, record.state.value, record.registered, record.sex, record.arm)
            click.echo("  ".join((*fields, record.tumour_site)).rstrip())
        if not tx.enrolment.is_imported():
            click.echo(
                "No list was imported: every study ID counts as enrolled. See ingest enrolment import."
            )


def _show(difference: EnrolmentDifference, would: str) -> None:
    changed = [f"{key} ({', '.join(names)})" for key, names in difference.columns.items()]
    for name, study_ids in (
        (f"{would}added", difference.added),
        (f"{would}changed", changed),
        (f"{would}newly withdrawn", difference.withdrawn),
        ("not in the file, kept as they are", difference.absent),
    ):
        if study_ids:
            click.echo(f"{len(study_ids)} {name}: {_named(study_ids)}")
    if difference.withdrawn:
        click.echo("  what arrives for them is rejected; deleting what is filed: ingest withdraw ID")
    click.echo(f"{difference.unchanged} unchanged.")


def _named(study_ids: Sequence[str]) -> str:
    more = f" and {len(study_ids) - _SHOWN} more" if len(study_ids) > _SHOWN else ""
    return f"{', '.join(study_ids[:_SHOWN])}{more}"
