"""Inspect: the child process reads every byte of the package once; facts and findings go to the ledger.

Members are written to staging/<submission>/ in the same pass.
"""

from __future__ import annotations

from pathlib import Path

from ingest.archive.originals import Original
from ingest.archive.room import require_room
from ingest.archive.staging import clear_staging, fresh_staging
from ingest.ledger.claims import Claim
from ingest.ledger.transitions import Event
from ingest.model.errors import CountedError
from ingest.model.inspection import Inspection, InspectionRequest
from ingest.model.packed import PackedFacts
from ingest.model.submission import Step, Submission
from ingest.package.gate import open_package
from ingest.steps.held_bytes import bytes_of
from ingest.steps.parts import Parts
from ingest.trial.definition import Limits

#: The finding that says that the inspection process died.
ENDED_EARLY = "PKG901"
INSPECTION_DIED = "the inspection process died"


def inspect(parts: Parts, claim: Claim) -> None:
    """Inspect the original, or what the archive has of it.

    Raises TransientError where the disk has no room for what the zip inflates to, BytesGone.
    """
    submission = claim.submission
    inspection_id = parts.ledger.begin_inspection(claim, parts.trial.sha256)

    def record(batch: list[PackedFacts]) -> None:
        with parts.ledger.work(claim) as tx:
            tx.inspections.append_packed(inspection_id, batch)

    with bytes_of(parts, submission) as held:
        limits = parts.trial.limits_for(submission.share.route)
        require_room(parts.places.staging, declared_size(held.original.path, limits))
        staging = fresh_staging(parts.places, submission.id)
        request = build_request(parts, submission, held.original, staging)
        inspection = held.qualify(parts.inspector.inspect_packed(request, record), submission)
    if ended_early(inspection) and not (claim.is_last and _died_each_time(parts, claim)):
        raise CountedError(INSPECTION_DIED)
    event = Event.BROKEN_OFF if _is_unfinished(submission, inspection) else Event.INSPECTED
    with parts.ledger.finish(claim, event) as tx:
        tx.inspections.complete(inspection_id, inspection)
        tx.audit.append(
            event.value,
            submission_id=submission.id,
            detail={"sha256": inspection.package.sha256, "instances": inspection.package.instances},
        )
    if event is Event.BROKEN_OFF:
        clear_staging(parts.places, submission.id)


def _is_unfinished(submission: Submission, inspection: Inspection) -> bool:
    """Broken off, unless the sender declared a digest that the bytes have, or it has lain so for too long."""
    return inspection.package.is_unfinished and not submission.is_vouched and not submission.is_overdue


def ended_early(inspection: Inspection) -> bool:
    """Whether the inspection process died: what killed it need not be the zip."""
    return any(finding.code == ENDED_EARLY for finding in inspection.findings)


def _died_each_time(parts: Parts, claim: Claim) -> bool:
    """Whether the inspection process died in every earlier try that counts: then it is a finding of the zip.

    A worker that was lost says nothing of the zip.
    """
    with parts.ledger.read() as tx:
        tries = tx.submissions.attempts_of(claim.submission.id)
    deaths = 0
    for row in reversed(tries):
        if row["token"] >= claim.token:
            continue
        if row["step"] != Step.INSPECT.value or row["result"] not in ("failed", "postponed"):
            break
        deaths += row["reason"] == INSPECTION_DIED
    return deaths >= claim.attempt - 1


def build_request(
    parts: Parts, submission: Submission, original: Original, staging: Path | None
) -> InspectionRequest:
    """Return what the inspection process is asked; without `staging` nothing is written."""
    with parts.ledger.read() as tx:
        approvals = tx.approvals.active(submission.share.site)
        assign = tx.acts.assignments(submission.id)
    return InspectionRequest(
        package_path=str(original.path),
        package_name=original.name,
        route=submission.share.route,
        site=submission.share.site,
        trial_toml=parts.trial.text,
        hmac_key=parts.key.hex(),
        staging_dir=str(staging) if staging else None,
        approvals=approvals,
        assign=assign,
        package_sha256=submission.sha256,
    )


def declared_size(package: Path, limits: Limits) -> int:
    """Return what a package's members declare to inflate to, at most what the limits admit."""
    declared = sum(member.size for member in open_package(package, limits).data_members)
    return min(declared, limits.inflated_bytes)
