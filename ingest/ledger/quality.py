"""What the reports for data managers are counted from: verdicts, kinds and codes of a site. Read-only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from ingest.ledger.inspections import InstanceState
from ingest.ledger.rows import Area, chunks, id_of
from ingest.ledger.tables.arrivals import shares, submissions
from ingest.ledger.tables.contents import instances, subject_verdicts, verdict_codes, verdicts
from ingest.model.verdict import CompletenessState, Outcome


@dataclass(frozen=True, slots=True)
class DecidedSubject:
    """One verdict on one subject. `arrived`: when its submission did; completeness: after the verdict."""

    subject_id: str
    submission_id: str
    arrived: datetime
    decided: datetime
    outcome: Outcome
    completeness: CompletenessState


@dataclass(frozen=True, slots=True)
class CodeTally:
    """How often a site's data had a code: in how many submissions, of how many subjects, and where last."""

    code: str
    submissions: int
    subjects: int
    last_submission: str
    last_seen: datetime


class Quality(Area):
    """Queries over everything of a site; each reads what it counts once, by an index."""

    def decided(self, site: str) -> tuple[DecidedSubject, ...]:
        """Return every verdict on every subject that the site sent and that has a study ID, oldest first."""
        own, verdict = subject_verdicts.c, verdicts.c
        rows = self._connection.execute(
            sa.select(
                own.subject_id,
                own.submission,
                own.outcome,
                own.completeness,
                verdict.decided,
                submissions.c.created,
            )
            .select_from(_of_site(subject_verdicts))
            .where(shares.c.site == site, own.subject_id != "")
            .order_by(verdict.decided, own.submission)
        )
        return tuple(
            DecidedSubject(
                row.subject_id,
                id_of(row.submission),
                row.created,
                row.decided,
                Outcome(row.outcome),
                CompletenessState(row.completeness),
            )
            for row in rows
        )

    def kinds(self, subject_ids: Iterable[str], state: InstanceState) -> Mapping[str, frozenset[str]]:
        """Return which kinds of objects each subject has in a state; subjects without any are left out."""
        found: dict[str, set[str]] = {}
        for chunk in chunks(subject_ids):
            rows = self._connection.execute(
                sa.select(instances.c.subject_id, instances.c.kind)
                .where(instances.c.subject_id.in_(chunk), instances.c.state == state.value)
                .distinct()
            )
            for row in rows:
                found.setdefault(row.subject_id, set()).add(row.kind)
        return {subject_id: frozenset(kinds) for subject_id, kinds in found.items()}

    def codes(self, site: str, since: datetime) -> tuple[CodeTally, ...]:
        """Return the codes found in the site's data, by verdicts since then."""
        code = verdict_codes.c
        of_subject = sa.and_(
            subject_verdicts.c.submission == code.submission,
            subject_verdicts.c.act_name == code.act_name,
            subject_verdicts.c.label == code.label,
        )
        rows = self._connection.execute(
            sa.select(
                code.code,
                sa.func.count(sa.distinct(code.submission)).label("submissions"),
                sa.func.count(sa.distinct(sa.func.nullif(subject_verdicts.c.subject_id, ""))).label(
                    "subjects"
                ),
                sa.func.max(code.submission).label("last"),
                sa.func.max(verdicts.c.decided).label("seen"),
            )
            .select_from(_of_site(verdict_codes).outerjoin(subject_verdicts, of_subject))
            .where(shares.c.site == site, verdicts.c.decided >= since)
            .group_by(code.code)
            .order_by(code.code)
        )
        return tuple(
            CodeTally(row.code, row.submissions, row.subjects, id_of(row.last), row.seen) for row in rows
        )

    def last_received(self) -> Mapping[str, datetime]:
        """Return site → when its last submission arrived; a site that never sent anything is not in it."""
        rows = self._connection.execute(
            sa.select(shares.c.site, sa.func.max(submissions.c.created).label("last"))
            .select_from(submissions.join(shares))
            .group_by(shares.c.site)
        )
        return {row.site: row.last for row in rows}


def _of_site(table: sa.Table) -> sa.Join:
    """Return a table of verdicts' details with the verdict, its submission and its share."""
    is_its_verdict = sa.and_(
        verdicts.c.submission == table.c.submission, verdicts.c.act_name == table.c.act_name
    )
    is_its_submission = submissions.c.seq == table.c.submission
    return table.join(verdicts, is_its_verdict).join(submissions, is_its_submission).join(shares)
