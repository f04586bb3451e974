"""Rebuild the ledger from the archive alone: every version is recorded again, as of its day.

Catalogue, filings, verdicts, acts and approvals by which something was filed come back; purges and
reassignments of what was filed, withdrawals, and the trial files that verdicts name. What was never in the
archive stays lost: what was held, rejected or a duplicate and what was decided of it, approvals that nothing
was filed by, waivers, the enrolment list, and what is disputed. Approvals come back as taken back: whether
they were revoked since, the archive does not know.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass

from ingest.archive.trial_texts import read_trial_texts
from ingest.archive.withdrawal import read_withdrawals
from ingest.ledger.errors import Refused
from ingest.ledger.rebuilding import FoundSubmission
from ingest.ledger.transaction import Transaction
from ingest.model.submission import Act, ActKind, SubmissionState
from ingest.steps.parts import Parts
from ingest.steps.rebuild_records import read_act
from ingest.steps.rebuild_subject import SubjectRebuilding

BEGUN, ENDED = "rebuild-begun", "rebuilt"


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What was recorded; `unread`: files of which only the receipt could be recorded."""

    subjects: int
    versions: int
    instances: int
    unread: int


def rebuild(parts: Parts, on_subject: Callable[[str], None] | None = None) -> Rebuilt:
    """Rebuild an empty ledger, subject by subject; one that was cut short is taken up again.

    Raises Refused where the ledger is not empty, ArchiveDamaged, TransientError.
    """
    _begin(parts)
    subjects = parts.archive.subjects()
    versions = instances = unread = 0
    for subject_id in subjects:
        parts.archive.recover(subject_id)
        with parts.ledger.read() as tx:
            is_done = tx.subjects.head_version(subject_id) > 0
        if not is_done:
            one = SubjectRebuilding(parts, subject_id).rebuild()
            versions, instances, unread = versions + one[0], instances + one[1], unread + one[2]
        if on_subject:
            on_subject(subject_id)
    with parts.ledger.write() as tx:
        _keep_numbers(parts, tx)
        tx.audit.append(ENDED, detail={"subjects": len(subjects), "versions": versions})
    return Rebuilt(len(subjects), versions, instances, unread)


def _begin(parts: Parts) -> None:
    with parts.ledger.write() as tx:
        events = [item.event for item in tx.audit.events(limit=1_000_000)]
        is_under_way = events.count(BEGUN) > events.count(ENDED)
        if not is_under_way and not tx.rebuilding.is_empty():
            raise Refused("the ledger is not empty: it is rebuilt into an empty one only")
        if is_under_way:
            return
        tx.audit.append(BEGUN)
        for kept in read_trial_texts(parts.archive):
            earlier = Transaction(tx.connection, kept.kept)
            earlier.trials.register(_name_of(kept.text), kept.text, kept.sha256)
        tx.trials.register(parts.trial.name, parts.trial.text, parts.trial.sha256)
        for note in read_withdrawals(parts.archive):
            site = parts.trial.study_id.site_of(note.subject_id) or ""
            Transaction(tx.connection, note.created).subjects.withdraw(note.subject_id, site)
            tx.audit.append("withdrawal-found", subject_id=note.subject_id, detail={"act": note.act_name})
            if note.act:
                tx.rebuilding.act(read_act(note.act))


def _name_of(text: str) -> str:
    """Return the trial's name in a trial file, which an earlier program may have taken and this one not."""
    try:
        return str(tomllib.loads(text)["trial"]["name"])
    except (tomllib.TOMLDecodeError, LookupError, TypeError):
        return ""


def _keep_numbers(parts: Parts, tx: Transaction) -> None:
    """Give no number again that a folder bears: of such a submission nothing else is known."""
    places = parts.places
    folders = (places.originals, places.quarantine, places.reports, places.staging)
    ids = {path.name for folder in folders for path in folder.iterdir() if path.name[1:].isdigit()}
    for submission_id in sorted(item for item in ids if item.startswith("S")):
        tx.rebuilding.submission(
            FoundSubmission(
                submission_id,
                parts.shares[0],
                tx.now,
                Act(ActKind.ARRIVAL, f"arrival:{submission_id}"),
                state=SubmissionState.VANISHED,
                outcome=None,
            )
        )
    tx.rebuilding.number_on()
