"""Subjects: site, head version, completeness, and the lease under which one worker files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ingest.ledger.errors import LostClaim, NotInLedger
from ingest.ledger.rows import Area, dump, load
from ingest.ledger.tables.contents import subjects
from ingest.model.errors import HeadMoved
from ingest.model.verdict import Completeness, CompletenessState
from ingest.model.wire import from_wire, to_wire


@dataclass(frozen=True, slots=True)
class SubjectLease:
    """The right to file one subject. `head_version`: as it was when the lease was taken."""

    subject_id: str
    worker: str
    token: int
    head_version: int
    lease: timedelta


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """A subject as the ledger knows it; `completeness` is None before anything was decided for it."""

    subject_id: str
    site: str
    head_version: int
    completeness: Completeness | None
    is_withdrawn: bool
    first_seen: datetime
    changed: datetime


class Subjects(Area):
    """One row for each study ID."""

    def ensure(self, subject_id: str, site: str) -> None:
        """Make the row unless it is there."""
        self._insert_new(
            subjects,
            {"subject_id": subject_id, "site": site, "first_seen": self._now, "changed": self._now},
        )

    def get(self, subject_id: str) -> SubjectRow | None:
        """Return a subject, None where nothing is known of it."""
        row = self._connection.execute(sa.select(subjects).where(subjects.c.subject_id == subject_id)).first()
        return _subject(row) if row is not None else None

    def head_version(self, subject_id: str) -> int:
        """Return the subject's version in the archive; 0: nothing filed."""
        row = self.get(subject_id)
        return row.head_version if row else 0

    def find(
        self,
        *,
        site: str | None = None,
        completeness: CompletenessState | None = None,
        with_withdrawn: bool = True,
        limit: int = 100_000,
        offset: int = 0,
    ) -> tuple[SubjectRow, ...]:
        """Return the subjects that fit, by study ID."""
        query = sa.select(subjects)
        if site is not None:
            query = query.where(subjects.c.site == site)
        if completeness is not None:
            query = query.where(subjects.c.completeness == completeness.value)
        if not with_withdrawn:
            query = query.where(subjects.c.is_withdrawn.is_(False))
        rows = self._connection.execute(query.order_by(subjects.c.subject_id).limit(limit).offset(offset))
        return tuple(_subject(row) for row in rows)

    def lease(self, subject_id: str, site: str, worker: str, lease: timedelta) -> SubjectLease | None:
        """Take the subject by compare-and-set; None while another worker's lease runs."""
        self.ensure(subject_id, site)
        taken = self._connection.execute(
            subjects.update()
            .where(
                subjects.c.subject_id == subject_id,
                sa.or_(subjects.c.lease_until.is_(None), subjects.c.lease_until <= self._now),
            )
            .values(holder=worker, lease_until=self._now + lease, token=subjects.c.token + 1)
            .returning(subjects.c.token, subjects.c.head_version)
        ).first()
        return SubjectLease(subject_id, worker, taken.token, taken.head_version, lease) if taken else None

    def is_leased(self, subject_id: str) -> bool:
        """Whether a worker files the subject now."""
        held_until = self._connection.execute(
            sa.select(subjects.c.lease_until).where(subjects.c.subject_id == subject_id)
        ).scalar()
        return held_until is not None and held_until > self._now

    def guard(self, lease: SubjectLease) -> None:
        """Renew the lease. Raises LostClaim where another worker has taken the subject since."""
        if not self._update(lease, lease_until=self._now + lease.lease):
            raise LostClaim(f"{lease.subject_id} is no longer this worker's to file")

    def release(self, lease: SubjectLease) -> None:
        """Give the subject back, if it is still held under this lease."""
        self._update(lease, holder="", lease_until=None)

    def compare_and_set_head(self, lease: SubjectLease, expected: int, version: int) -> None:
        """Move the head from `expected` to `version`. Raises LostClaim, or HeadMoved."""
        self.guard(lease)
        done = self._connection.execute(
            subjects.update()
            .where(
                subjects.c.subject_id == lease.subject_id,
                subjects.c.token == lease.token,
                subjects.c.head_version == expected,
            )
            .values(head_version=version, changed=self._now)
        )
        if done.rowcount != 1:
            raise HeadMoved(f"{lease.subject_id} is no longer at version {expected}")

    def verified_before(self, moment: datetime) -> tuple[str, ...]:
        """Return the subjects with something filed whose bytes were not read since, longest ago first."""
        since = sa.func.coalesce(subjects.c.verified, subjects.c.first_seen)
        rows = self._connection.execute(
            sa.select(subjects.c.subject_id)
            .where(subjects.c.head_version > 0, since < moment)
            .order_by(since, subjects.c.subject_id)
        )
        return tuple(rows.scalars())

    def mark_verified(self, subject_id: str) -> None:
        """Record that every byte of the subject was read now."""
        self._connection.execute(
            subjects.update().where(subjects.c.subject_id == subject_id).values(verified=self._now)
        )

    def set_completeness(self, subject_id: str, completeness: Completeness) -> None:
        """Record the completeness over what is filed. Raises NotInLedger."""
        self._set(
            subject_id,
            completeness=completeness.state.value,
            missing=dump(to_wire(completeness)["missing"]) if completeness.missing else "",
        )

    def withdraw(self, subject_id: str, site: str) -> None:
        """Record a withdrawal: what arrives for the subject from now on is rejected."""
        self.ensure(subject_id, site)
        self._set(subject_id, is_withdrawn=True)

    def forget(self, lease: SubjectLease) -> None:
        """Record that nothing of the subject is in the archive any more. Raises LostClaim."""
        if not self._update(lease, head_version=0, completeness="", missing="", changed=self._now):
            raise LostClaim(f"{lease.subject_id} is no longer this worker's")

    def is_withdrawn(self, subject_id: str) -> bool:
        """Tell whether the subject was withdrawn."""
        row = self.get(subject_id)
        return row is not None and row.is_withdrawn

    def _set(self, subject_id: str, **values: Any) -> None:
        done = self._connection.execute(
            subjects.update().where(subjects.c.subject_id == subject_id).values(changed=self._now, **values)
        )
        if done.rowcount != 1:
            raise NotInLedger("there is no such subject")

    def _update(self, lease: SubjectLease, **values: Any) -> bool:
        done = self._connection.execute(
            subjects.update()
            .where(
                subjects.c.subject_id == lease.subject_id,
                subjects.c.token == lease.token,
                subjects.c.holder == lease.worker,
            )
            .values(values)
        )
        return done.rowcount == 1


def _subject(row: sa.Row[Any]) -> SubjectRow:
    completeness = None
    if row.completeness:
        wire = {"state": row.completeness, "missing": load(row.missing) or []}
        completeness = from_wire(Completeness, wire)
    return SubjectRow(
        row.subject_id,
        row.site,
        row.head_version,
        completeness,
        row.is_withdrawn,
        row.first_seen,
        row.changed,
    )
