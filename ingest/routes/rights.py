"""Whether the service may do on a share what it must: each right is proved by using it, in `reports/`."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ingest.model.errors import ConfigurationError, TransientError
from ingest.model.route import ShareAddress
from ingest.routes.ports import REPORTS, Lease, Moved, Properties, RefusedError, ShareStore

_PROBE = f"{REPORTS}/.routes-check-{{}}.txt"
_TEXT = b"Written by the service to prove that it may. It can be deleted.\n"

#: What to do about a right that is missing, for a signature (SAS) and for an identity.
_REMEDIES = {
    "list": "a signature needs `l`, an identity the role Storage File Data Privileged Contributor",
    "write reports": "a signature needs `c`, `w` and `d`; a folder must be writable for the service's user",
    "read": "a signature needs `r`",
    "lease": "a signature needs `w`; the role Storage File Data Privileged Reader is not enough",
    "rename": "a signature needs `w` and `d`",
    "delete": "a signature needs `d`; without it purge and withdrawal cannot reach the share's copy",
}

_QUEUE_REMEDY = "make it, and let the service read, add and process its messages (`rap`)"


@dataclass(frozen=True, slots=True)
class Right:
    """One right on a share. `words`: what was found, and what to do where it is missing; for a person."""

    name: str
    is_held: bool
    words: str


@dataclass(frozen=True, slots=True)
class ShareCheck:
    """What was proved of one share. Rights that stand on one that is missing are not listed."""

    share: ShareAddress
    rights: tuple[Right, ...]
    remarks: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether every right is there."""
        return all(right.is_held for right in self.rights)


def check_share(share: ShareAddress, open_store: Callable[[ShareAddress], ShareStore]) -> ShareCheck:
    """Connect to a share and use every right once. Never raises: what goes wrong is said in words."""
    try:
        store = open_store(share)
    except ConfigurationError as error:
        return ShareCheck(share, (Right("connect", False, str(error)),))
    listed, remarks = _list(store)
    if not listed.is_held:
        return ShareCheck(share, (listed,), remarks)
    return ShareCheck(share, (listed, *_use_probe(store)), remarks)


def check_queues(names: Iterable[str], look: Callable[[str], None]) -> tuple[Right, ...]:
    """Look at an uploader's queues by name; no message is taken. `look` raises where one cannot be used."""
    rights = []
    for name in names:
        try:
            look(name)
            rights.append(Right(f"queue {name}", True, "is there"))
        except (ConfigurationError, TransientError) as error:
            rights.append(Right(f"queue {name}", False, f"{error}; {_QUEUE_REMEDY}"))
    return tuple(rights)


def _list(store: ShareStore) -> tuple[Right, tuple[str, ...]]:
    try:
        listing = store.list_entries()
    except TransientError as error:
        return _missing("list", error), ()
    words = f"{len(listing.zips)} zips wait or are held there"
    remarks = []
    if listing.folders or listing.stray_files:
        remarks.append(
            f"{listing.folders} folders and {listing.stray_files} files there are not zips: they are not read"
        )
    if listing.partial:
        remarks.append(f"{listing.partial} uploads are under way or were given up (.part and the like)")
    return Right("list", True, words), tuple(remarks)


def _use_probe(store: ShareStore) -> list[Right]:
    """Write, read, lease, rename and delete a file of the service's own."""
    first, second = _PROBE.format(uuid.uuid4().hex[:8]), _PROBE.format(uuid.uuid4().hex[:8])
    written = _prove("write reports", lambda: _writes(store, first))
    if not written.is_held:
        return [written]
    rights = [
        written,
        _prove("read", lambda: _reads(store, first)),
        _prove("lease", lambda: _leases(store, first)),
        _prove("rename", lambda: _renames(store, first, second)),
    ]
    left = second if rights[-1].is_held else first
    return [*rights, _prove("delete", lambda: store.delete(left))]


def _writes(store: ShareStore, path: str) -> bool:
    store.write_report(path, _TEXT)
    return True


def _reads(store: ShareStore, path: str) -> bool:
    found = store.properties(path)
    data = bytearray()
    return (
        isinstance(found, Properties)
        and store.download(path, data.extend, found) is None
        and bytes(data) == _TEXT
    )


def _leases(store: ShareStore, path: str) -> bool:
    lease = store.try_lease(path, str(uuid.uuid4()))
    if not isinstance(lease, Lease):
        return False
    store.release(lease)
    return True


def _renames(store: ShareStore, path: str, to: str) -> bool:
    found = store.properties(path)
    return isinstance(found, Properties) and store.move(path, to, found) is Moved.MOVED


def _prove(name: str, use: Callable[[], bool]) -> Right:
    try:
        is_held = use()
    except TransientError as error:
        return _missing(name, error)
    if is_held:
        return Right(name, True, "proved")
    return Right(name, False, "did not do what it should: another program may be in the way; check again")


def _missing(name: str, error: TransientError) -> Right:
    words = f"{error}; {_REMEDIES[name]}" if isinstance(error, RefusedError) else str(error)
    return Right(name, False, words)
