"""An incident: data that seems to identify a patient has arrived. Information governance is told, once."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.ledger.outbox import Channel, Message
from ingest.ledger.transaction import Transaction
from ingest.model.finding import Effect, JudgedFinding, Severity
from ingest.model.submission import Submission
from ingest.model.verdict import Verdict
from ingest.reports.plain_text import counted

_MOST_LINES = 20


def raise_incident(tx: Transaction, submission: Submission, verdict: Verdict) -> None:
    """Record an incident and put a notice down, where a `block` of pseudonymisation stops something.

    Once a submission, however often it is decided. The notice holds codes, places and counts, never a value.
    """
    found = list(_identifying(verdict))
    if not found:
        return
    labels = sorted({label or "the zip itself" for label, _ in found})
    lines = [
        f"- {label or 'the zip itself'}: {item.message} {item.finding.where} ({item.finding.code}, "
        f"{counted(item.finding.count, 'time')})"
        for label, item in found[:_MOST_LINES]
    ]
    more = [f"- and {len(found) - _MOST_LINES} more findings"] if len(found) > _MOST_LINES else []
    text = "\n".join(
        [
            f"{submission.id} came from site {submission.share.site}, route {submission.share.route.value}.",
            "It holds what seems to identify a patient:",
            "",
            *lines,
            *more,
            "",
            "It is held: none of it is in the archive. The zip is kept until a person decides.",
            "`ingest held list` shows the work.",
            "`ingest held purge` deletes every copy within reach; it needs two people.",
        ]
    )
    payload = {
        "event": "incident",
        "to": "information-governance",
        "submission": submission.id,
        "headline": f"Identifiable data from site {submission.share.site} in {submission.id}",
        "text": text,
    }
    message = Message(f"incident:{submission.id}", Channel.OPERATIONS, payload, submission.id)
    if tx.outbox.put(message):
        codes = ", ".join(sorted({item.finding.code for _, item in found}))
        tx.audit.append(
            "incident",
            submission_id=submission.id,
            detail={"site": submission.share.site, "codes": codes, "subjects": ", ".join(labels)},
        )


def identifies(item: JudgedFinding) -> bool:
    """Whether a finding stops what it speaks of because it seems to identify a patient."""
    return (
        item.finding.code.startswith("PSN")
        and item.severity is Severity.BLOCK
        and item.effect is not Effect.NONE
    )


def _identifying(verdict: Verdict) -> Iterator[tuple[str, JudgedFinding]]:
    yield from (("", item) for item in verdict.findings if identifies(item))
    for subject in verdict.subjects:
        yield from ((subject.label, item) for item in subject.findings if identifies(item))
