"""A share in memory, for tests of what stands on shares; the contract suite holds it to the real ones."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from ingest.model.route import Entry
from ingest.routes.names import check_report_path, parts_of, sort_entries
from ingest.routes.ports import (
    Changed,
    Gone,
    Lease,
    Listing,
    Moved,
    NotYet,
    NotYetReason,
    Properties,
)

_PIECE = 4 * 1024 * 1024
_numbers = itertools.count(1)


@dataclass
class MemoryFile:
    """A file. `writers`: how many others have it open for writing."""

    data: bytes
    properties: Properties
    lease_id: str = ""
    writers: int = 0


class MemoryStore:
    """A ShareStore in memory. `files` are by path; whoever plays the sender calls `put`."""

    def __init__(self) -> None:
        self.files: dict[str, MemoryFile] = {}
        self.folders: set[str] = set()

    def put(self, path: str, data: bytes, md5: bytes | None = None, when: datetime | None = None) -> None:
        """Write a file as a sender: whole, in the place of an earlier one of that name."""
        earlier = self.files.get(path)
        file_id = earlier.properties.file_id if earlier else str(next(_numbers))
        modified = when or datetime(2025, 1, 6, 9, 0, tzinfo=UTC)
        self.files[path] = MemoryFile(
            data, Properties(len(data), file_id, str(next(_numbers)), modified, md5)
        )

    def list_entries(self) -> Listing:
        files = [(path, file.properties, False) for path, file in self.files.items() if "/" not in path]
        here = {path.split("/")[0] for path in (*self.files, *self.folders) if "/" in path} | {
            path for path in self.folders if "/" not in path
        }
        nothing = Properties(0, "folder", "", datetime(2025, 1, 6, tzinfo=UTC))
        folders = [(name, nothing, True) for name in sorted(here)]
        return sort_entries(
            Entry(name, seen.size, seen.file_id, seen.etag, seen.last_modified, is_folder)
            for name, seen, is_folder in [*folders, *files]
        )

    def properties(self, name: str) -> Properties | NotYet | Gone:
        file = self.files.get(name)
        return file.properties if file else Gone()

    def try_lease(self, name: str, lease_id: str) -> Lease | NotYet | Gone:
        file = self.files.get(name)
        if file is None:
            return Gone()
        if file.writers:
            return NotYet(NotYetReason.OPEN)
        if file.lease_id and file.lease_id != lease_id:
            return NotYet(NotYetReason.LEASED)
        file.lease_id = lease_id
        return Lease(name, lease_id)

    def release(self, lease: Lease) -> None:
        file = self.files.get(lease.name)
        if file is not None and file.lease_id == lease.id:
            file.lease_id = ""

    def break_lease(self, name: str) -> None:
        if name in self.files:
            self.files[name].lease_id = ""

    def download(
        self, name: str, sink: Callable[[bytes], object], expected: Properties, start: int = 0
    ) -> Changed | Gone | NotYet | None:
        if name not in self.files:
            return Gone()
        for offset in range(start, expected.size, _PIECE):
            if self.properties(name) != expected:
                return Changed()
            sink(self.files[name].data[offset : offset + _PIECE])
        return None if self.properties(name) == expected else Changed()

    def move(self, name: str, to: str, expected: Properties, lease: Lease | None = None) -> Moved:
        source, target = self.files.get(name), self.files.get(to)
        if source is None:
            return Moved.GONE if target is None else Moved.ALREADY
        if target is not None:
            return Moved.TAKEN
        if source.properties != expected:
            return Moved.CHANGED
        if source.writers or (source.lease_id and (lease is None or lease.id != source.lease_id)):
            return Moved.BUSY
        moved = replace(source.properties, etag=str(next(_numbers)))
        self.files[to] = MemoryFile(source.data, moved)
        del self.files[name]
        return Moved.MOVED

    def write_report(self, path: str, data: bytes) -> None:
        check_report_path(path)
        self.put(path, data)

    def exists(self, path: str) -> bool:
        parts_of(path)
        return path in self.files

    def delete(self, path: str) -> bool:
        return self.files.pop(path, None) is not None

    def snapshots(self) -> tuple[str, ...]:
        return ()

    def list_snapshot(self, snapshot: str) -> tuple[Entry, ...]:
        raise AssertionError("there is no snapshot")

    def delete_snapshot(self, snapshot: str) -> None:
        raise AssertionError("there is no snapshot")

    def close(self) -> None:
        """Nothing is open."""
