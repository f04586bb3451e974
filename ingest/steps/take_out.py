"""Take a subject out of a submission: every copy within reach goes, and what was not reached is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.archive.disk import worldly_faults
from ingest.archive.staging import clear_quarantine, remove_quarantined, remove_staged
from ingest.model.inspection import SubjectFacts
from ingest.model.route import RouteKind
from ingest.model.submission import Submission
from ingest.package.rewrite import rewrite_package
from ingest.routes.ports import RECEIVED
from ingest.steps.deletion import Deletion
from ingest.steps.parts import Parts
from ingest.steps.share_snapshots import delete_snapshots, find_snapshots, unreached_in_words
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


#: What is put on record of a submission's copies, beside the names of snapshots.
_ORIGINAL, _REWRITTEN, _SET_ASIDE, _SOURCE = "original", "rewritten", "set-aside", "source"


def take_out_copies(parts: Parts, submission: Submission, deletion: Deletion) -> Certificate:
    """Delete a subject's bytes from originals, quarantine, staging and the share. Run twice, it is the same.

    The zip of a batch is written anew for the others in it. The certificate counts what earlier tries of the
    act deleted, too. Raises TransientError: something is left.
    """
    store = parts.open_store(submission.share)
    kept = _kept_digests(parts, submission, deletion.label)
    source = find_source(parts, store, submission)
    snapshots = find_snapshots(parts, store, submission)
    on_share = {
        _SET_ASIDE: store.exists(_set_aside_path(submission)),
        _SOURCE: source is not None,
    }
    held = {_REWRITTEN if kept else _ORIGINAL: parts.originals.has(submission.id)}
    copies = [name for name, is_there in (held | on_share).items() if is_there]
    with parts.ledger.write() as tx:
        deletion.announce(tx, copies=" ".join(copies), snapshots=" ".join(snapshots.to_delete))
    left = delete_snapshots(store, snapshots)
    store.delete(_set_aside_path(submission))
    if source is not None:
        store.delete(source.name)
    _delete_bytes(parts, submission, deletion.label, kept)
    with parts.ledger.read() as tx:
        gone, gone_snapshots = deletion.names(tx, "copies"), deletion.names(tx, "snapshots")
    return Certificate(
        originals=int(_ORIGINAL in gone),
        rewritten=int(_REWRITTEN in gone),
        share_files=len(gone & on_share.keys()),
        snapshots=len(gone_snapshots.difference(left.to_name)),
        unreached=(*BEYOND_REACH, *unreached_in_words(left)),
    )


def _set_aside_path(submission: Submission) -> str:
    return f"{RECEIVED}/{submission.id}.zip"


def _delete_bytes(parts: Parts, submission: Submission, label: str, kept: frozenset[str]) -> None:
    remove_staged(parts.places, submission.id)
    parts.originals.remove_drafts(submission.id)
    if kept and parts.originals.has(submission.id):
        _rewrite(parts, submission, kept)
        remove_quarantined(parts.places, submission.id, _ordinals_of(parts, submission, label))
        return
    clear_quarantine(parts.places, submission.id)
    parts.originals.remove(submission.id)


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
    original = parts.originals.open(submission.id)
    with (
        parts.originals.spool(submission.id, original.path.stat().st_size) as draft,
        worldly_faults("writing a zip anew"),
    ):
        rewrite_package(original.path, keep, draft, parts.trial.limits, draft.parent)
        name = original.name if submission.share.route is RouteKind.EGRESS else f"batch-{submission.id}.zip"
        with parts.originals.receive(submission.id, name, draft.stat().st_size) as sink:
            for piece in _pieces(draft):
                sink.write(piece)
            sink.keep()


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece


def _ordinals_of(parts: Parts, submission: Submission, label: str) -> list[int]:
    with parts.ledger.read() as tx:
        stored = tx.inspections.latest(submission.id)
        return [facts.ordinal for facts in tx.inspections.instances(stored.id, label=label)] if stored else []
