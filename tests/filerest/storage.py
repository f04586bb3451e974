"""What the server keeps: an account's shares, their folders and files, in memory."""

from __future__ import annotations

import copy
import itertools
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

GRAIN = 512
_ids = itertools.count(0x1000_0000_0001)
_tags = itertools.count(0x8DD_0000_0000_0001)


class ServiceError(Exception):
    """An answer that is an error: HTTP status, the service's code, headers."""

    def __init__(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.headers = headers or {}


def now() -> datetime:
    return datetime.now(UTC)


def file_time(when: datetime) -> str:
    """A time as `x-ms-file-*` headers have it: to 100 ns."""
    return when.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


@dataclass
class Node:
    """What files and folders have in common."""

    name: str
    parent_id: str = "0"
    id: str = field(default_factory=lambda: str(next(_ids)))
    metadata: dict[str, str] = field(default_factory=dict)
    attributes: str = "Archive"
    created: str = field(default_factory=lambda: file_time(now()))
    written: str = field(default_factory=lambda: file_time(now()))
    changed: str = field(default_factory=lambda: file_time(now()))
    etag: str = ""
    modified: datetime = field(default_factory=now)

    def __post_init__(self) -> None:
        self.touch()

    def touch(self) -> None:
        """Give it a new ETag, Last-Modified and change time."""
        self.etag = f'"0x{next(_tags):X}"'
        self.modified = now()
        self.changed = file_time(self.modified)


@dataclass
class File(Node):
    """A file. `blocks`: which 512-byte blocks were written: the others are holes.

    listed:      what listings show of it where an SMB client's cache makes them stale: (size, ETag,
    Last-Modified).
    smb_writers: how many SMB handles are open for writing.
    """

    data: bytearray = field(default_factory=bytearray)
    blocks: set[int] = field(default_factory=set)
    settings: dict[str, str] = field(default_factory=dict)
    lease_id: str | None = None
    lease_state: str = "available"
    smb_writers: int = 0
    listed: tuple[int, str, datetime] | None = None

    def check_lease(self, lease_id: str | None) -> None:
        """Refuse a write to a leased file without its lease."""
        if self.smb_writers:
            raise ServiceError(409, "SharingViolation")
        if self.lease_id and not lease_id:
            raise ServiceError(412, "LeaseIdMissing")
        if self.lease_id and lease_id != self.lease_id:
            raise ServiceError(412, "LeaseIdMismatchWithFileOperation")
        if lease_id and not self.lease_id:
            raise ServiceError(412, "LeaseNotPresentWithFileOperation")

    def write(self, start: int, data: bytes) -> None:
        """Write a range. The blocks it touches are holes no more."""
        self.data[start : start + len(data)] = data
        self.blocks.update(range(start // GRAIN, (start + len(data) + GRAIN - 1) // GRAIN))
        self.touch()

    def clear(self, start: int, end: int) -> None:
        """Make a range zeros; whole blocks of it become holes."""
        self.data[start:end] = bytes(end - start)
        whole = range((start + GRAIN - 1) // GRAIN, end // GRAIN)
        self.blocks.difference_update(whole)
        self.touch()

    def resize(self, size: int) -> None:
        """Cut the file or make it longer with zeros."""
        del self.data[size:]
        self.data.extend(bytes(size - len(self.data)))
        self.blocks = {block for block in self.blocks if block * GRAIN < size}
        self.touch()

    def ranges(self, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the written ranges, first and last byte, within `start` to `end`."""
        first = None
        for block in range(start // GRAIN, (end + GRAIN - 1) // GRAIN + 1):
            is_written = block in self.blocks and block * GRAIN < end
            if is_written and first is None:
                first = block
            if not is_written and first is not None:
                yield max(first * GRAIN, start), min(block * GRAIN, end, len(self.data)) - 1
                first = None


@dataclass
class Folder(Node):
    """A folder; its children by lower-case name, since the service does not tell case apart."""

    attributes: str = "Directory"
    children: dict[str, Node] = field(default_factory=dict)

    def child(self, name: str) -> Node | None:
        return self.children.get(name.lower())

    def put(self, node: Node) -> None:
        node.parent_id = self.id
        self.children[node.name.lower()] = node

    def remove(self, name: str) -> None:
        del self.children[name.lower()]


@dataclass
class Share:
    """A share, its snapshots by their time, its stored access policies: id → (start, expiry, permissions)."""

    name: str
    root: Folder = field(default_factory=lambda: Folder(""))
    snapshots: dict[str, Folder] = field(default_factory=dict)
    policies: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def folder(self, parts: list[str], snapshot: str | None = None) -> Folder:
        """Find a folder. Raises ServiceError."""
        node: Node = self._root(snapshot)
        for part in parts:
            found = node.child(part) if isinstance(node, Folder) else None
            if found is None:
                raise ServiceError(404, "ResourceNotFound" if part == parts[-1] else "ParentNotFound")
            node = found
        if not isinstance(node, Folder):
            raise ServiceError(409, "ResourceTypeMismatch")
        return node

    def parent(self, parts: list[str], snapshot: str | None = None) -> Folder:
        """Find the folder that a file is in. Raises ServiceError."""
        try:
            return self.folder(parts[:-1], snapshot)
        except ServiceError:
            raise ServiceError(404, "ParentNotFound") from None

    def file(self, parts: list[str], snapshot: str | None = None) -> File:
        """Find a file. Raises ServiceError."""
        found = self.parent(parts, snapshot).child(parts[-1])
        if found is None:
            raise ServiceError(404, "ResourceNotFound")
        if not isinstance(found, File):
            raise ServiceError(409, "ResourceTypeMismatch")
        return found

    def snap(self) -> str:
        """Take a snapshot and return its time."""
        time = file_time(now())
        self.snapshots[time] = copy.deepcopy(self.root)
        return time

    def _root(self, snapshot: str | None) -> Folder:
        if snapshot is None:
            return self.root
        if snapshot not in self.snapshots:
            raise ServiceError(404, "ShareSnapshotNotFound")
        return self.snapshots[snapshot]


@dataclass
class Account:
    """A storage account. Whoever reads or writes what is in it holds `lock`."""

    name: str
    key: str
    shares: dict[str, Share] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def share(self, name: str) -> Share:
        """Find a share. Raises ServiceError."""
        if name not in self.shares:
            raise ServiceError(404, "ShareNotFound")
        return self.shares[name]
