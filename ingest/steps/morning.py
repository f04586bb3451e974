"""The morning e-mail to the study team: gathered, kept, and put down to be sent once a day."""

from __future__ import annotations

import shutil
from datetime import datetime, timedelta

from ingest.ledger.outbox import Channel, Message
from ingest.ledger.transaction import Transaction
from ingest.model.review import EnrolmentState
from ingest.model.submission import Submission, SubmissionState
from ingest.reports.morning import MorningReport, build_morning
from ingest.reports.plain_text import size_in_words
from ingest.reports.qa_inputs import ArrivalLine, HeldLine, MorningInput, SilentSite, WaitingLine
from ingest.steps.kept_reports import Kept, describe, keep, morning_place
from ingest.steps.parts import Parts
from ingest.steps.report_files import answers

DATA = "morning.json"
#: An upload that never became whole is named each morning for so long.
_TOLD_FOR = timedelta(days=14)


def make_morning(parts: Parts) -> MorningReport:
    """Return what the e-mail says as of now."""
    with parts.ledger.read() as tx:
        source = gather_morning(parts, tx)
    return build_morning(source)


def gather_morning(parts: Parts, tx: Transaction) -> MorningInput:
    """Return everything that the e-mail says: what came since the last one, and what waits."""
    made = parts.clock.now()
    since = _last_before(tx, made) or made - timedelta(days=1)
    disk = shutil.disk_usage(parts.places.root)
    arrived = tx.submissions.find(since=since, newest_first=False)
    return MorningInput(
        trial_name=parts.trial.name,
        made=made,
        since=since,
        arrivals=_arrivals(parts, arrived),
        held=tuple(
            HeldLine(item.submission_id, item.label, item.site, item.opened, item.codes, item.owner)
            for item in tx.held.find()
        ),
        stuck=tuple(
            WaitingLine(
                f"{item.id} waits in {item.parked_from.value if item.parked_from else 'a step'}",
                item.share.site,
                item.changed or item.created,
            )
            for item in tx.submissions.find(states=[SubmissionState.STUCK], newest_first=False)
        ),
        unfinished=tuple(
            WaitingLine(f"{item.id}, an upload of {size_in_words(item.size)}", item.share.site, item.created)
            for item in _unfinished(tx, made)
        ),
        silent_sites=_silent_sites(parts, tx, made),
        undelivered=len(tx.outbox.given_up()),
        free_bytes=disk.free,
        total_bytes=disk.total,
    )


def send_morning(parts: Parts) -> MorningReport:
    """Make the morning's e-mail, keep it and put it down to be sent; run twice in a day, it is sent once."""
    report = make_morning(parts)
    day = report.made.date().isoformat()
    with parts.ledger.write() as tx:
        payload = {"kept": Kept.MORNING.value, "day": day}
        if tx.outbox.put(Message(f"morning:{day}", Channel.OPERATIONS, payload)):
            # Before the commit: what is in the outbox can be read.
            keep(morning_place(parts.places, day), {DATA: describe(report)})
    return report


def _last_before(tx: Transaction, made: datetime) -> datetime | None:
    """Return when the last e-mail was written, but not today's own."""
    last = tx.outbox.last_put("morning:")
    return last if last is not None and last.date() < made.date() else None


def _arrivals(parts: Parts, arrived: tuple[Submission, ...]) -> tuple[ArrivalLine, ...]:
    headlines = {
        entry.submission_id: entry.headline for entry in answers(parts.places, [item.id for item in arrived])
    }
    return tuple(
        ArrivalLine(
            item.id,
            item.share.site,
            item.outcome,
            headlines.get(item.id, f"not reported yet ({item.state.value})"),
        )
        for item in arrived
    )


def _unfinished(tx: Transaction, made: datetime) -> list[Submission]:
    """Return the uploads that are not whole: those that wait, and those told as such and not sent anew."""
    waiting = tx.submissions.find(states=[SubmissionState.UNFINISHED], newest_first=False)
    recent = tx.submissions.find(since=made - _TOLD_FOR, newest_first=False)
    newest = {item.source_key: item.id for item in recent}
    given_up = [item for item in recent if item.is_overdue and newest[item.source_key] == item.id]
    return list({item.id: item for item in (*waiting, *given_up)}.values())


def _silent_sites(parts: Parts, tx: Transaction, made: datetime) -> tuple[SilentSite, ...]:
    """Return the sites that owe something and from which nothing came for long, the longest silent first."""
    last_received = tx.quality.last_received()
    limit = made - timedelta(days=parts.trial.chasing.silent_after)
    owing = _owing_sites(parts, tx)
    silent = [
        SilentSite(site.number, site.name, last_received.get(site.number))
        for site in parts.trial.sites
        if site.number in owing and last_received.get(site.number, limit) <= limit
    ]
    return tuple(sorted(silent, key=lambda site: (str(site.last_received or ""), site.number)))


def _owing_sites(parts: Parts, tx: Transaction) -> set[str]:
    """Return the sites with an enrolled subject of whom nothing came; all, where there is no list."""
    if not tx.enrolment.is_imported():
        return {site.number for site in parts.trial.sites}
    known = {row.subject_id for row in tx.subjects.find()}
    return {
        record.site
        for record in tx.enrolment.find()
        if record.state is EnrolmentState.ENROLLED and record.subject_id not in known
    }
