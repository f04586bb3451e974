"""`ingest instances`: every instance that is filed."""

from __future__ import annotations

from typing import Any

import click

from ingest.cli.catalogue import catalogue_filters, every, filter_of, output_options, show_rows
from ingest.cli.options import open_from_settings
from ingest.ledger.catalogue import CataloguedInstance

_COLUMNS = (
    "subject_id",
    "kind",
    "modality",
    "version",
    "submission",
    "bytes",
    "arrived",
    "disputed",
    "path",
    "sop_instance_uid",
    "series_uid",
    "sha256",
)


@click.command("instances")
@catalogue_filters
@output_options
def command(form: str | None, **filters: Any) -> None:
    """List filed instances by subject and series."""
    with open_from_settings() as service, service.parts.ledger.read() as tx:
        rows = [_row(item) for item in every(tx.catalogue.instances, filter_of(**filters))]
    show_rows(rows, _COLUMNS, form, "No such instance.")


def _row(item: CataloguedInstance) -> dict[str, str | int | bool]:
    return {
        "subject_id": item.subject_id,
        "kind": item.kind,
        "modality": item.modality,
        "version": item.version or 0,
        "submission": item.submission_id,
        "bytes": item.size,
        "arrived": f"{item.arrived:%Y-%m-%d %H:%M}",
        "disputed": item.is_disputed,
        "path": item.path,
        "sop_instance_uid": item.sop_instance_uid,
        "series_uid": item.series_uid,
        "sha256": item.filed_sha256,
    }
