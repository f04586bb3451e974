"""The gate between a settled entry and its bytes: properties, lease, download, ETag again, Content-MD5."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from ingest.model.route import Sighting
from ingest.routes.ports import Changed, Gone, Lease, NotYet, Properties, ShareStore
from ingest.routes.settle import lease_id


@dataclass(frozen=True, slots=True)
class Fetched:
    """A file whose every byte was handed over while nobody could write to it.

    md5_matches: whether its bytes have the Content-MD5 that the sender set; None where none was set. False is
    not a fault of the transfer (it was checked piece by piece): the sender never finished, or wrote something
    else.
    """

    properties: Properties
    sha256: str
    md5_matches: bool | None


def fetch(
    store: ShareStore, name: str, sighting: Sighting, sink: Callable[[bytes], object]
) -> Fetched | NotYet | Changed | Gone:
    """Hand a settled entry's bytes to `sink`, in order, if it is still what was sighted and nobody writes.

    Anything but `Fetched`: what `sink` got is worth nothing, and the entry is looked at again at the next
    poll. The lease is given back in every case. Raises TransientError.
    """
    before = _expected(store.properties(name), sighting)
    if not isinstance(before, Properties):
        return before
    lease = store.try_lease(name, lease_id(sighting))
    if not isinstance(lease, Lease):
        return lease
    try:
        return _download(store, name, sighting, sink)
    finally:
        store.release(lease)


def _download(
    store: ShareStore, name: str, sighting: Sighting, sink: Callable[[bytes], object]
) -> Fetched | NotYet | Changed | Gone:
    """Asked again under the lease: whoever wrote between the first look and the lease is seen here."""
    expected = _expected(store.properties(name), sighting)
    if not isinstance(expected, Properties):
        return expected
    sha256 = hashlib.sha256()
    md5 = hashlib.md5(usedforsecurity=False) if expected.content_md5 else None

    def hash_and_hand_on(piece: bytes) -> None:
        sha256.update(piece)
        if md5 is not None:
            md5.update(piece)
        sink(piece)

    ended = store.download(name, hash_and_hand_on, expected)
    if ended is not None:
        return ended
    matches = md5.digest() == expected.content_md5 if md5 is not None else None
    return Fetched(expected, sha256.hexdigest(), matches)


def _expected(now: Properties | NotYet | Gone, sighting: Sighting) -> Properties | Changed | NotYet | Gone:
    if not isinstance(now, Properties):
        return now
    is_same = (now.size, now.file_id, now.etag) == (sighting.size, sighting.file_id, sighting.etag)
    return now if is_same else Changed()
