"""Rows that are made from the archive alone, for a ledger that was lost."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from ingest.ledger.acts import RecordedAct, act_columns
from ingest.ledger.approvals import ApprovalRow
from ingest.ledger.rows import Area, dump, load, seq_of
from ingest.ledger.sightings import Sightings
from ingest.ledger.tables.arrivals import submissions
from ingest.ledger.tables.contents import inspections, instances, subjects
from ingest.ledger.tables.people import acts, approvals
from ingest.model.inspection import Inspection
from ingest.model.route import ShareAddress
from ingest.model.submission import Act, SubmissionState
from ingest.model.verdict import Outcome
from ingest.model.wire import from_wire, to_wire


@dataclass(frozen=True, slots=True)
class FoundSubmission:
    """A submission as a receipt in the archive tells of it, or as no more than a number."""

    id: str
    share: ShareAddress
    created: datetime
    act: Act
    size: int = 0
    sha256: str = ""
    state: SubmissionState = SubmissionState.DONE
    outcome: Outcome | None = Outcome.ACCEPTED


class Rebuilding(Area):
    """What no step writes: submissions and inspections that were not seen to happen."""

    def is_empty(self) -> bool:
        """Whether the ledger knows of no submission and no subject."""
        tables = (submissions, subjects)
        counts = (sa.select(sa.func.count()).select_from(table) for table in tables)
        return not any(self._connection.execute(count).scalar_one() for count in counts)

    def submission(self, found: FoundSubmission) -> bool:
        """Record a submission under its old number, or the newer act of one that is there; was it new?"""
        act = {
            "act_kind": found.act.kind.value,
            "act_name": found.act.name,
            "act_by": found.act.by,
            "act_reason": found.act.reason,
        }
        seq = seq_of(found.id)
        row = act | {
            "seq": seq,
            "share_id": Sightings(self._connection, self._now).share_id(found.share),
            "identity": f"rebuilt:{found.id}",
            "size": found.size,
            "sha256": found.sha256,
            "state": found.state.value,
            "outcome": found.outcome.value if found.outcome else "",
            "last_modified": found.created,
            "created": found.created,
            "changed": self._now,
        }
        if self._insert_new(submissions, row):
            return True
        if found.state is SubmissionState.DONE:
            self._connection.execute(submissions.update().where(submissions.c.seq == seq).values(act))
        return False

    def inspection(self, found: FoundSubmission, trial_sha256: str, inspection: Inspection) -> int:
        """Return the number of an act's inspection; the subjects of a batch are added one after the other."""
        key = {"submission": seq_of(found.id), "act_name": found.act.name}
        begun = {"trial_sha256": trial_sha256, "begun": self._now, "completed": self._now}
        self._insert_new(
            inspections, {**key, **begun, "result": dump(to_wire(replace(inspection, subjects=())))}
        )
        matches = [inspections.c[name] == value for name, value in key.items()]
        row = self._connection.execute(
            sa.select(inspections.c.id, inspections.c.result).where(*matches)
        ).one()
        before = from_wire(Inspection, load(row.result))
        labels = {facts.label for facts in before.subjects}
        added = tuple(facts for facts in inspection.subjects if facts.label not in labels)
        whole = replace(before, subjects=(*before.subjects, *added))
        self._connection.execute(
            inspections.update().where(inspections.c.id == row.id).values(result=dump(to_wire(whole)))
        )
        return int(row.id)

    def act(self, found: RecordedAct) -> None:
        """Record an act as a receipt tells of it, in force and carried out; one that is there stays."""
        row = {
            "name": found.name,
            **act_columns(found.act),
            "second_by": found.second_by,
            "recorded": found.recorded,
            "confirmed": found.confirmed,
            "carried_out": found.carried_out,
        }
        self._insert_new(acts, row)

    def approval(self, found: ApprovalRow) -> None:
        """Record an approval under its number; one that is there stays."""
        row = {
            "id": found.id,
            "site": found.site,
            "kind": found.approval.kind.value,
            "place": found.approval.where,
            "value_hmac": found.approval.value_hmac,
            "clear": found.approval.clear,
            "by": found.by,
            "reason": found.reason,
            "given": found.given,
            "until": found.until,
            "revoked": found.revoked,
            "revoked_by": found.revoked_by,
            "revoked_reason": found.revoked_reason,
        }
        self._insert_new(approvals, row)

    def empty(self, inspection_id: int, ordinals: Iterable[int]) -> None:
        """Empty the facts of instances that were purged."""
        self._connection.execute(
            instances.update()
            .where(instances.c.inspection_id == inspection_id, instances.c.ordinal.in_(list(ordinals)))
            .values(facts="", pixel_sha256="", frame_uid="")
        )

    def number_on(self) -> None:
        """See to it that new submissions and approvals are numbered after those found (PostgreSQL)."""
        if self._connection.dialect.name != "postgresql":
            return
        for table, column in ((submissions, "seq"), (approvals, "id")):
            highest = sa.select(sa.func.max(table.c[column])).scalar_subquery()
            sequence = sa.func.pg_get_serial_sequence(table.name, column)
            # Where there is none the next number is 1.
            is_used = sa.func.coalesce(highest, 0) > 0
            value = sa.func.setval(sequence, sa.func.coalesce(highest, 1), is_used)
            self._connection.execute(sa.select(value))
