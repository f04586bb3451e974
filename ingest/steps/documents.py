"""The documents filed beside the DICOM of a version: receipt and verdict (docs/schemas/)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ingest.ledger.acts import RecordedAct
from ingest.ledger.approvals import ApprovalRow
from ingest.ledger.filings import FiledMember
from ingest.ledger.inspections import StoredInspection
from ingest.ledger.transaction import Transaction
from ingest.ledger.verdicts import StoredVerdict
from ingest.model.finding import JudgedFinding
from ingest.model.instance import InstanceFacts
from ingest.model.submission import Submission
from ingest.model.verdict import SubjectVerdict
from ingest.reports.verdict_json import describe_verdict
from ingest.steps.acts_in_force import names_of

Members = Sequence[tuple[InstanceFacts, FiledMember]]


@dataclass(frozen=True, slots=True)
class Authority:
    """By whose word data passed: approvals in force when it was inspected, acts when it was decided."""

    approvals: tuple[ApprovalRow, ...] = ()
    acts: tuple[RecordedAct, ...] = ()


def read_authority(
    tx: Transaction,
    submission: Submission,
    stored: StoredInspection,
    decided: StoredVerdict,
    subject: SubjectVerdict,
) -> Authority:
    """Return the authority behind one subject of a submission; the same whenever it is read."""
    approvals = tx.approvals.find(submission.share.site, with_past=True)
    acts = tx.acts.of_submission(submission.id)
    names = names_of(subject.label, acts)
    own = [
        item
        for item in acts
        if item.act.label in names and item.confirmed is not None and item.confirmed <= decided.decided
    ]
    return Authority(
        tuple(row for row in approvals if _is_in_force(row, stored.completed)),
        (*tx.acts.wholes_of(own), *own),
    )


def _is_in_force(row: ApprovalRow, moment: datetime) -> bool:
    ended = min((end for end in (row.until, row.revoked) if end is not None), default=None)
    return row.given <= moment and (ended is None or moment < ended)


def build_documents(
    submission: Submission,
    stored: StoredInspection,
    decided: StoredVerdict,
    subject: SubjectVerdict,
    members: Members,
    authority: Authority,
) -> dict[str, bytes]:
    """Return receipt.json and verdict.json of one subject's version. Equal inputs give equal bytes."""
    receipt = _receipt(submission, stored, subject, members)
    receipt["approvals"] = [_describe_approval(row) for row in authority.approvals]
    receipt["acts"] = [describe_act(item) for item in authority.acts]
    return {
        "receipt.json": _encode(receipt),
        "verdict.json": _encode(_verdict(stored, decided, subject)),
    }


def _receipt(
    submission: Submission,
    stored: StoredInspection,
    subject: SubjectVerdict,
    members: Members,
) -> dict[str, Any]:
    package = stored.inspection.package
    return {
        "schema": 1,
        "subject_id": subject.subject_id,
        "submission": submission.id,
        "act": {
            "kind": submission.act.kind.value,
            "name": submission.act.name,
            "by": submission.act.by,
            "reason": submission.act.reason,
        },
        "route": submission.share.route.value,
        "site": submission.share.site,
        "received": submission.created.isoformat(),
        "package": {
            "sha256": package.sha256,
            "size": package.size,
            "members": package.members,
            "instances": package.instances,
        },
        "counts": {"filed": len(members), "duplicates": subject.duplicates},
        "files": [
            {
                "path": member.path,
                "kind": member.kind,
                "ordinal": facts.ordinal,
                "sop_instance_uid": facts.sop_instance_uid,
                "sent_sha256": facts.sent_sha256,
                "filed_sha256": facts.filed_sha256,
                "content_sha256": facts.content_sha256,
                "pixel_sha256": facts.pixel_sha256,
                "is_stamped": facts.sent_sha256 != facts.filed_sha256,
            }
            for facts, member in members
        ],
    }


def _describe_approval(row: ApprovalRow) -> dict[str, Any]:
    approval = row.approval
    return {
        "id": row.id,
        "kind": approval.kind.value,
        "where": approval.where,
        "value_hmac": approval.value_hmac,
        "clear": approval.clear,
        "by": row.by,
        "reason": row.reason,
        "given": row.given.isoformat(),
        "until": row.until.isoformat() if row.until else None,
    }


def encode_act_record(recorded: RecordedAct, **more: str) -> bytes:
    """Return the record of a version that an act made and no package; `more` stands in it besides."""
    return _encode({"schema": 1, "act": recorded.name, **more, "acts": [describe_act(recorded)]})


def describe_act(item: RecordedAct) -> dict[str, Any]:
    """Return an act in force as the archive's records tell of it."""
    assert item.confirmed is not None, "an act that is not in force lets nothing pass"
    return {
        "name": item.name,
        "kind": item.act.kind.value,
        "submission": item.act.submission_id,
        "label": item.act.label,
        "subject_id": item.act.subject_id,
        "recorded": item.recorded.isoformat(),
        "by": item.act.by,
        "second_by": item.second_by,
        "reason": item.act.reason,
        "confirmed": item.confirmed.isoformat(),
        "overrules": list(item.act.overrules),
        "supersedes": item.act.supersedes,
        "assign_to": item.act.assign_to,
    }


def _verdict(stored: StoredInspection, decided: StoredVerdict, subject: SubjectVerdict) -> dict[str, Any]:
    whole = describe_verdict(stored.inspection.package, decided.verdict, stored.inspection.coverage)
    own = next(item for item in whole["subjects"] if item["label"] == subject.label)
    return {
        "schema": 1,
        "subject": own,
        "findings": whole["findings"],
        "coverage": whole["coverage"],
        "trial": whole["trial"],
        "program": {"version": decided.software, "table_edition": decided.table_edition},
        "decided": decided.decided.isoformat(),
        "judged_on_version": subject.head_version,
        "counts": {
            "new": subject.new,
            "duplicates": subject.duplicates,
            "conflicts": subject.conflicts,
        },
        "resolved": list(subject.resolved),
        "judged": {
            "subject": [_describe_judged(item) for item in subject.findings],
            "package": [_describe_judged(item) for item in decided.verdict.findings],
        },
    }


def _describe_judged(item: JudgedFinding) -> dict[str, Any]:
    """Return what a rebuilt ledger needs of a finding besides its published form."""
    return {
        "effect": item.effect.value,
        "subject": item.finding.subject,
        "detail": dict(item.finding.detail),
    }


def _encode(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()
