"""Waive: an object that a site, or one of its subjects, need not send; and take that back."""

from __future__ import annotations

from datetime import datetime

from ingest.ledger.errors import Refused
from ingest.ledger.transaction import Transaction
from ingest.steps.parts import Parts
from ingest.steps.subject_work import recount
from ingest.trial.definition import Waiver


def waive(
    parts: Parts,
    site: str,
    object: str,
    *,
    by: str,
    reason: str,
    subject: str | None = None,
    until: datetime | None = None,
) -> int:
    """Record a waiver, count the subjects anew that it is about, and return its number. Raises Refused."""
    if parts.trial.site(site) is None:
        raise Refused(f"the trial file has no site {site}")
    expected = sorted({item.object for item in parts.trial.expected})
    if object not in expected:
        raise Refused(f"{object} is nothing that the trial expects; it expects {', '.join(expected)}")
    if subject is not None and parts.trial.study_id.site_of(subject) != site:
        example = parts.trial.study_id.example
        raise Refused(f"{subject} is not a study ID of site {site}; one looks like {example}")
    with parts.ledger.write() as tx:
        number = tx.waivers.add(site, Waiver(object, reason, by, subject), until=until)
        detail: dict[str, str | int | bool | None] = {
            "waiver": number,
            "site": site,
            "object": object,
            "until": until.isoformat() if until else "",
            "reason": reason,
        }
        tx.audit.append("waived", subject_id=subject or "", by=by, detail=detail)
    count_anew(parts, site, subject)
    return number


def end_waiver(parts: Parts, number: int, *, by: str, reason: str) -> None:
    """Take a waiver back, and count anew. Raises NotInLedger, Refused."""
    if not by.strip() or not reason.strip():
        raise Refused("to revoke takes a person and a reason")
    with parts.ledger.write() as tx:
        row = next((row for row in tx.waivers.find() if row.id == number), None)
        tx.waivers.revoke(number, by=by)
        tx.audit.append("waiver-revoked", by=by, detail={"waiver": number, "reason": reason})
    if row is not None:
        count_anew(parts, row.site, row.waiver.subject)


def count_anew(parts: Parts, site: str, subject: str | None = None) -> None:
    """Judge the completeness of a site's subjects again, or of one, over what is filed."""
    with parts.ledger.read() as tx:
        wanted = [subject] if subject else [row.subject_id for row in tx.subjects.find(site=site)]
    for subject_id in wanted:
        with parts.ledger.write() as tx:
            if _has_filed(tx, subject_id):
                recount(parts, tx, subject_id)


def _has_filed(tx: Transaction, subject_id: str) -> bool:
    row = tx.subjects.get(subject_id)
    return row is not None and row.head_version > 0 and not row.is_withdrawn
