"""The morning e-mail to the study team: what came, what waits for a person, what does not move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ingest.reports.letters import Band, make_letter
from ingest.reports.page import render_plain
from ingest.reports.plain_text import clean, counted, days_in_words, joined, size_in_words
from ingest.reports.ports import Letter
from ingest.reports.qa_inputs import HeldLine, MorningInput, SilentSite, WaitingLine
from ingest.reports.report import Tone

#: Lines of one section; the rest are counted.
MOST_LINES = 40
#: Below this part of the disk, or this many bytes, the e-mail warns.
LOW_PART, LOW_BYTES = 0.1, 50 * 1024**3

# Ages in days, youngest first: what is held longest must not hide among what came yesterday.
_AGES = ((1, "since yesterday"), (7, "up to a week"), (30, "up to a month"))


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its lines; `more` counts those left out."""

    title: str
    lines: tuple[str, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class MorningReport:
    """What the e-mail says, in order: what needs a person comes first."""

    trial_name: str
    made: datetime
    tone: Tone
    status: str
    headline: str
    sections: tuple[Section, ...]


def build_morning(source: MorningInput) -> MorningReport:
    """Return what the morning e-mail says."""
    disk, is_low = _disk(source)
    needs = _needs(source, is_low)
    sections = (
        _section("Stuck", [_waiting(item, source.made) for item in source.stuck]),
        _held_section(source),
        _section("Uploads that do not finish", [_waiting(item, source.made) for item in source.unfinished]),
        _section("Arrived", [_arrival_words(source, n) for n in range(len(source.arrivals))]),
        _section("Silent sites", [_silence(site, source.made) for site in source.silent_sites]),
        _section("Machine", disk),
    )
    arrived = f"{counted(len(source.arrivals), 'zip')} since the last e-mail"
    return MorningReport(
        trial_name=clean(source.trial_name),
        made=source.made,
        tone=Tone.HELD if needs else Tone.COMPLETE,
        status="A person must look" if needs else "Nothing to do",
        headline=f"{arrived}; {joined(needs)}." if needs else f"{arrived}; nothing waits for a person.",
        sections=tuple(section for section in sections if section.lines),
    )


def morning_letter(report: MorningReport, key: str, recipients: tuple[str, ...]) -> Letter:
    """Return the e-mail; `key` is the outbox id, one a day."""
    text = render_plain("morning.txt.j2", report=report)
    subject = f"{report.trial_name}: morning report of {report.made:%d %B %Y}"
    return make_letter(
        key, recipients, subject, Band(report.tone, report.status, report.headline), text, report.made
    )


def _needs(source: MorningInput, is_low: bool) -> list[str]:
    needs = []
    if source.stuck:
        needs.append(f"{counted(len(source.stuck), 'submission is', 'submissions are')} stuck")
    if source.held:
        needs.append(f"{len(source.held):,} held")
    if source.undelivered:
        needs.append(
            counted(source.undelivered, "report could not be delivered", "reports could not be delivered")
        )
    if is_low:
        needs.append("the disk is filling up")
    return needs


def _section(title: str, lines: Sequence[str]) -> Section:
    return Section(title, tuple(lines[:MOST_LINES]), max(0, len(lines) - MOST_LINES))


def _held_section(source: MorningInput) -> Section:
    """List what is held, oldest first, under a line that counts it by age."""
    ordered = sorted(source.held, key=lambda item: item.since)
    ages = Counter(_age_class((source.made - item.since).total_seconds() / 86_400) for item in ordered)
    classes = [*(words for _, words in _AGES), "more than a month"]
    summary = [f"{ages[words]} {words}" for words in classes if ages[words]]
    lines = ([f"By age: {joined(summary)}"] if summary else []) + [
        _held(item, source.made) for item in ordered
    ]
    return _section("Held, waiting for a decision", lines)


def _age_class(days: float) -> str:
    return next((words for limit, words in _AGES if days <= limit), "more than a month")


def _held(item: HeldLine, made: datetime) -> str:
    codes = f" ({', '.join(clean(code) for code in item.codes[:4])})" if item.codes else ""
    owner = f", with {clean(item.owner, 60)}" if item.owner else ", nobody has taken it"
    what = f"{clean(item.submission_id)} {clean(item.label, 64)}, site {clean(item.site_number)}"
    return f"{what}: {days_in_words((made - item.since).days)}{codes}{owner}"


def _waiting(item: WaitingLine, made: datetime) -> str:
    return (
        f"{clean(item.what)}, site {clean(item.site_number)}: for {days_in_words((made - item.since).days)}"
    )


def _arrival_words(source: MorningInput, number: int) -> str:
    item = source.arrivals[number]
    return f"{clean(item.submission_id)}, site {clean(item.site_number)}: {clean(item.headline)}"


def _silence(site: SilentSite, made: datetime) -> str:
    who = f"{clean(site.number)} {clean(site.name)}"
    if site.last_received is None:
        return f"{who}: has never sent anything"
    return f"{who}: nothing for {days_in_words((made - site.last_received).days)}"


def _disk(source: MorningInput) -> tuple[list[str], bool]:
    """Return the machine's lines, and whether its disk is filling up."""
    lines = []
    if source.undelivered:
        lines.append(
            counted(source.undelivered, "report could not be delivered", "reports could not be delivered")
        )
    if source.free_bytes is None:
        return lines, False
    of = f" of {size_in_words(source.total_bytes)}" if source.total_bytes else ""
    lines.append(f"Free disk: {size_in_words(source.free_bytes)}{of}")
    is_low = source.free_bytes < LOW_BYTES or (
        bool(source.total_bytes) and source.free_bytes < LOW_PART * (source.total_bytes or 0)
    )
    return lines, is_low
