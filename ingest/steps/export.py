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
from ingest.model.currency import State
from ingest.steps.current import filed_objects
from ingest.steps.parts import Parts

#: Instances read from the catalogue at a time.
_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class CohortExport:
    """What was copied, and how many instances were left out: disputed; not current, where that was asked."""

    copied: Exported
    disputed: int
    not_current: int


def export(
    parts: Parts,
    wanted: CatalogueFilter,
    target: Path,
    layout: Layout,
    *,
    is_current_only: bool = False,
    on_file: Callable[[int, int], None] | None = None,
) -> CohortExport:
    """Copy what is filed and fits the filter into the new folder `target`.

    What is disputed goes with it only where the filter says so; `is_current_only` leaves out structure sets,
    plans and doses that are not current. Raises FileExistsError, LookupError where nothing fits,
    ArchiveDamaged, TransientError.
    """
    with parts.ledger.read() as tx:
        chosen = list(_every(tx, replace(wanted, with_disputed=True)))
        undisputed = [item for item in chosen if wanted.with_disputed or not item.is_disputed]
        fitting = _items(tx, undisputed)
    items = [item for item in fitting if not is_current_only or item.state in (None, State.CURRENT.value)]
    if not items:
        raise LookupError("nothing is filed that fits")
    created = parts.clock.now().isoformat()
    copied = copy_cohort(parts.archive, items, target, layout=layout, created=created, on_file=on_file)
    with parts.ledger.write() as tx:
        detail = {"files": copied.files, "subjects": copied.subjects, "layout": layout.value}
        tx.audit.append("exported", detail=detail)
    return CohortExport(copied, len(chosen) - len(undisputed), len(fitting) - len(items))


def _every(tx: Transaction, wanted: CatalogueFilter) -> Iterator[CataloguedInstance]:
    offset = 0
    while page := tx.catalogue.instances(wanted, limit=_PAGE, offset=offset):
        yield from page
        offset += len(page)


def _items(tx: Transaction, chosen: list[CataloguedInstance]) -> list[ExportItem]:
    """Return the instances with their facts and states, subject by subject."""
    by_subject: dict[str, list[CataloguedInstance]] = {}
    for item in chosen:
        by_subject.setdefault(item.subject_id, []).append(item)
    return [
        export_item
        for subject_id in sorted(by_subject)
        for export_item in _items_of(tx, subject_id, by_subject[subject_id])
    ]


def _items_of(tx: Transaction, subject_id: str, chosen: list[CataloguedInstance]) -> Iterator[ExportItem]:
    facts = {known.sop_instance_uid: known for known in tx.catalogue.filed(subject_id)}
    states = {item.state.sop_instance_uid: item.state.state.value for item in filed_objects(tx, subject_id)}
    for item in chosen:
        yield ExportItem(
            subject_id,
            item.path,
            item.kind,
            facts[item.sop_instance_uid],
            states.get(item.sop_instance_uid),
            item.is_disputed,
        )
