"""Counts and signs of life, for `ingest status`, metrics and health checks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.ledger.outbox import MessageState
from ingest.ledger.rows import Area, id_of
from ingest.ledger.tables.arrivals import attempts, sightings, submissions
from ingest.ledger.tables.contents import filings, subjects
from ingest.ledger.tables.people import held_items
from ingest.ledger.tables.service import heartbeats, outbox
from ingest.ledger.transitions import ACTIVE_STATES, STEP_OF_STATE
from ingest.model.submission import Step, SubmissionState
from ingest.model.verdict import Outcome


@dataclass(frozen=True, slots=True)
class Failing:
    """Submissions whose step failed for one reason and is tried again; `since`: the first of their faults."""

    step: Step
    reason: str
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class VitalSigns:
    """The service at a glance. Instants are None where there is nothing to date.

    oldest_unsettled: the first sight of the oldest entry that is not yet a submission.
    oldest_waiting:   since when the longest-waiting submission stands in its state.
    failing:          what meets passing faults of the world, by step and reason; the longest first.
    messages:         what lies in the outbox, by state (`waiting`, `given-up`).
    """

    states: Mapping[SubmissionState, int]
    outcomes: Mapping[Outcome, int]
    subjects: Mapping[str, int]
    held_open: int
    stuck: tuple[str, ...]
    oldest_unsettled: datetime | None
    oldest_waiting: datetime | None
    last_activity: datetime | None
    messages: Mapping[MessageState, int]
    bytes_filed: int
    versions_filed: int
    failing: tuple[Failing, ...] = ()


@dataclass(frozen=True, slots=True)
class StepTimes:
    """How often a step came to its end since then, and the seconds that took in all."""

    step: str
    result: str
    count: int
    seconds: float


class Vitals(Area):
    """What is measured."""

    def read(self) -> VitalSigns:
        """Return the service's state now."""
        states = self._counts(submissions.c.state)
        outcomes = self._counts(submissions.c.outcome)
        messages = self._connection.execute(
            sa.select(outbox.c.state, sa.func.count())
            .where(outbox.c.state.in_([MessageState.WAITING.value, MessageState.GIVEN_UP.value]))
            .group_by(outbox.c.state)
        )
        filed = self._connection.execute(
            sa.select(sa.func.coalesce(sa.func.sum(filings.c.bytes), 0), sa.func.count(filings.c.version))
        ).one()
        stuck = submissions.c.state == SubmissionState.STUCK.value
        rows = self._connection.execute(
            sa.select(submissions.c.seq).where(stuck).order_by(submissions.c.changed)
        ).scalars()
        return VitalSigns(
            states={SubmissionState(key): count for key, count in states.items()},
            outcomes={Outcome(key): count for key, count in outcomes.items() if key},
            subjects=self._counts(subjects.c.completeness),
            held_open=self._connection.execute(
                sa.select(sa.func.count()).select_from(held_items).where(held_items.c.closed.is_(None))
            ).scalar_one(),
            stuck=tuple(id_of(seq) for seq in rows),
            oldest_unsettled=self._one(
                sa.select(sa.func.min(sightings.c.first_seen)).where(sightings.c.submission.is_(None))
            ),
            oldest_waiting=self._one(
                sa.select(sa.func.min(submissions.c.changed)).where(
                    submissions.c.state.in_(sorted(state.value for state in ACTIVE_STATES))
                )
            ),
            last_activity=self.last_activity(),
            messages={MessageState(key): count for key, count in messages},
            bytes_filed=int(filed[0]),
            versions_filed=int(filed[1]),
            failing=self.failing(),
        )

    def failing(self) -> tuple[Failing, ...]:
        """Return what waits for another try after a passing fault of the world."""
        since = sa.func.min(submissions.c.faulty_since, type_=submissions.c.faulty_since.type)
        rows = self._connection.execute(
            sa.select(
                submissions.c.state, submissions.c.fault, sa.func.count().label("many"), since.label("since")
            )
            .where(
                submissions.c.faulty_since.is_not(None),
                submissions.c.state.in_(sorted(state.value for state in ACTIVE_STATES)),
            )
            .group_by(submissions.c.state, submissions.c.fault)
            .order_by(since, submissions.c.state, submissions.c.fault)
        )
        return tuple(
            Failing(STEP_OF_STATE[SubmissionState(row.state)], row.fault, row.many, row.since) for row in rows
        )

    def last_activity(self) -> datetime | None:
        """Return when a step last came to its end, for health checks; None: never."""
        return self._one(sa.select(sa.func.max(attempts.c.ended)))

    def step_times(self, since: datetime) -> tuple[StepTimes, ...]:
        """Return counts and seconds of the attempts that ended since then, by step and result."""
        rows = self._connection.execute(
            sa.select(attempts.c.step, attempts.c.result, attempts.c.started, attempts.c.ended).where(
                attempts.c.ended >= since
            )
        )
        sums: dict[tuple[str, str], tuple[int, float]] = {}
        for row in rows:
            count, seconds = sums.get((row.step, row.result), (0, 0.0))
            sums[row.step, row.result] = (count + 1, seconds + (row.ended - row.started).total_seconds())
        return tuple(StepTimes(*key, *value) for key, value in sorted(sums.items()))

    def beat(self, worker: str, queue: str) -> None:
        """Record that a worker lives."""
        row = {"worker": worker, "queue": queue, "at": self._now}
        self._upsert(heartbeats, [row], ("worker",))

    def beats(self) -> Mapping[str, tuple[str, datetime]]:
        """Return worker → (queue, when it last said that it lives)."""
        rows = self._connection.execute(sa.select(heartbeats))
        return {row.worker: (row.queue, row.at) for row in rows}

    def forget_beats(self, before: datetime) -> None:
        """Forget workers that have been silent since then."""
        self._connection.execute(heartbeats.delete().where(heartbeats.c.at < before))

    def _counts(self, column: sa.Column[str]) -> dict[str, int]:
        rows = self._connection.execute(sa.select(column, sa.func.count()).group_by(column))
        return {key: int(count) for key, count in rows}

    def _one(self, query: sa.Select[Any]) -> datetime | None:
        found: datetime | None = self._connection.execute(query).scalar()
        return found
