"""The audit chain: every event carries the sha256 of the one before it and of itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.ledger.rows import Area, dump, load, sha256_of
from ingest.ledger.tables.service import audit_events, audit_head

#: What the first event's `previous` is.
GENESIS = "0" * 64
_PAGE = 5000

Detail = Mapping[str, str | int | bool | None]


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One event. `by`: a person, or empty for the service itself. `detail` holds no value from the data."""

    seq: int
    at: datetime
    event: str
    submission_id: str
    subject_id: str
    by: str
    detail: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True)
class AuditCheck:
    """What `verify` found: events read, the head's hash, and the number of the first event that is wrong."""

    events: int
    head: str
    first_fault: int | None = None
    fault: str = ""


class Audit(Area):
    """Appends at the end of the transaction, so that the chain's end is held only for a moment."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        super().__init__(connection, now)
        self._pending: list[dict[str, Any]] = []

    def append(
        self,
        event: str,
        *,
        submission_id: str = "",
        subject_id: str = "",
        by: str = "",
        detail: Detail | None = None,
    ) -> None:
        """Add an event; it is written when the transaction commits."""
        self._pending.append(
            {
                "at": self._now.isoformat(),
                "event": event,
                "submission": submission_id,
                "subject": subject_id,
                "by": by,
                "detail": dict(detail or {}),
            }
        )

    def flush(self) -> None:
        """Write what was appended. Called by `Ledger` at the end of each transaction."""
        if not self._pending:
            return
        head = self._connection.execute(
            sa.select(audit_head.c.seq, audit_head.c.hash).where(audit_head.c.id == 1).with_for_update()
        ).one()
        seq, previous, rows = head.seq, head.hash, []
        for pending in self._pending:
            seq += 1
            body = dump(pending | {"seq": seq})
            rows.append(self._row(seq, body, previous, pending))
            previous = rows[-1]["hash"]
        self._connection.execute(audit_events.insert(), rows)
        self._connection.execute(
            audit_head.update().where(audit_head.c.id == 1).values(seq=seq, hash=previous)
        )
        self._pending.clear()

    def events(
        self, *, submission_id: str | None = None, subject_id: str | None = None, limit: int = 1000
    ) -> tuple[AuditEvent, ...]:
        """Return events, oldest first: the newest `limit` that fit."""
        query = sa.select(audit_events)
        if submission_id is not None:
            query = query.where(audit_events.c.submission == submission_id)
        if subject_id is not None:
            query = query.where(audit_events.c.subject_id == subject_id)
        rows = self._connection.execute(query.order_by(audit_events.c.seq.desc()).limit(limit)).all()
        return tuple(_event(row) for row in reversed(rows))

    def last(self, event: str) -> AuditEvent | None:
        """Return the newest event of that name; None: there was none."""
        named = sa.select(audit_events).where(audit_events.c.event == event)
        row = self._connection.execute(named.order_by(audit_events.c.seq.desc()).limit(1)).one_or_none()
        return _event(row) if row is not None else None

    def head(self) -> tuple[int, str]:
        """Return the number and the hash of the last event: what is written down elsewhere as a witness."""
        row = self._connection.execute(sa.select(audit_head.c.seq, audit_head.c.hash)).one()
        return row.seq, row.hash

    def verify(self) -> AuditCheck:
        """Read the whole chain and say where it is broken, if it is: changed, missing, added or cut short."""
        count, previous = 0, GENESIS
        for row in self._all():
            count += 1
            fault = _fault_of(row, count, previous)
            if fault:
                return AuditCheck(count, row.hash, row.seq, fault)
            previous = row.hash
        head_seq, head_hash = self.head()
        if (head_seq, head_hash) != (count, previous):
            return AuditCheck(count, previous, count + 1, "the chain's end is not the head's")
        return AuditCheck(count, previous)

    def _all(self) -> Iterator[sa.Row[Any]]:
        last = 0
        while True:
            page = self._connection.execute(
                sa.select(audit_events)
                .where(audit_events.c.seq > last)
                .order_by(audit_events.c.seq)
                .limit(_PAGE)
            ).all()
            yield from page
            if len(page) < _PAGE:
                return
            last = page[-1].seq

    def _row(self, seq: int, body: str, previous: str, pending: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "seq": seq,
            "at": self._now,
            "body": body,
            "previous": previous,
            "hash": sha256_of(previous + body),
            "event": pending["event"],
            "submission": pending["submission"],
            "subject_id": pending["subject"],
        }


def _fault_of(row: sa.Row[Any], expected_seq: int, previous: str) -> str:
    if row.seq != expected_seq:
        return "an event is missing"
    if row.previous != previous or sha256_of(previous + row.body) != row.hash:
        return "the event or the one before it was changed"
    body = load(row.body)
    shown = (row.seq, row.event, row.submission, row.subject_id, row.at.isoformat())
    if (body["seq"], body["event"], body["submission"], body["subject"], body["at"]) != shown:
        return "the event's columns differ from what was hashed"
    return ""


def _event(row: sa.Row[Any]) -> AuditEvent:
    body = load(row.body)
    return AuditEvent(
        row.seq, row.at, row.event, row.submission, row.subject_id, body["by"], body["detail"], row.hash
    )
