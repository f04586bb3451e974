"""What the listings of a share showed, from one poll to the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.ledger.rows import Area, chunks, dump, id_of, load, seq_of
from ingest.ledger.tables.arrivals import shares, sightings
from ingest.model.route import RouteKind, ShareAddress, Sighting


@dataclass(frozen=True, slots=True)
class KnownSighting:
    """A sighting, and the submission that it has become: such an entry costs no further call to the share."""

    sighting: Sighting
    submission_id: str | None = None


@dataclass(frozen=True, slots=True)
class ShareStatus:
    """A share that is polled: when it was last listed, and what lies there that is no zip (kind → count)."""

    share: ShareAddress
    listed: datetime | None
    other_entries: Mapping[str, int]


class Sightings(Area):
    """The present listing of each share, keyed by the keyed hash of the entry's path."""

    def load(self, share: ShareAddress) -> dict[str, KnownSighting]:
        """Return what is known of a share's entries, by `name_key`."""
        share_id = self._find_share(share)
        if share_id is None:
            return {}
        found = self._connection.execute(sa.select(sightings).where(sightings.c.share_id == share_id))
        return {row.name_key: _known(row) for row in found}

    def replace(
        self, share: ShareAddress, seen: Iterable[Sighting], other_entries: Mapping[str, int] | None = None
    ) -> None:
        """Record a whole listing: rows of entries that are gone are removed, changed ones are new again.

        An entry that became a submission and has not changed since is not written again.
        other_entries: what is no zip, by kind (`folder`, `loose DICOM` …).
        """
        known = self.load(share)
        share_id = self.share_id(share)
        present = {sighting.name_key: sighting for sighting in seen}
        for gone in chunks(known.keys() - present.keys()):
            self._connection.execute(
                sightings.delete().where(sightings.c.share_id == share_id, sightings.c.name_key.in_(gone))
            )
        rows = [
            _row(share_id, sighting)
            for key, sighting in present.items()
            if key not in known or not _is_settled(known[key], sighting)
        ]
        self._upsert(sightings, rows, ("share_id", "name_key"))
        self._connection.execute(
            shares.update()
            .where(shares.c.id == share_id)
            .values(listed=self._now, other_entries=dump(dict(other_entries or {})))
        )

    def attach(self, share: ShareAddress, name_key: str, submission_id: str) -> None:
        """Remember that the entry, as it is now, is this submission. `Submissions.create` does it too."""
        self._connection.execute(
            sightings.update()
            .where(sightings.c.share_id == self.share_id(share), sightings.c.name_key == name_key)
            .values(submission=seq_of(submission_id))
        )

    def forget(self, share: ShareAddress, name_key: str) -> None:
        """Forget an entry: it has been moved away."""
        self._connection.execute(
            sightings.delete().where(
                sightings.c.share_id == self.share_id(share), sightings.c.name_key == name_key
            )
        )

    def others_of(self, share: ShareAddress) -> Mapping[str, int]:
        """Return what lay on a share that is no zip, kind → count, when it was last listed."""
        share_id = self._find_share(share)
        if share_id is None:
            return {}
        found = self._connection.execute(sa.select(shares.c.other_entries).where(shares.c.id == share_id))
        return load(found.scalar_one()) or {}

    def statuses(self) -> tuple[ShareStatus, ...]:
        """Return every share that was ever polled."""
        rows = self._connection.execute(sa.select(shares).order_by(shares.c.route, shares.c.site))
        return tuple(ShareStatus(share_of(row), row.listed, load(row.other_entries) or {}) for row in rows)

    def share_id(self, share: ShareAddress) -> int:
        """Return the row number of a share; the row is made when it is new."""
        found = self._find_share(share)
        if found is None:
            address = {"route": share.route.value, "site": share.site, "address": share.address}
            self._insert_new(shares, address)
            found = self._find_share(share)
        assert found is not None
        return found

    def _find_share(self, share: ShareAddress) -> int | None:
        return self._connection.execute(
            sa.select(shares.c.id).where(
                shares.c.route == share.route.value,
                shares.c.site == share.site,
                shares.c.address == share.address,
            )
        ).scalar()


def share_of(row: sa.Row[Any]) -> ShareAddress:
    """Return the share of a row that has its columns."""
    return ShareAddress(RouteKind(row.route), row.site, row.address)


def _is_settled(known: KnownSighting, seen: Sighting) -> bool:
    before = known.sighting
    return known.submission_id is not None and (
        (before.size, before.file_id, before.etag, before.last_modified)
        == (seen.size, seen.file_id, seen.etag, seen.last_modified)
    )


def _row(share_id: int, sighting: Sighting) -> dict[str, object]:
    return {
        "share_id": share_id,
        "name_key": sighting.name_key,
        "size": sighting.size,
        "file_id": sighting.file_id,
        "etag": sighting.etag,
        "last_modified": sighting.last_modified,
        "first_seen": sighting.first_seen,
        "last_seen": sighting.last_seen,
        "polls_unchanged": sighting.polls_unchanged,
        "submission": None,
    }


def _known(row: sa.Row[Any]) -> KnownSighting:
    sighting = Sighting(
        name_key=row.name_key,
        size=row.size,
        file_id=row.file_id,
        etag=row.etag,
        last_modified=row.last_modified,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        polls_unchanged=row.polls_unchanged,
    )
    return KnownSighting(sighting, id_of(row.submission) if row.submission is not None else None)
