"""Held work and acts on the terminal."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from ingest.checks.pseudonymisation.approvals import Proposal
from ingest.ledger.acts import RecordedAct
from ingest.model.submission import ActKind, SubmissionState
from ingest.reports.plain_text import counted
from ingest.steps.held_work import HeldWork, in_words
from ingest.steps.parts import Parts

_WIDTH = 100


def list_in_lines(
    works: Sequence[HeldWork], waiting: Sequence[RecordedAct], undone: Sequence[RecordedAct], now: datetime
) -> Iterator[str]:
    """Yield the open items, then the acts on nothing held that wait for a second person, and those undone."""
    if not works:
        yield "Nothing is held."
    for work in works:
        yield _head(work, now)
        yield from _wrapped("why", work.reason)
        yield from _wrapped("next", work.next_action)
    shown = {(work.item.submission_id, work.item.label) for work in works}
    for recorded in waiting:
        if (recorded.act.submission_id, recorded.act.label) not in shown:
            yield from describe_request(recorded)
    for recorded in undone:
        yield f"{recorded.name}: {in_words(recorded.act)}"
        yield from _wrapped("next", "nothing: it is in force and not done yet, and tried again by itself")


def describe_request(recorded: RecordedAct) -> Iterator[str]:
    """Yield what an act is that waits for a second person: what it does, who asked for it, and why."""
    act = recorded.act
    yield f"{recorded.name}: {in_words(act)}"
    yield from _wrapped("asked for by", f"{act.by}, {recorded.recorded:%Y-%m-%d %H:%M}: {act.reason}")
    yield from _wrapped("next", f"a second person: ingest held confirm {recorded.name} --by NAME --reason …")


def item_in_full(work: HeldWork, now: datetime) -> Iterator[str]:
    """Yield all that is known of an item: what was found, where, how often; no values."""
    yield _head(work, now)
    for reason in work.reasons:
        finding = reason.finding
        place = f"{finding.keyword} {finding.where}".strip() or "the data as a whole"
        yield f"  {finding.code}  {reason.severity.value}  {place}, {times(finding.count)}"
        yield from _wrapped("", reason.message)
    if work.near_miss:
        yield f"  probably meant: {work.near_miss}"
    for recorded in work.acts:
        yield f"  {_in_short(recorded)}"
    yield from _wrapped("next", work.next_action)


def printable(text: str) -> str:
    """Return a value in quotes, with what a terminal would obey written as its escape."""
    return "'" + text.encode("unicode_escape").decode("ascii") + "'"


def times(count: int) -> str:
    """Return how often, in words."""
    return "once" if count == 1 else f"{count} times"


def _in_short(recorded: RecordedAct) -> str:
    act = recorded.act
    to = f" as {act.assign_to}" if act.assign_to else ""
    second = f", confirmed by {recorded.second_by}" if recorded.second_by else ""
    state = "" if recorded.is_in_force else " (asked for, not in force)"
    return (
        f"{recorded.recorded:%Y-%m-%d %H:%M}  {recorded.name}{to}  by {act.by}{second}: {act.reason}{state}"
    )


def values_in_lines(found: Sequence[Proposal]) -> Iterator[str]:
    """Yield values for the terminal; what cannot be printed is written as its escape."""
    yield "Values (on this terminal only; that you looked is on record):"
    for item in found:
        text = printable(item.clear or item.text)
        fate = "could be approved" if item.is_approvable else "cannot be approved"
        yield f"  {', '.join(item.codes)}  {item.where or 'anywhere'}  {times(item.count)}  {text}  {fate}"
    if not found:
        yield "  none: what holds it is not the value of an element (see the findings)"


def act_in_words(parts: Parts, recorded: RecordedAct) -> Iterator[str]:
    """Yield what an act came to."""
    act = recorded.act
    if not recorded.is_in_force:
        yield f"{recorded.name} is recorded. It takes two people: nothing happens before another confirms it."
        yield f"  ingest held confirm {recorded.name} --by NAME --reason …"
        return
    second = f", confirmed by {recorded.second_by}" if recorded.second_by else ""
    yield f"{recorded.name} is in force: {act.by}{second}."
    if act.submission_id is not None:
        yield from _outcome(parts, act.submission_id)
    if act.kind in (ActKind.PURGE, ActKind.WITHDRAW):
        yield from _certificate(parts, recorded)


def _outcome(parts: Parts, submission_id: str) -> Iterator[str]:
    with parts.ledger.read() as tx:
        submission = tx.submissions.get(submission_id)
        decided = tx.verdicts.latest(submission_id)
    if submission.state is not SubmissionState.DONE:
        yield f"  {submission_id} is on its way again: {submission.state.value}"
        return
    for subject in decided.verdict.subjects if decided else ():
        yield f"  {subject.label}: {subject.outcome.value}, {subject.completeness.state.value}"


def _certificate(parts: Parts, recorded: RecordedAct) -> Iterator[str]:
    act = recorded.act
    with parts.ledger.read() as tx:
        events = tx.audit.events(submission_id=act.submission_id, subject_id=act.subject_id or None)
    for event in events:
        if event.detail.get("act") == recorded.name and event.event in ("purged", "withdrawn"):
            gone = event.detail
            yield f"  deleted: {_deleted(gone)}"
            if gone["rewritten"]:
                yield f"  written anew without it, for the others in it: {counted(gone['rewritten'], 'zip')}"
            yield f"  not reached, see to it: {gone['not_reached']}"
            yield f"  audit event {event.seq}, {event.hash[:16]}…"


def _deleted(gone: Mapping[str, Any]) -> str:
    """Return what a certificate counts, in words."""
    parts = (
        counted(gone["originals"], "zip"),
        counted(gone["share_files"], "copy on the share", "copies on the share"),
        counted(gone.get("snapshots", 0), "snapshot of it", "snapshots of it"),
        counted(gone["archived"], "file of the archive", "files of the archive"),
    )
    return ", ".join(parts)


def _head(work: HeldWork, now: datetime) -> str:
    item = work.item
    days = (now - item.opened).days
    age = "today" if days < 1 else f"{days} day{'s' if days > 1 else ''}"
    deadline = f"{item.deadline:%Y-%m-%d %H:%M}" if item.deadline else "none"
    late = " (OVERDUE)" if item.deadline and item.deadline < now else ""
    return (
        f"[{item.id}] {item.submission_id}  site {item.site}  {item.label or 'the whole zip'}  "
        f"{counted(work.files, 'file')}  owner {item.owner or 'nobody'}  age {age}  deadline {deadline}{late}"
    )


def _wrapped(name: str, text: str) -> list[str]:
    lead = f"    {name + ': ' if name else ''}"
    return textwrap.wrap(text, _WIDTH, initial_indent=lead, subsequent_indent="      ")
