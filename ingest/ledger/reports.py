"""Which reports were made. How each went out is the outbox's to say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.ledger.rows import Area, id_of, seq_of
from ingest.ledger.tables.service import reports


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report on a submission for an act, in one format (`html`, `json`, `text`)."""

    submission_id: str
    act_name: str
    format: str
    sha256: str
    size: int
    made: datetime


class Reports(Area):
    """Reports made."""

    def record(self, submission_id: str, act_name: str, format: str, sha256: str, size: int) -> None:
        """Record a report; making it again for the same act replaces it."""
        row = {
            "submission": seq_of(submission_id),
            "act_name": act_name,
            "format": format,
            "sha256": sha256,
            "size": size,
            "made": self._now,
        }
        self._upsert(reports, [row], ("submission", "act_name", "format"))

    def of_submission(self, submission_id: str) -> tuple[ReportRow, ...]:
        """Return a submission's reports, oldest first."""
        rows = self._connection.execute(
            sa.select(reports)
            .where(reports.c.submission == seq_of(submission_id))
            .order_by(reports.c.made, reports.c.format)
        )
        return tuple(_report(row) for row in rows)


def _report(row: sa.Row[Any]) -> ReportRow:
    return ReportRow(id_of(row.submission), row.act_name, row.format, row.sha256, row.size, row.made)
