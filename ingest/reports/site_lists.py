"""The lists of a site's QA report: what to chase, what is held, what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ingest.reports.plain_text import clean
from ingest.reports.qa_inputs import FindingTally, SiteReportInput, SubjectRow
from ingest.reports.reasons import without_counts
from ingest.reports.texts import load_texts

_SEVERITIES = ("block", "review", "warn", "info")


@dataclass(frozen=True, slots=True)
class ChaseLine:
    """One thing to ask the site for, with how long it has been awaited."""

    subject_id: str
    object: str
    title: str
    expected: str
    found: str
    since: date
    days: int


@dataclass(frozen=True, slots=True)
class HeldRow:
    """Data that is held, and why, in the words of the findings that hold it."""

    label: str
    submission_id: str
    reasons: tuple[str, ...]
    since: datetime
    days: int


def order_findings(findings: Sequence[FindingTally]) -> tuple[FindingTally, ...]:
    """Return the costliest findings first: by severity, then by how many submissions had them."""
    ordered = sorted(
        findings, key=lambda item: (_SEVERITIES.index(item.severity.value), -item.submissions, item.code)
    )
    return tuple(
        FindingTally(
            clean(item.code),
            item.severity,
            without_counts(clean(item.message)),
            clean(item.action),
            item.submissions,
            item.subjects,
            item.last_seen,
        )
        for item in ordered
    )


def list_held(source: SiteReportInput) -> tuple[HeldRow, ...]:
    """Return what is held, longest first."""
    words = {item.code: item.message for item in source.findings}
    return tuple(
        HeldRow(
            label=clean(item.label or load_texts().say("site", "whole-zip"), 64),
            submission_id=clean(item.submission_id),
            reasons=tuple(_reason(words.get(code, code)) for code in item.codes),
            since=item.since,
            days=max(0, (source.made - item.since).days),
        )
        for item in sorted(source.held, key=lambda line: (line.since, line.submission_id, line.label))
    )


def _reason(message: str) -> str:
    """Return the first sentence of a finding's message, without what it counts."""
    head, stop, _ = without_counts(clean(message)).partition(". ")
    return head + stop.strip()


def list_awaited(active: Sequence[SubjectRow], source: SiteReportInput) -> tuple[ChaseLine, ...]:
    """Return everything that is awaited, longest first."""
    titles = dict(source.objects)
    today = source.made.date()
    lines = [
        ChaseLine(
            subject_id=clean(row.subject_id, 64),
            object=clean(item.object, 60),
            title=clean(titles.get(item.object) or load_texts().object_words(item.object).title),
            expected=clean(item.expected),
            found=clean(item.found),
            since=item.since,
            days=max(0, (today - item.since).days),
        )
        for row in active
        for item in row.awaited
    ]
    return tuple(sorted(lines, key=lambda line: (-line.days, line.subject_id, line.object)))
