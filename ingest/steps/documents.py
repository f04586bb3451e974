"""The documents filed beside the DICOM of a version: receipt and verdict (docs/schemas/)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from ingest.ledger.filings import FiledMember
from ingest.ledger.inspections import StoredInspection
from ingest.ledger.verdicts import StoredVerdict
from ingest.model.instance import InstanceFacts
from ingest.model.submission import Submission
from ingest.model.verdict import SubjectVerdict
from ingest.reports.verdict_json import describe_verdict


def build_documents(
    submission: Submission,
    stored: StoredInspection,
    decided: StoredVerdict,
    subject: SubjectVerdict,
    members: Sequence[tuple[InstanceFacts, FiledMember]],
) -> dict[str, bytes]:
    """Return receipt.json and verdict.json of one subject's version. Equal inputs give equal bytes."""
    return {
        "receipt.json": _encode(_receipt(submission, stored, subject, members)),
        "verdict.json": _encode(_verdict(stored, decided, subject)),
    }


def _receipt(
    submission: Submission,
    stored: StoredInspection,
    subject: SubjectVerdict,
    members: Sequence[tuple[InstanceFacts, FiledMember]],
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
    }


def _encode(document: dict[str, Any]) -> bytes:
    return (json.dumps(document, indent=2, ensure_ascii=False, sort_keys=True) + "\n").encode()
