"""The outbox: messages put down in the transaction that makes them true, and sent afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from ingest.ledger.rows import Area, dump, id_of, load, seq_of
from ingest.ledger.tables.service import outbox


class Channel(StrEnum):
    """Where a message goes."""

    SHARE = "share"  # a report back on the site's share
    EMAIL = "email"  # to a site's contacts
    QUEUE = "queue"  # the uploader's Storage Queue
    OPERATIONS = "operations"  # to the study team


class MessageState(StrEnum):
    """How far a message has come."""

    WAITING = "waiting"
    SENT = "sent"
    GIVEN_UP = "given-up"


@dataclass(frozen=True, slots=True)
class Message:
    """A message. `id` is made of what it is about, so that it is never put twice: it is the Message-ID.

    payload: ids and words only, never a value from the data.
    """

    id: str
    channel: Channel
    payload: Mapping[str, Any]
    submission_id: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message in one worker's hands. `attempt` counts from 1."""

    message: Message
    worker: str
    token: int
    attempt: int


@dataclass(frozen=True, slots=True)
class MessageStatus:
    """A message and what became of it."""

    message: Message
    state: MessageState
    attempts: int
    put: datetime
    sent: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Undelivered:
    """Messages that failed for one reason and are tried again; `since`: when the oldest was put down."""

    channel: Channel
    reason: str
    count: int
    since: datetime


class Outbox(Area):
    """Put in the step's transaction; claimed, sent outside any transaction, and marked."""

    def put(self, message: Message) -> bool:
        """Put a message down; return False where one with its id is there already."""
        return self._insert_new(
            outbox,
            {
                "id": message.id,
                "channel": message.channel.value,
                "submission": seq_of(message.submission_id) if message.submission_id else None,
                "payload": dump(dict(message.payload)),
                "state": MessageState.WAITING.value,
                "put": self._now,
            },
        )

    def claim(
        self,
        worker: str,
        *,
        lease_seconds: float = 120,
        limit: int = 20,
        channel: Channel | None = None,
        submission_id: str | None = None,
    ) -> list[Delivery]:
        """Take messages that wait, oldest first; nobody else takes them while the lease runs."""
        query = sa.select(outbox.c.id).where(outbox.c.state == MessageState.WAITING.value, *self._is_free())
        if channel is not None:
            query = query.where(outbox.c.channel == channel.value)
        if submission_id is not None:
            query = query.where(outbox.c.submission == seq_of(submission_id))
        query = query.order_by(outbox.c.put, outbox.c.id).limit(limit).with_for_update(skip_locked=True)
        return [
            taken
            for message_id in self._connection.execute(query).scalars().all()
            if (taken := self._take(message_id, worker, timedelta(seconds=lease_seconds)))
        ]

    def mark_sent(self, delivery: Delivery) -> bool:
        """Record that it was sent; False where another worker has taken it over since."""
        return self._mark(delivery, state=MessageState.SENT.value, sent=self._now, reason="")

    def mark_failed(self, delivery: Delivery, reason: str, retry_after: float | None) -> bool:
        """Record a failed attempt: tried again after `retry_after` seconds; None gives it up."""
        if retry_after is None:
            return self._mark(delivery, state=MessageState.GIVEN_UP.value, reason=reason[:500])
        return self._mark(delivery, reason=reason[:500], retry_at=self._now + timedelta(seconds=retry_after))

    def of_submission(self, submission_id: str) -> tuple[MessageStatus, ...]:
        """Return the messages of a submission, oldest first."""
        return self._statuses(outbox.c.submission == seq_of(submission_id))

    def given_up(self) -> tuple[MessageStatus, ...]:
        """Return the messages that could not be sent."""
        return self._statuses(outbox.c.state == MessageState.GIVEN_UP.value)

    def failing(self) -> tuple[Undelivered, ...]:
        """Return what has failed and waits for another try, by channel and reason; the longest first."""
        since = sa.func.min(outbox.c.put, type_=outbox.c.put.type)
        rows = self._connection.execute(
            sa.select(outbox.c.channel, outbox.c.reason, sa.func.count().label("many"), since.label("since"))
            .where(outbox.c.state == MessageState.WAITING.value, outbox.c.reason != "")
            .group_by(outbox.c.channel, outbox.c.reason)
            .order_by(since, outbox.c.channel, outbox.c.reason)
        )
        return tuple(Undelivered(Channel(row.channel), row.reason, row.many, row.since) for row in rows)

    def last_put(self, prefix: str) -> datetime | None:
        """Return when the last message was put whose id begins with `prefix`, sent or not; None: never."""
        newest = sa.select(sa.func.max(outbox.c.put)).where(outbox.c.id.startswith(prefix, autoescape=True))
        found: datetime | None = self._connection.execute(newest).scalar()
        return found

    def retry(self, submission_id: str | None = None) -> int:
        """Send at once what failed or was given up, of a submission or all; return how many messages."""
        unsent = (MessageState.WAITING.value, MessageState.GIVEN_UP.value)
        query = outbox.update().where(
            outbox.c.state.in_(unsent), outbox.c.reason != "", outbox.c.lease_until.is_(None)
        )
        if submission_id is not None:
            query = query.where(outbox.c.submission == seq_of(submission_id))
        done = self._connection.execute(
            query.values(state=MessageState.WAITING.value, attempts=0, reason="", retry_at=None)
        )
        return done.rowcount

    def _take(self, message_id: str, worker: str, lease: timedelta) -> Delivery | None:
        row = self._connection.execute(
            outbox.update()
            .where(outbox.c.id == message_id, outbox.c.state == MessageState.WAITING.value, *self._is_free())
            .values(
                holder=worker,
                lease_until=self._now + lease,
                token=outbox.c.token + 1,
                attempts=outbox.c.attempts + 1,
                retry_at=None,
            )
            .returning(*outbox.c)
        ).first()
        return Delivery(_message(row), worker, row.token, row.attempts) if row is not None else None

    def _mark(self, delivery: Delivery, **values: Any) -> bool:
        done = self._connection.execute(
            outbox.update()
            .where(
                outbox.c.id == delivery.message.id,
                outbox.c.token == delivery.token,
                outbox.c.holder == delivery.worker,
                outbox.c.state == MessageState.WAITING.value,
            )
            .values(holder="", lease_until=None, **values)
        )
        return done.rowcount == 1

    def _is_free(self) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            sa.or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= self._now),
            sa.or_(outbox.c.retry_at.is_(None), outbox.c.retry_at <= self._now),
        )

    def _statuses(self, condition: sa.ColumnElement[bool]) -> tuple[MessageStatus, ...]:
        rows = self._connection.execute(
            sa.select(outbox).where(condition).order_by(outbox.c.put, outbox.c.id)
        )
        return tuple(
            MessageStatus(_message(row), MessageState(row.state), row.attempts, row.put, row.sent, row.reason)
            for row in rows
        )


def _message(row: sa.Row[Any]) -> Message:
    submission_id = id_of(row.submission) if row.submission is not None else None
    return Message(row.id, Channel(row.channel), load(row.payload), submission_id)
