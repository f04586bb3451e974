"""What the catalogue's lists share: filters, and rows as a table, JSON or CSV."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import click

from ingest.ledger.catalogue import CatalogueFilter
from ingest.model.review import ObjectKind
from ingest.model.verdict import CompletenessState
from ingest.reports.chase import write_csv

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")
Row = Mapping[str, str | int | bool]

#: Rows read from the ledger at a time.
_PAGE = 10_000


def catalogue_filters(command: F) -> F:
    """Add the filters that every list over instances has; `filter_of` takes them."""
    kinds = click.Choice([kind.value for kind in ObjectKind])
    states = click.Choice([state.value for state in CompletenessState])
    options = (
        click.option("--subject", metavar="ID", help="Of one study ID."),
        click.option("--site", metavar="CODE", help="Of one site."),
        click.option("--modality", metavar="CODE", help="CT, MR, RTSTRUCT, RTPLAN, RTDOSE, REG …"),
        click.option("--kind", type=kinds, help="Of one kind."),
        click.option("--completeness", type=states, help="Of subjects in one state."),
        click.option(
            "--since", type=click.DateTime(["%Y-%m-%d"]), help="Arrived on that day or later (UTC)."
        ),
        click.option("--before", type=click.DateTime(["%Y-%m-%d"]), help="Arrived before that day (UTC)."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def output_options(command: F) -> F:
    """Add `--json` and `--csv`."""
    command = click.option("--csv", "form", flag_value="csv", help="As CSV; no cell is a formula.")(command)
    return click.option("--json", "form", flag_value="json", help="As a JSON list.")(command)


def filter_of(
    *,
    subject: str | None = None,
    site: str | None = None,
    modality: str | None = None,
    kind: str | None = None,
    completeness: str | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
    with_disputed: bool = True,
) -> CatalogueFilter:
    """Return the filter that the options ask for."""
    return CatalogueFilter(
        subject_id=subject,
        site=site,
        modality=modality.upper() if modality else None,
        kind=kind,
        completeness=completeness,
        arrived_from=since.replace(tzinfo=UTC) if since else None,
        arrived_before=before.replace(tzinfo=UTC) if before else None,
        with_disputed=with_disputed,
    )


def every(search: Callable[..., Sequence[T]], wanted: CatalogueFilter) -> Iterator[T]:
    """Yield everything that a search of the catalogue finds, page by page."""
    offset = 0
    while page := search(wanted, limit=_PAGE, offset=offset):
        yield from page
        offset += len(page)


def show_rows(rows: Sequence[Row], columns: Sequence[str], form: str | None, nothing: str) -> None:
    """Print rows: as a table, `json` or `csv`. `nothing`: what the table says where there are none."""
    if form == "json":
        click.echo(json.dumps([dict(row) for row in rows], indent=2))
        return
    if form == "csv":
        click.echo(write_csv(columns, [[row[name] for name in columns] for row in rows]), nl=False)
        return
    if not rows:
        click.echo(nothing)
        return
    cells = [columns, *([_cell(row[name]) for name in columns] for row in rows)]
    widths = [max(len(line[place]) for line in cells) for place in range(len(columns))]
    for line in cells:
        padded = (f"{cell:{width}}" for cell, width in zip(line, widths, strict=True))
        click.echo("  ".join(padded).rstrip())


def _cell(value: str | int | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value)
