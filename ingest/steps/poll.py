"""Poll: list a route's shares, compare with what was sighted before, make submissions of what has settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from ingest.ledger.sightings import KnownSighting
from ingest.ledger.transaction import Transaction
from ingest.ledger.transitions import Event
from ingest.model.errors import TransientError
from ingest.model.route import Arrival, Entry, RouteKind, ShareAddress, Sighting
from ingest.model.submission import Step, Submission, SubmissionState
from ingest.routes.ports import Listing
from ingest.routes.settle import Settled, name_key, settle
from ingest.steps.parts import Parts


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll came to: new submissions, entries that have not settled, shares that did not answer."""

    submissions: tuple[str, ...] = ()
    waiting: int = 0
    failed: tuple[ShareAddress, ...] = ()


def poll(parts: Parts, route: RouteKind) -> Polled:
    """Poll every share of a route. A share that is down does not stop the others."""
    made: list[str] = []
    failed: list[ShareAddress] = []
    waiting = 0
    for share in parts.shares:
        if share.route is not route:
            continue
        try:
            new, still = poll_share(parts, share)
        except TransientError as error:
            failed.append(share)
            parts.log("share-failed", route=route.value, site=share.site, reason=str(error))
            continue
        made.extend(new)
        waiting += still
    for submission_id in made:
        parts.wake(submission_id, Step.STAGE)
    return Polled(tuple(made), waiting, tuple(failed))


def poll_share(parts: Parts, share: ShareAddress) -> tuple[list[str], int]:
    """Poll one share; return the submissions made and how many entries wait. Raises TransientError."""
    listing = parts.open_store(share).list_entries()
    announced = parts.announcements(share) if share.route is RouteKind.HTP else {}
    with parts.ledger.write() as tx:
        known = tx.sightings.load(share)
        seen = settle(
            {key: item.sighting for key, item in known.items()},
            listing.zips,
            parts.trial.routes[share.route].settle,
            parts.clock.now(),
            partial(name_key, parts.key, share),
            {key: notice.size for key, notice in announced.items()},
        )
        tx.sightings.replace(share, _current(known, seen, listing, parts, share), _others(listing))
        made = [
            _create(tx, share, entry, sighting, announced)
            for entry, sighting in seen.arrivals
            if not _is_known(known.get(sighting.name_key), sighting)
        ]
        _review_unfinished(parts, tx, share, seen, known)
    return made, seen.waiting


def _current(
    known: Mapping[str, KnownSighting], seen: Settled, listing: Listing, parts: Parts, share: ShareAddress
) -> list[Sighting]:
    """Return the sighting of every entry that is listed now."""
    newer = {sighting.name_key: sighting for sighting in seen.to_keep}
    keys = [name_key(parts.key, share, entry.name) for entry in listing.zips]
    return [newer[key] if key in newer else known[key].sighting for key in keys]


def _others(listing: Listing) -> dict[str, int]:
    """Return what lies on the share and is no zip, by kind; it is reported once, when it changes."""
    counted = {
        "folders": listing.folders,
        "stray files": listing.stray_files,
        "uploads under way": listing.partial,
    }
    return {kind: count for kind, count in counted.items() if count}


def _is_known(known: KnownSighting | None, sighting: Sighting) -> bool:
    """Whether this very entry, unchanged, is a submission already."""
    return known is not None and known.submission_id is not None and _same_entry(known.sighting, sighting)


def _same_entry(one: Sighting, other: Sighting) -> bool:
    return (one.file_id, one.etag, one.last_modified, one.size) == (
        other.file_id,
        other.etag,
        other.last_modified,
        other.size,
    )


def _create(
    tx: Transaction, share: ShareAddress, entry: Entry, sighting: Sighting, announced: Mapping[str, object]
) -> str:
    notice = announced.get(sighting.name_key)
    declared = getattr(notice, "sha256", None)
    submission = tx.submissions.create(Arrival(share, entry.name, sighting, declared_sha256=declared))
    tx.audit.append(
        "arrived", submission_id=submission.id, detail={"route": share.route.value, "size": entry.size}
    )
    return submission.id


def _review_unfinished(
    parts: Parts, tx: Transaction, share: ShareAddress, seen: Settled, known: Mapping[str, KnownSighting]
) -> None:
    """Unfinished uploads: a changed entry is a new arrival for ever, an old one is judged as it is."""
    rule = parts.trial.routes[share.route].settle
    overdue_before = parts.clock.now() - timedelta(seconds=rule.unfinished_after)
    for submission in tx.submissions.find(
        states=[SubmissionState.UNFINISHED], route=share.route, site=share.site, limit=1000
    ):
        event = _event_for(submission, seen, overdue_before.timestamp())
        if event is not None and submission.share == share:
            tx.submissions.move(submission.id, event)


def _event_for(submission: Submission, seen: Settled, overdue_before: float) -> Event | None:
    if submission.source_key in seen.vanished:
        return Event.GONE
    if submission.source_key in seen.changed:
        return Event.REPLACED
    since = submission.changed or submission.created
    return Event.OVERDUE if since.timestamp() <= overdue_before else None
