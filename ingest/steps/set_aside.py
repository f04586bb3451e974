"""Set aside: move the source zip on its share to received/<submission>.zip, once the receipt is committed."""

from __future__ import annotations

from ingest.ledger.claims import Claim
from ingest.ledger.transitions import Event
from ingest.model.submission import Submission
from ingest.routes.ports import RECEIVED, Gone, Moved, NotYet, ShareStore
from ingest.steps.parts import Parts
from ingest.steps.stage import find_source
from ingest.steps.withdraw import purge_withdrawn

#: Seconds until a source that somebody has open is tried again.
BUSY_AGAIN = 300.0


def set_aside(parts: Parts, claim: Claim) -> None:
    """Move the source if it is still the file that was fetched; anything else is left alone."""
    submission = claim.submission
    store = parts.open_store(submission.share)
    target = f"{RECEIVED}/{submission.id}.zip"
    entry = find_source(parts, store, submission)
    moved = Moved.ALREADY if entry is None and store.exists(target) else Moved.GONE
    if entry is not None:
        moved = _move(store, submission, entry.name, target)
    if moved is Moved.BUSY:
        parts.ledger.postpone(claim, seconds=BUSY_AGAIN)
        return
    purge_withdrawn(parts, submission)
    with parts.ledger.finish(claim, Event.SET_ASIDE) as tx:
        tx.audit.append("set-aside", submission_id=submission.id, detail={"result": moved.value})


def _move(store: ShareStore, submission: Submission, name: str, target: str) -> Moved:
    """A listing may be stale: the file is asked for by itself, and must be the one that was fetched."""
    found = store.properties(name)
    if isinstance(found, NotYet):
        return Moved.BUSY
    if isinstance(found, Gone):
        return Moved.GONE
    fetched = (submission.file_id, submission.etag, submission.size)
    if (found.file_id, found.etag, found.size) != fetched:
        return Moved.CHANGED
    return store.move(name, target, found)
