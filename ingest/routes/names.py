"""What a name on a share tells: a zip, an upload under way, a system's own file, or something else."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.model.route import Entry
from ingest.routes.ports import RECEIVED, REPORTS, Listing

#: Endings under which programs write a file before it gets its name: ours, rsync's, browsers', WinSCP's.
_TEMPORARY_ENDINGS = (".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", ".temp")
_SYSTEM_NAMES = frozenset(
    {
        ".ds_store",
        "thumbs.db",
        "desktop.ini",
        "lost+found",
        "$recycle.bin",
        "system volume information",
        ".fseventsd",
        ".spotlight-v100",
        ".trashes",
    }
)
_OWN_FOLDERS = frozenset({RECEIVED, REPORTS})


def is_zip(name: str) -> bool:
    """Whether it is named as a zip. What its bytes are is another matter."""
    return name.lower().endswith(".zip")


def is_own(name: str) -> bool:
    """Whether it is one of the service's own folders; Azure Files and Windows do not tell case apart."""
    return name.lower() in _OWN_FOLDERS


def is_system(name: str) -> bool:
    """Whether an operating system put it there by itself (`._NAME` is what macOS writes beside a file)."""
    return name.startswith("._") or name.lower() in _SYSTEM_NAMES


def is_temporary(name: str) -> bool:
    """Whether a program is still writing under this name."""
    return name.startswith((".", "~$")) or name.lower().endswith(_TEMPORARY_ENDINGS)


def sort_entries(entries: Iterable[Entry]) -> Listing:
    """Make a listing of what one level of a share holds.

    A folder is never a zip, whatever its name; what is not an ordinary file comes in as a directory or is
    left to the store to call a stray file (`size` -1).
    """
    zips: list[Entry] = []
    others: list[Entry] = []
    partial = 0
    for entry in entries:
        if is_own(entry.name) or is_system(entry.name):
            continue
        if is_temporary(entry.name):
            partial += 1
        elif is_zip(entry.name) and not entry.is_directory and entry.size >= 0:
            zips.append(entry)
        else:
            others.append(entry)
    return Listing(tuple(zips), tuple(others), partial)


def parts_of(path: str) -> tuple[str, ...]:
    """Return the parts of a path on a share. Raises ValueError where it is not a plain relative one."""
    parts = tuple(path.split("/"))
    if any(part in ("", ".", "..") or "\0" in part for part in parts):
        raise ValueError("a path on a share is relative and has no empty part, '.' or '..'")
    return parts


def check_report_path(path: str) -> None:
    """Raise ValueError unless `path` lies under `reports/`: the service writes nowhere else on a share."""
    parts = parts_of(path)
    if parts[0] != REPORTS or len(parts) < 2:
        raise ValueError("a report is written under reports/")
