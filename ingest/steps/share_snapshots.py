"""Snapshots of a share: which of them hold a submission's zip, and what is done about it.

A snapshot is of a whole share and can only be deleted whole, with its copies of what others sent. So they are
deleted where the trial file says so, and else named for an administrator.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace

from ingest.model.route import Entry
from ingest.model.submission import Submission
from ingest.routes.ports import RECEIVED, RefusedError, ShareStore
from ingest.routes.settle import name_key
from ingest.steps.parts import Parts

_TO_DO = "an administrator deletes each, and with it its copies of all else on the share"
_UNKNOWN = "whether there are any is not known here: an administrator looks"


@dataclass(frozen=True, slots=True)
class HeldBySnapshots:
    """What snapshots of a share have of a zip.

    share:    the share, in words; is_known: whether there are any is known.
    to_delete: the names of those that hold the zip and may be deleted.
    to_name:  the names of those that a person must look at.
    """

    share: str
    is_known: bool = True
    to_delete: tuple[str, ...] = ()
    to_name: tuple[str, ...] = ()


def find_snapshots(parts: Parts, store: ShareStore, submission: Submission) -> HeldBySnapshots:
    """Return what is to be done of the share's snapshots. Raises TransientError."""
    share = f"snapshots of site {submission.share.site}'s {submission.share.route.value} share"
    snapshots = store.snapshots()
    if snapshots is None:
        return HeldBySnapshots(share, is_known=False)
    holding: list[str] = []
    unread: list[str] = []
    for snapshot in snapshots:
        try:
            if any(_is_of(parts, submission, entry) for entry in store.list_snapshot(snapshot)):
                holding.append(snapshot)
        except RefusedError:
            # Not with this credential, today or tomorrow: a person must.
            unread.append(snapshot)
    if parts.trial.retention.delete_share_snapshots:
        return HeldBySnapshots(share, to_delete=tuple(holding), to_name=tuple(unread))
    return HeldBySnapshots(share, to_name=tuple(sorted((*holding, *unread))))


def delete_snapshots(store: ShareStore, found: HeldBySnapshots) -> HeldBySnapshots:
    """Delete those that may be deleted; return what is left for a person. Raises TransientError."""
    refused: list[str] = []
    for snapshot in found.to_delete:
        try:
            store.delete_snapshot(snapshot)
        except RefusedError:
            refused.append(snapshot)
    return replace(found, to_delete=(), to_name=tuple(sorted((*found.to_name, *refused))))


def unreached_in_words(left: HeldBySnapshots) -> tuple[str, ...]:
    """Return what a certificate says of the snapshots that are left."""
    if not left.is_known:
        return (f"{left.share} ({_UNKNOWN})",)
    if not left.to_name:
        return ()
    return (f"{left.share} that hold the zip: {', '.join(left.to_name)} ({_TO_DO})",)


def _is_of(parts: Parts, submission: Submission, entry: Entry) -> bool:
    """Whether an entry is the zip: where it was set aside, or under its own name."""
    if entry.name == f"{RECEIVED}/{submission.id}.zip":
        return True
    key = name_key(parts.key, submission.share, entry.name)
    return entry.size == submission.size and hmac.compare_digest(key, submission.source_key)
