"""Export: a cohort chosen from the catalogue, copied out of the archive; what is disputed is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.archive.export import Exported
from ingest.archive.export import export as copy_cohort
from ingest.archive.layouts import ExportItem, Layout
from ingest.ledger.catalogue import CataloguedInstance, CatalogueFilter
from ingest.ledger.transaction import Transaction
from ingest.steps.parts import Parts

#: Instances read from the catalogue at a time.
_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class CohortExport:
    """What was copied, and how many instances were left out because they are disputed."""

    copied: Exported
    disputed: int


def export(
    parts: Parts,
    wanted: CatalogueFilter,
    target: Path,
    layout: Layout,
    on_file: Callable[[int, int], None] | None = None,
) -> CohortExport:
    """Copy what fits the filter, and is filed and undisputed, into the new folder `target`.

    Raises FileExistsError, LookupError where nothing fits, ArchiveDamaged, TransientError.
    """
    with parts.ledger.read() as tx:
        chosen = list(_every(tx, replace(wanted, with_disputed=True)))
        items = _items(tx, [item for item in chosen if not item.is_disputed])
    if not items:
        raise LookupError("nothing is filed that fits")
    created = parts.clock.now().isoformat()
    copied = copy_cohort(parts.archive, items, target, layout=layout, created=created, on_file=on_file)
    with parts.ledger.write() as tx:
        detail = {"files": copied.files, "subjects": copied.subjects, "layout": layout.value}
        tx.audit.append("exported", detail=detail)
    return CohortExport(copied, sum(item.is_disputed for item in chosen))


def _every(tx: Transaction, wanted: CatalogueFilter) -> Iterator[CataloguedInstance]:
    offset = 0
    while page := tx.catalogue.instances(wanted, limit=_PAGE, offset=offset):
        yield from page
        offset += len(page)


def _items(tx: Transaction, chosen: list[CataloguedInstance]) -> list[ExportItem]:
    """Return the instances with their facts, subject by subject."""
    items = []
    for subject_id in sorted({item.subject_id for item in chosen}):
        facts = {known.sop_instance_uid: known for known in tx.catalogue.filed(subject_id)}
        items += [
            ExportItem(subject_id, item.path, item.kind, facts[item.sop_instance_uid])
            for item in chosen
            if item.subject_id == subject_id
        ]
    return items
