"""A share on Azure Files, through Microsoft's own client.

The client's retries are switched off: it knows neither 429 nor Retry-After. Every request here may be made
twice, so `attempt` repeats it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import TypeVar

from azure.core.exceptions import HttpResponseError, ResourceExistsError
from azure.storage.fileshare import FileProperties, ShareClient, ShareFileClient, ShareLeaseClient

from ingest.model.errors import TransientError
from ingest.model.route import Entry
from ingest.routes.azure_account import PIECE, service_of
from ingest.routes.azure_faults import attempt, error_code, silence_clients
from ingest.routes.names import check_report_path, parts_of, sort_entries
from ingest.routes.ports import (
    RECEIVED,
    Changed,
    Gone,
    Lease,
    Listing,
    Moved,
    NotYet,
    Properties,
    RefusedError,
)

Result = TypeVar("Result")

_NOT_HELD = frozenset(
    {"LeaseNotPresentWithLeaseOperation", "LeaseIdMismatchWithLeaseOperation", "LeaseAlreadyBroken"}
)


class AzureFilesStore:
    """A ShareStore on a share of Azure Files, or on a folder of it."""

    def __init__(
        self, share: ShareClient, folder: str = "", sleep: Callable[[float], None] = time.sleep
    ) -> None:
        silence_clients()
        self._share = share
        self._folder = folder
        self._sleep = sleep
        self._made: set[str] = set()

    def list_entries(self) -> Listing:
        """Return what lies on the share: one call for each 5,000 entries."""
        found = self._attempt(lambda: _listed(self._share, self._folder), "list")
        if not isinstance(found, list):
            raise TransientError("could not list the share: the folder that is polled is not there")
        return sort_entries(found)

    def properties(self, name: str) -> Properties | NotYet | Gone:
        """Ask for the file by itself: an SMB client's cache is flushed by this, not by a listing."""
        found = self._attempt(lambda: _properties(self._file(name).get_file_properties()), "look at")
        return Gone() if isinstance(found, Changed) else found

    def try_lease(self, name: str, lease_id: str) -> Lease | NotYet | Gone:
        """Take the lease: refused while an SMB client has the file open for writing."""
        taken = self._attempt(
            lambda: Lease(name, str(self._file(name).acquire_lease(lease_id=lease_id).id)), "lease a file of"
        )
        return Gone() if isinstance(taken, Changed) else taken

    def release(self, lease: Lease) -> None:
        """Give the lease back."""
        client = ShareLeaseClient(self._file(lease.name), lease.id)
        self._attempt(partial(_end_lease, client.release), "release a file of")

    def break_lease(self, name: str) -> None:
        """End whoever's lease there is."""
        client = ShareLeaseClient(self._file(name))
        self._attempt(partial(_end_lease, client.break_lease), "break a lease of")

    def download(
        self, name: str, sink: Callable[[bytes], object], expected: Properties, start: int = 0
    ) -> Changed | Gone | NotYet | None:
        """Get the file piece by piece; the ETag of each answer must be the expected one."""
        file = self._file(name)
        for offset in range(start, expected.size, PIECE):
            length = min(PIECE, expected.size - offset)
            piece = self._attempt(partial(_read, file, offset, length, expected.etag), "read from")
            if not isinstance(piece, bytes):
                return piece
            if len(piece) != length:
                return Changed()
            sink(piece)
        now = self.properties(name)
        if not isinstance(now, Properties):
            return now
        return None if now.etag == expected.etag and now.size == expected.size else Changed()

    def move(self, name: str, to: str, expected: Properties, lease: Lease | None = None) -> Moved:
        """Rename on the share. What is at the target is never overwritten: the service refuses."""
        now = self.properties(name)
        if isinstance(now, NotYet):
            return Moved.BUSY
        is_there = self.exists(to)
        if isinstance(now, Gone):
            return Moved.ALREADY if is_there else Moved.GONE
        if is_there:
            return Moved.TAKEN
        if (now.etag, now.size, now.file_id) != (expected.etag, expected.size, expected.file_id):
            return Moved.CHANGED
        self._make_folders(to)
        return self._rename(name, to, lease)

    def _rename(self, name: str, to: str, lease: Lease | None) -> Moved:
        source_lease = lease.id if lease and lease.id else None
        renamed = self._attempt(
            lambda: self._file(name).rename_file(self._path(to), source_lease=source_lease), "move a file of"
        )
        if isinstance(renamed, NotYet):
            return Moved.BUSY
        if isinstance(renamed, Gone):  # Asked twice, since the first answer was lost on the way.
            return Moved.ALREADY if self.exists(to) else Moved.GONE
        return Moved.CHANGED if isinstance(renamed, Changed) else Moved.MOVED

    def write_report(self, path: str, data: bytes) -> None:
        """Upload under a temporary name, then rename over an earlier one."""
        check_report_path(path)
        self._make_folders(path)
        *above, last = parts_of(path)
        temporary = self._file("/".join([*above, f".{last}.part"]))
        self._expect(self._attempt(lambda: temporary.upload_file(data), "write a report to"))
        self._expect(
            self._attempt(lambda: temporary.rename_file(self._path(path), overwrite=True), "name a report on")
        )

    def exists(self, path: str) -> bool:
        """Whether there is a file at `path`; one that somebody is busy with is there."""
        return not isinstance(self.properties(path), Gone)

    def delete(self, path: str) -> bool:
        """Delete the file at `path`."""
        deleted = self._attempt(lambda: self._file(path).delete_file(), "delete from")
        if isinstance(deleted, Gone):
            return False
        self._expect(deleted)
        return True

    def snapshots(self) -> tuple[str, ...] | None:
        """Return the share's snapshots, where the credential may list shares (a share's own SAS may not)."""
        service = service_of(self._share)
        name = self._share.share_name
        try:
            found = self._attempt(
                lambda: list(service.list_shares(name_starts_with=name, include_snapshots=True)), "list"
            )
        except RefusedError:
            return None
        if not isinstance(found, list):
            return None
        return tuple(str(each.snapshot) for each in found if each.name == name and each.snapshot)

    def list_snapshot(self, snapshot: str) -> tuple[Entry, ...]:
        """Return the polled folder's entries in a snapshot, and those below received/."""
        with self._at(snapshot) as share:
            found: list[Entry] = []
            for folder, prefix in ((self._folder, ""), (self._path(RECEIVED), f"{RECEIVED}/")):
                listed = self._attempt(partial(_listed, share, folder, prefix), "list a snapshot of")
                found += listed if isinstance(listed, list) else []
            return tuple(found)

    def delete_snapshot(self, snapshot: str) -> None:
        """Delete one snapshot of the share."""
        with self._at(snapshot) as share:
            outcome = self._attempt(lambda: share.delete_share(), "delete a snapshot of")
        if not isinstance(outcome, Gone):
            self._expect(outcome)

    def _at(self, snapshot: str) -> ShareClient:
        return service_of(self._share).get_share_client(self._share.share_name, snapshot=snapshot)

    def close(self) -> None:
        """Close the connections."""
        self._share.close()

    def _attempt(self, request: Callable[[], Result], doing: str) -> Result | NotYet | Gone | Changed:
        return attempt(request, f"{doing} the share", self._sleep)

    def _expect(self, outcome: object) -> None:
        """Raise where somebody is in the way of what only this service writes."""
        if isinstance(outcome, NotYet):
            raise TransientError(f"could not write to the share: {outcome.reason.value}")
        if isinstance(outcome, (Gone, Changed)):
            self._made.clear()  # Somebody deleted the folder: the next attempt makes it again.
            raise TransientError("could not write to the share: its folder went away")

    def _path(self, path: str) -> str:
        parts = parts_of(path)
        return "/".join((self._folder, *parts) if self._folder else parts)

    def _file(self, path: str) -> ShareFileClient:
        return self._share.get_file_client(self._path(path))

    def _make_folders(self, path: str) -> None:
        """Make the folders above `path`, once for each store: they are the service's own."""
        above = parts_of(path)[:-1]
        for depth in range(1, len(above) + 1):
            folder = self._path("/".join(above[:depth]))
            if folder not in self._made:
                self._expect(self._attempt(partial(_make, self._share, folder), "make a folder on"))
                self._made.add(folder)


def _listed(share: ShareClient, folder: str, prefix: str = "") -> list[Entry]:
    """Return a folder's entries; their names begin with `prefix`."""
    entries = share.get_directory_client(folder).list_directories_and_files(
        include=["timestamps", "Etag"], include_extended_info=True
    )
    return [
        Entry(
            prefix + found.name,
            int(found.size) if isinstance(found, FileProperties) else 0,
            found.file_id or "",
            _etag(found.etag),
            found.last_modified,
            found.is_directory,
        )
        for found in entries
    ]


def _make(share: ShareClient, folder: str) -> None:
    with suppress(ResourceExistsError):
        share.get_directory_client(folder).create_directory()


def _end_lease(end: Callable[[], object]) -> None:
    """End a lease; one that is not there any more needs no ending."""
    try:
        end()
    except HttpResponseError as error:
        if error_code(error) not in _NOT_HELD:
            raise


def _etag(etag: str | None) -> str:
    """Return an ETag without its quotes: listings and answers need not agree on them."""
    return (etag or "").strip('"')


def _read(file: ShareFileClient, offset: int, length: int, etag: str) -> bytes | Changed:
    answer = file.download_file(offset=offset, length=length)
    if _etag(answer.properties.etag) != etag:
        return Changed()
    return bytes(answer.readall())


def _properties(found: FileProperties) -> Properties:
    md5 = found.content_settings.content_md5
    return Properties(
        int(found.size),
        found.file_id or "",
        _etag(found.etag),
        found.last_modified,
        bytes(md5) if md5 else None,
    )
