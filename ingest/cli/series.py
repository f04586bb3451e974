"""`ingest series`: every series that is filed."""

from __future__ import annotations

from typing import Any

import click

from ingest.cli.catalogue import catalogue_filters, every, filter_of, output_options, show_rows
from ingest.cli.options import open_from_settings
from ingest.ledger.catalogue import SeriesRow

_COLUMNS = (
    "subject_id",
    "site",
    "kind",
    "modality",
    "instances",
    "bytes",
    "arrived",
    "disputed",
    "series_uid",
    "study_uid",
)


@click.command("series")
@catalogue_filters
@output_options
def command(form: str | None, **filters: Any) -> None:
    """List filed series by subject."""
    with open_from_settings() as service, service.parts.ledger.read() as tx:
        rows = [_row(item) for item in every(tx.catalogue.series, filter_of(**filters))]
    show_rows(rows, _COLUMNS, form, "No such series.")


def _row(item: SeriesRow) -> dict[str, str | int | bool]:
    return {
        "subject_id": item.subject_id,
        "site": item.site,
        "kind": item.kind,
        "modality": item.modality,
        "instances": item.instances,
        "bytes": item.size,
        "arrived": f"{item.first_arrived:%Y-%m-%d %H:%M}",
        "disputed": item.is_disputed,
        "series_uid": item.series_uid,
        "study_uid": item.study_uid,
    }
