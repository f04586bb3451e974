"""`ingest subjects`: every subject, what it has and what it awaits."""

from __future__ import annotations

import click

from ingest.cli.catalogue import output_options, show_rows
from ingest.cli.options import open_from_settings
from ingest.ledger.subjects import SubjectRow
from ingest.model.verdict import CompletenessState

_COLUMNS = ("subject_id", "site", "version", "completeness", "awaiting", "withdrawn", "first_seen", "changed")


@click.command("subjects")
@click.option("--site", metavar="CODE", help="Of one site.")
@click.option(
    "--completeness", type=click.Choice([item.value for item in CompletenessState]), help="In one state."
)
@click.option("--filed", is_flag=True, help="Only those with something in the archive.")
@output_options
def command(site: str | None, completeness: str | None, filed: bool, form: str | None) -> None:
    """List subjects by study ID. One in full: ingest subject ID."""
    with open_from_settings() as service, service.parts.ledger.read() as tx:
        state = CompletenessState(completeness) if completeness else None
        found = tx.subjects.find(site=site, completeness=state)
    rows = [_row(item) for item in found if item.head_version or not filed]
    show_rows(rows, _COLUMNS, form, "No such subject.")


def _row(item: SubjectRow) -> dict[str, str | int | bool]:
    known = item.completeness
    return {
        "subject_id": item.subject_id,
        "site": item.site,
        "version": item.head_version,
        "completeness": known.state.value if known else "",
        "awaiting": " ".join(missing.object for missing in known.missing) if known else "",
        "withdrawn": item.is_withdrawn,
        "first_seen": f"{item.first_seen:%Y-%m-%d %H:%M}",
        "changed": f"{item.changed:%Y-%m-%d %H:%M}",
    }
