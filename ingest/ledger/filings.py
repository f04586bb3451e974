"""What was filed: the rows that are committed after the archive's rename."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.ledger.inspections import InstanceState
from ingest.ledger.rows import Area, chunks, id_of, seq_of
from ingest.ledger.subjects import SubjectLease, Subjects
from ingest.ledger.tables.contents import filings, instances
from ingest.model.verdict import Completeness


@dataclass(frozen=True, slots=True)
class FiledMember:
    """An instance that the archive's version holds: its ordinal in the package, kind and logical path."""

    ordinal: int
    kind: str
    path: str


@dataclass(frozen=True, slots=True)
class Filing:
    """One subject of one submission, filed for one act.

    version:     the archive's new version; None where nothing was new and nothing was written.
    superseded:  SOP Instance UIDs of what was filed and is no longer: a person released another content.
    removed:     SOP Instance UIDs that this version no longer holds (reassigned, purged).
    """

    subject_id: str
    submission_id: str
    act_name: str
    inspection_id: int | None
    expected_head: int
    version: int | None
    members: tuple[FiledMember, ...] = ()
    superseded: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    bytes: int = 0
    receipt_sha256: str = ""
    completeness: Completeness | None = None


@dataclass(frozen=True, slots=True)
class FilingRow:
    """A filing as recorded."""

    subject_id: str
    version: int | None
    submission_id: str
    act_name: str
    instances: int
    bytes: int
    receipt_sha256: str
    filed: datetime


class Filings(Area):
    """Never twice: UNIQUE (subject, version) and UNIQUE (submission, subject, act) are the database's own."""

    def record(self, lease: SubjectLease, filing: Filing) -> bool:
        """Record a filing in this transaction; False where it is recorded already, and nothing is changed.

        Moves the subject's head from `expected_head` to `version`. Raises LostClaim, HeadMoved.
        """
        subjects = Subjects(self._connection, self._now)
        subjects.guard(lease)
        if self.of(filing.submission_id, filing.subject_id, filing.act_name) is not None:
            return False
        head = filing.expected_head if filing.version is None else filing.version
        subjects.compare_and_set_head(lease, filing.expected_head, head)
        self._connection.execute(
            filings.insert().values(
                subject_id=filing.subject_id,
                version=filing.version,
                submission=seq_of(filing.submission_id),
                act_name=filing.act_name,
                instances=len(filing.members),
                bytes=filing.bytes,
                receipt_sha256=filing.receipt_sha256,
                filed=self._now,
            )
        )
        self._retire(filing.subject_id, filing.superseded, InstanceState.SUPERSEDED)
        self._retire(filing.subject_id, filing.removed, InstanceState.REMOVED)
        self._mark_members(filing)
        if filing.completeness is not None:
            subjects.set_completeness(filing.subject_id, filing.completeness)
        return True

    def of(self, submission_id: str, subject_id: str, act_name: str) -> FilingRow | None:
        """Return the filing of a subject of a submission for an act, None where there is none."""
        row = self._connection.execute(
            sa.select(filings).where(
                filings.c.submission == seq_of(submission_id),
                filings.c.subject_id == subject_id,
                filings.c.act_name == act_name,
            )
        ).first()
        return _filing(row) if row is not None else None

    def of_subject(self, subject_id: str) -> tuple[FilingRow, ...]:
        """Return a subject's filings, oldest first."""
        return self._all(filings.c.subject_id == subject_id)

    def of_submission(self, submission_id: str) -> tuple[FilingRow, ...]:
        """Return a submission's filings, oldest first."""
        return self._all(filings.c.submission == seq_of(submission_id))

    def _all(self, condition: sa.ColumnElement[bool]) -> tuple[FilingRow, ...]:
        rows = self._connection.execute(sa.select(filings).where(condition).order_by(filings.c.id))
        return tuple(_filing(row) for row in rows)

    def _retire(self, subject_id: str, uids: tuple[str, ...], state: InstanceState) -> None:
        for chunk in chunks(uids):
            self._connection.execute(
                instances.update()
                .where(
                    instances.c.subject_id == subject_id,
                    instances.c.state == InstanceState.FILED.value,
                    instances.c.sop_instance_uid.in_(chunk),
                )
                .values(state=state.value, is_disputed=False)
            )

    def _mark_members(self, filing: Filing) -> None:
        if not filing.members:
            return
        self._connection.execute(
            instances.update()
            .where(
                instances.c.inspection_id == filing.inspection_id,
                instances.c.ordinal == sa.bindparam("member"),
            )
            .values(
                state=InstanceState.FILED.value,
                subject_id=filing.subject_id,
                version=filing.version,
                kind=sa.bindparam("member_kind"),
                path=sa.bindparam("member_path"),
            ),
            [
                {"member": member.ordinal, "member_kind": member.kind, "member_path": member.path}
                for member in filing.members
            ],
        )


def _filing(row: sa.Row[Any]) -> FilingRow:
    return FilingRow(
        row.subject_id,
        row.version,
        id_of(row.submission),
        row.act_name,
        row.instances,
        row.bytes,
        row.receipt_sha256,
        row.filed,
    )
