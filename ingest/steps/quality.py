"""What is known of the quality of a site's data, subject by subject, gathered from the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from ingest.ledger.held import HeldItem
from ingest.ledger.inspections import InstanceState
from ingest.ledger.quality import DecidedSubject
from ingest.ledger.subjects import SubjectRow as KnownSubject
from ingest.ledger.transaction import Transaction
from ingest.model.picture import ObjectState
from ingest.model.review import EnrolmentRecord, EnrolmentState
from ingest.model.verdict import CompletenessState, Outcome
from ingest.reports.qa_inputs import EVERYTHING, AwaitedObject, SubjectRow
from ingest.trial.definition import Trial, Waiver


@dataclass(frozen=True, slots=True)
class SiteKnowledge:
    """All that a site's rows are made of, each by study ID.

    history: verdicts, oldest first. filed, held: kinds of objects in the archive, and of those that are held.
    """

    known: Mapping[str, KnownSubject]
    history: Mapping[str, Sequence[DecidedSubject]]
    enrolled: Mapping[str, EnrolmentRecord]
    filed: Mapping[str, frozenset[str]]
    held: Mapping[str, frozenset[str]]
    held_since: Mapping[str, datetime]
    waivers: Sequence[Waiver] = ()
    held_items: Sequence[HeldItem] = field(default=())


def gather_site(tx: Transaction, trial: Trial, site: str) -> SiteKnowledge:
    """Read what the ledger knows of a site; study IDs of other sites, sent by mistake, are left out."""
    known = {row.subject_id: row for row in tx.subjects.find(site=site)}
    history: dict[str, list[DecidedSubject]] = {}
    for decided in tx.quality.decided(site):
        if trial.study_id.site_of(decided.subject_id) == site:
            history.setdefault(decided.subject_id, []).append(decided)
    held_items = tx.held.find(site=site)
    held_since: dict[str, datetime] = {}
    for item in held_items:
        if item.subject_id:
            held_since.setdefault(item.subject_id, item.opened)
    with_data = sorted({*known, *history})
    at_site = trial.site(site)
    return SiteKnowledge(
        known=known,
        history=history,
        enrolled={record.subject_id: record for record in tx.enrolment.find(site)},
        filed=tx.quality.kinds(with_data, InstanceState.FILED),
        held=tx.quality.kinds(with_data, InstanceState.HELD),
        held_since=held_since,
        waivers=(*(at_site.waivers if at_site else ()), *tx.waivers.active(site)),
        held_items=held_items,
    )


def rows_of(knowledge: SiteKnowledge, trial: Trial, today: date) -> tuple[SubjectRow, ...]:
    """Return a row for each subject that is enrolled or of whom something came, by study ID."""
    subject_ids = sorted({*knowledge.known, *knowledge.history, *knowledge.enrolled})
    return tuple(_row(subject_id, knowledge, trial, today) for subject_id in subject_ids)


def columns_of(trial: Trial) -> tuple[tuple[str, str], ...]:
    """Return key and title of every expected object, once each, in the trial file's order."""
    titles: dict[str, str] = {}
    for item in trial.expected:
        titles.setdefault(item.object, item.title[:1].upper() + item.title[1:])
    return tuple(titles.items())


def _row(subject_id: str, knowledge: SiteKnowledge, trial: Trial, today: date) -> SubjectRow:
    known, history = knowledge.known.get(subject_id), knowledge.history.get(subject_id, ())
    record = knowledge.enrolled.get(subject_id)
    first = history[0] if history else None
    registered = _day(record.registered) if record else None
    since = first.arrived.date() if first else registered or today
    withdrawn = record is not None and record.state is EnrolmentState.WITHDRAWN
    return SubjectRow(
        subject_id=subject_id,
        completeness=_completeness(known),
        objects=_states(subject_id, knowledge, trial),
        registered=registered,
        first_received=first.arrived if first else None,
        completed=_completed(history),
        submissions=len({item.submission_id for item in history}),
        is_first_time_right=first.outcome is Outcome.ACCEPTED if first else None,
        held_since=knowledge.held_since.get(subject_id),
        awaited=_awaited(subject_id, knowledge, trial, since),
        is_withdrawn=withdrawn or (known is not None and known.is_withdrawn),
    )


def _completeness(known: KnownSubject | None) -> CompletenessState:
    """Return the completeness over what is filed; where nothing ever was, everything is awaited."""
    filed = known.completeness if known else None
    return filed.state if filed else CompletenessState.AWAITING


def _completed(history: Sequence[DecidedSubject]) -> datetime | None:
    """Return since when the subject has been complete without a break; None while it is not."""
    since = None
    for item in history:
        if item.completeness is not CompletenessState.COMPLETE:
            since = None
        elif since is None:
            since = item.arrived
    return since


def _states(subject_id: str, knowledge: SiteKnowledge, trial: Trial) -> dict[str, ObjectState]:
    """Return how each expected object stands."""
    known = knowledge.known.get(subject_id)
    completeness = known.completeness if known else None
    missing = {item.object for item in completeness.missing} if completeness else set()
    filed = knowledge.filed.get(subject_id, frozenset())
    held = knowledge.held.get(subject_id, frozenset())
    waived = {item.object for item in knowledge.waivers if item.subject in (None, subject_id)}
    required = {item.object for item in trial.expected if item.required}

    def state(kind: str) -> ObjectState:
        if kind in held and (kind in missing or kind not in filed):
            return ObjectState.HELD
        if kind in missing:
            return ObjectState.AWAITED
        if kind in filed:
            return ObjectState.PRESENT
        if kind in waived:
            return ObjectState.WAIVED
        if completeness is None:
            return ObjectState.AWAITED if kind in required else ObjectState.OPTIONAL
        is_open = kind in required and completeness.state is CompletenessState.NOT_VERIFIABLE
        return ObjectState.NOT_VERIFIABLE if is_open else ObjectState.OPTIONAL

    return {kind: state(kind) for kind, _ in columns_of(trial)}


def _awaited(
    subject_id: str, knowledge: SiteKnowledge, trial: Trial, since: date
) -> tuple[AwaitedObject, ...]:
    """Return what the site is to send: what is missing, but for what arrived and is held."""
    known = knowledge.known.get(subject_id)
    held = knowledge.held.get(subject_id, frozenset())
    if known is not None and known.completeness is not None:
        return tuple(
            AwaitedObject(item.object, item.expected, item.found, since)
            for item in known.completeness.missing
            if item.object not in held
        )
    states = _states(subject_id, knowledge, trial)
    lacking = {
        item.object: item.title for item in trial.expected if states[item.object] is ObjectState.AWAITED
    }
    if subject_id in knowledge.held_since:
        return tuple(AwaitedObject(kind, "at least 1", "none", since) for kind in lacking)
    return (AwaitedObject(EVERYTHING, ", ".join(lacking.values()), "nothing", since),)


def _day(text: str) -> date | None:
    """Return the date of YYYYMMDD; None where it is none."""
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None
