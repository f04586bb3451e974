"""Reconcile, each night: ledger against archive, fixity, the audit chain, retention, leftovers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from ingest.archive.staging import clear_quarantine, clear_staging
from ingest.archive.verify import verify_root, verify_subject
from ingest.ledger.outbox import Channel, Message
from ingest.model.submission import Submission, SubmissionState
from ingest.model.verdict import Outcome
from ingest.steps.parts import Parts

#: Submissions looked at in one reading of the ledger.
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was found wrong, in words with ids only, and what was cleared away."""

    problems: tuple[str, ...]
    originals_removed: int
    subjects_verified: int


def reconcile(parts: Parts, *, only_subject: str | None = None) -> Reconciled:
    """Compare, verify, keep to the retention times; problems are told to the operations contact."""
    problems = list(_audit_problems(parts))
    problems += [f"storage root: {problem.text}" for problem in verify_root(parts.archive)]
    subjects = [only_subject] if only_subject else _known_subjects(parts)
    for subject_id in subjects:
        problems += _subject_problems(parts, subject_id)
    removed = _keep_to_retention(parts)
    _clear_leftovers(parts)
    if problems:
        _tell(parts, problems)
    return Reconciled(tuple(problems), removed, len(subjects))


def _audit_problems(parts: Parts) -> Iterator[str]:
    with parts.ledger.read() as tx:
        check = tx.audit.verify()
    if check.first_fault is not None:
        yield f"audit chain, event {check.first_fault}: {check.fault}"


def _known_subjects(parts: Parts) -> list[str]:
    """Return every subject that the archive or the ledger has."""
    with parts.ledger.read() as tx:
        in_ledger = {row.subject_id for row in tx.subjects.find() if row.head_version}
    return sorted(in_ledger.union(parts.archive.subjects()))


def _subject_problems(parts: Parts, subject_id: str) -> Iterator[str]:
    verified = verify_subject(parts.archive, subject_id)
    for problem in verified.problems:
        yield f"{subject_id}: {problem.text}"
    with parts.ledger.read() as tx:
        head = tx.subjects.head_version(subject_id)
        is_busy = tx.subjects.is_leased(subject_id)
    if head != verified.head and not is_busy:
        yield f"{subject_id}: the ledger says version {head}, the archive has version {verified.head}"


def _keep_to_retention(parts: Parts) -> int:
    """Remove originals whose time is over; what is held, or not yet done, is kept."""
    days = {
        Outcome.ACCEPTED: parts.trial.retention.accepted,
        Outcome.REJECTED: parts.trial.retention.rejected,
        Outcome.HELD: parts.trial.retention.held,
    }
    removed = 0
    for submission in _done(parts):
        limit = days.get(submission.outcome) if submission.outcome else None
        since = submission.changed or submission.created
        if limit is None or parts.clock.now() - since < timedelta(days=limit):
            continue
        if parts.originals.remove(submission.id):
            clear_quarantine(parts.places, submission.id)
            removed += 1
            with parts.ledger.write() as tx:
                tx.audit.append("original-removed", submission_id=submission.id, detail={"days": limit})
    return removed


def _done(parts: Parts) -> Iterator[Submission]:
    offset = 0
    while True:
        with parts.ledger.read() as tx:
            page = tx.submissions.find(
                states=[SubmissionState.DONE], newest_first=False, limit=_PAGE, offset=offset
            )
        yield from page
        if len(page) < _PAGE:
            return
        offset += _PAGE


def _clear_leftovers(parts: Parts) -> None:
    """Remove what is staged for submissions that wait for no step."""
    resting = (SubmissionState.DONE, SubmissionState.UNFINISHED, SubmissionState.VANISHED)
    for folder in parts.places.staging.iterdir():
        with parts.ledger.read() as tx:
            state = tx.submissions.get(folder.name).state
        if state in resting:
            clear_staging(parts.places, folder.name)


def _tell(parts: Parts, problems: list[str]) -> None:
    day = parts.clock.now().date().isoformat()
    text = "\n".join(problems[:200]) + "\n\nSee docs/runbook.md, 'The archive and the ledger differ'."
    payload = {"event": "reconcile", "headline": f"{len(problems)} problems found at night", "text": text}
    with parts.ledger.write() as tx:
        tx.outbox.put(Message(f"reconcile:{day}", Channel.OPERATIONS, payload))
        tx.audit.append("reconciled", detail={"problems": len(problems)})
