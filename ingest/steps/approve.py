"""Approve: what a person lets pass for a site, in their name and for a reason."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ingest.checks.pseudonymisation.approvals import value_hmac
from ingest.checks.pseudonymisation.rules import load_rules
from ingest.ledger.errors import Refused
from ingest.model.finding import Finding
from ingest.model.inspection import Approval, ApprovalKind, ProposedApproval
from ingest.steps.parts import Parts

#: Kinds whose value is digits and points and is kept as it is.
_UID_KINDS = frozenset({ApprovalKind.UID_ROOT, ApprovalKind.SOP_CLASS})
_UID = re.compile(r"[0-9]+(\.[0-9]+)*\.?", re.ASCII)
_PLACE = re.compile(r"\([0-9A-F]{4},[0-9A-F]{4}\)(>\([0-9A-F]{4},[0-9A-F]{4}\))*", re.ASCII)
_ITEM = re.compile(r"\[[0-9]+\]", re.ASCII)

_WORDS = {
    ApprovalKind.PRIVATE_CREATOR: ("private creator", "private creators"),
    ApprovalKind.PRIVATE_ELEMENT: ("private element", "private elements"),
    ApprovalKind.INSTITUTION: ("institution's name", "institutions' names"),
    ApprovalKind.LABEL: ("label", "labels"),
    ApprovalKind.UID_ROOT: ("root of UIDs", "roots of UIDs"),
    ApprovalKind.SOP_CLASS: ("kind of object", "kinds of object"),
    ApprovalKind.VALUE: ("value", "values"),
}


def proposals_of(parts: Parts, submission_id: str) -> tuple[ProposedApproval, ...]:
    """Return what could be approved of a submission's newest inspection. Raises NotInLedger."""
    with parts.ledger.read() as tx:
        tx.submissions.get(submission_id)
        stored = tx.inspections.latest(submission_id)
    return stored.inspection.proposals if stored else ()


@dataclass(frozen=True, slots=True)
class ApprovalQuestion:
    """What could be approved of one kind, as a question.

    site:   whose submission it is.
    items:  number → each thing, as it is chosen by.
    places: of private creators, where their elements were found: one element may be approved alone.
    """

    kind: ApprovalKind
    site: str
    text: str
    items: Mapping[int, ProposedApproval]
    places: tuple[str, ...] = ()


def propose_in_words(parts: Parts, submission_id: str) -> tuple[ApprovalQuestion, ...]:
    """Return a question for each kind of thing that could be approved of a submission. Raises NotInLedger."""
    with parts.ledger.read() as tx:
        site = tx.submissions.get(submission_id).share.site
        stored = tx.inspections.latest(submission_id)
    findings = stored.inspection.findings if stored else ()
    groups: dict[ApprovalKind, dict[int, ProposedApproval]] = defaultdict(dict)
    for number, item in enumerate(proposals_of(parts, submission_id), 1):
        groups[item.approval.kind][number] = item
    return tuple(_ask(site, kind, items, findings) for kind, items in groups.items())


def _ask(
    site: str, kind: ApprovalKind, items: Mapping[int, ProposedApproval], findings: Sequence[Finding]
) -> ApprovalQuestion:
    one, many = _WORDS[kind]
    codes = {code for item in items.values() for code in item.codes}
    about = [finding for finding in findings if finding.code in codes]
    # One finding counts the files at one place; other places may be in other files.
    files = max((finding.count for finding in about), default=len(items))
    is_of_elements = kind is ApprovalKind.PRIVATE_CREATOR
    places = sorted({_ITEM.sub("", item.where) for item in about if item.where}) if is_of_elements else []
    counted = "1 file" if files == 1 else f"{files} files"
    if len(items) == 1:
        text = f"Approve this {one} for site {site}? It occurs in {counted}."
    else:
        text = f"Approve these {len(items)} {many} for site {site}? They occur in {counted} or more."
    return ApprovalQuestion(kind, site, text, items, tuple(places))


def choose(
    parts: Parts, submission_id: str, kinds: Sequence[ApprovalKind], numbers: Sequence[int]
) -> tuple[ProposedApproval, ...]:
    """Return the proposals of a submission of some kinds, or with some numbers; none named: all.

    Raises NotInLedger, and Refused where there is no such proposal.
    """
    all_of_them = dict(enumerate(proposals_of(parts, submission_id), 1))
    if unknown := sorted(set(numbers) - all_of_them.keys()):
        raise Refused(f"ingest approvals propose {submission_id} has no number {unknown[0]}")
    chosen = tuple(
        item
        for number, item in all_of_them.items()
        if (not kinds or item.approval.kind in kinds) and (not numbers or number in numbers)
    )
    if not chosen:
        raise Refused(
            f"nothing of {submission_id} could be approved so: ingest approvals propose {submission_id}"
        )
    return chosen


def make_approval(parts: Parts, kind: ApprovalKind, value: str) -> Approval:
    """Return an approval of what a person typed; kept as it is only where it cannot be a name.

    A place may have the item indices of a report. Raises Refused where it is none of its kind.
    """
    value = value.strip()
    if not value:
        raise Refused(f"an empty {kind.value} cannot be approved")
    if kind is ApprovalKind.PRIVATE_ELEMENT:
        place = _ITEM.sub("", value).upper()
        if not _PLACE.fullmatch(place):
            raise Refused("an element is named by its place as the report shows it, such as (3253,1000)")
        return Approval(kind, where=place)
    if kind in _UID_KINDS:
        if not _UID.fullmatch(value):
            raise Refused("a UID or its root is digits and points, such as 1.2.246.352")
        return Approval(kind, clear=value)
    if kind is ApprovalKind.PRIVATE_CREATOR and value in load_rules().private_creators:
        return Approval(kind, clear=value)
    return Approval(kind, value_hmac=value_hmac(parts.key, value))


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


def revoke(parts: Parts, approval_id: int, *, by: str, reason: str) -> str:
    """Take an approval back; return its site. Raises NotInLedger, Refused without a person or a reason."""
    if not by.strip() or not reason.strip():
        raise Refused("to revoke takes a person and a reason: --by and --reason")
    with parts.ledger.write() as tx:
        row = next((row for row in tx.approvals.find() if row.id == approval_id), None)
        tx.approvals.revoke(approval_id, by=by, reason=reason)
        site = row.site if row else ""
        detail: dict[str, str | int | bool | None] = {"approval": approval_id, "site": site, "reason": reason}
        tx.audit.append("approval-revoked", by=by, detail=detail)
    return site
