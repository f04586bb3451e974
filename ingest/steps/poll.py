"""Poll: list a route's shares, compare with what was sighted before, make submissions of what has settled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from ingest.ledger.outbox import Channel, Message
from ingest.ledger.sightings import KnownSighting
from ingest.ledger.transaction import Transaction
from ingest.ledger.transitions import Event
from ingest.model.errors import TransientError
from ingest.model.route import Arrival, Entry, RouteKind, ShareAddress, Sighting
from ingest.model.submission import Step, Submission, SubmissionState
from ingest.routes.notices import ArrivalNotice
from ingest.routes.ports import Listing, ThrottledError
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
        if share.route is not route or parts.quiet.is_on(share, parts.clock.now()):
            continue
        try:
            new, still = poll_share(parts, share)
        except TransientError as error:
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
    """Poll one share; return the submissions made and how many entries wait. Raises TransientError."""
    listing = parts.open_store(share).list_entries()
    announced = _take_notices(parts, share)
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
        _tell_of_others(tx, share, _others(listing))
        tx.sightings.replace(share, _current(known, seen, listing, parts, share), _others(listing))
        made = [
            _create(tx, share, entry, sighting, announced)
            for entry, sighting in seen.arrivals
            if not _is_known(known.get(sighting.name_key), sighting)
        ]
        _review_unfinished(parts, tx, share, seen)
    if parts.announcements is not None and announced:
        parts.announcements.dealt_with(share, [sighting.name_key for _, sighting in seen.arrivals])
    return made, seen.waiting


def _take_notices(parts: Parts, share: ShareAddress) -> Mapping[str, ArrivalNotice]:
    """Return what the uploader announced; the notices are deleted once their files are submissions."""
    if parts.announcements is None or share.route is not RouteKind.HTP:
        return {}
    return parts.announcements.take(share)


def _current(
    known: Mapping[str, KnownSighting], seen: Settled, listing: Listing, parts: Parts, share: ShareAddress
) -> list[Sighting]:
    """Return the sighting of every entry that is listed now."""
    newer = {sighting.name_key: sighting for sighting in seen.to_keep}
    keys = [name_key(parts.key, share, entry.name) for entry in listing.zips]
    return [newer[key] if key in newer else known[key].sighting for key in keys]


def _others(listing: Listing) -> dict[str, int]:
    """Return what lies on the share and is no zip, by kind."""
    counted = {"folders": listing.folders, "stray files": listing.stray_files}
    return {kind: count for kind, count in counted.items() if count}


def _tell_of_others(tx: Transaction, share: ShareAddress, others: Mapping[str, int]) -> None:
    """Tell the study team, once, that more lies on a share than zips: it is counted and not read."""
    before = tx.sightings.others_of(share)
    if all(count <= before.get(kind, 0) for kind, count in others.items()):
        return
    words = " and ".join(f"{count} {kind}" for kind, count in sorted(others.items()))
    headline = f"{words} on the {share.route.value} share of site {share.site}"
    text = (
        "Only zips at the top of the share are read. Loose folders and other files are left where they are: "
        "ask the site to zip them and to drop the zip."
    )
    counts = "-".join(str(others[kind]) for kind in sorted(others))
    payload = {"event": "others", "headline": headline, "text": text}
    tx.outbox.put(Message(f"others:{share.route.value}:{share.site}:{counts}", Channel.OPERATIONS, payload))


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
    tx: Transaction,
    share: ShareAddress,
    entry: Entry,
    sighting: Sighting,
    announced: Mapping[str, ArrivalNotice],
) -> str:
    notice = announced.get(sighting.name_key)
    arrival = Arrival(
        share,
        entry.name,
        sighting,
        declared_sha256=notice.sha256 if notice else None,
        notice_id=notice.id if notice else "",
    )
    submission = tx.submissions.create(arrival)
    detail = {"route": share.route.value, "site": share.site, "size": entry.size}
    tx.audit.append("arrived", submission_id=submission.id, detail=detail)
    return submission.id


def _review_unfinished(parts: Parts, tx: Transaction, share: ShareAddress, seen: Settled) -> None:
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
