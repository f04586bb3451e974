"""Withdrawal of a subject: its object, and whatever else lies under its name, leaves the archive.

Copies that are kept by submission (originals/, quarantine/, staging/) and those that cannot be reached
(backups, exports) are the caller's to remove, or to name in the certificate.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from ingest.archive.disk import move_directory, remove_tree, replace_file, sync_directory, worldly_faults
from ingest.archive.order import ArchiveDamaged, check_subject_id
from ingest.archive.recovery import recover_object, remove_leftovers
from ingest.archive.store import Archive


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal removed. `also_elsewhere`: files that have a further name outside the object."""

    files: int
    bytes: int
    orphans: int
    also_elsewhere: int


@dataclass(frozen=True, slots=True)
class WithdrawalNote:
    """That a subject left the trial: a ledger that is rebuilt must not file it again.

    act: who asked for it, who confirmed it, and why, as records of the archive describe an act.
    """

    subject_id: str
    act_name: str
    created: datetime
    act: Mapping[str, Any] = field(default_factory=dict)


def note_withdrawal(archive: Archive, note: WithdrawalNote) -> None:
    """Write a note beside the storage root; one that is there stays. Raises TransientError."""
    check_subject_id(note.subject_id)
    target = archive.places.withdrawn / f"{note.subject_id}.json"
    document = {
        "schema": 1,
        "subject_id": note.subject_id,
        "act": note.act_name,
        "created": note.created.isoformat(),
        "acts": [note.act] if note.act else [],
    }
    with worldly_faults("noting a withdrawal"):
        if not target.exists():
            replace_file(target, (json.dumps(document, indent=2) + "\n").encode(), archive.places.building)


def read_withdrawals(archive: Archive) -> tuple[WithdrawalNote, ...]:
    """Return the notes, by study ID. Raises ArchiveDamaged, TransientError."""
    with worldly_faults("reading the withdrawals"):
        notes = [path.read_bytes() for path in sorted(archive.places.withdrawn.glob("*.json"))]
    try:
        read = [json.loads(note) for note in notes]
        return tuple(
            WithdrawalNote(
                item["subject_id"],
                item["act"],
                datetime.fromisoformat(item["created"]),
                next(iter(item.get("acts", ())), {}),
            )
            for item in read
        )
    except (ValueError, KeyError, TypeError):
        raise ArchiveDamaged("a note of a withdrawal cannot be read") from None


def count_files(archive: Archive, subject_id: str) -> int:
    """Return how many files a subject's object has, records and inventories too; 0 where there is none."""
    with worldly_faults("counting a subject's files"):
        return len(_files_of(archive.places.object_of(subject_id)))


def _files_of(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file() and not path.is_symlink()]


def withdraw(archive: Archive, subject_id: str) -> Withdrawn:
    """Remove a subject's object and whatever else lies under its name; a no-op where nothing does.

    Raises TransientError when the disk refuses: call it again, a part may be gone.
    """
    places = archive.places
    with archive.writing(subject_id), worldly_faults("withdrawing a subject"):
        recover_object(places, subject_id)
        remove_leftovers(places, subject_id)
        root, orphans = places.object_of(subject_id), places.orphans_of(subject_id)
        files = size = elsewhere = 0
        if root.is_dir():
            found = [path.stat() for path in _files_of(root)]
            files, size = len(found), sum(item.st_size for item in found)
            elsewhere = sum(item.st_nlink > 1 for item in found)
            gone = places.building / f"{subject_id}~withdrawn-{secrets.token_hex(4)}"
            move_directory(root, gone)
            remove_tree(gone)
            sync_directory(places.building)
        for orphan in orphans:
            remove_tree(orphan)
        sync_directory(places.orphans)
        return Withdrawn(files, size, len(orphans), elsewhere)
