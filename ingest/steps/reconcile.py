"""Reconcile, each night: ledger against archive, fixity, the audit chain, retention, leftovers."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from ingest.archive.disk import discard
from ingest.archive.staging import clear_quarantine, submission_of
from ingest.archive.verify_archive import paced
from ingest.ledger.errors import NotInLedger
from ingest.ledger.outbox import Channel, Message
from ingest.model.submission import Submission, SubmissionState
from ingest.model.verdict import Outcome
from ingest.steps.parts import Parts
from ingest.steps.verify import (
    Fault,
    compare_heads,
    known_subjects,
    verify_audit,
    verify_one,
    verify_storage,
)

#: Submissions looked at in one reading of the ledger.
_PAGE = 1000
#: No download and no look at what is filed takes as long.
_DRAFT_SECONDS = 86_400


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was found wrong, in words with ids only; what was cleared away; whose every byte was read."""

    problems: tuple[str, ...]
    originals_removed: int
    subjects_verified: int


def reconcile(parts: Parts, *, only_subject: str | None = None) -> Reconciled:
    """Compare, verify, keep to the retention times; problems are told to the operations contact."""
    faults, verified = _verify_some(parts, only_subject)
    problems = [f"{fault.subject_id or 'storage root'}: {fault.text}" for fault in faults]
    removed = _keep_to_retention(parts)
    _clear_leftovers(parts)
    if problems:
        _tell(parts, problems)
    return Reconciled(tuple(problems), removed, verified)


def _verify_some(parts: Parts, only_subject: str | None) -> tuple[list[Fault], int]:
    """Compare every subject's head, and read every byte of the slice whose turn it is.

    Each night's slice is those whose bytes were read longest ago, as many as it takes to read all within
    `fixity_days`; a night that was missed is made up for. What only the archive knows is always read.
    """
    faults = [*verify_audit(parts), *verify_storage(parts)]
    known = [only_subject] if only_subject else known_subjects(parts)
    turn = set(known) if only_subject else _whose_turn(parts, known)
    pace = paced(parts.fixity.rate) if parts.fixity.rate else None
    for subject_id in known:
        if subject_id in turn:
            faults += verify_one(parts, subject_id, pace)[1]
        else:
            faults += compare_heads(parts, subject_id)
    return faults, len(turn)


def _whose_turn(parts: Parts, known: list[str]) -> set[str]:
    now, days = parts.clock.now(), parts.fixity.days
    with parts.ledger.read() as tx:
        oldest = tx.subjects.verified_before(now)
        # A night begins at about the same time: half a day keeps a slice from slipping by a night.
        overdue = tx.subjects.verified_before(now - timedelta(days=days - 0.5))
        unknown = {subject_id for subject_id in known if not tx.subjects.head_version(subject_id)}
    share = math.ceil(len(known) / days)
    return {*oldest[: max(share, len(overdue))], *unknown}


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
    """Remove what dead workers left of submissions that wait for no step: staged members, half downloads."""
    for folder in parts.places.staging.iterdir():
        if _is_at_rest(parts, submission_of(folder)):
            discard(folder)
    for draft in parts.originals.drafts():
        if _is_at_rest(parts, submission_of(draft)) and not _is_new(parts, draft):
            discard(draft)


def _is_at_rest(parts: Parts, submission_id: str) -> bool:
    """Whether no step is due; a ledger that was restored may not know the submission at all."""
    resting = (SubmissionState.DONE, SubmissionState.UNFINISHED, SubmissionState.VANISHED)
    with parts.ledger.read() as tx:
        try:
            return tx.submissions.get(submission_id).state in resting
        except NotInLedger:
            return True


def _is_new(parts: Parts, draft: Path) -> bool:
    """Whether a draft may be in somebody's hands: what is filed is read again through one, too."""
    try:
        return parts.clock.now().timestamp() - draft.stat().st_mtime < _DRAFT_SECONDS
    except FileNotFoundError:
        return True


def _tell(parts: Parts, problems: list[str]) -> None:
    day = parts.clock.now().date().isoformat()
    text = "\n".join(problems[:200]) + "\n\nSee docs/runbook.md, 'The archive and the ledger differ'."
    payload = {"event": "reconcile", "headline": f"{len(problems)} problems found at night", "text": text}
    with parts.ledger.write() as tx:
        tx.outbox.put(Message(f"reconcile:{day}", Channel.OPERATIONS, payload))
        tx.audit.append("reconciled", detail={"problems": len(problems)})
