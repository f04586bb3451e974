"""Snapshots of a share: which of them hold a submission's zip, and what is done about it.

A snapshot is of a whole share and can only be deleted whole, with its copies of what others sent. So they are
deleted where the trial file says so, and else named for an administrator.
"""

from __future__ import annotations

import hmac

from ingest.model.route import Entry
from ingest.model.submission import Submission
from ingest.routes.ports import RECEIVED, RefusedError, ShareStore
from ingest.routes.settle import name_key
from ingest.steps.parts import Parts

_TO_DO = "an administrator deletes each, and with it its copies of all else on the share"
_UNKNOWN = "whether there are any is not known here: an administrator looks"


def clear_snapshots(parts: Parts, store: ShareStore, submission: Submission) -> tuple[int, tuple[str, ...]]:
    """Delete the snapshots that hold the zip, or name them. Returns how many went, and what was not reached.

    Raises TransientError.
    """
    share = f"snapshots of site {submission.share.site}'s {submission.share.route.value} share"
    snapshots = store.snapshots()
    if snapshots is None:
        return 0, (f"{share} ({_UNKNOWN})",)
    deleted, left = 0, []
    for snapshot in snapshots:
        try:
            if not any(_is_of(parts, submission, entry) for entry in store.list_snapshot(snapshot)):
                continue
            if parts.trial.retention.delete_share_snapshots:
                store.delete_snapshot(snapshot)
                deleted += 1
                continue
        except RefusedError:
            # Not with this credential, today or tomorrow: a person must.
            pass
        left.append(snapshot)
    named = (f"{share} that hold the zip: {', '.join(left)} ({_TO_DO})",) if left else ()
    return deleted, named


def _is_of(parts: Parts, submission: Submission, entry: Entry) -> bool:
    """Whether an entry is the zip: where it was set aside, or under its own name."""
    if entry.name == f"{RECEIVED}/{submission.id}.zip":
        return True
    key = name_key(parts.key, submission.share, entry.name)
    return entry.size == submission.size and hmac.compare_digest(key, submission.source_key)
