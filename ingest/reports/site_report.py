"""A site's QA report: what is complete, how often it was right at once, what is awaited and since when."""

from __future__ import annotations

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ingest.model.picture import ObjectState
from ingest.model.verdict import CompletenessState
from ingest.reports.plain_text import clean, counted, joined, mail_address
from ingest.reports.qa_inputs import FindingTally, SiteReportInput, SubjectRow
from ingest.reports.report import Tone
from ingest.reports.site_lists import ChaseLine, HeldRow, list_awaited, list_held, order_findings
from ingest.reports.texts import load_texts

#: Months that the trend shows.
MONTHS_SHOWN = 12
#: First submissions below which a rate is no more than an anecdote, and is said to be.
FEW = 5


@dataclass(frozen=True, slots=True)
class MonthRate:
    """First-time-right of the subjects whose first data came in one month."""

    month: date
    right: int
    total: int


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One subject against the expected objects; `cells` in the order of the columns."""

    subject_id: str
    tone: Tone
    status: str
    cells: tuple[ObjectState | None, ...]
    submissions: int
    first_received: datetime | None


@dataclass(frozen=True, slots=True)
class SiteReport:
    """A site's QA report. `rate` is 0..1, None where nothing came yet; times are in days."""

    site_number: str
    site_name: str
    trial_name: str
    trial_title: str
    program_version: str
    contact: str
    made: datetime
    tone: Tone
    headline: str
    subjects: int
    complete: int
    awaiting: int
    held: int
    nothing_yet: int
    withdrawn: int
    right: int
    first_time_all: int
    rate: float | None
    trend: str
    months: tuple[MonthRate, ...]
    median_days: float | None
    slowest_days: float | None
    columns: tuple[tuple[str, str], ...]
    matrix: tuple[MatrixRow, ...]
    findings: tuple[FindingTally, ...]
    chase: tuple[ChaseLine, ...]
    held_data: tuple[HeldRow, ...]
    corrections: tuple[str, ...]


def build_site_report(source: SiteReportInput) -> SiteReport:
    """Return the QA report of one site: pure, and the same for the same input."""
    active = [row for row in source.subjects if not row.is_withdrawn]
    tones = Counter(tone_of_row(row) for row in active)
    judged = [row for row in active if row.is_first_time_right is not None]
    right = sum(bool(row.is_first_time_right) for row in judged)
    months = _months(judged)
    days = [_days_to_complete(row) for row in active if row.first_received and row.completed]
    nothing_yet = sum(row.first_received is None for row in active)
    chase = list_awaited(active, source)
    complete = sum(row.completeness is CompletenessState.COMPLETE for row in active)
    return SiteReport(
        site_number=clean(source.site_number),
        site_name=clean(source.site_name),
        trial_name=clean(source.trial_name),
        trial_title=clean(source.trial_title),
        program_version=clean(source.program_version),
        contact=mail_address(source.contact),
        made=source.made,
        tone=Tone.HELD if source.held else _site_tone(tones),
        headline=_headline(source, complete, len(active), len(chase)),
        subjects=len(active),
        complete=complete,
        awaiting=tones[Tone.AWAITING] + tones[Tone.FILED],
        held=_patients_held(source),
        nothing_yet=nothing_yet,
        withdrawn=len(source.subjects) - len(active),
        right=right,
        first_time_all=len(judged),
        rate=right / len(judged) if judged else None,
        trend=_trend_words(months),
        months=months,
        median_days=statistics.median(days) if days else None,
        slowest_days=max(days, default=None),
        columns=tuple((clean(key), clean(title)) for key, title in source.objects),
        matrix=tuple(_matrix_row(row, source) for row in sorted(active, key=lambda row: row.subject_id)),
        findings=order_findings(source.findings),
        chase=chase,
        held_data=list_held(source),
        corrections=tuple(clean(text) for text in source.corrections),
    )


def tone_of_row(row: SubjectRow) -> Tone:
    """Return a subject's tone: what is held comes first, then what is awaited."""
    if row.held_since is not None:
        return Tone.HELD
    if row.completeness is CompletenessState.COMPLETE:
        return Tone.COMPLETE
    return Tone.AWAITING if row.completeness is CompletenessState.AWAITING else Tone.FILED


def _site_tone(tones: Counter[Tone]) -> Tone:
    return next((tone for tone in (Tone.HELD, Tone.AWAITING, Tone.FILED) if tones[tone]), Tone.COMPLETE)


def _headline(source: SiteReportInput, complete: int, subjects: int, chased: int) -> str:
    words, name = load_texts(), clean(source.site_name)
    if not subjects and not source.held:
        return words.say("site", "nothing", site=name)
    held = _patients_held(source)
    parts = [words.say("site", "complete", complete, patients=counted(subjects, "patient"))]
    if chased:
        parts.append(words.say("site", "awaited", chased))
    if held:
        parts.append(words.say("site", "held", held))
    return words.say("site", "headline", site=name, parts=joined(parts))


def _patients_held(source: SiteReportInput) -> int:
    """Return of how many patients data is held; one without a study ID is another in every zip."""
    known = {row.subject_id for row in source.subjects}
    return len(
        {item.label if item.label in known else (item.submission_id, item.label) for item in source.held}
    )


def _days_to_complete(row: SubjectRow) -> float:
    assert row.first_received is not None and row.completed is not None
    return max(0.0, (row.completed - row.first_received).total_seconds() / 86_400)


def _months(judged: Sequence[SubjectRow]) -> tuple[MonthRate, ...]:
    totals: Counter[date] = Counter()
    right: Counter[date] = Counter()
    for row in judged:
        if row.first_received is not None:
            month = row.first_received.date().replace(day=1)
            totals[month] += 1
            right[month] += bool(row.is_first_time_right)
    return tuple(MonthRate(month, right[month], totals[month]) for month in sorted(totals)[-MONTHS_SHOWN:])


def _trend_words(months: Sequence[MonthRate]) -> str:
    """Compare the later half of the months with the earlier one, where both have enough to compare."""
    words = load_texts()
    middle = len(months) // 2
    early, late = months[:middle], months[middle:]
    counts = [sum(item.total for item in half) for half in (early, late)]
    if min(counts) < FEW:
        return words.say("site", "trend-few")
    before, after = (
        sum(item.right for item in half) / count for half, count in zip((early, late), counts, strict=True)
    )
    if abs(after - before) < 0.1:
        return words.say("site", "trend-same")
    return words.say("site", "trend-better" if after > before else "trend-worse")


def _matrix_row(row: SubjectRow, source: SiteReportInput) -> MatrixRow:
    tone = tone_of_row(row)
    words = load_texts()
    status = words.statuses[tone.value].text
    if row.first_received is None:
        status = words.say("site", "row-nothing")
    elif tone is Tone.HELD and row.completeness is CompletenessState.COMPLETE:
        status = words.say("site", "row-complete-held")
    return MatrixRow(
        subject_id=clean(row.subject_id, 64),
        tone=tone,
        status=status,
        cells=tuple(row.objects.get(key) for key, _ in source.objects),
        submissions=row.submissions,
        first_received=row.first_received,
    )
