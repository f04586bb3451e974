"""What a version's receipt and verdict tell of decisions, put back into the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from ingest.archive.order import Version
from ingest.ledger.acts import NewAct, RecordedAct
from ingest.ledger.approvals import ApprovalRow
from ingest.ledger.transaction import Transaction
from ingest.model.finding import Effect, Finding, InstanceRef, JudgedFinding, Scope, Severity
from ingest.model.inspection import Approval, ApprovalKind
from ingest.model.submission import ActKind
from ingest.model.verdict import Completeness, Outcome, SubjectVerdict, Verdict, worst
from ingest.model.wire import from_wire

#: Who takes back the approvals that are found: whether they were revoked since, the archive does not know.
REBUILT_BY, REBUILT_REASON = "rebuild-ledger", "the ledger was rebuilt: give it again if it still stands"


def record_decisions(tx: Transaction, version: Version) -> None:
    """Record the verdict of a version that was filed from a package, and by whose word it passed."""
    receipt, told = (json.loads(version.documents[name]) for name in ("receipt.json", "verdict.json"))
    _record_verdict(tx, version, told)
    for item in receipt["acts"]:
        tx.rebuilding.act(read_act(item, version.submission_id, told["subject"]["label"]))
    for item in receipt["approvals"]:
        tx.rebuilding.approval(_approval(item, receipt["site"], tx.now))


def record_acts(tx: Transaction, version: Version) -> None:
    """Record the acts of a version that no package was filed in: a purge, a reassignment."""
    for name in ("purge.json", "reassignment.json"):
        for item in json.loads(version.documents.get(name, b"{}")).get("acts", ()):
            tx.rebuilding.act(read_act(item))


def _record_verdict(tx: Transaction, version: Version, told: dict[str, Any]) -> None:
    """Record a submission's verdict, or put a subject more into it: a batch is told of by several objects."""
    subject = _subject_verdict(told)
    before = tx.verdicts.latest(version.submission_id, version.act_name)
    others = [item for item in before.verdict.subjects if item.label != subject.label] if before else []
    subjects = tuple(sorted((*others, subject), key=lambda item: item.label))
    verdict = Verdict(
        worst([item.outcome for item in subjects]),
        _findings(told["findings"], told.get("judged", {}).get("package", ()), None),
        subjects,
        told["trial"]["name"],
        told["trial"]["sha256"],
    )
    decided = Transaction(tx.connection, datetime.fromisoformat(told["decided"]))
    decided.verdicts.record(
        version.submission_id,
        version.act_name,
        verdict,
        software=told["program"]["version"],
        table_edition=told["program"]["table_edition"],
    )


def _subject_verdict(told: dict[str, Any]) -> SubjectVerdict:
    own = told["subject"]
    counts = told.get("counts", {})
    return SubjectVerdict(
        label=own["label"],
        subject_id=own["subject_id"],
        outcome=Outcome(own["outcome"]),
        completeness=from_wire(Completeness, own["completeness"]),
        findings=_findings(own["findings"], told.get("judged", {}).get("subject", ()), own["label"]),
        head_version=told["judged_on_version"],
        new=counts.get("new", 0),
        duplicates=counts.get("duplicates", 0),
        conflicts=counts.get("conflicts", 0),
        resolved=tuple(told.get("resolved", ())),
    )


def _findings(
    told: Sequence[dict[str, Any]], judged: Sequence[dict[str, Any]], label: str | None
) -> tuple[JudgedFinding, ...]:
    """Return findings with how they were judged; a version of an earlier program does not tell that."""
    found = tuple(_finding(item, label) for item in told)
    if len(judged) != len(found):
        return found
    return tuple(
        replace(
            item,
            effect=Effect(more["effect"]),
            finding=replace(item.finding, detail=more["detail"], subject=more["subject"]),
        )
        for item, more in zip(found, judged, strict=True)
    )


def _finding(told: Mapping[str, Any], label: str | None) -> JudgedFinding:
    finding = Finding(
        code=told["code"],
        subject=label,
        where=told["where"],
        keyword=told["keyword"],
        count=told["count"],
        instances=tuple(InstanceRef(**item) for item in told["instances"]),
    )
    severity, scope = Severity(told["severity"]), Scope(told["scope"])
    return JudgedFinding(finding, severity, scope, Effect.NONE, told["message"], told["action"])


def read_act(told: Mapping[str, Any], submission_id: str | None = None, label: str = "") -> RecordedAct:
    """Return an act that a record describes. submission_id, label: where the record does not say."""
    confirmed = datetime.fromisoformat(told["confirmed"])
    act = NewAct(
        ActKind(told["kind"]),
        by=told["by"],
        reason=told["reason"],
        submission_id=told.get("submission", submission_id),
        label=told.get("label", label),
        subject_id=told.get("subject_id", ""),
        assign_to=told["assign_to"],
        supersedes=told["supersedes"],
        needs_second=bool(told["second_by"]),
        overrules=tuple(told["overrules"]),
    )
    recorded = datetime.fromisoformat(told["recorded"]) if "recorded" in told else confirmed
    return RecordedAct(told["name"], act, told["second_by"], recorded, confirmed, confirmed)


def _approval(told: dict[str, Any], site: str, now: datetime) -> ApprovalRow:
    until = datetime.fromisoformat(told["until"]) if told["until"] else None
    return ApprovalRow(
        told["id"],
        site,
        Approval(ApprovalKind(told["kind"]), told["where"], told["value_hmac"], told["clear"]),
        told["by"],
        told["reason"],
        datetime.fromisoformat(told["given"]),
        until,
        now,
        REBUILT_BY,
        REBUILT_REASON,
    )
