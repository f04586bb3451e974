"""Stage: fetch a settled zip into the private originals/, hashing while it streams.

The entry is asked for again, leased, downloaded, and asked for once more: what changed meanwhile is let go.
"""

from __future__ import annotations

from functools import partial

from ingest.inspection.display import display_name
from ingest.ledger.claims import Claim
from ingest.ledger.transitions import Event
from ingest.model.inspection import Coverage, Inspection, PackageFacts
from ingest.model.route import Entry, Sighting
from ingest.model.submission import Step, Submission
from ingest.package.gate import too_large
from ingest.routes.fetch import Fetched, fetch
from ingest.routes.ports import NotYet, ShareStore
from ingest.routes.settle import find_entry, name_key
from ingest.steps.parts import Parts


def stage(parts: Parts, claim: Claim) -> None:
    """Fetch the zip, unless it is larger than its route allows.

    Raises TransientError (NoRoom where the disk has no room for it).
    """
    submission = claim.submission
    store = parts.open_store(submission.share)
    entry = find_source(parts, store, submission)
    if entry is None:
        _finish(parts, claim, Event.GONE)
        return
    if submission.size > parts.trial.limits_for(submission.share.route).zip_bytes:
        _refuse(parts, claim, entry)
        return
    with parts.originals.receive(submission.id, entry.name, submission.size) as original:
        fetched = fetch(store, entry.name, _sighting(submission), original.write)
        if isinstance(fetched, Fetched):
            original.keep()
    if isinstance(fetched, NotYet):
        parts.log("entry-busy", submission=submission.id, step=Step.STAGE.value)
        parts.ledger.postpone(claim, seconds=parts.trial.routes[submission.share.route].poll_every)
    elif isinstance(fetched, Fetched):
        _record(parts, claim, fetched)
    else:
        _finish(parts, claim, Event.GONE)


def find_source(parts: Parts, store: ShareStore, submission: Submission) -> Entry | None:
    """Return the entry that the submission was made of; its name was never kept, so the share is listed."""
    key = partial(name_key, parts.key, submission.share)
    entry = find_entry(store.list_entries().zips, submission.source_key, key)
    if entry is None or (entry.file_id, entry.etag, entry.size) != (
        submission.file_id,
        submission.etag,
        submission.size,
    ):
        return None
    return entry


def _record(parts: Parts, claim: Claim, fetched: Fetched) -> None:
    """What the sender declared of the bytes either proves them whole or proves them broken off."""
    declared = claim.submission.declared_sha256
    is_contradicted = fetched.md5_matches is False or (declared != "" and declared != fetched.sha256)
    event = Event.BROKEN_OFF if is_contradicted else Event.STAGED
    content_md5 = fetched.properties.content_md5 if fetched.md5_matches else None
    with parts.ledger.finish(claim, event) as tx:
        tx.submissions.set_fetched(claim.submission.id, fetched.sha256, content_md5)
        tx.audit.append(
            event.value,
            submission_id=claim.submission.id,
            detail={"sha256": fetched.sha256, "size": fetched.properties.size},
        )


def _refuse(parts: Parts, claim: Claim, entry: Entry) -> None:
    """Larger than its route allows: not fetched. Its size is all that is inspected, and it is rejected."""
    submission, trial = claim.submission, parts.trial
    shown = display_name(entry.name, trial, trial.site(submission.share.site))
    package = PackageFacts(sha256="", size=entry.size, members=0, instances=0, display_name=shown)
    finding = too_large(trial.limits_for(submission.share.route))
    inspection = Inspection(package, (), (finding,), Coverage(not_checked={"package": 1}))
    inspection_id = parts.ledger.begin_inspection(claim, trial.sha256)
    with parts.ledger.finish(claim, Event.TOO_LARGE) as tx:
        tx.inspections.complete(inspection_id, inspection)
        tx.audit.append(Event.TOO_LARGE.value, submission_id=submission.id, detail={"size": entry.size})


def _finish(parts: Parts, claim: Claim, event: Event) -> None:
    with parts.ledger.finish(claim, event) as tx:
        tx.audit.append(event.value, submission_id=claim.submission.id)


def _sighting(submission: Submission) -> Sighting:
    """Return the sighting that the submission was made of."""
    assert submission.last_modified is not None
    return Sighting(
        name_key=submission.source_key,
        size=submission.size,
        file_id=submission.file_id,
        etag=submission.etag,
        last_modified=submission.last_modified,
        first_seen=submission.created,
        last_seen=submission.created,
        polls_unchanged=0,
    )
