"""What was decided, act by act, and how often each code was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.ledger.rows import Area, dump, id_of, load, seq_of
from ingest.ledger.tables.arrivals import shares, submissions
from ingest.ledger.tables.contents import subject_verdicts, verdict_codes, verdicts
from ingest.model.finding import JudgedFinding
from ingest.model.verdict import Verdict
from ingest.model.wire import from_wire, to_wire


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """A verdict with what it was made by: program version and edition of PS3.15's table."""

    submission_id: str
    act_name: str
    verdict: Verdict
    software: str
    table_edition: str
    decided: datetime


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How many submissions of a site had a code, and how often it was found in all."""

    site: str
    code: str
    severity: str
    submissions: int
    count: int


class Verdicts(Area):
    """One verdict for each (submission, act); deciding again for the same act replaces it."""

    def record(
        self, submission_id: str, act_name: str, verdict: Verdict, *, software: str, table_edition: str = ""
    ) -> None:
        """Record a verdict and the submission's outcome."""
        seq = seq_of(submission_id)
        key = {"submission": seq, "act_name": act_name}
        for table in (verdict_codes, subject_verdicts):
            self._connection.execute(
                table.delete().where(table.c.submission == seq, table.c.act_name == act_name)
            )
        row = key | {
            "outcome": verdict.outcome.value,
            "trial_name": verdict.trial_name,
            "trial_sha256": verdict.trial_sha256,
            "software": software,
            "table_edition": table_edition,
            "decided": self._now,
            "verdict": dump(to_wire(verdict)),
        }
        self._upsert(verdicts, [row], ("submission", "act_name"))
        if subject_rows := [key | _subject_columns(subject) for subject in verdict.subjects]:
            self._connection.execute(subject_verdicts.insert(), subject_rows)
        if code_rows := [key | columns for columns in _code_columns(verdict)]:
            self._connection.execute(verdict_codes.insert(), code_rows)
        self._connection.execute(
            submissions.update().where(submissions.c.seq == seq).values(outcome=verdict.outcome.value)
        )

    def latest(self, submission_id: str, act_name: str | None = None) -> StoredVerdict | None:
        """Return the newest verdict of a submission (or that of an act), None without one."""
        query = sa.select(verdicts).where(verdicts.c.submission == seq_of(submission_id))
        if act_name is not None:
            query = query.where(verdicts.c.act_name == act_name)
        row = self._connection.execute(query.order_by(verdicts.c.decided.desc()).limit(1)).first()
        return _stored(row) if row is not None else None

    def history(self, submission_id: str) -> tuple[StoredVerdict, ...]:
        """Return every verdict of a submission, oldest first."""
        return self._all(sa.select(verdicts).where(verdicts.c.submission == seq_of(submission_id)))

    def of_subject(self, subject_id: str) -> tuple[StoredVerdict, ...]:
        """Return every verdict that speaks of a subject, oldest first."""
        of_subject = sa.and_(
            subject_verdicts.c.submission == verdicts.c.submission,
            subject_verdicts.c.act_name == verdicts.c.act_name,
            subject_verdicts.c.subject_id == subject_id,
        )
        return self._all(sa.select(verdicts).where(sa.exists().where(of_subject)))

    def code_counts(self, *, site: str | None = None, since: datetime | None = None) -> tuple[CodeCount, ...]:
        """Return how often each code was found, by site, over every verdict since then."""
        query = (
            sa.select(
                shares.c.site,
                verdict_codes.c.code,
                verdict_codes.c.severity,
                sa.func.count(sa.distinct(verdict_codes.c.submission)).label("submissions"),
                sa.func.sum(verdict_codes.c["count"]).label("found"),
            )
            .join(
                verdicts,
                sa.and_(
                    verdicts.c.submission == verdict_codes.c.submission,
                    verdicts.c.act_name == verdict_codes.c.act_name,
                ),
            )
            .join(submissions, submissions.c.seq == verdict_codes.c.submission)
            .join(shares, shares.c.id == submissions.c.share_id)
            .group_by(shares.c.site, verdict_codes.c.code, verdict_codes.c.severity)
            .order_by(shares.c.site, verdict_codes.c.code)
        )
        if site is not None:
            query = query.where(shares.c.site == site)
        if since is not None:
            query = query.where(verdicts.c.decided >= since)
        rows = self._connection.execute(query)
        return tuple(
            CodeCount(row.site, row.code, row.severity, row.submissions, int(row.found)) for row in rows
        )

    def _all(self, query: sa.Select[Any]) -> tuple[StoredVerdict, ...]:
        order = (verdicts.c.decided, verdicts.c.submission)
        return tuple(_stored(row) for row in self._connection.execute(query.order_by(*order)))


def _subject_columns(subject: Any) -> dict[str, Any]:
    return {
        "label": subject.label,
        "subject_id": subject.subject_id or "",
        "outcome": subject.outcome.value,
        "completeness": subject.completeness.state.value,
        "head_version": subject.head_version,
        "new": subject.new,
        "duplicates": subject.duplicates,
        "conflicts": subject.conflicts,
    }


def _code_columns(verdict: Verdict) -> list[dict[str, Any]]:
    found: list[tuple[str, Sequence[JudgedFinding]]] = [("", verdict.findings)]
    found += [(subject.label, subject.findings) for subject in verdict.subjects]
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for label, judged in found:
        for item in judged:
            row = rows.setdefault(
                (label, item.finding.code),
                {"label": label, "code": item.finding.code, "severity": item.severity.value, "count": 0},
            )
            row["count"] += item.finding.count
    return list(rows.values())


def _stored(row: sa.Row[Any]) -> StoredVerdict:
    return StoredVerdict(
        id_of(row.submission),
        row.act_name,
        from_wire(Verdict, load(row.verdict)),
        row.software,
        row.table_edition,
        row.decided,
    )
