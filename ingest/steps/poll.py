"""Poll: list a route's shares, compare with what was sighted before, make submissions of what has settled."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from ingest.ledger.errors import Refused
from ingest.ledger.sightings import KnownSighting
from ingest.ledger.transaction import Transaction
from ingest.ledger.transitions import Event
from ingest.model.errors import ConfigurationError, TransientError
from ingest.model.route import Arrival, Entry, RouteKind, ShareAddress, Sighting
from ingest.model.submission import Step, Submission, SubmissionState
from ingest.routes.announcements import Announced
from ingest.routes.notices import ArrivalNotice
from ingest.routes.ports import Listing, ThrottledError
from ingest.routes.settle import Settled, name_key, settle
from ingest.steps.parts import Parts
from ingest.steps.tell_team import tell_of_others, tell_of_put_aside


@dataclass(frozen=True, slots=True)
class Polled:
    """What a poll came to: new submissions, entries that have not settled, shares that did not answer."""

    submissions: tuple[str, ...] = ()
    waiting: int = 0
    failed: tuple[ShareAddress, ...] = ()


def poll(parts: Parts, route: RouteKind) -> Polled:
    """Poll every share of a route. A share that is down, or has no credential, does not stop the others."""
    made: list[str] = []
    failed: list[ShareAddress] = []
    waiting = 0
    for share in parts.shares:
        if share.route is not route or parts.quiet.is_on(share, parts.clock.now()):
            continue
        try:
            new, still = poll_share(parts, share)
        except (TransientError, ConfigurationError) as error:
            failed.append(share)
            if isinstance(error, ThrottledError):
                parts.quiet.begin(share, parts.clock.now(), error.retry_after)
            parts.log("share-failed", route=route.value, site=share.site, reason=str(error))
            continue
        made.extend(new)
        waiting += still
    for submission_id in made:
        parts.wake(submission_id, Step.STAGE)
    return Polled(tuple(made), waiting, tuple(failed))


def poll_share(parts: Parts, share: ShareAddress) -> tuple[list[str], int]:
    """Poll one share; return the submissions made and how many entries wait.

    Raises TransientError, ConfigurationError.
    """
    listing, announced = _look(parts, share)
    with parts.ledger.write() as tx:
        known = tx.sightings.load(share)
        seen = settle(
            {key: item.sighting for key, item in known.items()},
            listing.zips,
            parts.trial.routes[share.route].settle,
            parts.clock.now(),
            partial(name_key, parts.key, share),
            {key: notice.size for key, notice in announced.notices.items()},
        )
        current = _current(known, seen, listing, parts, share)
        tell_of_put_aside(tx, share, announced.put_aside)
        tell_of_others(tx, share, _others(listing))
        tx.sightings.replace(share, current.values(), _others(listing))
        made = _take_in(tx, share, seen, known, announced.notices)
        _review_unfinished(parts, tx, share, current)
    if parts.announcements is not None and announced.notices:
        parts.announcements.dealt_with(share, announced.notices)
    return made, seen.waiting


def _look(parts: Parts, share: ShareAddress) -> tuple[Listing, Announced]:
    """List the share, and take the notices that fit what is listed: the others stay in their queue.

    A zip may have got its name between listing and notice. The queue hides a notice for a while once it was
    taken, so that the share is listed again then.
    """
    store = parts.open_store(share)
    listing = store.list_entries()
    if parts.announcements is None or share.route is not RouteKind.HTP:
        return listing, Announced()
    announced = parts.announcements.take(share)
    sizes = _sizes(parts, share, listing)
    if announced.notices.keys() - sizes.keys():
        listing = store.list_entries()
        sizes = _sizes(parts, share, listing)
    fitting = {key: notice for key, notice in announced.notices.items() if sizes.get(key) == notice.size}
    return listing, Announced(fitting, announced.put_aside)


def _sizes(parts: Parts, share: ShareAddress, listing: Listing) -> dict[str, int]:
    return {name_key(parts.key, share, entry.name): entry.size for entry in listing.zips}


def _take_in(
    tx: Transaction,
    share: ShareAddress,
    seen: Settled,
    known: Mapping[str, KnownSighting],
    announced: Mapping[str, ArrivalNotice],
) -> list[str]:
    """Make submissions of the arrivals that are none yet; a late notice is added to its own."""
    made = []
    for entry, sighting in seen.arrivals:
        before, notice = known.get(sighting.name_key), announced.get(sighting.name_key)
        if before is None or before.submission_id is None or not _same_entry(before.sighting, sighting):
            made.append(_create(tx, share, entry, sighting, notice))
        elif notice is not None:
            tx.submissions.set_declared(before.submission_id, notice.sha256, notice.id)
    return made


def _current(
    known: Mapping[str, KnownSighting], seen: Settled, listing: Listing, parts: Parts, share: ShareAddress
) -> dict[str, Sighting]:
    """Return the sighting of every entry that is listed now, by name key."""
    newer = {sighting.name_key: sighting for sighting in seen.to_keep}
    keys = [name_key(parts.key, share, entry.name) for entry in listing.zips]
    return {key: newer[key] if key in newer else known[key].sighting for key in keys}


def _others(listing: Listing) -> dict[str, int]:
    """Return what lies on the share and is no zip, by kind."""
    counted = {"folders": listing.folders, "stray files": listing.stray_files}
    return {kind: count for kind, count in counted.items() if count}


def _same_entry(one: Sighting, other: Sighting) -> bool:
    return (one.file_id, one.etag, one.last_modified, one.size) == (
        other.file_id,
        other.etag,
        other.last_modified,
        other.size,
    )


def _create(
    tx: Transaction, share: ShareAddress, entry: Entry, sighting: Sighting, notice: ArrivalNotice | None
) -> str:
    arrival = Arrival(
        share,
        entry.name,
        sighting,
        declared_sha256=notice.sha256 if notice else None,
        notice_id=notice.id if notice else "",
    )
    submission, is_new = tx.submissions.create(arrival)
    if is_new:  # else another poll, at the same moment, has told of it
        detail = {"route": share.route.value, "site": share.site, "size": entry.size}
        tx.audit.append("arrived", submission_id=submission.id, detail=detail)
    return submission.id


def _review_unfinished(
    parts: Parts, tx: Transaction, share: ShareAddress, current: Mapping[str, Sighting]
) -> None:
    """Unfinished uploads: a changed entry is a new arrival for ever, an old one is judged as it is."""
    rule = parts.trial.routes[share.route].settle
    overdue_before = parts.clock.now() - timedelta(seconds=rule.unfinished_after)
    for submission in tx.submissions.find(
        states=[SubmissionState.UNFINISHED], route=share.route, site=share.site
    ):
        event = _event_for(submission, current.get(submission.source_key), overdue_before)
        if event is not None and submission.share == share:
            with suppress(Refused):  # Another poll of the same share has just moved it.
                tx.submissions.move(submission.id, event)


def _event_for(submission: Submission, now: Sighting | None, overdue_before: datetime) -> Event | None:
    if now is None:
        return Event.GONE
    fetched = (submission.file_id, submission.etag, submission.size)
    if (now.file_id, now.etag, now.size) != fetched:
        return Event.REPLACED
    return Event.OVERDUE if (submission.changed or submission.created) <= overdue_before else None
