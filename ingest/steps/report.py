"""Report: say in plain words what arrived, what is missing and what to do; put it down to be delivered.

The report is rendered to reports/<submission>/ first, then its deliveries are put into the outbox.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

from ingest.checks.kinds import classify
from ingest.ledger.claims import Claim
from ingest.ledger.inspections import InstanceState, StoredInspection
from ingest.ledger.outbox import Channel, Message
from ingest.ledger.transaction import Transaction
from ingest.ledger.transitions import Event
from ingest.ledger.verdicts import StoredVerdict
from ingest.model.instance import InstanceFacts
from ingest.model.submission import ActKind, Submission
from ingest.model.verdict import Outcome, SubjectVerdict
from ingest.reports.arrived import arrived_series, systems_of
from ingest.reports.content import build_submission_report
from ingest.reports.inputs import SubjectInput, SubmissionReportInput
from ingest.reports.render import render_html, render_json, render_text
from ingest.reports.report import SubmissionReport
from ingest.steps.acts_in_force import with_purged
from ingest.steps.current import filed_objects
from ingest.steps.decide import gather_knowledge
from ingest.steps.judge import group_by_label, review_alone
from ingest.steps.parts import Parts
from ingest.steps.report_files import StoredReport, write_report

_CHANNELS = {"share": Channel.SHARE, "email": Channel.EMAIL, "queue": Channel.QUEUE}
#: States of which a subject's instances in this package are counted as filed.
_FILED = (InstanceState.FILED, InstanceState.DUPLICATE)


def report(parts: Parts, claim: Claim) -> None:
    """Make the report of the newest verdict and put its deliveries down, once for each act."""
    submission = claim.submission
    with parts.ledger.read() as tx:
        stored = tx.inspections.latest(submission.id)
        decided = tx.verdicts.latest(submission.id)
        assert stored is not None and decided is not None, "a submission is reported after it was decided"
        source = gather_report_input(parts, tx, submission, stored, decided)
        revision = len(tx.verdicts.history(submission.id))
        moved = _moved(tx, submission)
    made = build_submission_report(source)
    made = replace(made, act=" ".join(filter(None, (made.act, moved))))
    written = write_report(parts.places, StoredReport(made, submission.share, revision), _render(made))
    is_first = submission.act.kind is ActKind.ARRIVAL
    event = Event.REPORTED if is_first and not submission.is_overdue else Event.REPORTED_LAST
    with parts.ledger.finish(claim, event) as tx:
        for name, data in written.items():
            digest = hashlib.sha256(data).hexdigest()
            tx.reports.record(submission.id, submission.act.name, name, digest, len(data))
        for channel in _ways_back(parts, submission):
            tx.outbox.put(
                Message(
                    id=f"report:{submission.act.name}:{channel.value}:{submission.id}",
                    channel=channel,
                    payload={"report": revision},
                    submission_id=submission.id,
                )
            )
        tx.audit.append("reported", submission_id=submission.id, detail={"act": submission.act.name})


def _moved(tx: Transaction, submission: Submission) -> str:
    """Return from where to where a reassignment moved what the submission brought; empty for other acts."""
    if submission.act.kind is not ActKind.REASSIGN:
        return ""
    act = tx.acts.get(submission.act.name).act
    return (
        f"What was filed under {act.subject_id} is filed under {act.assign_to} now, and no longer counts for "
        f"{act.subject_id}. Nothing needs to be sent again."
    )


def gather_report_input(
    parts: Parts, tx: Transaction, submission: Submission, stored: StoredInspection, decided: StoredVerdict
) -> SubmissionReportInput:
    """Return everything that the report says, read from the ledger."""
    trial = parts.trial
    site = trial.site(submission.share.site)
    inspection = with_purged(tx, submission.id, stored.inspection)
    stored = replace(stored, inspection=inspection)
    arriving = group_by_label(tx.inspections.instances(stored.id))
    near_misses = {item.label: item.near_miss for item in stored.inspection.subjects}
    subjects = tuple(
        _subject_input(parts, tx, submission, stored, subject, arriving.get(subject.label, []), near_misses)
        for subject in decided.verdict.subjects
    )
    return SubmissionReportInput(
        submission_id=submission.id,
        route=submission.share.route,
        site_number=submission.share.site,
        site_name=site.name if site else submission.share.site,
        received=submission.created,
        reported=parts.clock.now(),
        package=replace(stored.inspection.package, is_unfinished=submission.is_overdue),
        verdict=decided.verdict,
        subjects=subjects,
        coverage=stored.inspection.coverage,
        trial_name=trial.name,
        trial_title=trial.title,
        program_version=parts.program_version,
        planning_system=site.planning_system if site else "",
        is_repeat=_is_repeat(decided),
        act=submission.act.kind,
        object_titles={item.object: item.title for item in trial.expected},
        contact=trial.team.data_management,
    )


def _subject_input(
    parts: Parts,
    tx: Transaction,
    submission: Submission,
    stored: StoredInspection,
    subject: SubjectVerdict,
    arriving: Sequence[InstanceFacts],
    near_misses: dict[str, str | None],
) -> SubjectInput:
    facts = next(item for item in stored.inspection.subjects if item.label == subject.label)
    if subject.subject_id is None:
        kinds = review_alone(parts.trial, subject.label, tuple(arriving)).kinds
        return SubjectInput(
            verdict=subject,
            arrived=arrived_series(arriving, kinds),
            systems=systems_of(arriving),
            near_miss=near_misses.get(subject.label),
        )
    knowledge = gather_knowledge(parts, tx, submission, stored.inspection.package.sha256, facts, arriving)
    is_held = subject.outcome is not Outcome.ACCEPTED
    review = review_alone(
        parts.trial,
        subject.subject_id,
        tuple(arriving),
        knowledge,
        parts.trial.site(submission.share.site),
    )
    return SubjectInput(
        verdict=subject,
        arrived=arrived_series(arriving, review.kinds, review.instance_kinds),
        filed=tx.catalogue.kinds_of(subject.subject_id),
        held_objects=_held((*knowledge.held, *arriving) if is_held else knowledge.held),
        resolved=subject.resolved,
        states=tuple(item.state for item in filed_objects(tx, subject.subject_id)),
        brought=frozenset(item.sop_instance_uid for item in arriving),
        replaced=_replaced(tx, submission.id, subject.subject_id),
        systems=systems_of(arriving),
        near_miss=near_misses.get(subject.label),
        pictures=review.pictures,
    )


def _replaced(tx: Transaction, submission_id: str, subject_id: str) -> int:
    """Return how many files of this submission stand where others stood under the same UID."""
    superseded = tx.catalogue.of_subject(subject_id, (InstanceState.SUPERSEDED,))
    if not superseded:
        return 0
    filed = tx.catalogue.of_subject(subject_id, (InstanceState.FILED,))
    own = {item.sop_instance_uid for item in filed if item.submission_id == submission_id}
    return len(own & {item.sop_instance_uid for item in superseded})


def _held(held: Sequence[InstanceFacts]) -> tuple[str, ...]:
    """Return what kinds of objects are among the instances that are held."""
    return tuple(sorted({kind.value for kind in classify(held).of_instance.values()}))


def _is_repeat(decided: StoredVerdict) -> bool:
    """Whether everything was accepted and nothing in it was new."""
    subjects = decided.verdict.subjects
    return decided.verdict.outcome is Outcome.ACCEPTED and all(
        item.new == 0 and item.duplicates > 0 for item in subjects
    )


def _render(made: SubmissionReport) -> dict[str, bytes]:
    return {
        "html": render_html(made).encode(),
        "json": render_json(made).encode(),
        "text": render_text(made).encode(),
    }


def _ways_back(parts: Parts, submission: Submission) -> tuple[Channel, ...]:
    """Return the route's ways back that are configured, and e-mail where a contact asks for it."""
    share = submission.share
    ways = dict.fromkeys(parts.trial.routes[share.route].report)
    site = parts.trial.site(share.site)
    if site is not None and any(contact.gets_email for contact in site.contacts):
        ways["email"] = None
    return tuple(_CHANNELS[way] for way in ways if way in parts.deliveries)
