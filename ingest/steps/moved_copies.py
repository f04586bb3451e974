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
    """Files of one submission in older versions of `subject_id` that are another subject's now.

    is_done: a try that broke off later has taken them out already.
    """

    subject_id: str
    submission_id: str
    files: tuple[CataloguedInstance, ...]
    is_done: bool = False


def moved_copies(
    parts: Parts, subject_id: str, act_name: str, submission_id: str | None = None
) -> tuple[MovedCopies, ...]:
    """Return what was moved to a subject, by reassignments one after another, and an act is to take out.

    submission_id: None: of every submission. What an earlier try of the act has taken out is among it.
    """
    with parts.ledger.read() as tx:
        sources = [(old, moved) for old, moved in _sources(tx, subject_id) if submission_id in (None, moved)]
        groups = {
            (old, moved): tuple(item for item in tx.catalogue.of_subject(old, (InstanceState.REMOVED,))
                                if item.submission_id == moved and item.version is not None)
            for old, moved in sources
        }  # fmt: skip
        recorded = {key for key in groups if tx.filings.of(key[1], key[0], act_name) is not None}
    return tuple(
        MovedCopies(old, moved, files, (old, moved) in recorded)
        for (old, moved), items in groups.items()
        if (files := _to_take_out(parts, old, moved, act_name, items, (old, moved) in recorded))
    )


def _to_take_out(
    parts: Parts,
    old: str,
    moved: str,
    act_name: str,
    items: tuple[CataloguedInstance, ...],
    is_recorded: bool,
) -> tuple[CataloguedInstance, ...]:
    """Return those that are there; all where this very act has taken them out, recorded or not yet."""
    if items:
        parts.archive.recover(old)  # A try that broke off may have left the object in two halves.
    if not is_recorded and (there := tuple(item for item in items if _is_there(parts, item))):
        return there
    return items if is_recorded or _is_head_of(parts, old, (moved, act_name)) else ()


def _is_head_of(parts: Parts, subject_id: str, filing: tuple[str, str]) -> bool:
    """Whether the archive's newest version was made by this submission and act."""
    try:
        newest = parts.archive.versions(subject_id)[-1]
    except NoSuchFile:
        return False
    return (newest.submission_id, newest.act_name) == filing


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
