"""Staging and quarantine: members of packages, written by inspection, linked from here into the archive.

Both hold files named `<ordinal>.dcm` in a folder named by the submission; nothing of a sender's naming.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

from ingest.archive.disk import discard, place_file, sync_directory, worldly_faults
from ingest.archive.order import StagingLost
from ingest.archive.places import Places


def staged_file(places: Places, submission_id: str, ordinal: int) -> Path:
    """Return where a member of a submission is staged."""
    return places.staging / submission_id / f"{ordinal}.dcm"


def fresh_staging(places: Places, submission_id: str) -> Path:
    """Return an empty staging folder for a submission; what an earlier try left is removed."""
    folder = places.staging / submission_id
    with worldly_faults("making a staging folder"):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
    return folder


def clear_staging(places: Places, submission_id: str) -> None:
    """Remove a submission's staged members."""
    discard(places.staging / submission_id)


def quarantine_members(places: Places, submission_id: str, ordinals: Iterable[int]) -> int:
    """Link held members from staging into quarantine; members of earlier tries are removed. Returns how many.

    Raises StagingLost where a staged member is not there, TransientError.
    """
    wanted = sorted(set(ordinals))
    folder = places.quarantine / submission_id
    with worldly_faults("putting members into quarantine"):
        shutil.rmtree(folder, ignore_errors=True)
        if not wanted:
            return 0
        folder.mkdir(mode=0o700)
        for ordinal in wanted:
            try:
                place_file(staged_file(places, submission_id, ordinal), folder / f"{ordinal}.dcm")
            except FileNotFoundError:
                raise StagingLost("a staged member is not there") from None
        sync_directory(folder)
        sync_directory(places.quarantine)
    return len(wanted)


def clear_quarantine(places: Places, submission_id: str) -> bool:
    """Remove a submission's quarantined members (resolved, purged); return whether there were any."""
    folder = places.quarantine / submission_id
    if not folder.exists():
        return False
    with worldly_faults("clearing quarantine"):
        shutil.rmtree(folder)
        sync_directory(places.quarantine)
    return True


def staged_size(path: Path) -> int:
    """Return the size of a staged member. Raises StagingLost."""
    try:
        return os.stat(path).st_size  # noqa: PTH116 - called for every member
    except FileNotFoundError:
        raise StagingLost("a staged member is not there") from None
