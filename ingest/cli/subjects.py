"""`ingest subjects`: every subject, what it has and what it awaits."""

from __future__ import annotations

from typing import Any

import click

from ingest.cli.catalogue import catalogue_filters, filter_of, output_options, show_rows
from ingest.cli.options import open_from_settings
from ingest.ledger.subjects import SubjectRow
from ingest.model.verdict import CompletenessState

_COLUMNS = ("subject_id", "site", "version", "completeness", "awaiting", "withdrawn", "first_seen", "changed")


@click.command("subjects")
@catalogue_filters
@click.option("--filed", is_flag=True, help="Only those with something in the archive.")
@output_options
def command(filed: bool, form: str | None, **filters: Any) -> None:
    """List subjects by study ID. One in full: ingest subject ID.

    Modality, kind and days are those of anything that is filed of a subject.
    """
    wanted = filter_of(**filters)
    state = CompletenessState(wanted.completeness) if wanted.completeness else None
    with open_from_settings() as service, service.parts.ledger.read() as tx:
        found = tx.subjects.find(site=wanted.site, completeness=state)
        has_instances = (wanted.modality, wanted.kind, wanted.arrived_from, wanted.arrived_before)
        fitting = tx.catalogue.subjects(wanted) if any(has_instances) else None
    rows = [
        _row(item)
        for item in found
        if (item.head_version or not filed)
        and wanted.subject_id in (None, item.subject_id)
        and (fitting is None or item.subject_id in fitting)
    ]
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
