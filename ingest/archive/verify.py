"""Verification within the service: the stand-alone verifier, beside filings that go on meanwhile."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ingest.archive.disk import is_read_only
from ingest.archive.inventory import INVENTORY
from ingest.archive.order import ArchiveDamaged, NoRoom
from ingest.archive.store import Archive
from ingest.archive.verify_archive import ObjectVerifier, Problem, verify_storage_root

#: How often a subject is read again because something was filed for it while it was read.
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True)
class Verification:
    """What verification of a subject read, and what it found wrong; `head` 0: nothing is filed."""

    subject_id: str
    head: int
    files: int
    bytes: int
    problems: tuple[Problem, ...]


def verify_subject(
    archive: Archive,
    subject_id: str,
    *,
    pace: Callable[[int], None] | None = None,
    anchors: Mapping[str, str] | None = None,
) -> Verification:
    """Recover a subject, if anything can be written, then verify every byte of it.

    pace:    called with the count of bytes just read; it may wait (`verify_archive.paced`).
    anchors: `v1` → sha256 of that version's inventory, as the ledger keeps it; None: not compared.
    """
    recover_where_possible(archive, subject_id)
    root = archive.places.object_of(subject_id)
    for _ in range(_ATTEMPTS):
        before = _inventory_bytes(archive, subject_id)
        if not root.is_dir():
            return Verification(subject_id, 0, 0, 0, ())
        verifier = ObjectVerifier(root, pace, None if anchors is None else dict(anchors))
        problems = tuple(verifier.problems())
        if not problems or _inventory_bytes(archive, subject_id) == before:
            break
    return Verification(subject_id, _head(archive, subject_id), verifier.files, verifier.bytes, problems)


def recover_where_possible(archive: Archive, subject_id: str) -> None:
    """Recover a subject; on a full disk, or one that is mounted read-only, it is left as it stands."""
    if not is_read_only(archive.places.root):
        with contextlib.suppress(NoRoom):
            archive.recover(subject_id)


def verify_root(archive: Archive) -> tuple[Problem, ...]:
    """Verify the storage root itself, without its objects."""
    return tuple(verify_storage_root(archive.places.subjects))


def _inventory_bytes(archive: Archive, subject_id: str) -> bytes:
    try:
        return (archive.places.object_of(subject_id) / INVENTORY).read_bytes()
    except OSError:
        return b""


def _head(archive: Archive, subject_id: str) -> int:
    try:
        return archive.head(subject_id)
    except ArchiveDamaged:
        return 0
