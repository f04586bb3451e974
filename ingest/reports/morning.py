"""The morning e-mail to the study team: what came, what waits for a person, what does not move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from ingest.reports.letters import Band, make_letter
from ingest.reports.page import render_plain
from ingest.reports.plain_text import clean, days_in_words, joined, size_in_words
from ingest.reports.ports import Letter
from ingest.reports.qa_inputs import ArrivalLine, HeldLine, MorningInput, SilentSite, WaitingLine
from ingest.reports.report import Tone
from ingest.reports.texts import load_texts

#: Lines of one section; the rest are counted.
MOST_LINES = 40
#: Below this part of the disk, or this many bytes, the e-mail warns.
LOW_PART, LOW_BYTES = 0.1, 50 * 1024**3

# Ages in days, youngest first: what is held longest must not hide among what came yesterday.
_AGES = ((1.0, "age-day"), (7.0, "age-week"), (30.0, "age-month"), (float("inf"), "age-more"))


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
    say = partial(load_texts().say, "morning")
    needs = _needs(source)
    sections = (
        _section("section-stuck", [_waiting(item, source.made) for item in source.stuck]),
        _held_section(source),
        _section("section-unfinished", [_waiting(item, source.made) for item in source.unfinished]),
        _section("section-arrived", [_arrival(item) for item in source.arrivals]),
        _section("section-silent", [_silence(site, source.made) for site in source.silent_sites]),
        _section("section-machine", _machine(source)),
    )
    arrived = say("arrived", len(source.arrivals))
    return MorningReport(
        trial_name=clean(source.trial_name),
        made=source.made,
        tone=Tone.HELD if needs else Tone.COMPLETE,
        status=say("status-act" if needs else "status-calm"),
        headline=(
            say("headline", arrived=arrived, needs=joined(needs))
            if needs
            else say("headline-calm", arrived=arrived)
        ),
        sections=tuple(section for section in sections if section.lines),
    )


def morning_letter(report: MorningReport, key: str, recipients: tuple[str, ...]) -> Letter:
    """Return the e-mail; `key` is the outbox id, one a day."""
    text = render_plain("morning.txt.j2", report=report)
    subject = f"{report.trial_name}: morning report of {report.made:%d %B %Y}"
    return make_letter(
        key, recipients, subject, Band(report.tone, report.status, report.headline), text, report.made
    )


def _needs(source: MorningInput) -> list[str]:
    say = partial(load_texts().say, "morning")
    counts = {"stuck": len(source.stuck), "held": len(source.held), "undelivered": source.undelivered}
    needs = [say(key, count) for key, count in counts.items() if count]
    if _is_low(source):
        needs.append(say("disk-low"))
    return needs


def _section(title: str, lines: Sequence[str]) -> Section:
    words = load_texts().say("morning", title)
    return Section(words, tuple(lines[:MOST_LINES]), max(0, len(lines) - MOST_LINES))


def _held_section(source: MorningInput) -> Section:
    """List what is held, oldest first, under lines that count it by age and say what nobody has taken."""
    texts = load_texts().managers["morning"]
    ordered = sorted(source.held, key=lambda item: item.since)
    ages = Counter(_age_class(source.made - item.since) for item in ordered)
    by_age = [texts[key].text.format(count=ages[key]) for _, key in _AGES if ages[key]]
    unowned = sum(not item.owner for item in ordered)
    lines = [texts["by-age"].text.format(ages=joined(by_age))] if ordered else []
    if unowned:
        lines.append(texts["unowned"].text.format(count=unowned))
    return _section("section-held", lines + [_held(item, source.made) for item in ordered])


def _age_class(age: timedelta) -> str:
    days = age.total_seconds() / 86_400
    return next(key for limit, key in _AGES if days <= limit)


def _held(item: HeldLine, made: datetime) -> str:
    say = partial(load_texts().say, "morning")
    return say(
        "held-line",
        submission=clean(item.submission_id),
        label=clean(item.label, 64),
        site=clean(item.site_number),
        age=days_in_words((made - item.since).days),
        codes=f" ({', '.join(clean(code) for code in item.codes[:4])})" if item.codes else "",
        owner=say("held-owner", owner=clean(item.owner, 60)) if item.owner else "",
    )


def _waiting(item: WaitingLine, made: datetime) -> str:
    age = days_in_words((made - item.since).days)
    return load_texts().say(
        "morning", "waiting-line", what=clean(item.what), site=clean(item.site_number), age=age
    )


def _arrival(item: ArrivalLine) -> str:
    return load_texts().say(
        "morning",
        "arrived-line",
        submission=clean(item.submission_id),
        site=clean(item.site_number),
        headline=clean(item.headline),
    )


def _silence(site: SilentSite, made: datetime) -> str:
    who = f"{clean(site.number)} {clean(site.name)}"
    if site.last_received is None:
        return load_texts().say("morning", "silent-never", site=who)
    age = days_in_words((made - site.last_received).days)
    return load_texts().say("morning", "silent-line", site=who, age=age)


def _machine(source: MorningInput) -> list[str]:
    say = partial(load_texts().say, "morning")
    lines = [say("undelivered", source.undelivered)] if source.undelivered else []
    if source.free_bytes is None:
        return lines
    free = size_in_words(source.free_bytes)
    if source.total_bytes:
        return [*lines, say("disk-of", free=free, total=size_in_words(source.total_bytes))]
    return [*lines, say("disk", free=free)]


def _is_low(source: MorningInput) -> bool:
    """Return whether the disk is filling up."""
    if source.free_bytes is None:
        return False
    return source.free_bytes < max(LOW_BYTES, LOW_PART * (source.total_bytes or 0))
