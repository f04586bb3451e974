"""The submissions: made from arrivals, found again, moved by what nobody claims them for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

import sqlalchemy as sa

from ingest.ledger.errors import NotInLedger, Refused
from ingest.ledger.rows import Area, id_of, seq_of
from ingest.ledger.sightings import Sightings
from ingest.ledger.tables.arrivals import attempts, shares, submissions
from ingest.ledger.tables.contents import subject_verdicts
from ingest.ledger.transitions import ACTIVE_STATES, Event, next_state
from ingest.model.route import Arrival, RouteKind, ShareAddress
from ingest.model.submission import Act, ActKind, Submission, SubmissionState
from ingest.model.verdict import Outcome

#: States in which nothing more happens by itself.
RESTING = (SubmissionState.DONE, SubmissionState.VANISHED)

#: A submission whose step has not failed since it last went on.
NO_FAULT: Mapping[str, Any] = MappingProxyType({"faults": 0, "faulty_since": None, "fault": ""})

SELECT = sa.select(submissions, shares.c.route, shares.c.site, shares.c.address).join(shares)


class Submissions(Area):
    """The rows of submissions. A worker takes one by `Ledger.claim`, not here."""

    def create(self, arrival: Arrival) -> tuple[Submission, bool]:
        """Return the submission of an arrival, and whether it was made now.

        The same entry, unchanged, is always the same submission, whoever else polls at the same moment. The
        sighting, where there is one, remembers it.
        """
        seen = arrival.sighting
        places = Sightings(self._connection, self._now)
        key = {
            "share_id": places.share_id(arrival.share),
            "identity": seen.file_id or seen.name_key,
            "size": seen.size,
            "etag": seen.etag,
            "last_modified": seen.last_modified,
        }
        row, is_new = self._find(key), False
        if row is None:
            is_new = self._insert_new(submissions, {**key, **self._first_values(arrival)})
            row = self._find(key)
            assert row is not None
            if is_new:
                self._name_first_act(row.seq)
        places.attach(arrival.share, seen.name_key, id_of(row.seq))
        return self.get(id_of(row.seq)), is_new

    def restore(self, arrival: Arrival, submission_id: str, sha256: str, *, has_bytes: bool) -> bool:
        """Make the row of a submission that a restored ledger has forgotten, under the id that it had.

        It waits to be inspected, or has vanished where its bytes have. False where there is such a row.
        """
        seen = arrival.sighting
        key = {
            "share_id": Sightings(self._connection, self._now).share_id(arrival.share),
            "identity": f"restored:{submission_id}",
            "size": seen.size,
            "etag": seen.etag,
            "last_modified": seen.last_modified,
        }
        state = SubmissionState.TO_INSPECT if has_bytes else SubmissionState.VANISHED
        first = {**self._first_values(arrival), "state": state.value, "sha256": sha256}
        seq = seq_of(submission_id)
        is_new = self._insert_new(submissions, {**key, **first, "seq": seq, "created": seen.first_seen})
        if is_new:
            self._name_first_act(seq)
            self._skip_ids()
        return is_new

    def get(self, submission_id: str) -> Submission:
        """Return a submission. Raises NotInLedger."""
        row = self._connection.execute(SELECT.where(submissions.c.seq == seq_of(submission_id))).first()
        if row is None:
            raise NotInLedger(f"there is no submission {submission_id}")
        return submission_of(row)

    def with_same_bytes(self, submission_id: str) -> tuple[str, ...]:
        """Return the other submissions, oldest first, whose zip had the same sha256."""
        own = sa.select(submissions.c.sha256).where(submissions.c.seq == seq_of(submission_id))
        rows = self._connection.execute(
            sa.select(submissions.c.seq)
            .where(submissions.c.sha256 == own.scalar_subquery(), submissions.c.sha256 != "")
            .where(submissions.c.seq != seq_of(submission_id))
            .order_by(submissions.c.seq)
        )
        return tuple(id_of(row.seq) for row in rows)

    def find(
        self,
        *,
        states: Iterable[SubmissionState] = (),
        outcome: Outcome | None = None,
        route: RouteKind | None = None,
        site: str | None = None,
        subject_id: str | None = None,
        since: datetime | None = None,
        newest_first: bool = True,
        limit: int | None = None,
        offset: int = 0,
    ) -> tuple[Submission, ...]:
        """Return the submissions that fit every filter given; `since` is the arrival's, no `limit` is all."""
        query = SELECT
        if wanted := [state.value for state in states]:
            query = query.where(submissions.c.state.in_(wanted))
        if outcome is not None:
            query = query.where(submissions.c.outcome == outcome.value)
        if route is not None:
            query = query.where(shares.c.route == route.value)
        if site is not None:
            query = query.where(shares.c.site == site)
        if since is not None:
            query = query.where(submissions.c.created >= since)
        if subject_id is not None:
            of_subject = sa.select(subject_verdicts.c.submission).where(
                subject_verdicts.c.subject_id == subject_id
            )
            query = query.where(submissions.c.seq.in_(of_subject))
        order = submissions.c.seq.desc() if newest_first else submissions.c.seq
        rows = self._connection.execute(query.order_by(order).limit(limit).offset(offset))
        return tuple(submission_of(row) for row in rows)

    def set_fetched(self, submission_id: str, sha256: str, content_md5: bytes | None) -> None:
        """Record the digest of the bytes that were fetched, and the sender's MD5 where they have it."""
        self._update(submission_id, sha256=sha256, content_md5=content_md5.hex() if content_md5 else "")

    def set_declared(self, submission_id: str, sha256: str, notice_id: str) -> None:
        """Record what the sender said late: the digest unless the bytes are here, and the id."""
        row = self.get(submission_id)
        if not row.declared_sha256 and not row.sha256:
            self._update(submission_id, declared_sha256=sha256)
        if not row.notice_id:
            self._update(submission_id, notice_id=notice_id)

    def set_display_name(self, submission_id: str, display_name: str) -> None:
        """Record the zip's own name, where it may be shown to its site."""
        self._update(submission_id, display_name=display_name)

    def move(self, submission_id: str, event: Event) -> SubmissionState:
        """Move a submission that no worker holds (overdue, replaced, parked, resumed); return its state.

        Raises Refused where the table has no such transition or a worker holds it.
        """
        return self._move(submission_id, event, {})

    def hurry(self, submission_id: str) -> bool:
        """End the wait after a failure; False where it waits for nothing of the kind."""
        done = self._connection.execute(
            submissions.update()
            .where(
                submissions.c.seq == seq_of(submission_id),
                submissions.c.state.in_(sorted(state.value for state in ACTIVE_STATES)),
                submissions.c.retry_at > self._now,
                submissions.c.fault != "",
            )
            .values(retry_at=None, woken=None)
        )
        return done.rowcount == 1

    def failing(self) -> tuple[str, ...]:
        """Return what waits for another try after a failure, and what is stuck; oldest first."""
        rows = self._connection.execute(
            sa.select(submissions.c.seq)
            .where(
                sa.or_(
                    submissions.c.state == SubmissionState.STUCK.value,
                    sa.and_(submissions.c.retry_at > self._now, submissions.c.fault != ""),
                )
            )
            .order_by(submissions.c.seq)
        )
        return tuple(id_of(seq) for seq in rows.scalars())

    def reopen(self, submission_id: str, event: Event, act: Act) -> SubmissionState:
        """Begin a new act on a submission that is done (INSPECT_AGAIN or DECIDE_AGAIN). Raises Refused.

        Run twice with the same act, it changes nothing.
        """
        present = self.get(submission_id)
        if present.act.name == act.name:
            return present.state
        return self._move(submission_id, event, _act_columns(act))

    def attempts_of(self, submission_id: str) -> list[dict[str, Any]]:
        """Return every attempt: token, step, worker, started, ended, result, reason; oldest first."""
        rows = self._connection.execute(
            sa.select(attempts)
            .where(attempts.c.submission == seq_of(submission_id))
            .order_by(attempts.c.token)
        )
        return [dict(row._mapping) | {"submission": submission_id} for row in rows]

    def _move(self, submission_id: str, event: Event, extra: dict[str, Any]) -> SubmissionState:
        present = self.get(submission_id)
        state = next_state(present.state, event, present.parked_from)
        values = extra | {
            "state": state.value,
            "parked_from": present.state.value if event is Event.PARKED else "",
            "changed": self._now,
            "woken": None,
            "retry_at": None,
            "attempts": 0,
            "holder": "",
            "lease_until": None,
            **NO_FAULT,
        }
        if event is Event.OVERDUE:
            values["is_overdue"] = True
        done = self._connection.execute(
            submissions.update()
            .where(
                submissions.c.seq == seq_of(submission_id),
                submissions.c.state == present.state.value,
                submissions.c.act_name == present.act.name,
                sa.or_(submissions.c.lease_until.is_(None), submissions.c.lease_until <= self._now),
            )
            .values(values)
        )
        if done.rowcount != 1:
            raise Refused("a worker holds the submission, or it has just moved")
        return state

    def _update(self, submission_id: str, **values: object) -> None:
        done = self._connection.execute(
            submissions.update().where(submissions.c.seq == seq_of(submission_id)).values(values)
        )
        if done.rowcount != 1:
            raise NotInLedger(f"there is no submission {submission_id}")

    def _find(self, key: dict[str, Any]) -> sa.Row[Any] | None:
        matches = [submissions.c[name] == value for name, value in key.items()]
        return self._connection.execute(sa.select(submissions.c.seq).where(*matches)).first()

    def _first_values(self, arrival: Arrival) -> dict[str, Any]:
        seen = arrival.sighting
        return {
            "source_key": seen.name_key,
            "file_id": seen.file_id,
            "content_md5": arrival.content_md5.hex() if arrival.content_md5 else "",
            "declared_sha256": arrival.declared_sha256 or "",
            "notice_id": arrival.notice_id,
            "state": SubmissionState.TO_STAGE.value,
            "created": self._now,
            "changed": self._now,
        }

    def _skip_ids(self) -> None:
        """Let PostgreSQL's sequence go on after the highest id; SQLite takes the highest by itself."""
        if self._connection.dialect.name == "postgresql":
            sequence = sa.func.pg_get_serial_sequence("submissions", "seq")
            highest = sa.select(sa.func.max(submissions.c.seq)).scalar_subquery()
            self._connection.execute(sa.select(sa.func.setval(sequence, highest)))

    def _name_first_act(self, seq: int) -> None:
        act = Act(ActKind.ARRIVAL, f"arrival:{id_of(seq)}")
        self._update(id_of(seq), **_act_columns(act))


def submission_of(row: sa.Row[Any]) -> Submission:
    """Return the submission of a row of `SELECT`."""
    return Submission(
        id=id_of(row.seq),
        share=ShareAddress(RouteKind(row.route), row.site, row.address),
        source_key=row.source_key,
        state=SubmissionState(row.state),
        created=row.created,
        size=row.size,
        act=Act(ActKind(row.act_kind), row.act_name, row.act_by, row.act_reason),
        sha256=row.sha256,
        content_md5=row.content_md5,
        declared_sha256=row.declared_sha256,
        notice_id=row.notice_id,
        etag=row.etag,
        file_id=row.file_id,
        display_name=row.display_name,
        attempts=row.attempts,
        outcome=Outcome(row.outcome) if row.outcome else None,
        last_modified=row.last_modified,
        changed=row.changed,
        retry_at=row.retry_at,
        parked_from=SubmissionState(row.parked_from) if row.parked_from else None,
        is_overdue=row.is_overdue,
        faults=row.faults,
        faulty_since=row.faulty_since,
        fault=row.fault,
    )


def _act_columns(act: Act) -> dict[str, Any]:
    return {"act_kind": act.kind.value, "act_name": act.name, "act_by": act.by, "act_reason": act.reason}
