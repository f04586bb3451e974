"""Set aside: move the source zip on its share to received/<submission>.zip, once the receipt is committed."""

from __future__ import annotations

from ingest.ledger.claims import Claim
from ingest.ledger.transitions import Event
from ingest.routes.ports import RECEIVED, Changed, Gone, Moved, NotYet
from ingest.steps.parts import Parts
from ingest.steps.stage import find_source

#: Seconds until a source that somebody has open is tried again.
BUSY_AGAIN = 300.0


def set_aside(parts: Parts, claim: Claim) -> None:
    """Move the source if it is still the file that was fetched; anything else on the share is left alone."""
    submission = claim.submission
    store = parts.open_store(submission.share)
    target = f"{RECEIVED}/{submission.id}.zip"
    entry = find_source(parts, store, submission)
    moved = Moved.ALREADY if entry is None and store.exists(target) else Moved.GONE
    if entry is not None:
        properties = store.properties(entry.name)
        if isinstance(properties, NotYet):
            moved = Moved.BUSY
        elif isinstance(properties, Changed | Gone):
            moved = Moved.GONE
        else:
            moved = store.move(entry.name, target, properties)
    if moved is Moved.BUSY:
        parts.ledger.postpone(claim, seconds=BUSY_AGAIN)
        return
    with parts.ledger.finish(claim, Event.SET_ASIDE) as tx:
        tx.audit.append("set-aside", submission_id=submission.id, detail={"result": moved.value})
