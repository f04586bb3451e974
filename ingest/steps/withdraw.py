"""Withdraw: a subject leaves the trial. All of it that can be reached goes; what comes later is rejected."""

from __future__ import annotations

from dataclasses import replace

from ingest.archive.withdrawal import WithdrawalNote, count_files, note_withdrawal
from ingest.archive.withdrawal import withdraw as withdraw_from_archive
from ingest.ledger.acts import RecordedAct
from ingest.ledger.transaction import Transaction
from ingest.model.submission import Submission, SubmissionState
from ingest.steps.deletion import Deletion
from ingest.steps.documents import describe_act
from ingest.steps.moved_copies import moved_copies
from ingest.steps.parts import Parts
from ingest.steps.purge import purge_moved
from ingest.steps.subject_work import lease_subject
from ingest.steps.take_out import Certificate, take_out_copies


def withdraw(parts: Parts, recorded: RecordedAct) -> None:
    """Carry a withdrawal out. Run twice, it is the same. Raises TransientError.

    First the ledger knows, so that nothing more is filed; then the archive, then each submission's copies.
    """
    subject_id = recorded.act.subject_id
    site = parts.site_of(subject_id)
    with parts.ledger.write() as tx:
        tx.subjects.withdraw(subject_id, site)
    note = WithdrawalNote(subject_id, recorded.name, parts.clock.now(), describe_act(recorded))
    note_withdrawal(parts.archive, note)
    of_archive = Deletion(recorded.name, subject_id)
    with lease_subject(parts, subject_id, site) as lease:
        files = count_files(parts.archive, subject_id)
        with parts.ledger.write() as tx:
            of_archive.announce(tx, files=files)
        withdraw_from_archive(parts.archive, subject_id)
        with parts.ledger.write() as tx:
            tx.subjects.guard(lease)
            of_archive.announce(tx, instances=tx.catalogue.remove(subject_id))
            tx.subjects.forget(lease)
    with parts.ledger.read() as tx:
        files, instances = of_archive.most(tx, "files"), of_archive.most(tx, "instances")
    copies = moved_copies(parts, subject_id, recorded.name)
    moved = sum(purge_moved(parts, item, recorded) for item in copies)
    certificate = Certificate(archived=files + moved, instances=instances)
    for submission, label in _arrivals(parts, subject_id):
        deletion = Deletion(recorded.name, subject_id, submission.id, label)
        certificate = certificate.plus(_take_out(parts, submission, deletion))
    with parts.ledger.write() as tx:
        tx.acts.mark_carried_out(recorded.name)
        tx.audit.append(
            "withdrawn",
            subject_id=subject_id,
            by=recorded.act.by,
            detail=certificate.as_detail() | {"act": recorded.name, "second": recorded.second_by},
        )


def purge_withdrawn(parts: Parts, submission: Submission) -> None:
    """Delete what a submission brought of withdrawn subjects; called once it is reported and set aside."""
    with parts.ledger.read() as tx:
        decided = tx.verdicts.latest(submission.id)
        withdrawn = [
            (subject.label, subject.subject_id)
            for subject in (decided.verdict.subjects if decided else ())
            if subject.subject_id is not None and tx.subjects.is_withdrawn(subject.subject_id)
        ]
    for label, subject_id in withdrawn:
        deletion = Deletion("withdrawn", subject_id, submission.id, label)
        certificate = _take_out(parts, submission, deletion)
        with parts.ledger.write() as tx:
            tx.audit.append(
                "withdrawn-arrival-purged",
                submission_id=submission.id,
                subject_id=subject_id,
                detail=certificate.as_detail() | {"act": deletion.act_name},
            )


def _take_out(parts: Parts, submission: Submission, deletion: Deletion) -> Certificate:
    certificate = take_out_copies(parts, submission, deletion)
    with parts.ledger.write() as tx:
        forgotten = tx.inspections.forget(submission.id, deletion.label, deletion.subject_id)
        deletion.announce(tx, instances=forgotten)
        tx.held.close(submission.id, deletion.label, deletion.act_name)
    with parts.ledger.read() as tx:
        return replace(certificate, instances=deletion.most(tx, "instances"))


def _arrivals(parts: Parts, subject_id: str) -> list[tuple[Submission, str]]:
    """Return the submissions at rest that brought something of the subject, with its label in each.

    One that is on its way is rejected when it is decided, and purged once it is reported.
    """
    with parts.ledger.read() as tx:
        found = tx.submissions.find(subject_id=subject_id, limit=100_000, newest_first=False)
        return [
            (submission, label)
            for submission in found
            if submission.state is SubmissionState.DONE
            for label in _labels(tx, submission, subject_id)
        ]


def _labels(tx: Transaction, submission: Submission, subject_id: str) -> list[str]:
    stored = tx.inspections.latest(submission.id)
    subjects = stored.inspection.subjects if stored else ()
    return [facts.label for facts in subjects if facts.subject_id == subject_id]
