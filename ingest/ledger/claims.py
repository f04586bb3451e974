"""Claims: who does the present step of a submission, until when, and how often it was tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from ingest.ledger.audit import Audit
from ingest.ledger.errors import LostClaim, Refused
from ingest.ledger.outbox import Channel, Message, Outbox
from ingest.ledger.retry import Retry
from ingest.ledger.rows import Area, id_of, seq_of
from ingest.ledger.submissions import NO_FAULT, Submissions
from ingest.ledger.tables.arrivals import attempts, submissions
from ingest.ledger.transitions import ACTIVE_STATES, STATE_OF_STEP, STEP_OF_STATE, Event, next_state
from ingest.model.submission import Step, Submission, SubmissionState

#: Why a step is parked that nobody gave back.
WORKER_DIED = "the worker died each time"
_COLUMNS = submissions.c
_ACTIVE = sorted(state.value for state in ACTIVE_STATES)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to do one step of one submission. `token` fences off whoever held it before.

    is_last: whether this is the last try before the submission is parked.
    """

    submission: Submission
    step: Step
    worker: str
    token: int
    attempt: int
    lease: timedelta
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class Wake:
    """A submission that waits for a step."""

    submission_id: str
    step: Step


class Claims(Area):
    """Compare-and-set on the submission's row. Called by `Ledger`."""

    def __init__(
        self, connection: sa.Connection, now: datetime, retry: Retry, audit: Audit, outbox: Outbox
    ) -> None:
        super().__init__(connection, now)
        self._retry = retry
        self._audit = audit
        self._outbox = outbox

    def claim(self, submission_id: str, worker: str, lease: timedelta, step: Step | None) -> Claim | None:
        """See Ledger.claim."""
        states = [STATE_OF_STEP[step].value] if step else _ACTIVE
        taken = self._connection.execute(
            submissions.update()
            .where(
                _COLUMNS.seq == seq_of(submission_id),
                _COLUMNS.state.in_(states),
                _COLUMNS.attempts < self._retry.attempts,
                *self._is_free(),
            )
            .values(
                holder=worker,
                lease_until=self._now + lease,
                token=_COLUMNS.token + 1,
                attempts=_COLUMNS.attempts + 1,
                retry_at=None,
            )
            .returning(_COLUMNS.token, _COLUMNS.attempts)
        ).first()
        submission = Submissions(self._connection, self._now).get(submission_id)
        if taken is None:
            return None
        is_last = taken.attempts >= self._retry.attempts
        step = STEP_OF_STATE[submission.state]
        claim = Claim(submission, step, worker, taken.token, taken.attempts, lease, is_last)
        self._close_lapsed(submission_id)
        self._begin_attempt(claim)
        return claim

    def guard(self, claim: Claim) -> None:
        """Renew the lease; raise LostClaim where the claim is no longer the row's."""
        self._update(claim, lease_until=self._now + claim.lease)

    def finish(self, claim: Claim, event: Event) -> None:
        """Move the submission on and give it back. Parking is `fail`'s."""
        if event is Event.PARKED:
            raise Refused("a step that cannot go on fails: it does not finish")
        state = next_state(claim.submission.state, event)
        self._release(claim, state=state.value, changed=self._now, woken=self._now, attempts=0, **NO_FAULT)
        self._end_attempt(claim, event.value, "")

    def fail(
        self, claim: Claim, reason: str, is_transient: bool, retry_after: float | None
    ) -> SubmissionState:
        """See Ledger.fail."""
        since = claim.submission.faulty_since or self._now
        number = claim.submission.faults + 1
        if is_transient and (self._now - since).total_seconds() < self._retry.patience:
            wait = self._retry.delay_after_fault(number) if retry_after is None else retry_after
            # It says nothing against the submission: no attempt is counted.
            counted = {"attempts": _COLUMNS.attempts - 1, "faults": number, "faulty_since": since}
        elif not is_transient and claim.attempt < self._retry.attempts:
            wait = self._retry.delay_after(claim.attempt) if retry_after is None else retry_after
            counted = {}
        else:
            self._release(claim, **self._parked(claim.submission.state), fault=reason[:500])
            self._end_attempt(claim, "parked", reason)
            self._tell_of_parking(claim.submission.id, claim.step, claim.token, reason)
            return SubmissionState.STUCK
        self._release(claim, retry_at=self._now + timedelta(seconds=wait), fault=reason[:500], **counted)
        self._end_attempt(claim, "failed", reason)
        return claim.submission.state

    def postpone(self, claim: Claim, delay: timedelta) -> None:
        """See Ledger.postpone."""
        self._release(claim, attempts=_COLUMNS.attempts - 1, retry_at=self._now + delay, **NO_FAULT)
        self._end_attempt(claim, "postponed", "")

    def due(self, limit: int, quiet: timedelta) -> list[Wake]:
        """See Ledger.due."""
        quiet_since = self._now - quiet
        found = self._connection.execute(
            sa.select(_COLUMNS.seq, _COLUMNS.state)
            .where(
                _COLUMNS.state.in_(_ACTIVE),
                _COLUMNS.attempts < self._retry.attempts,
                sa.or_(
                    _COLUMNS.woken.is_(None),
                    _COLUMNS.woken <= quiet_since,
                    # A back-off or a lease that ended after the last wake-up calls for a new one.
                    _COLUMNS.retry_at > _COLUMNS.woken,
                    _COLUMNS.lease_until > _COLUMNS.woken,
                ),
                *self._is_free(),
            )
            .order_by(_COLUMNS.changed)
            .limit(limit)
        ).all()
        if found:
            self._connection.execute(
                submissions.update().where(_COLUMNS.seq == sa.bindparam("row")).values(woken=self._now),
                [{"row": row.seq} for row in found],
            )
        return [Wake(id_of(row.seq), STEP_OF_STATE[SubmissionState(row.state)]) for row in found]

    def park_exhausted(self) -> list[str]:
        """See Ledger.park_exhausted."""
        found = self._connection.execute(
            sa.select(_COLUMNS.seq, _COLUMNS.state, _COLUMNS.token).where(
                _COLUMNS.state.in_(_ACTIVE),
                _COLUMNS.attempts >= self._retry.attempts,
                *self._is_free(),
            )
        ).all()
        return [id_of(row.seq) for row in found if self._park_lapsed(row)]

    def _park_lapsed(self, row: Any) -> bool:
        state = SubmissionState(row.state)
        done = self._connection.execute(
            submissions.update()
            .where(_COLUMNS.seq == row.seq, _COLUMNS.token == row.token, _COLUMNS.state == row.state)
            .where(*self._is_free())
            .values(holder="", lease_until=None, fault=WORKER_DIED, **self._parked(state))
        )
        if done.rowcount != 1:
            return False
        self._close_lapsed(id_of(row.seq))
        self._tell_of_parking(id_of(row.seq), STEP_OF_STATE[state], row.token, WORKER_DIED)
        return True

    def _is_free(self) -> tuple[sa.ColumnElement[bool], ...]:
        return (
            sa.or_(_COLUMNS.lease_until.is_(None), _COLUMNS.lease_until <= self._now),
            sa.or_(_COLUMNS.retry_at.is_(None), _COLUMNS.retry_at <= self._now),
        )

    def _parked(self, state: SubmissionState) -> dict[str, Any]:
        parked = next_state(state, Event.PARKED)
        return {
            "state": parked.value,
            "parked_from": state.value,
            "changed": self._now,
            "attempts": 0,
            "faults": 0,
            "faulty_since": None,
        }

    def _release(self, claim: Claim, **values: Any) -> None:
        self._update(claim, holder="", lease_until=None, **values)

    def _update(self, claim: Claim, **values: Any) -> None:
        done = self._connection.execute(
            submissions.update()
            .where(
                _COLUMNS.seq == seq_of(claim.submission.id),
                _COLUMNS.token == claim.token,
                _COLUMNS.holder == claim.worker,
                _COLUMNS.state == claim.submission.state.value,
            )
            .values(values)
        )
        if done.rowcount != 1:
            raise LostClaim(f"{claim.submission.id} is no longer this worker's")

    def _begin_attempt(self, claim: Claim) -> None:
        self._connection.execute(
            attempts.insert().values(
                submission=seq_of(claim.submission.id),
                token=claim.token,
                step=claim.step.value,
                worker=claim.worker,
                started=self._now,
            )
        )

    def _end_attempt(self, claim: Claim, result: str, reason: str) -> None:
        self._connection.execute(
            attempts.update()
            .where(attempts.c.submission == seq_of(claim.submission.id), attempts.c.token == claim.token)
            .values(ended=self._now, result=result, reason=reason[:500])
        )

    def _close_lapsed(self, submission_id: str) -> None:
        self._connection.execute(
            attempts.update()
            .where(attempts.c.submission == seq_of(submission_id), attempts.c.ended.is_(None))
            .values(ended=self._now, result="lapsed")
        )

    def _tell_of_parking(self, submission_id: str, step: Step, token: int, reason: str) -> None:
        self._audit.append(
            "parked", submission_id=submission_id, detail={"step": step.value, "reason": reason}
        )
        payload = {"event": "stuck", "submission": submission_id, "step": step.value, "reason": reason}
        self._outbox.put(
            Message(
                f"stuck:{submission_id}:{token}", Channel.OPERATIONS, payload, submission_id=submission_id
            )
        )
