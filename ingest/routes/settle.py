"""When an upload has settled: a pure function over what this poll and those before saw of a share.

Settled says "nothing has changed for long enough to look closer", not "whole": a sender that was killed
leaves a file that never changes again. What follows it (a lease, Content-MD5, the CRC of every member)
decides that.
"""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from ingest.model.route import Entry, ShareAddress, Sighting
from ingest.trial.definition import Settle


def name_key(hmac_key: bytes, share: ShareAddress, name: str) -> str:
    """Return the keyed hash under which the ledger knows an entry: 64 hexadecimal digits.

    It rests on the route, the site and the name, not on the share's address, so that a share that is mounted
    elsewhere keeps its sightings.
    """
    message = "\0".join((share.route.value, share.site, name)).encode("utf-8", "surrogatepass")
    return hmac.new(hmac_key, message, hashlib.sha256).hexdigest()


def lease_id(sighting: Sighting) -> str:
    """Return the lease id of a sighting: always the same, so a dead worker's lease is taken over."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, f"{sighting.name_key} {sighting.file_id} {sighting.etag}"))


@dataclass(frozen=True, slots=True)
class Settled:
    """What a poll found.

    arrivals:  every entry that has settled, now or earlier; the ledger knows which are submissions.
    to_keep:   sightings that are new or differ from what was known: what the ledger must write.
    changed:   name keys of entries that were seen before and are different now.
    vanished:  name keys that are no longer listed.
    waiting:   how many entries have not settled yet.
    """

    arrivals: tuple[tuple[Entry, Sighting], ...]
    to_keep: tuple[Sighting, ...]
    changed: frozenset[str]
    vanished: frozenset[str]
    waiting: int


def settle(
    previous: Mapping[str, Sighting],
    entries: Iterable[Entry],
    rule: Settle,
    now: datetime,
    key: Callable[[str], str],
    announced: Mapping[str, int] | None = None,
) -> Settled:
    """Compare a listing with the sightings before it.

    previous:  the share's sightings by name key.
    key:       name → name key (`name_key` with its first two arguments filled in).
    announced: name key → size, of files that their sender said are whole (the HTP's notice). Such an entry
               has settled at once where its size is the announced one: it was renamed when it was whole, and
               its sha256 is checked when it is fetched.

    An entry has settled when its file id, ETag, Last-Modified and size were the same at `rule.polls` polls
    after the first, and for `rule.minimum_age` seconds by this program's own clock. Polls at the same instant
    count as one.
    """
    announced = announced or {}
    arrivals: list[tuple[Entry, Sighting]] = []
    to_keep: list[Sighting] = []
    changed: set[str] = set()
    listed: set[str] = set()
    waiting = 0
    for entry in entries:
        entry_key = key(entry.name)
        listed.add(entry_key)
        before = previous.get(entry_key)
        sighting = _see(before, entry, entry_key, rule, now)
        if before is not None and not is_same(before, entry):
            changed.add(entry_key)
        if sighting is not before:
            to_keep.append(sighting)
        if has_settled(sighting, rule) or announced.get(entry_key) == entry.size:
            arrivals.append((entry, sighting))
        else:
            waiting += 1
    return Settled(
        tuple(arrivals), tuple(to_keep), frozenset(changed), frozenset(previous.keys() - listed), waiting
    )


def is_same(sighting: Sighting, entry: Entry) -> bool:
    """Whether the entry is what was sighted: all four of file id, ETag, Last-Modified and size."""
    return (sighting.file_id, sighting.etag, sighting.last_modified, sighting.size) == (
        entry.file_id,
        entry.etag,
        entry.last_modified,
        entry.size,
    )


def has_settled(sighting: Sighting, rule: Settle) -> bool:
    """Whether what was sighted has been the same for as many polls and as long as the rule asks."""
    quiet = (sighting.last_seen - sighting.first_seen).total_seconds()
    return sighting.polls_unchanged >= rule.polls and quiet >= rule.minimum_age


def _see(before: Sighting | None, entry: Entry, entry_key: str, rule: Settle, now: datetime) -> Sighting:
    """Return the sighting after this poll; `before` itself where there is nothing to write."""
    if before is None or not is_same(before, entry):
        return Sighting(entry_key, entry.size, entry.file_id, entry.etag, entry.last_modified, now, now, 0)
    if has_settled(before, rule) or now <= before.last_seen:
        return before
    return replace(before, last_seen=now, polls_unchanged=before.polls_unchanged + 1)


def find_entry(entries: Iterable[Entry], wanted: str, key: Callable[[str], str]) -> Entry | None:
    """Return the listed entry of that name key: how a name that was never kept is found again."""
    return next((entry for entry in entries if hmac.compare_digest(key(entry.name), wanted)), None)
