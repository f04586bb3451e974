"""Reprocess runs: one row, one item for each submission, and the difference of verdicts of each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from ingest.ledger.difference import VerdictDifference, compare
from ingest.ledger.errors import LostClaim, NotInLedger, Refused
from ingest.ledger.rows import Area, dump, id_of, load, seq_of
from ingest.ledger.tables.arrivals import shares, submissions
from ingest.ledger.tables.contents import subject_verdicts
from ingest.ledger.tables.service import run_items, runs
from ingest.model.verdict import Verdict
from ingest.model.wire import from_wire, to_wire

#: Tries of one item that met a bug or a dead worker before it is given up.
ITEM_ATTEMPTS = 3
#: How long a run waits for a submission that is on its way, or for something that does not answer.
ITEM_PATIENCE = timedelta(days=7)


class RunScope(StrEnum):
    """What a run goes over."""

    SUBMISSION = "submission"
    SUBJECT = "subject"
    SITE = "site"
    ALL = "all"


class ItemState(StrEnum):
    """How far an item of a run has come."""

    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Run:
    """A reprocess run. The id is the caller's."""

    id: str
    scope: RunScope
    scope_id: str
    trial_sha256: str
    is_dry: bool
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ItemClaim:
    """The right to do one item of a run."""

    run: Run
    submission_id: str
    worker: str
    token: int
    attempt: int
    lease: timedelta


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An item as recorded; `reason` says why it was skipped or failed."""

    submission_id: str
    site: str
    state: ItemState
    attempts: int
    reason: str
    difference: VerdictDifference | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come: items by state."""

    run: Run
    begun: datetime
    ended: datetime | None
    items: dict[ItemState, int]


class Runs(Area):
    """Runs and their items."""

    def begin(self, run: Run) -> bool:
        """Record a run with an item for each submission in its scope; False where it exists already.

        Raises Refused where another run has its id.
        """
        values = to_wire(run) | {"is_dry": run.is_dry, "begun": self._now}
        if not self._insert_new(runs, values):
            if self.get(run.id) != run:
                raise Refused("another run has this id")
            return False
        fitting = self._in_scope(run).with_only_columns(
            sa.literal(run.id),
            submissions.c.seq,
            sa.literal(ItemState.WAITING.value),
            sa.literal(self._now, _INSTANT),
        )
        self._connection.execute(
            run_items.insert().from_select(["run_id", "submission", "state", "changed"], fitting)
        )
        self._end_if_done(run.id)
        return True

    def get(self, run_id: str) -> Run:
        """Return a run. Raises NotInLedger."""
        return _run(self._row(run_id))

    def find(self, limit: int = 50) -> tuple[Run, ...]:
        """Return the newest runs."""
        rows = self._connection.execute(sa.select(runs).order_by(runs.c.begun.desc()).limit(limit))
        return tuple(_run(row) for row in rows)

    def progress(self, run_id: str) -> Progress:
        """Return how far a run has come. Raises NotInLedger."""
        row = self._row(run_id)
        counts = self._connection.execute(
            sa.select(run_items.c.state, sa.func.count())
            .where(run_items.c.run_id == run_id)
            .group_by(run_items.c.state)
        )
        return Progress(_run(row), row.begun, row.ended, {ItemState(state): n for state, n in counts})

    def waiting(self, run_id: str | None = None, limit: int = 1000) -> tuple[tuple[str, str], ...]:
        """Return (run id, submission id) of items that no worker holds: for fanning out and for the sweep."""
        query = sa.select(run_items.c.run_id, run_items.c.submission).where(
            run_items.c.state == ItemState.WAITING.value, *self._is_free()
        )
        if run_id is not None:
            query = query.where(run_items.c.run_id == run_id)
        rows = self._connection.execute(
            query.order_by(run_items.c.run_id, run_items.c.submission).limit(limit)
        )
        return tuple((row.run_id, id_of(row.submission)) for row in rows)

    def claim(self, run_id: str, submission_id: str, worker: str, lease_seconds: float) -> ItemClaim | None:
        """Take an item by compare-and-set; None where it is done, or another worker has it."""
        lease = timedelta(seconds=lease_seconds)
        taken = self._connection.execute(
            run_items.update()
            .where(
                run_items.c.run_id == run_id,
                run_items.c.submission == seq_of(submission_id),
                run_items.c.state == ItemState.WAITING.value,
                *self._is_free(),
            )
            .values(
                holder=worker,
                lease_until=self._now + lease,
                token=run_items.c.token + 1,
                attempts=run_items.c.attempts + 1,
            )
            .returning(run_items.c.token, run_items.c.attempts)
        ).first()
        if taken is None:
            return None
        if taken.attempts > ITEM_ATTEMPTS:
            claim = ItemClaim(self.get(run_id), submission_id, worker, taken.token, taken.attempts, lease)
            self.close(claim, ItemState.FAILED, "the worker died each time")
            return None
        return ItemClaim(self.get(run_id), submission_id, worker, taken.token, taken.attempts, lease)

    def renew(self, claim: ItemClaim) -> None:
        """Extend an item's lease by its length from now. Raises LostClaim."""
        self._update(claim, lease_until=self._now + claim.lease)

    def fail(self, claim: ItemClaim, reason: str) -> None:
        """Give an item back after a failure that may be its own; it fails for good after its last attempt."""
        if claim.attempt >= ITEM_ATTEMPTS:
            self.close(claim, ItemState.FAILED, reason)
        else:
            self._update(claim, holder="", lease_until=None, reason=reason[:500])

    def put_off(self, claim: ItemClaim, seconds: float, reason: str = "") -> None:
        """Give an item back, to be taken again after so many seconds; no attempt is counted.

        What is put off for longer than `ITEM_PATIENCE` after its run was begun fails.
        """
        begun = self._row(claim.run.id).begun
        if self._now - begun > ITEM_PATIENCE:
            self.close(claim, ItemState.FAILED, reason)
            return
        self._update(
            claim,
            holder="",
            lease_until=self._now + timedelta(seconds=seconds),
            attempts=run_items.c.attempts - 1,
            reason=reason[:500],
        )

    def done(
        self, claim: ItemClaim, before: Verdict | None, after: Verdict, *, reason: str = ""
    ) -> VerdictDifference:
        """Record the difference of an item; `reason`: what it does not rest on. Raises LostClaim."""
        difference = compare(before, after)
        self._update(
            claim,
            state=ItemState.DONE.value,
            holder="",
            lease_until=None,
            outcome_before=before.outcome.value if before else "",
            outcome_after=after.outcome.value,
            difference=dump(to_wire(difference)) if difference.is_change else "",
            reason=reason,
        )
        self._end_if_done(claim.run.id)
        return difference

    def close(self, claim: ItemClaim, state: ItemState, reason: str) -> None:
        """Record that an item was skipped (bytes no longer held) or has failed. Raises LostClaim."""
        self._update(claim, state=state.value, holder="", lease_until=None, reason=reason[:500])
        self._end_if_done(claim.run.id)

    def items(self, run_id: str, *, changed_only: bool = False) -> tuple[ItemRow, ...]:
        """Return a run's items with their differences, by submission."""
        query = (
            sa.select(run_items, shares.c.site)
            .join(submissions, submissions.c.seq == run_items.c.submission)
            .join(shares, shares.c.id == submissions.c.share_id)
            .where(run_items.c.run_id == run_id)
        )
        if changed_only:
            query = query.where(run_items.c.difference != "")
        rows = self._connection.execute(query.order_by(run_items.c.submission))
        return tuple(_item(row) for row in rows)

    def _in_scope(self, run: Run) -> sa.Select[Any]:
        query = sa.select(submissions.c.seq).join(shares).where(submissions.c.outcome != "")
        if run.scope is RunScope.SUBMISSION:
            return query.where(submissions.c.seq == seq_of(run.scope_id))
        if run.scope is RunScope.SITE:
            return query.where(shares.c.site == run.scope_id)
        if run.scope is RunScope.SUBJECT:
            of_subject = sa.select(subject_verdicts.c.submission).where(
                subject_verdicts.c.subject_id == run.scope_id
            )
            return query.where(submissions.c.seq.in_(of_subject))
        return query

    def _row(self, run_id: str) -> sa.Row[Any]:
        row = self._connection.execute(sa.select(runs).where(runs.c.id == run_id)).first()
        if row is None:
            raise NotInLedger(f"there is no run {run_id}")
        return row

    def _is_free(self) -> tuple[sa.ColumnElement[bool], ...]:
        return (sa.or_(run_items.c.lease_until.is_(None), run_items.c.lease_until <= self._now),)

    def _update(self, claim: ItemClaim, **values: Any) -> None:
        done = self._connection.execute(
            run_items.update()
            .where(
                run_items.c.run_id == claim.run.id,
                run_items.c.submission == seq_of(claim.submission_id),
                run_items.c.token == claim.token,
                run_items.c.holder == claim.worker,
                run_items.c.state == ItemState.WAITING.value,
            )
            .values(changed=self._now, **values)
        )
        if done.rowcount != 1:
            raise LostClaim(f"{claim.submission_id} in this run is no longer this worker's")

    def _end_if_done(self, run_id: str) -> None:
        """Record the run's end with its last item.

        The run's row is locked first: of two workers that finish the last two items at once, each would
        otherwise still see the other's waiting.
        """
        self._connection.execute(sa.select(runs.c.id).where(runs.c.id == run_id).with_for_update())
        waiting = sa.exists().where(
            run_items.c.run_id == run_id, run_items.c.state == ItemState.WAITING.value
        )
        self._connection.execute(
            runs.update().where(runs.c.id == run_id, runs.c.ended.is_(None), ~waiting).values(ended=self._now)
        )


_INSTANT = runs.c.begun.type


def _run(row: sa.Row[Any]) -> Run:
    return Run(row.id, RunScope(row.scope), row.scope_id, row.trial_sha256, row.is_dry, row.by, row.reason)


def _item(row: sa.Row[Any]) -> ItemRow:
    difference = from_wire(VerdictDifference, load(row.difference)) if row.difference else None
    return ItemRow(
        id_of(row.submission), row.site, ItemState(row.state), row.attempts, row.reason, difference
    )
