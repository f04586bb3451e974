"""Verify: every byte of a subject, then its ledger: head, catalogue and the anchors of the audit chain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ingest.archive.order import RECORDS, ArchiveDamaged, NoSuchFile
from ingest.archive.verify import Verification, recover_where_possible, verify_root, verify_subject
from ingest.archive.verify_archive import Problem, paced
from ingest.ledger.inspections import InstanceState
from ingest.steps.anchors import read_anchors
from ingest.steps.parts import Parts

#: How often a subject is looked at again because it was filed meanwhile.
_ATTEMPTS = 3

Pace = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong. `code`: of the archive (ARC1xx), `ledger` or `audit`; text: no values."""

    code: str
    subject_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Verified:
    """What was read and what is wrong."""

    subjects: int
    files: int
    bytes: int
    faults: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the ledger says of a subject. files: logical path → sha256 of what is filed now."""

    head: int
    is_busy: bool
    is_withdrawn: bool
    anchors: dict[str, str]
    files: dict[str, str]


def known_subjects(parts: Parts) -> list[str]:
    """Return every subject that the archive or the ledger has."""
    with parts.ledger.read() as tx:
        in_ledger = {row.subject_id for row in tx.subjects.find() if row.head_version}
    return sorted(in_ledger.union(parts.archive.subjects()))


def verify(
    parts: Parts,
    subjects: Iterable[str],
    *,
    rate: float | None = None,
    on_subject: Callable[[str], None] | None = None,
) -> Verified:
    """Verify subjects, the storage root and the audit chain. `rate`: bytes a second; None: no limit."""
    faults = [*verify_audit(parts), *verify_storage(parts)]
    pace = paced(rate) if rate else None
    files = size = count = 0
    for subject_id in subjects:
        read, found = verify_one(parts, subject_id, pace)
        faults += found
        files, size, count = files + read.files, size + read.bytes, count + 1
        if on_subject:
            on_subject(subject_id)
    return Verified(count, files, size, tuple(faults))


def verify_audit(parts: Parts) -> Iterator[Fault]:
    """Yield where the audit chain is broken."""
    with parts.ledger.read() as tx:
        check = tx.audit.verify()
    if check.first_fault is not None:
        yield Fault("audit", "", f"audit chain, event {check.first_fault}: {check.fault}")


def verify_storage(parts: Parts) -> Iterator[Fault]:
    """Yield the faults of the storage root itself."""
    for problem in verify_root(parts.archive):
        yield Fault(problem.code, "", problem.text)


def verify_one(parts: Parts, subject_id: str, pace: Pace | None = None) -> tuple[Verification, list[Fault]]:
    """Read every byte of a subject and compare it with the ledger and the anchors; note when that was."""
    for _ in range(_ATTEMPTS):
        known = _known(parts, subject_id)
        read = verify_subject(parts.archive, subject_id, pace=pace, anchors=known.anchors)
        after = _known(parts, subject_id)
        if not (known.is_busy or after.is_busy) and known.head == after.head:
            break
    is_moving = known.is_busy or after.is_busy or known.head != after.head
    # What a worker files this moment is in the archive before it is in the ledger: it is no fault.
    problems = [item for item in read.problems if not (is_moving and item.code == "ARC114")]
    faults = [_as_fault(item) for item in problems]
    if not is_moving:
        faults += _compare(parts, subject_id, read.head, known)
    with parts.ledger.write() as tx:
        tx.subjects.mark_verified(subject_id)
    return read, faults


def compare_heads(parts: Parts, subject_id: str) -> list[Fault]:
    """Return where a subject's head differs between ledger and archive; none of its files is read."""
    recover_where_possible(parts.archive, subject_id)
    try:
        head = parts.archive.head(subject_id)
    except ArchiveDamaged:
        return [Fault("ARC105", subject_id, "the inventory cannot be read")]
    with parts.ledger.read() as tx:
        in_ledger, is_busy = tx.subjects.head_version(subject_id), tx.subjects.is_leased(subject_id)
    return [] if is_busy else _head_fault(subject_id, head, in_ledger)


def _known(parts: Parts, subject_id: str) -> _Known:
    with parts.ledger.read() as tx:
        return _Known(
            tx.subjects.head_version(subject_id),
            tx.subjects.is_leased(subject_id),
            tx.subjects.is_withdrawn(subject_id),
            read_anchors(tx, subject_id),
            {
                item.path: item.filed_sha256
                for item in tx.catalogue.of_subject(subject_id, (InstanceState.FILED,))
            },
        )


def _as_fault(problem: Problem) -> Fault:
    return Fault(problem.code, problem.subject, problem.text)


def _head_fault(subject_id: str, head: int, in_ledger: int) -> list[Fault]:
    if head == in_ledger:
        return []
    text = f"the ledger says version {in_ledger}, the archive has version {head}"
    return [Fault("ledger", subject_id, text)]


def _compare(parts: Parts, subject_id: str, head: int, known: _Known) -> list[Fault]:
    """Return where the ledger tells another story than the archive's inventory."""
    faults = _head_fault(subject_id, head, known.head)
    if head and known.is_withdrawn:
        return [Fault("ledger", subject_id, f"it is withdrawn, and the archive holds version {head} of it")]
    if faults or not head:
        return faults
    try:
        inventory = parts.archive.inventory(subject_id)
    except (ArchiveDamaged, NoSuchFile):
        return faults
    assert inventory is not None, "a subject with a head has an inventory"
    held = {
        path: digest
        for path, digest in inventory.state_of(head).items()
        if not path.startswith(f"{RECORDS}/")
    }
    texts = [f"{path}: in the ledger, not in the archive" for path in known.files.keys() - held.keys()]
    texts += [f"{path}: in the archive, not in the ledger" for path in held.keys() - known.files.keys()]
    texts += [
        f"{path}: the ledger has another digest of it than the archive"
        for path in held.keys() & known.files.keys()
        if held[path] != known.files[path]
    ]
    return [Fault("ledger", subject_id, text) for text in sorted(texts)]
