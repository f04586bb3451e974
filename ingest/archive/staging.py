"""Staging and quarantine: members of packages, written by inspection, linked from here into the archive.

Both hold files named `<ordinal>.dcm` in a folder named by the submission; nothing of a sender's naming.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Mapping
from pathlib import Path

from ingest.archive.disk import digest_file, discard, place_file, remove_tree, sync_directory, worldly_faults
from ingest.archive.order import StagingLost
from ingest.archive.places import Places
from ingest.archive.restarts import is_of_this_run, mark


def staged_file(places: Places, submission_id: str, ordinal: int) -> Path:
    """Return where a member of a submission is staged."""
    return places.staging / submission_id / f"{ordinal}.dcm"


def is_recent(places: Places, submission_id: str) -> bool:
    """Whether a submission was staged since this machine started: else its bytes must be looked at again."""
    return is_of_this_run(places.staging / submission_id)


def fresh_staging(places: Places, submission_id: str) -> Path:
    """Return an empty staging folder for a submission; what an earlier try left is removed."""
    folder = places.staging / submission_id
    # The file system chooses a folder's place by the name with which it is made (`placement`).
    fresh = places.staging / f".{submission_id}~{secrets.token_hex(8)}"
    with worldly_faults("making a staging folder"):
        remove_tree(folder)
        fresh.mkdir(mode=0o700)
        mark(fresh)
        fresh.rename(folder)
    return folder


def submission_of(folder: Path) -> str:
    """Return whose a folder in staging/ or originals/ is, also one in the making that was left."""
    return folder.name.partition("~")[0].removeprefix(".")


def clear_staging(places: Places, submission_id: str) -> None:
    """Remove a submission's staged members, as far as it goes; the night's work removes what stays."""
    discard(places.staging / submission_id)


def remove_staged(places: Places, submission_id: str) -> None:
    """Remove all that any worker staged of a submission. Raises TransientError: some of it stays."""
    with worldly_faults("removing what is staged"):
        for folder in places.staging.iterdir():
            if submission_of(folder) == submission_id:
                remove_tree(folder)
        sync_directory(places.staging)


def quarantine_members(places: Places, submission_id: str, members: Mapping[int, str]) -> int:
    """Link held members from staging into quarantine; members of earlier tries are removed. Returns how many.

    members: ordinal → sha256 of what was inspected.

    One that is not staged and lies in quarantine stays: what is decided again was not inspected again.
    Raises StagingLost where it lies in neither, TransientError.
    """
    wanted = sorted(members)
    folder = places.quarantine / submission_id
    is_sure = is_recent(places, submission_id)
    with worldly_faults("putting members into quarantine"):
        if not wanted:
            remove_tree(folder)
            return 0
        folder.mkdir(mode=0o700, exist_ok=True)
        kept = {folder / f"{ordinal}.dcm" for ordinal in wanted}
        for path in folder.iterdir():
            if path not in kept:
                path.unlink()
        for ordinal in wanted:
            staged = staged_file(places, submission_id, ordinal)
            _quarantine(staged, folder / f"{ordinal}.dcm", None if is_sure else members[ordinal])
        sync_directory(folder)
        sync_directory(places.quarantine)
    return len(wanted)


def _quarantine(staged: Path, target: Path, sha256: str | None) -> None:
    if not staged.exists():
        if target.exists():
            return
        raise StagingLost("a staged member is not there")
    if sha256 is not None and digest_file(staged) != sha256:
        raise StagingLost("a staged member is not the one that was inspected")
    target.unlink(missing_ok=True)
    place_file(staged, target)


def clear_quarantine(places: Places, submission_id: str) -> bool:
    """Remove a submission's quarantined members (resolved, purged); return whether there were any."""
    folder = places.quarantine / submission_id
    if not folder.exists():
        return False
    with worldly_faults("clearing quarantine"):
        remove_tree(folder)
        sync_directory(places.quarantine)
    return True


def remove_quarantined(places: Places, submission_id: str, ordinals: Iterable[int]) -> None:
    """Remove some of a submission's quarantined members. Raises TransientError."""
    folder = places.quarantine / submission_id
    with worldly_faults("removing from quarantine"):
        for ordinal in ordinals:
            (folder / f"{ordinal}.dcm").unlink(missing_ok=True)
        if folder.exists():
            sync_directory(folder)


def staged_size(path: Path) -> int:
    """Return the size of a staged member. Raises StagingLost."""
    try:
        return os.stat(path).st_size  # noqa: PTH116 - called for every member
    except FileNotFoundError:
        raise StagingLost("a staged member is not there") from None
