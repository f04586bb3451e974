"""File: one OCFL version for each accepted subject; what is held goes to quarantine.

The archive first, then the ledger's transaction, then the staged files: a crash between any two is brought to
its end by running the step again.
"""

from __future__ import annotations

from collections.abc import Sequence

from ingest.archive.order import StagingLost
from ingest.archive.staging import clear_staging, quarantine_members
from ingest.ledger.claims import Claim
from ingest.ledger.filings import FiledMember
from ingest.ledger.inspections import InstanceDecision, InstanceState, StoredInspection
from ingest.ledger.transitions import Event
from ingest.model.errors import HeadMoved
from ingest.model.instance import InstanceFacts
from ingest.model.verdict import Outcome, SubjectVerdict
from ingest.steps.file_subject import Members, SubjectBusy, file_subject
from ingest.steps.logical_paths import logical_path
from ingest.steps.parts import Parts

#: Seconds until a step that was put off is tried again.
SUBJECT_BUSY = 5.0
#: How often what was staged is staged again.
STAGING_TRIES = 3


def file(parts: Parts, claim: Claim) -> None:
    """File what the verdict accepts, quarantine what it holds. Run twice, it files nothing twice."""
    submission = claim.submission
    with parts.ledger.read() as tx:
        stored = tx.inspections.latest(submission.id)
        decided = tx.verdicts.latest(submission.id, submission.act.name)
        assert stored is not None and decided is not None, "a submission is filed after it was decided"
        decisions = tx.inspections.decisions(stored.id)
        facts = {item.ordinal: item for item in tx.inspections.instances(stored.id)}
    try:
        for subject in decided.verdict.subjects:
            if subject.outcome is Outcome.ACCEPTED:
                file_subject(parts, claim, stored, decided, subject, _members(subject, decisions, facts))
        held = {
            item.ordinal: facts[item.ordinal].filed_sha256
            for item in decisions
            if item.state is InstanceState.HELD
        }
        quarantine_members(parts.places, submission.id, held)
    except HeadMoved:
        with parts.ledger.finish(claim, Event.HEAD_MOVED) as tx:
            tx.audit.append("head-moved", submission_id=submission.id)
        return
    except SubjectBusy:
        parts.ledger.postpone(claim, seconds=SUBJECT_BUSY)
        return
    except StagingLost:
        _inspect_again(parts, claim, stored)
        return
    with parts.ledger.finish(claim, Event.FILED) as tx:
        tx.audit.append(
            "filed", submission_id=submission.id, detail={"outcome": decided.verdict.outcome.value}
        )
    clear_staging(parts.places, submission.id)


def _inspect_again(parts: Parts, claim: Claim, stored: StoredInspection) -> None:
    """Back to `inspect`, which stages anew: as often as a step is tried, and unless part is filed already.

    Raises StagingLost where it must be left to a person.
    """
    submission = claim.submission
    with parts.ledger.read() as tx:
        lost_before = sum(
            row["result"] == Event.STAGING_LOST.value for row in tx.submissions.attempts_of(submission.id)
        )
        is_begun = any(row.act_name == submission.act.name for row in tx.filings.of_submission(submission.id))
    if is_begun or lost_before >= STAGING_TRIES or not parts.originals.has(submission.id):
        raise StagingLost("what was staged is gone")
    with parts.ledger.finish(claim, Event.STAGING_LOST) as tx:
        tx.audit.append(Event.STAGING_LOST.value, submission_id=submission.id)


def _members(
    subject: SubjectVerdict, decisions: Sequence[InstanceDecision], facts: dict[int, InstanceFacts]
) -> Members:
    """Return the subject's instances that are to be filed (or were, by an earlier try), with their paths."""
    wanted = (InstanceState.TO_FILE, InstanceState.FILED)
    return [
        (item, FiledMember(item.ordinal, decision.kind, logical_path(item, decision.kind)))
        for decision in decisions
        if decision.state in wanted and decision.subject_id == subject.subject_id
        for item in [facts[decision.ordinal]]
    ]
