"""Withdrawal of a subject: its object, and whatever else lies under its name, leaves the archive.

Copies that are kept by submission (originals/, quarantine/, staging/) and those that cannot be reached
(backups, exports) are the caller's to remove, or to name in the certificate.
"""

from __future__ import annotations

import secrets
import shutil
from dataclasses import dataclass

from ingest.archive.disk import move_directory, sync_directory, worldly_faults
from ingest.archive.recovery import recover_object
from ingest.archive.store import Archive


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal removed. `also_elsewhere`: files that have a further name outside the object."""

    files: int
    bytes: int
    orphans: int
    also_elsewhere: int


def withdraw(archive: Archive, subject_id: str) -> Withdrawn:
    """Remove a subject's object and whatever else lies under its name; a no-op where nothing does.

    Raises TransientError when the disk refuses: call it again, a part may be gone.
    """
    places = archive.places
    with archive.writing(subject_id), worldly_faults("withdrawing a subject"):
        recover_object(places, subject_id)
        root, orphans = places.object_of(subject_id), places.orphans_of(subject_id)
        files = size = elsewhere = 0
        if root.is_dir():
            found = [path.stat() for path in root.rglob("*") if path.is_file() and not path.is_symlink()]
            files, size = len(found), sum(item.st_size for item in found)
            elsewhere = sum(item.st_nlink > 1 for item in found)
            gone = places.building / f"{subject_id}~withdrawn-{secrets.token_hex(4)}"
            move_directory(root, gone)
            shutil.rmtree(gone)
            sync_directory(places.building)
        for orphan in orphans:
            shutil.rmtree(orphan)
        sync_directory(places.orphans)
        return Withdrawn(files, size, len(orphans), elsewhere)
