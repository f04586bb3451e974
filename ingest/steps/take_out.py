"""Take a subject out of a submission: every copy within reach goes, and what was not reached is said."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from ingest.archive.originals import BytesGone
from ingest.archive.staging import clear_quarantine, clear_staging
from ingest.ledger.acts import RecordedAct
from ingest.ledger.transaction import Transaction
from ingest.model.inspection import SubjectFacts
from ingest.model.route import RouteKind
from ingest.model.submission import Submission
from ingest.package.rewrite import rewrite_package
from ingest.routes.ports import RECEIVED
from ingest.steps.parts import Parts
from ingest.steps.share_snapshots import clear_snapshots
from ingest.steps.stage import find_source

#: What no program on this machine can reach: a person must.
BEYOND_REACH = ("backups", "exports already handed out")


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was deleted and what could not be reached. Counts and places, no values.

    originals:   zips deleted; rewritten: zips written anew without the subject, for the others in them.
    share_files: copies deleted on the sites' shares; snapshots: snapshots of shares deleted.
    archived:    files taken out of the archive, in all versions.
    unreached:   in words, for a person to see to.
    """

    originals: int = 0
    rewritten: int = 0
    share_files: int = 0
    snapshots: int = 0
    archived: int = 0
    instances: int = 0
    unreached: tuple[str, ...] = BEYOND_REACH

    def plus(self, other: Certificate) -> Certificate:
        """Return the sum of two."""
        return Certificate(
            self.originals + other.originals,
            self.rewritten + other.rewritten,
            self.share_files + other.share_files,
            self.snapshots + other.snapshots,
            self.archived + other.archived,
            self.instances + other.instances,
            tuple(dict.fromkeys((*self.unreached, *other.unreached))),
        )

    def as_detail(self) -> dict[str, str | int | bool | None]:
        """Return it as the audit chain keeps it."""
        return {
            "originals": self.originals,
            "rewritten": self.rewritten,
            "share_files": self.share_files,
            "snapshots": self.snapshots,
            "archived": self.archived,
            "instances": self.instances,
            "not_reached": "; ".join(self.unreached),
        }


def note_try(tx: Transaction, recorded: RecordedAct) -> None:
    """Put on record that an act begins to be carried out: certificates tell of tries that broke off."""
    act = recorded.act
    tx.audit.append(
        "act-begun",
        submission_id=act.submission_id or "",
        subject_id=act.subject_id,
        detail={"act": recorded.name},
    )


def tried_before(tx: Transaction, recorded: RecordedAct) -> dict[str, str | int | bool | None]:
    """Return `resumed` for a certificate: a try before this one broke off, and counts not what it deleted."""
    act = recorded.act
    events = tx.audit.events(submission_id=act.submission_id or None, subject_id=act.subject_id or None)
    tries = [item for item in events if item.event == "act-begun" and item.detail.get("act") == recorded.name]
    return {"resumed": True} if len(tries) > 1 else {}


def take_out_copies(parts: Parts, submission: Submission, label: str) -> Certificate:
    """Delete a subject's bytes from originals, quarantine, staging and the share. Run twice, it is the same.

    The zip of a batch is written anew for the others in it. Raises TransientError.
    """
    kept = _kept_digests(parts, submission, label)
    clear_staging(parts.places, submission.id)
    on_share = _clear_share(parts, submission)
    if kept and parts.originals.has(submission.id):
        _rewrite(parts, submission, kept)
        _clear_quarantine_of(parts, submission, label)
        return replace(on_share, rewritten=1)
    clear_quarantine(parts.places, submission.id)
    return replace(on_share, originals=int(parts.originals.remove(submission.id)))


def _kept_digests(parts: Parts, submission: Submission, label: str) -> frozenset[str]:
    """Return the sha256 of what the others in the package sent; none where it goes as a whole.

    A package with more than one unidentified subject goes as a whole when one of them goes: they are named
    by their order, and it would change.
    """
    with parts.ledger.read() as tx:
        stored = tx.inspections.latest(submission.id)
        if stored is None:
            return frozenset()
        others = [facts for facts in stored.inspection.subjects if facts.label != label]
        if _is_order_lost(label, stored.inspection.subjects, others):
            return frozenset()
        return frozenset(
            facts.sent_sha256 for facts in tx.inspections.instances(stored.id) if facts.subject != label
        )


def _is_order_lost(label: str, subjects: tuple[SubjectFacts, ...], others: list[SubjectFacts]) -> bool:
    is_unidentified = any(facts.label == label and facts.subject_id is None for facts in subjects)
    return is_unidentified and any(facts.subject_id is None for facts in others)


def _rewrite(parts: Parts, submission: Submission, keep: frozenset[str]) -> None:
    """Put a zip without the subject in the original's place; its name tells of nobody."""
    try:
        original = parts.originals.open(submission.id)
    except BytesGone:
        return
    with tempfile.TemporaryDirectory(prefix=".rewrite-", dir=parts.places.staging.parent) as folder:
        draft = Path(folder) / "package.zip"
        rewrite_package(original.path, keep, draft, parts.trial.limits, Path(folder))
        name = original.name if submission.share.route is RouteKind.EGRESS else f"batch-{submission.id}.zip"
        with parts.originals.receive(submission.id, name, draft.stat().st_size) as sink:
            for piece in _pieces(draft):
                sink.write(piece)
            sink.keep()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece


def _clear_quarantine_of(parts: Parts, submission: Submission, label: str) -> None:
    with parts.ledger.read() as tx:
        stored = tx.inspections.latest(submission.id)
        gone = [facts.ordinal for facts in tx.inspections.instances(stored.id, label=label)] if stored else []
    for ordinal in gone:
        with contextlib.suppress(FileNotFoundError):
            (parts.places.quarantine / submission.id / f"{ordinal}.dcm").unlink()


def _clear_share(parts: Parts, submission: Submission) -> Certificate:
    """Delete the source, the copy that was set aside, and what snapshots of the share have of them."""
    store = parts.open_store(submission.share)
    snapshots, named = clear_snapshots(parts, store, submission)
    deleted = int(store.delete(f"{RECEIVED}/{submission.id}.zip"))
    entry = find_source(parts, store, submission)
    if entry is not None:
        deleted += int(store.delete(entry.name))
    return Certificate(share_files=deleted, snapshots=snapshots, unreached=(*BEYOND_REACH, *named))
