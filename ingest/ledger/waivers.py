"""What a site, or one of its subjects, need not send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.ledger.errors import NotInLedger, Refused
from ingest.ledger.rows import Area
from ingest.ledger.tables.people import waivers
from ingest.trial.definition import Waiver


@dataclass(frozen=True, slots=True)
class WaiverRow:
    """A waiver with when it was given, until when, and who took it back."""

    id: int
    site: str
    waiver: Waiver
    given: datetime
    until: datetime | None
    revoked: datetime | None
    revoked_by: str


class Waivers(Area):
    """Waivers that people gave; those of the trial file are added to them by `decide`."""

    def add(self, site: str, waiver: Waiver, *, until: datetime | None = None) -> int:
        """Record a waiver and return its number. Raises Refused without a person or a reason."""
        if not waiver.by.strip() or not waiver.reason.strip():
            raise Refused("a waiver needs a person and a reason")
        number: int = self._connection.execute(
            waivers.insert()
            .values(
                site=site,
                subject_id=waiver.subject or "",
                object=waiver.object,
                by=waiver.by,
                reason=waiver.reason,
                given=self._now,
                until=until,
            )
            .returning(waivers.c.id)
        ).scalar_one()
        return number

    def revoke(self, waiver_id: int, *, by: str) -> None:
        """Take a waiver back. Raises NotInLedger where there is none, or it is revoked already."""
        done = self._connection.execute(
            waivers.update()
            .where(waivers.c.id == waiver_id, waivers.c.revoked.is_(None))
            .values(revoked=self._now, revoked_by=by)
        )
        if done.rowcount != 1:
            raise NotInLedger(f"waiver {waiver_id} is not in force: ingest waivers list --all")

    def active(self, site: str, subject_id: str | None = None) -> tuple[Waiver, ...]:
        """Return what is waived now for a site, or for one subject of it (the site's waivers included)."""
        rows = self.find(site)
        return tuple(
            row.waiver
            for row in rows
            if subject_id is None or row.waiver.subject is None or row.waiver.subject == subject_id
        )

    def find(self, site: str | None = None, *, with_past: bool = False) -> tuple[WaiverRow, ...]:
        """Return waivers, oldest first; `with_past`: revoked and expired ones too."""
        query = sa.select(waivers)
        if site is not None:
            query = query.where(waivers.c.site == site)
        if not with_past:
            query = query.where(
                waivers.c.revoked.is_(None), sa.or_(waivers.c.until.is_(None), waivers.c.until > self._now)
            )
        rows = self._connection.execute(query.order_by(waivers.c.id))
        return tuple(_waiver(row) for row in rows)


def _waiver(row: sa.Row[Any]) -> WaiverRow:
    waiver = Waiver(row.object, row.reason, row.by, row.subject_id or None)
    return WaiverRow(row.id, row.site, waiver, row.given, row.until, row.revoked, row.revoked_by)
