"""Level: after a ledger was restored from a backup, let it catch up with the archive, which is newer.

What the archive, originals/ and reports/ know of and the ledger does not is entered again, under the ids
that it had, and goes its way once more: the archive has each filing already and makes none twice.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ingest.archive.disk import digest_file
from ingest.archive.order import Version
from ingest.ledger.errors import NotInLedger
from ingest.ledger.transaction import Transaction
from ingest.ledger.transitions import Event
from ingest.model.route import Arrival, RouteKind, ShareAddress, Sighting
from ingest.model.submission import ActKind, Step, SubmissionState
from ingest.routes.ports import RECEIVED
from ingest.steps.parts import Parts
from ingest.steps.report_files import newest_stored


@dataclass(frozen=True, slots=True)
class Levelled:
    """What was entered again, what goes on from its original, and what a person must do, in words."""

    entered: tuple[str, ...]
    resumed: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Trace:
    """What is known of a submission besides the ledger."""

    share: ShareAddress
    received: datetime
    size: int


def level(parts: Parts) -> Levelled:
    """Enter what is missing. Run it before any worker starts; run twice, it does no more."""
    for _ in parts.archive.recover_all():
        pass
    versions = {subject: parts.archive.versions(subject) for subject in parts.archive.subjects()}
    entered = [item for item in _known(parts, versions) if _enter(parts, item, versions)]
    resumed = list(_resume(parts))
    return Levelled(tuple(entered), tuple(resumed), tuple(_problems(parts, versions)))


def _known(parts: Parts, versions: dict[str, tuple[Version, ...]]) -> list[str]:
    """Return every submission that something on the disk tells of, oldest first."""
    archived = {version.submission_id for group in versions.values() for version in group}
    reported = {folder.name for folder in parts.places.reports.glob("S*")}
    return sorted(archived | reported | set(parts.originals.held()), key=lambda item: (len(item), item))


def _enter(parts: Parts, submission_id: str, versions: dict[str, tuple[Version, ...]]) -> bool:
    with parts.ledger.read() as tx:
        if _is_there(tx, submission_id):
            return False
    trace = _from_reports(parts, submission_id) or _from_receipt(parts, submission_id, versions)
    if trace is None:  # It was not reported: its zip still lies on its share, and is a new arrival.
        return False
    has_bytes = parts.originals.has(submission_id)
    sha256 = digest_file(parts.originals.open(submission_id).path) if has_bytes else ""
    seen = Sighting(
        name_key=f"restored:{submission_id}",
        size=trace.size,
        file_id="",
        etag="",
        last_modified=trace.received,
        first_seen=trace.received,
        last_seen=trace.received,
        polls_unchanged=0,
    )
    with parts.ledger.write() as tx:
        tx.submissions.restore(Arrival(trace.share, "", seen), submission_id, sha256, has_bytes=has_bytes)
        tx.audit.append("entered-again", submission_id=submission_id, detail={"has_bytes": has_bytes})
    if has_bytes:
        parts.wake(submission_id, Step.INSPECT)
    return True


def _is_there(tx: Transaction, submission_id: str) -> bool:
    try:
        tx.submissions.get(submission_id)
    except NotInLedger:
        return False
    return True


def _from_reports(parts: Parts, submission_id: str) -> _Trace | None:
    stored = newest_stored(parts.places, submission_id)
    if stored is None:
        return None
    return _Trace(stored.share, stored.report.received, stored.report.receipt.size)


def _from_receipt(
    parts: Parts, submission_id: str, versions: dict[str, tuple[Version, ...]]
) -> _Trace | None:
    for group in versions.values():
        for version in group:
            if version.submission_id == submission_id and "receipt.json" in version.documents:
                receipt = json.loads(version.documents["receipt.json"])
                share = _share(parts, RouteKind(receipt["route"]), receipt["site"])
                received = datetime.fromisoformat(receipt["received"])
                return _Trace(share, received, receipt["package"]["size"]) if share else None
    return None


def _share(parts: Parts, route: RouteKind, site: str) -> ShareAddress | None:
    return next((item for item in parts.shares if (item.route, item.site) == (route, site)), None)


def _resume(parts: Parts) -> Iterator[str]:
    """What the ledger would fetch, but was fetched and set aside since, goes on from its original."""
    with parts.ledger.read() as tx:
        waiting = tx.submissions.find(states=[SubmissionState.TO_STAGE], limit=100_000)
    for submission in waiting:
        target = f"{RECEIVED}/{submission.id}.zip"
        if not parts.originals.has(submission.id) or not parts.open_store(submission.share).exists(target):
            continue
        sha256 = digest_file(parts.originals.open(submission.id).path)
        with parts.ledger.write() as tx:
            tx.submissions.set_fetched(submission.id, sha256, None)
            tx.submissions.move(submission.id, Event.STAGED)
        parts.wake(submission.id, Step.INSPECT)
        yield submission.id


def _problems(parts: Parts, versions: dict[str, tuple[Version, ...]]) -> Iterator[str]:
    """Say what does not level by itself."""
    with parts.ledger.read() as tx:
        heads = {row.subject_id: row.head_version for row in tx.subjects.find()}
        for subject_id in sorted({*versions, *heads}):
            group, head = versions.get(subject_id, ()), heads.get(subject_id, 0)
            if len(group) < head:
                yield (
                    f"{subject_id}: the ledger has version {head}, the archive only {len(group)}: "
                    "restore the archive from a backup that is as new as the ledger's"
                )
            for version in group[head:]:
                if reason := _obstacle(parts, tx, version):
                    yield f"{subject_id} v{version.number} of {version.submission_id}: {reason}"


def _obstacle(parts: Parts, tx: Transaction, version: Version) -> str:
    if not version.act_name.startswith(f"{ActKind.ARRIVAL.value}:"):
        return f"it was made by {version.act_name}: do that again, under the same id"
    if not parts.originals.has(version.submission_id):
        return "its zip is no longer held: restore originals/ or a newer ledger"
    return "" if _is_there(tx, version.submission_id) else "its route is not one of the trial file's"
