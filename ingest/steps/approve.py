"""Approve: what a person lets pass for a site, in their name and for a reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ingest.checks.pseudonymisation.approvals import value_hmac
from ingest.model.inspection import Approval, ApprovalKind, ProposedApproval
from ingest.steps.parts import Parts

#: Kinds whose value is no personal data and is kept as it is; of the others only a keyed hash is kept.
CLEAR_KINDS = frozenset({ApprovalKind.PRIVATE_CREATOR, ApprovalKind.UID_ROOT, ApprovalKind.SOP_CLASS})


def proposals_of(parts: Parts, submission_id: str) -> tuple[ProposedApproval, ...]:
    """Return what could be approved of a submission's newest inspection. Raises NotInLedger."""
    with parts.ledger.read() as tx:
        tx.submissions.get(submission_id)
        stored = tx.inspections.latest(submission_id)
    return stored.inspection.proposals if stored else ()


def make_approval(parts: Parts, kind: ApprovalKind, value: str, where: str = "") -> Approval:
    """Return an approval of a value that a person typed; it is kept as it is only where it is no name."""
    if kind is ApprovalKind.PRIVATE_ELEMENT:
        return Approval(kind, where=value)
    if kind in CLEAR_KINDS:
        return Approval(kind, clear=value)
    return Approval(kind, where=where, value_hmac=value_hmac(parts.key, value))


def approve(
    parts: Parts,
    site: str,
    approvals: Sequence[Approval],
    *,
    by: str,
    reason: str,
    until: datetime | None = None,
) -> tuple[int, ...]:
    """Record approvals for a site and return their numbers. Raises Refused without a person or a reason."""
    with parts.ledger.write() as tx:
        numbers = tuple(
            tx.approvals.add(site, approval, by=by, reason=reason, until=until) for approval in approvals
        )
        for number, approval in zip(numbers, approvals, strict=True):
            kind = approval.kind.value
            tx.audit.append(
                "approved", by=by, detail={"approval": number, "site": site, "kind": kind, "reason": reason}
            )
    return numbers
