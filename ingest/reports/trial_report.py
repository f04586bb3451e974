"""The trial report for the data manager: accrual against data, sites by what they need, what is overdue."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime

from ingest.model.wire import to_wire
from ingest.reports.chase import write_csv
from ingest.reports.letters import Band, make_letter
from ingest.reports.page import render_page, render_plain
from ingest.reports.plain_text import clean, counted, days_in_words
from ingest.reports.ports import Attachment, Letter
from ingest.reports.qa_inputs import MonthLine, SiteLine, TrialReportInput
from ingest.reports.render import SCHEMA_VERSION, wrap_lines
from ingest.reports.report import Tone
from ingest.reports.texts import load_texts

#: Overdue objects that the e-mail lists; the rest are counted, and in the CSV.
MOST_OVERDUE = 40


@dataclass(frozen=True, slots=True)
class RankedSite:
    """One site, with what it needs in words; `need` is the weight by which sites are ranked."""

    number: str
    name: str
    need: float
    needs: tuple[str, ...]
    tone: Tone
    enrolled: int | None
    subjects: int
    complete: int
    held: int
    overdue: int
    rate: float | None
    last_received: datetime | None


@dataclass(frozen=True, slots=True)
class OverdueRow:
    """One overdue object, longest first."""

    subject_id: str
    site_number: str
    object: str
    title: str
    since: date
    days: int


@dataclass(frozen=True, slots=True)
class TrialReport:
    """The whole trial. `enrolled` is None where there is no enrolment list."""

    trial_name: str
    trial_title: str
    program_version: str
    made: datetime
    tone: Tone
    headline: str
    enrolled: int | None
    subjects: int
    complete: int
    held: int
    rate: float | None
    months: tuple[MonthLine, ...]
    sites: tuple[RankedSite, ...]
    overdue: tuple[OverdueRow, ...]


def build_trial_report(source: TrialReportInput) -> TrialReport:
    """Return the report: sites that need most come first."""
    sites = sorted((_rank(site, source) for site in source.sites), key=lambda s: (-s.need, s.number))
    enrolled = [site.enrolled for site in source.sites if site.enrolled is not None]
    subjects = sum(site.subjects for site in source.sites)
    complete = sum(site.complete for site in source.sites)
    judged = sum(site.first_time_all for site in source.sites)
    needing = sum(bool(site.needs) for site in sites)
    return TrialReport(
        trial_name=clean(source.trial_name),
        trial_title=clean(source.trial_title),
        program_version=clean(source.program_version),
        made=source.made,
        tone=Tone.AWAITING if needing else Tone.COMPLETE,
        headline=_headline(complete, subjects, sum(enrolled) if enrolled else None, needing),
        enrolled=sum(enrolled) if enrolled else None,
        subjects=subjects,
        complete=complete,
        held=sum(site.held for site in source.sites),
        rate=sum(site.first_time_right for site in source.sites) / judged if judged else None,
        months=tuple(sorted(source.months, key=lambda line: line.month)),
        sites=tuple(sites),
        overdue=_overdue(source),
    )


def render_trial_html(report: TrialReport) -> str:
    """Return the report as one self-contained page."""
    return render_page("trial.html.j2", report=report)


def render_trial_json(report: TrialReport) -> str:
    """Return everything of the report as JSON."""
    return json.dumps({"schema": SCHEMA_VERSION, **to_wire(report)}, ensure_ascii=False, indent=1) + "\n"


def render_trial_text(report: TrialReport) -> str:
    """Return the report as plain text, without what needs a table."""
    return wrap_lines(_text(report))


def trial_letter(
    report: TrialReport, key: str, recipients: tuple[str, ...], attachments: tuple[Attachment, ...] = ()
) -> Letter:
    """Return the report as an e-mail; `key` is the outbox id."""
    band = Band(report.tone, "Trial report", report.headline)
    subject = f"{report.trial_name}: trial report of {report.made:%d %B %Y}"
    return make_letter(key, recipients, subject, band, _text(report), report.made, attachments)


def _text(report: TrialReport) -> str:
    return render_plain("trial.txt.j2", report=report, most=MOST_OVERDUE)


def overdue_csv(report: TrialReport) -> str:
    """Return the overdue list for a spreadsheet."""
    header = ("site", "study_id", "object", "title", "awaited_since", "days")
    rows = (
        (row.site_number, row.subject_id, row.object, row.title, row.since, row.days)
        for row in report.overdue
    )
    return write_csv(header, rows)


def _headline(complete: int, subjects: int, enrolled: int | None, needing: int) -> str:
    words = load_texts()
    of = counted(enrolled if enrolled is not None else subjects, "patient")
    needs = words.say("trial", "needing", needing) if needing else words.say("trial", "needing-none")
    return words.say("trial", "headline", complete, patients=of, needs=needs)


def _rank(site: SiteLine, source: TrialReportInput) -> RankedSite:
    """Weigh what a site needs: held data waits for a person, silence and overdue data for a call."""
    made = source.made
    silent = None if site.last_received is None else (made - site.last_received).days
    is_owing = site.enrolled is None or site.subjects < site.enrolled
    is_silent = is_owing and (silent is None or silent >= source.silent_after)
    rate = site.first_time_right / site.first_time_all if site.first_time_all else None
    is_often_wrong = rate is not None and site.first_time_all >= 5 and rate < 0.5
    needs = _needs(site, made, silent=silent if is_silent else None, is_silent=is_silent)
    if is_often_wrong:
        needs.append(load_texts().say("trial", "often-wrong"))
    return RankedSite(
        number=clean(site.number),
        name=clean(site.name),
        need=3 * site.held + site.overdue + (5 if is_silent else 0) + (4 if is_often_wrong else 0),
        needs=tuple(needs),
        tone=Tone.HELD if site.held else Tone.AWAITING if needs else Tone.COMPLETE,
        enrolled=site.enrolled,
        subjects=site.subjects,
        complete=site.complete,
        held=site.held,
        overdue=site.overdue,
        rate=rate,
        last_received=site.last_received,
    )


def _needs(site: SiteLine, made: datetime, *, silent: int | None, is_silent: bool) -> list[str]:
    words, needs = load_texts(), []
    if site.held:
        age = days_in_words((made - site.oldest_held).days if site.oldest_held else 0)
        needs.append(words.say("trial", "held", site.held, age=age))
    if site.overdue:
        needs.append(words.say("trial", "overdue", site.overdue))
    if is_silent and silent is None:
        needs.append(words.say("trial", "never"))
    elif is_silent and silent is not None:
        needs.append(words.say("trial", "silent", age=days_in_words(silent)))
    return needs


def _overdue(source: TrialReportInput) -> tuple[OverdueRow, ...]:
    today = source.made.date()
    rows = [
        OverdueRow(
            subject_id=clean(line.subject_id, 64),
            site_number=clean(line.site_number),
            object=clean(line.object, 60),
            title=load_texts().object_words(line.object).title,
            since=line.since,
            days=max(0, (today - line.since).days),
        )
        for line in source.overdue
    ]
    return tuple(sorted(rows, key=lambda row: (-row.days, row.subject_id, row.object)))
