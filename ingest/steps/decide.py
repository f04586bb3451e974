"""Decide: for each subject of the package a verdict, on the version that is its head now."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from ingest.checks.duplicates import is_same
from ingest.ledger.claims import Claim
from ingest.ledger.inspections import InstanceDecision, InstanceState
from ingest.ledger.transaction import Transaction
from ingest.ledger.transitions import Event
from ingest.model.inspection import Inspection, SubjectFacts
from ingest.model.instance import InstanceFacts
from ingest.model.review import (
    EnrolmentRecord,
    EnrolmentState,
    ObjectKind,
    Standing,
    SubjectReview,
)
from ingest.model.submission import Submission
from ingest.model.verdict import Outcome, SubjectVerdict
from ingest.steps.acts_in_force import SubjectActs, acts_on, with_purged
from ingest.steps.collide import collisions_with
from ingest.steps.dispute import tell_of_dispute
from ingest.steps.held_work import deadline_of
from ingest.steps.incident import raise_incident
from ingest.steps.judge import WHOLE_PACKAGE, Judgement, Knowledge, group_by_label, judge_package
from ingest.steps.parts import Parts


def decide(parts: Parts, claim: Claim) -> None:
    """Judge the newest inspection against everything filed, and record what becomes of each instance."""
    submission = claim.submission
    with parts.ledger.read() as tx:
        stored = tx.inspections.latest(submission.id)
        assert stored is not None, "a submission is decided after it was inspected"
        instances = tx.inspections.instances(stored.id)
        judgement = judge_inspection(parts, tx, submission, stored.inspection, instances)
        own = _filed_by(tx, submission, judgement)
    verdict = judgement.verdict
    with parts.ledger.finish(claim, Event.DECIDED) as tx:
        tx.inspections.mark(stored.id, _decisions(judgement, instances, own))
        tx.trials.register(parts.trial.name, parts.trial.text, parts.trial.sha256)
        tx.verdicts.record(
            submission.id,
            submission.act.name,
            verdict,
            software=parts.program_version,
            table_edition=parts.table_edition,
        )
        tx.held.sync(submission.id, submission.share.site, verdict, deadline_of(verdict, tx.now))
        raise_incident(tx, submission, verdict)
        for subject in verdict.subjects:
            acts = acts_on(tx, submission.id, subject.label)
            if _dispute(tx, subject, judgement.reviews.get(subject.label), own, acts):
                tell_of_dispute(tx, submission, subject)
        tx.audit.append(
            "decided",
            submission_id=submission.id,
            detail={
                "act": submission.act.name,
                "outcome": verdict.outcome.value,
                "trial": verdict.trial_sha256,
            },
        )


def _dispute(
    tx: Transaction,
    subject: SubjectVerdict,
    review: SubjectReview | None,
    own: frozenset[tuple[str, str]],
    acts: SubjectActs,
) -> bool:
    """Flag what is filed and contradicted, and what this submission filed and would not be filed today.

    Returns whether that was flagged which this submission filed itself: nobody has sent anything new.

    What a person settled is disputed no longer: released or rejected, what is filed then stands.
    """
    if review is None or subject.subject_id is None:
        return False
    if acts.is_settled and subject.outcome is not Outcome.HELD:
        tx.catalogue.dispute(subject.subject_id, review.disputed, is_disputed=False)
        if subject.outcome is Outcome.ACCEPTED:
            tx.catalogue.dispute(subject.subject_id, (uid for uid, _ in own), is_disputed=False)
        return False
    own_uids = [uid for uid, _ in own] if subject.outcome is not Outcome.ACCEPTED else []
    disputed = [*review.disputed, *own_uids]
    if disputed:
        tx.catalogue.dispute(subject.subject_id, disputed)
    return bool(own_uids)


def judge_inspection(
    parts: Parts,
    tx: Transaction,
    submission: Submission,
    inspection: Inspection,
    instances: Sequence[InstanceFacts],
) -> Judgement:
    """Return the judgement on an inspection against what the ledger knows; nothing is recorded."""
    inspection = with_purged(tx, submission.id, inspection)
    arriving = group_by_label(instances)
    known = {
        facts.label: gather_knowledge(
            parts, tx, submission, inspection.package.sha256, facts, arriving.get(facts.label, [])
        )
        for facts in inspection.subjects
    }
    if not inspection.subjects:
        added = acts_on(tx, submission.id, WHOLE_PACKAGE).added
        known[WHOLE_PACKAGE] = Knowledge(added=tuple(replace(item, subject=None) for item in added))
    site = parts.trial.site(submission.share.site)
    return judge_package(inspection, arriving, parts.trial, site, known)


def gather_knowledge(
    parts: Parts,
    tx: Transaction,
    submission: Submission,
    package_sha256: str,
    facts: SubjectFacts,
    arriving: Iterable[InstanceFacts],
) -> Knowledge:
    """Return what the ledger knows of a subject; what this very submission filed or holds is left out.

    Of a subject without a study ID nothing is known but what a person did to it.
    """
    subject_id, acts = facts.subject_id, acts_on(tx, submission.id, facts.label)
    if subject_id is None:
        return Knowledge(added=acts.added)
    site = parts.site_of(subject_id)
    filed = tx.catalogue.filed(subject_id, besides=submission.id)
    row = tx.subjects.get(subject_id)
    trial_site = parts.trial.site(site)
    return Knowledge(
        filed=_left_of(filed, arriving) if acts.supersedes else filed,
        held=tx.catalogue.held(subject_id, besides=submission.id),
        head_version=row.head_version if row else 0,
        waivers=(*(trial_site.waivers if trial_site else ()), *tx.waivers.active(site, subject_id)),
        enrolment=_enrolment(tx, subject_id, is_withdrawn=row is not None and row.is_withdrawn),
        elsewhere=collisions_with(tx, submission, package_sha256, facts, arriving),
        overruled=acts.overruled,
        added=acts.added,
    )


def _left_of(
    filed: tuple[InstanceFacts, ...], arriving: Iterable[InstanceFacts]
) -> tuple[InstanceFacts, ...]:
    """Return what stays filed when the arriving instances take the place of those they contradict."""
    by_uid = {facts.sop_instance_uid: facts for facts in arriving}
    return tuple(
        facts for facts in filed if (new := by_uid.get(facts.sop_instance_uid)) is None or is_same(facts, new)
    )


def _enrolment(tx: Transaction, subject_id: str, *, is_withdrawn: bool) -> EnrolmentRecord | None:
    record = tx.enrolment.get(subject_id)
    if is_withdrawn:
        return EnrolmentRecord(subject_id, EnrolmentState.WITHDRAWN)
    if record is None:
        return EnrolmentRecord(subject_id, EnrolmentState.UNKNOWN) if tx.enrolment.is_imported() else None
    return record


def _filed_by(tx: Transaction, submission: Submission, judgement: Judgement) -> frozenset[tuple[str, str]]:
    """Return (SOP Instance UID, filed digest) of what this submission filed for an earlier act."""
    return frozenset(
        (item.sop_instance_uid, item.filed_sha256)
        for subject in judgement.verdict.subjects
        if subject.subject_id is not None
        for item in tx.catalogue.of_subject(subject.subject_id)
        if item.submission_id == submission.id
    )


def _decisions(
    judgement: Judgement, instances: Iterable[InstanceFacts], own: frozenset[tuple[str, str]]
) -> list[InstanceDecision]:
    subjects = {subject.label: subject for subject in judgement.verdict.subjects}
    return [_decision(judgement, subjects.get(facts.subject), facts, own) for facts in instances]


def _decision(
    judgement: Judgement,
    subject: SubjectVerdict | None,
    facts: InstanceFacts,
    own: frozenset[tuple[str, str]],
) -> InstanceDecision:
    if subject is None:
        return InstanceDecision(facts.ordinal, InstanceState.REJECTED, None)
    review = judgement.reviews.get(subject.label)
    kind = _kind_of(review, facts) if review else ""
    if subject.outcome is Outcome.ACCEPTED and review is not None:
        is_new = review.standings.get(facts.ordinal, Standing.NEW) is Standing.NEW
        is_filed = (facts.sop_instance_uid, facts.filed_sha256) in own
        state = InstanceState.TO_FILE if is_new and not is_filed else InstanceState.DUPLICATE
    else:
        state = InstanceState.HELD if subject.outcome is Outcome.HELD else InstanceState.REJECTED
    return InstanceDecision(facts.ordinal, state, subject.subject_id, kind)


def _kind_of(review: SubjectReview, facts: InstanceFacts) -> str:
    known = review.instance_kinds.get(facts.sop_instance_uid) or review.kinds.get(facts.series_uid)
    return known.value if known else ObjectKind.OTHER.value
