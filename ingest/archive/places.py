"""The folders of an archive: what lies where under its root, all on one file system."""

from __future__ import annotations

import secrets
import stat
from pathlib import Path

from ingest.archive.placement import spread_folders

#: The archive's own folder is for the service and its group, unless whoever made it gave it another mode.
_ROOT = 0o750
_PRIVATE = 0o700
#: Folders of the archive and their modes. What is not pseudonymised for certain is for the service alone.
_FOLDERS = {
    "building": _PRIVATE,
    "orphans": _PRIVATE,
    "locks": _PRIVATE,
    "staging": _PRIVATE,
    "originals": _PRIVATE,
    "quarantine": _PRIVATE,
    "reports": 0o750,
    "withdrawn": 0o750,
    "trials": 0o750,
}


class Places:
    """Where things lie.

    subjects:   the OCFL storage root; nothing but whole objects is ever in it.
    building:   versions in the making; what a killed worker left here is swept away by recovery.
    orphans:    versions that recovery would not roll forward, kept for a person to look at.
    staging:    members of packages under inspection, linked from there into the archive.
    originals:  the packages as they were downloaded.
    quarantine: members that were held.
    reports:    what was said to the sites, a folder a submission.
    withdrawn:  a note for each subject that left the trial: its study ID, when, and by whose word.
    trials:     the texts of trial files, each by its sha256: verdicts name them so.
    locks:      lock files, empty.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.subjects = root / "subjects"
        self.building = root / "building"
        self.orphans = root / "orphans"
        self.staging = root / "staging"
        self.originals = root / "originals"
        self.quarantine = root / "quarantine"
        self.reports = root / "reports"
        self.withdrawn = root / "withdrawn"
        self.trials = root / "trials"
        self.locks = root / "locks"

    def make(self) -> None:
        """Create the folders that are not there; the storage root itself is made by `store`."""
        if not self.root.is_dir():
            self.root.mkdir(parents=True, exist_ok=True, mode=_ROOT)
            self.root.chmod(_ROOT)
        for name, mode in _FOLDERS.items():
            _make_folder(self.root / name, mode)
        spread_folders(self.staging)

    def object_of(self, subject_id: str) -> Path:
        """Return the root of a subject's object (OCFL extension 0002: the id is the directory's name)."""
        return self.subjects / subject_id

    def new_building(self, subject_id: str) -> Path:
        """Return a fresh name within building/; it begins with the subject's id, to be found again."""
        return self.building / f"{subject_id}~{secrets.token_hex(8)}"

    def buildings_of(self, subject_id: str) -> list[Path]:
        """Return what lies in building/ for a subject. Call it with the subject's lock held."""
        return sorted(self.building.glob(f"{subject_id}~*"))

    def orphans_of(self, subject_id: str) -> list[Path]:
        """Return what lies in orphans/ for a subject."""
        return sorted(self.orphans.glob(f"{subject_id}~*"))


def _make_folder(path: Path, mode: int) -> None:
    """Create a folder with this mode, whatever the umask; what is there and lets more people in is shut."""
    path.mkdir(exist_ok=True, mode=mode)
    found = stat.S_IMODE(path.stat().st_mode)
    if found & mode != mode or (mode == _PRIVATE and found & 0o077):
        path.chmod(mode)
