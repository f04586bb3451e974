"""What was approved for a site: a tag and a keyed hash of the value, never the value itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.ledger.errors import NotInLedger, Refused
from ingest.ledger.rows import Area
from ingest.ledger.tables.people import approvals
from ingest.model.inspection import Approval, ApprovalKind


@dataclass(frozen=True, slots=True)
class ApprovalRow:
    """An approval with who gave it, why, until when, and who took it back."""

    id: int
    site: str
    approval: Approval
    by: str
    reason: str
    given: datetime
    until: datetime | None
    revoked: datetime | None
    revoked_by: str
    revoked_reason: str


class Approvals(Area):
    """Approvals, by site."""

    def add(
        self, site: str, approval: Approval, *, by: str, reason: str, until: datetime | None = None
    ) -> int:
        """Record an approval and return its number; one that is in force already is returned as it is.

        Raises Refused without a person or a reason.
        """
        if not by.strip() or not reason.strip():
            raise Refused("an approval needs a person and a reason")
        for row in self.find(site):
            if row.approval == approval and row.until == until:
                return row.id
        number: int = self._connection.execute(
            approvals.insert()
            .values(
                site=site,
                kind=approval.kind.value,
                place=approval.where,
                value_hmac=approval.value_hmac,
                clear=approval.clear,
                by=by,
                reason=reason,
                given=self._now,
                until=until,
            )
            .returning(approvals.c.id)
        ).scalar_one()
        return number

    def revoke(self, approval_id: int, *, by: str, reason: str) -> None:
        """Take an approval back. Raises NotInLedger where there is none, or it is revoked already."""
        done = self._connection.execute(
            approvals.update()
            .where(approvals.c.id == approval_id, approvals.c.revoked.is_(None))
            .values(revoked=self._now, revoked_by=by, revoked_reason=reason)
        )
        if done.rowcount != 1:
            raise NotInLedger(f"approval {approval_id} is not in force: ingest approvals list --all")

    def active(self, site: str) -> tuple[Approval, ...]:
        """Return what is approved for a site now, as an inspection request takes it."""
        return tuple(row.approval for row in self.find(site))

    def find(self, site: str | None = None, *, with_past: bool = False) -> tuple[ApprovalRow, ...]:
        """Return approvals, oldest first; `with_past`: revoked and expired ones too."""
        query = sa.select(approvals)
        if site is not None:
            query = query.where(approvals.c.site == site)
        if not with_past:
            query = query.where(
                approvals.c.revoked.is_(None),
                sa.or_(approvals.c.until.is_(None), approvals.c.until > self._now),
            )
        rows = self._connection.execute(query.order_by(approvals.c.id))
        return tuple(_approval(row) for row in rows)


def _approval(row: sa.Row[Any]) -> ApprovalRow:
    approval = Approval(ApprovalKind(row.kind), row.place, row.value_hmac, row.clear)
    return ApprovalRow(
        row.id,
        row.site,
        approval,
        row.by,
        row.reason,
        row.given,
        row.until,
        row.revoked,
        row.revoked_by,
        row.revoked_reason,
    )
