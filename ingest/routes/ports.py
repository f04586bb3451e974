"""What every share can do, folder or Azure Files, and the outcomes that a caller must expect.

What may happen to a file on a share that other people write to is a value: `NotYet`, `Gone`, `Changed`. A
fault of the world (network, rights, a service that is down) is a `TransientError`; its text names no file and
no URL.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ingest.model.errors import TransientError
from ingest.model.route import Entry

#: The service's own folders on a share: never listed.
RECEIVED = "received"
REPORTS = "reports"


class ThrottledError(TransientError):
    """The service asked to be left alone (429, 503). `retry_after`: seconds until it may be asked again."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class RefusedError(TransientError):
    """The credential does not allow what was asked. Retried, since a person can put it right meanwhile."""


class NotYetReason(StrEnum):
    """Why a file cannot be taken now."""

    OPEN = "another program has the file open"
    LEASED = "another program holds a lease on the file"
    CACHED = "a client has not yet written what it keeps in its cache"
    DELETING = "the file is being deleted"


@dataclass(frozen=True, slots=True)
class NotYet:
    """The file is there, but somebody is still busy with it: look again at the next poll."""

    reason: NotYetReason


@dataclass(frozen=True, slots=True)
class Gone:
    """There is no such file any more."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The file is no longer the one that was expected: it was written to or replaced."""


@dataclass(frozen=True, slots=True)
class Listing:
    """One level of a share, the service's own folders left out.

    zips:    files whose name ends in `.zip`, whatever the case of its letters.
    others:  folders and files that are not zips and that a person put there.
    partial: how many uploads are under way under a temporary name (`.part` and the like).
    """

    zips: tuple[Entry, ...]
    others: tuple[Entry, ...] = ()
    partial: int = 0

    @property
    def folders(self) -> int:
        """How many folders lie on the share: what people drag there is not read."""
        return sum(entry.is_directory for entry in self.others)

    @property
    def stray_files(self) -> int:
        """How many files lie there that are not zips."""
        return len(self.others) - self.folders


@dataclass(frozen=True, slots=True)
class Properties:
    """A file as it is now, asked for by itself: what a listing shows of it may be stale.

    content_md5: what the sender says the MD5 of the bytes is. Its presence proves nothing; only a match does.
    """

    size: int
    file_id: str
    etag: str
    last_modified: datetime
    content_md5: bytes | None = None


@dataclass(frozen=True, slots=True)
class Lease:
    """The sole right to write to a file, until it is released: leases on Azure Files never run out.

    id: empty where the share knows no leases and only looked whether anybody has the file open.
    """

    name: str = field(repr=False)
    id: str


class Moved(StrEnum):
    """What became of a move.

    ALREADY: the source is gone and the target is there: an earlier attempt did it.
    TAKEN:   something else has the target's name; nothing was touched.
    CHANGED: the source is not the file that was to be moved; nothing was touched.
    GONE:    neither the source nor the target is there.
    BUSY:    somebody has the source open; nothing was touched.
    """

    MOVED = "moved"
    ALREADY = "already"
    TAKEN = "taken"
    CHANGED = "changed"
    GONE = "gone"
    BUSY = "busy"


class ShareStore(Protocol):
    """One place that is polled. Every path is relative to it, with `/` between its parts.

    Every method may raise TransientError (ThrottledError and RefusedError among them).
    """

    def list_entries(self) -> Listing:
        """Return what lies on the share: one level, without `received/`, `reports/` and temporary names."""
        ...

    def properties(self, name: str) -> Properties | NotYet | Gone:
        """Return the file as it is now."""
        ...

    def try_lease(self, name: str, lease_id: str) -> Lease | NotYet | Gone:
        """Take the lease `lease_id` (a UUID), or find out that somebody else is busy with the file.

        Taking a lease again that is held under the same id succeeds, so that a crash leaves nothing to clean
        up but what the next attempt takes over.
        """
        ...

    def release(self, lease: Lease) -> None:
        """Give the lease back. Nothing happens where it is no longer held, or the file is gone."""
        ...

    def break_lease(self, name: str) -> None:
        """End whoever's lease there is on the file: a person's act, or recovery's."""
        ...

    def download(
        self, name: str, sink: Callable[[bytes], object], expected: Properties, start: int = 0
    ) -> Changed | Gone | NotYet | None:
        """Hand the file's bytes to `sink` in order, in pieces of at most 4 MiB, from offset `start`.

        Returns None when every byte of `expected.size` was handed over and the file was `expected`
        throughout; otherwise what `sink` got is worth nothing.
        """
        ...

    def move(self, name: str, to: str, expected: Properties, lease: Lease | None = None) -> Moved:
        """Rename a file that is still `expected` within the share; folders are made. Never overwrites."""
        ...

    def write_report(self, path: str, data: bytes) -> None:
        """Write a file whole under `reports/`, in the place of an earlier one of that name."""
        ...

    def exists(self, path: str) -> bool:
        """Whether there is a file at `path`."""
        ...

    def delete(self, path: str) -> bool:
        """Delete the file at `path` (purge only). Returns False where there was none."""
        ...

    def snapshots(self) -> tuple[str, ...] | None:
        """Return the names of the share's snapshots, which hold what was deleted since; None: not known."""
        ...

    def list_snapshot(self, snapshot: str) -> tuple[Entry, ...]:
        """Return what `list_entries` shows of a snapshot, and what was set aside in it (`received/NAME`)."""
        ...

    def delete_snapshot(self, snapshot: str) -> None:
        """Delete a snapshot, of the whole share and for ever; nothing happens where it is gone."""
        ...

    def close(self) -> None:
        """Close connections."""
        ...
