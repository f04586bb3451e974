"""What was filed would not be filed today: operations are told, since nothing new has come."""

from __future__ import annotations

from ingest.ledger.outbox import Channel, Message
from ingest.ledger.transaction import Transaction
from ingest.model.submission import Submission
from ingest.model.verdict import SubjectVerdict


def tell_of_dispute(tx: Transaction, submission: Submission, subject: SubjectVerdict) -> None:
    """Put the message down, once for each act and subject."""
    headline = f"{subject.subject_id}: what is filed is disputed"
    text = (
        f"Judged again ({submission.act.name}), {submission.id} would be {subject.outcome.value} now. "
        "What it filed stays in the archive and is left out of exports. A person decides: `ingest held list`."
    )
    payload = {"event": "disputed", "headline": headline, "text": text}
    key = f"disputed:{submission.act.name}:{submission.id}:{subject.subject_id}"
    tx.outbox.put(Message(key, Channel.OPERATIONS, payload, submission_id=submission.id))
