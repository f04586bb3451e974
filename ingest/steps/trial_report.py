"""The trial report for data management: every site's numbers, accrual against data, what is overdue."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from ingest.ledger.outbox import Channel, Message
from ingest.ledger.transaction import Transaction
from ingest.model.verdict import CompletenessState
from ingest.reports.qa_inputs import MonthLine, OverdueLine, SiteLine, SubjectRow, TrialReportInput
from ingest.reports.trial_report import (
    TrialReport,
    build_trial_report,
    overdue_csv,
    render_trial_html,
    render_trial_json,
    render_trial_text,
)
from ingest.steps.kept_reports import Kept, keep, trial_place
from ingest.steps.parts import Parts
from ingest.steps.quality import SiteKnowledge, gather_site, rows_of
from ingest.trial.definition import Site

#: Months of accrual that the report shows.
MONTHS = 12

PAGE, DATA, TEXT, OVERDUE = "trial.html", "trial.json", "trial.txt", "overdue.csv"


@dataclass(frozen=True, slots=True)
class _SiteRows:
    site: Site
    rows: tuple[SubjectRow, ...]
    knowledge: SiteKnowledge


def make_trial_report(parts: Parts) -> TrialReport:
    """Return the report on the whole trial as of now."""
    with parts.ledger.read() as tx:
        return build_trial_report(gather_trial_report(parts, tx))


def gather_trial_report(parts: Parts, tx: Transaction) -> TrialReportInput:
    """Return everything that the trial report says, read from the ledger."""
    made, trial = parts.clock.now(), parts.trial
    has_list = tx.enrolment.is_imported()
    last_received = tx.quality.last_received()
    sites = [_read_site(parts, tx, site, made.date()) for site in trial.sites]
    due = made.date() - timedelta(days=trial.chasing.overdue_after)
    return TrialReportInput(
        trial_name=trial.name,
        trial_title=trial.title,
        made=made,
        sites=tuple(
            _line(item, due, last_received.get(item.site.number), has_list=has_list) for item in sites
        ),
        months=_months([row for item in sites for row in item.rows], made.date(), has_list=has_list),
        overdue=tuple(line for item in sites for line in _overdue(item, due)),
        program_version=parts.program_version,
        silent_after=trial.chasing.silent_after,
    )


def render_trial(report: TrialReport) -> dict[str, bytes]:
    """Return the report's files by name."""
    return {
        PAGE: render_trial_html(report).encode(),
        DATA: render_trial_json(report).encode(),
        TEXT: render_trial_text(report).encode(),
        OVERDUE: overdue_csv(report).encode(),
    }


def report_trial(parts: Parts) -> TrialReport:
    """Make the trial report, keep it, and put it down for data management, once a day at most."""
    report = make_trial_report(parts)
    day = report.made.date().isoformat()
    keep(trial_place(parts.places, day), render_trial(report))
    with parts.ledger.write() as tx:
        tx.outbox.put(
            Message(f"trial-report:{day}", Channel.OPERATIONS, {"kept": Kept.TRIAL.value, "day": day})
        )
        tx.audit.append("trial-reported", detail={"day": day})
    return report


def _read_site(parts: Parts, tx: Transaction, site: Site, today: date) -> _SiteRows:
    knowledge = gather_site(tx, parts.trial, site.number)
    rows = rows_of(knowledge, parts.trial, today)
    return _SiteRows(site, tuple(row for row in rows if not row.is_withdrawn), knowledge)


def _line(item: _SiteRows, due: date, last_received: datetime | None, *, has_list: bool) -> SiteLine:
    with_data = [row for row in item.rows if row.first_received is not None]
    judged = [row for row in with_data if row.is_first_time_right is not None]
    complete = [row for row in with_data if row.completeness is CompletenessState.COMPLETE]
    awaited = [entry.since for row in item.rows for entry in row.awaited]
    held = item.knowledge.held_items
    enrolled = {row.subject_id for row in item.rows} & item.knowledge.enrolled.keys()
    return SiteLine(
        number=item.site.number,
        name=item.site.name,
        subjects=len(with_data),
        complete=len(complete),
        awaiting=len(with_data) - len(complete),
        held=len({entry.subject_id or (entry.submission_id, entry.label) for entry in held}),
        enrolled=len(enrolled) if has_list else None,
        first_time_right=sum(bool(row.is_first_time_right) for row in judged),
        first_time_all=len(judged),
        overdue=sum(since < due for since in awaited),
        oldest_awaited=min(awaited, default=None),
        oldest_held=min((entry.opened for entry in held), default=None),
        last_received=last_received,
    )


def _overdue(item: _SiteRows, due: date) -> Iterator[OverdueLine]:
    for row in item.rows:
        for entry in row.awaited:
            if entry.since < due:
                yield OverdueLine(row.subject_id, item.site.number, entry.object, entry.since)


def _months(rows: Sequence[SubjectRow], today: date, *, has_list: bool) -> tuple[MonthLine, ...]:
    """Return the last months up to this one, from the first in which anything happened."""
    enrolled = _by_month(row.registered for row in rows)
    received = _by_month(row.first_received for row in rows)
    completed = _by_month(row.completed for row in rows)
    months = _last_months(today)
    first = min((month for month in (*enrolled, *received, *completed)), default=today)
    return tuple(
        MonthLine(month, enrolled[month] if has_list else None, received[month], completed[month])
        for month in months
        if month >= first
    )


def _by_month(days: Iterable[date | datetime | None]) -> Counter[date]:
    return Counter(date(day.year, day.month, 1) for day in days if day is not None)


def _last_months(today: date) -> list[date]:
    last = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(last - MONTHS + 1, last + 1)]
