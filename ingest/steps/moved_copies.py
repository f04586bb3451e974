"""What reassignments left of a subject's data in others' older versions: purge and withdrawal reach it."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.archive.order import NoSuchFile
from ingest.ledger.catalogue import CataloguedInstance
from ingest.ledger.inspections import InstanceState
from ingest.ledger.transaction import Transaction
from ingest.model.submission import ActKind
from ingest.steps.parts import Parts


@dataclass(frozen=True, slots=True)
class MovedCopies:
    """Files of one submission in older versions of `subject_id` that are another subject's now."""

    subject_id: str
    submission_id: str
    files: tuple[CataloguedInstance, ...]


def moved_copies(parts: Parts, subject_id: str, submission_id: str | None = None) -> tuple[MovedCopies, ...]:
    """Return what was moved to a subject, by reassignments one after another; None: of every submission."""
    with parts.ledger.read() as tx:
        sources = [(old, moved) for old, moved in _sources(tx, subject_id) if submission_id in (None, moved)]
        groups = {
            (old, moved): tuple(item for item in tx.catalogue.of_subject(old, (InstanceState.REMOVED,))
                                if item.submission_id == moved and item.version is not None)
            for old, moved in sources
        }  # fmt: skip
    found = (
        MovedCopies(old, moved, tuple(item for item in items if _is_there(parts, item)))
        for (old, moved), items in groups.items()
    )
    return tuple(item for item in found if item.files)


def _sources(tx: Transaction, subject_id: str) -> list[tuple[str, str]]:
    """Return (study ID that it was moved from, submission), the nearest first."""
    found: dict[tuple[str, str], None] = {}
    wanted: list[tuple[str, str | None]] = [(subject_id, None)]
    while wanted:
        new, of = wanted.pop()
        for recorded in tx.acts.of_subject(new):
            act = recorded.act
            if act.kind is not ActKind.REASSIGN or act.assign_to != new or act.submission_id is None:
                continue
            key = (act.subject_id, act.submission_id)
            if recorded.is_in_force and of in (None, act.submission_id) and key not in found:
                found[key] = None
                wanted.append(key)
    return list(found)


def _is_there(parts: Parts, item: CataloguedInstance) -> bool:
    try:
        parts.archive.find(item.subject_id, item.path, item.version)
    except NoSuchFile:
        return False
    return True
