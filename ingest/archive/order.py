"""What the archive is asked to file, what it answers, and how it refuses."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from ingest.model.errors import CountedError, TransientError

#: One component of a name: portable to every file system, never hidden, never `.` or `..`.
COMPONENT = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,198}[A-Za-z0-9_-])?", re.ASCII)
_LOGICAL_PATH = re.compile(rf"{COMPONENT.pattern}(?:/{COMPONENT.pattern}){{0,7}}", re.ASCII)
SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
#: Top folder of an object's logical paths that belongs to the archive: `records/v3/receipt.json`.
RECORDS = "records"
#: The document that the archive writes itself: which submission and act a version is filed for.
FILING_RECORD = "filing.json"
#: Names that OCFL gives a meaning of its own at the top of a storage root.
_RESERVED_AT_ROOT = ("extensions", "ocfl_layout.json")


class HeadMoved(Exception):
    """The subject's head is not the one that was judged: decide again. Nothing was filed."""

    def __init__(self, expected: int, actual: int) -> None:
        super().__init__(f"expected head version {expected}, found {actual}")
        self.expected = expected
        self.actual = actual


class StagingLost(CountedError):
    """A staged file is not there, or its bytes can no longer be trusted: inspect again, then file."""


class NoRoom(TransientError):
    """There is no room on the archive's file system."""


class ArchiveDamaged(Exception):
    """An object cannot be written to or read as it stands: a person must look (`ingest archive verify`)."""


class NoSuchFile(LookupError):
    """The subject, the version or the logical path is not in the archive."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """One file of the new version.

    staged:    where its bytes lie, on the archive's file system; None: the object has them (by sha256).
    logical:   its path within the object, `planning-ct/1.2.3.dcm`.
    is_recent: it was staged since this machine started (`restarts`); any other is hashed when it is filed.
    """

    staged: Path | None
    logical: str
    sha256: str
    size: int
    is_recent: bool = False


@dataclass(frozen=True, slots=True)
class FilingOrder:
    """One version to file for a subject.

    act_name:      why (`arrival:S000123`, `reprocess:RUN`, …); (submission, act) is filed once for a subject.
    expected_head: the version that the verdict was judged on; 0: nothing filed yet.
    files:         what is new or takes another's place; everything else of the head stays.
    documents:     name → JSON bytes, filed as `records/vN/<name>`.
    remove:        logical paths that the new version leaves out; they stay in the older ones.
    """

    subject_id: str
    submission_id: str
    act_name: str
    expected_head: int
    files: tuple[NewFile, ...]
    documents: Mapping[str, bytes]
    message: str
    user: str
    created: datetime
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filed:
    """What became of an order.

    is_new:      False: this act had been filed before; nothing was written.
    files_added, bytes_added: files whose bytes were not in the object yet, without documents and inventories.
    files_known: files whose bytes were.
    copied:      of `files_added`, those that could not be linked.
    inventory_sha256: digest of the version's inventory: kept elsewhere, it anchors the archive.
    """

    version: int
    is_new: bool
    files_added: int = 0
    bytes_added: int = 0
    files_known: int = 0
    copied: int = 0
    inventory_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Recovery:
    """What recovery found and did. `head` is the subject's head version afterwards (0: none).

    rolled_forward: versions that were complete and are listed now.
    orphaned:       names, within orphans/, of what was not.
    is_completed:   a sidecar or a rebuild that was cut short was brought to its end.
    is_damaged:     the inventory is not what a crash leaves: nothing was touched, a person must look.
    """

    head: int
    rolled_forward: tuple[int, ...] = ()
    orphaned: tuple[str, ...] = ()
    is_completed: bool = False
    is_damaged: bool = False


@dataclass(frozen=True, slots=True)
class ArchivedFile:
    """A file of a version: `path` is where its bytes lie, `since` the version that brought them."""

    logical: str
    sha256: str
    path: Path
    since: int


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an object, from its inventory; `submission_id` and `act_name` from its filing record."""

    number: int
    created: datetime
    message: str
    user: str
    submission_id: str
    act_name: str
    documents: Mapping[str, bytes] = field(default_factory=dict)


def check_subject_id(subject_id: str) -> None:
    """Raise ValueError where a subject id cannot name a directory of the storage root."""
    if not COMPONENT.fullmatch(subject_id) or subject_id.lower() in _RESERVED_AT_ROOT:
        raise ValueError("a subject id must be letters, digits, dots, dashes and underscores")


def check_logical_path(path: str) -> None:
    """Raise ValueError where a path could lead elsewhere, or is not portable."""
    if not _LOGICAL_PATH.fullmatch(path):
        raise ValueError("a logical path must be of safe components, joined by '/'")


def check_folders(paths: Collection[str]) -> None:
    """Raise ValueError where a path is both a file and the folder of another (OCFL 1.1, section 3.5.3.1)."""
    folders: set[str] = set()
    for path in paths:
        folder = path.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    if not folders.isdisjoint(paths):
        raise ValueError("a logical path is the folder of another")


def check_order(order: FilingOrder) -> None:
    """Raise ValueError where an order cannot be filed: a bug of the caller, not a fault of data."""
    check_subject_id(order.subject_id)
    if order.created.tzinfo is None:
        raise ValueError("a filing's time needs its time zone")
    logical = [file.logical for file in order.files]
    if len(set(logical)) != len(logical):
        raise ValueError("an order names a logical path twice")
    if any(path.split("/")[0] == RECORDS for path in (*logical, *order.remove)):
        raise ValueError(f"the folder {RECORDS}/ belongs to the archive")
    if any(not SHA256.fullmatch(file.sha256) for file in order.files):
        raise ValueError("a digest must be sha256 in lower-case hex")
    if FILING_RECORD in order.documents or not all(COMPONENT.fullmatch(name) for name in order.documents):
        raise ValueError("a document's name must be one safe component, and not the archive's own")
    if not order.submission_id or not order.act_name:
        raise ValueError("an order names its submission and its act")
