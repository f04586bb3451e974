"""Resume: a person says that the cause is removed, and what stood still goes on."""

from __future__ import annotations

from ingest.ledger.errors import Refused
from ingest.ledger.transaction import Transaction
from ingest.ledger.transitions import Event
from ingest.model.submission import SubmissionState
from ingest.steps.parts import Parts


def resume_failing(parts: Parts, submission_id: str | None = None) -> list[tuple[str, SubmissionState]]:
    """Resume a submission, None: all that is stuck or waits after a failure; return them with their states.

    The sweep wakes them within a minute. Raises NotInLedger, Refused.
    """
    with parts.ledger.write() as tx:
        wanted = (submission_id,) if submission_id is not None else tx.submissions.failing()
        return [(item, _resume(tx, item)) for item in wanted]


def resume_messages(parts: Parts, submission_id: str | None = None) -> int:
    """Have sent what could not be delivered, of a submission or all; return how many messages."""
    with parts.ledger.write() as tx:
        count = tx.outbox.retry(submission_id)
        if count:
            tx.audit.append("resent", submission_id=submission_id or "", detail={"messages": count})
    return count


def _resume(tx: Transaction, submission_id: str) -> SubmissionState:
    state = tx.submissions.get(submission_id).state
    if state is SubmissionState.STUCK:
        state = tx.submissions.move(submission_id, Event.RESUMED)
    elif not tx.submissions.hurry(submission_id):
        raise Refused(f"{submission_id} is {state.value}: it is not stuck, and waits for no other try")
    tx.audit.append("resumed", submission_id=submission_id)
    return state
