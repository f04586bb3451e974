"""Look: the values behind what holds a submission, for one authorised person's terminal. Audited first."""

from __future__ import annotations

from ingest.archive.originals import BytesGone
from ingest.checks.pseudonymisation.approvals import Proposal
from ingest.ledger.errors import Refused
from ingest.steps.inspect import build_request
from ingest.steps.parts import Parts


def look_at_values(parts: Parts, submission_id: str, *, by: str, reason: str) -> tuple[Proposal, ...]:
    """Return the values, read again from the original: to be shown on a terminal, and kept nowhere.

    Who looks, and why, is in the audit chain before anything is read. Raises Refused without a person or a
    reason or where the zip is no longer held, NotInLedger, TransientError.
    """
    if not by.strip() or not reason.strip():
        raise Refused("to see values takes a person and a reason: --by and --reason")
    with parts.ledger.read() as tx:
        submission = tx.submissions.get(submission_id)
    try:
        original = parts.originals.open(submission_id)
    except BytesGone as gone:
        raise Refused(str(gone)) from None
    with parts.ledger.write() as tx:
        tx.audit.append("values-shown", submission_id=submission_id, by=by, detail={"reason": reason})
    return parts.inspector.propose(build_request(parts, submission, original, staging=None))
