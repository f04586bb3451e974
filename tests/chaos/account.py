"""The account after a storm: what was dropped against ledger, archive, outbox and shares.

Each check gives what is wrong in words; a storm that did no harm gives none.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from ingest.ledger.outbox import Channel, MessageState
from ingest.ledger.rows import id_of
from ingest.ledger.tables.arrivals import submissions
from ingest.ledger.tables.contents import filings, subjects
from ingest.ledger.tables.service import audit_events, outbox
from ingest.ledger.transaction import Transaction
from ingest.model.submission import SubmissionState
from ingest.reports.mail import message_id
from ingest.steps.parts import Parts
from tests.chaos.explain import explain
from tests.chaos.parcels import Parcel
from tests.ocfl_validity import ocfl_faults

#: Audit events of which each submission has one for its arrival.
_ONCE = ("arrived", "filed", "reported", "set-aside")


@dataclass(frozen=True, slots=True)
class Storm:
    """What an account is made of: the parts, what was dropped and where, and the mail that came."""

    parts: Parts
    dropped: Sequence[Parcel]
    shares: Path
    mail: Counter[str]


def find_faults(storm: Storm) -> list[str]:
    """Return everything that is wrong."""
    archive = storm.parts.archive
    recovered = dict(archive.recover_all())
    faults = [f"{key}: {item}" for key, item in recovered.items() if item.is_damaged or item.orphaned]
    faults += [f"OCFL: {line}" for line in ocfl_faults(archive.places.subjects).splitlines()]
    with storm.parts.ledger.read() as tx:
        for check in (_lost_or_twice, _heads, _stale_heads, _leases, _events, _messages, _chain):
            faults += check(tx, storm)
    return faults + list(_originals(storm))


def unsettled(tx: Transaction, storm: Storm) -> list[str]:
    """Return what is still to be done before an account makes sense."""
    states = tx.connection.execute(
        sa.select(submissions.c.seq, submissions.c.state).where(
            submissions.c.state != SubmissionState.DONE.value
        )
    )
    left = [f"{id_of(row.seq)} is {row.state}" for row in states]
    count = tx.connection.execute(sa.select(sa.func.count()).select_from(submissions)).scalar_one()
    if count < len(storm.dropped):
        left.append(f"{len(storm.dropped) - count} entries are no submissions yet")
    waiting = sa.select(outbox.c.id).where(outbox.c.state == MessageState.WAITING.value)
    return left + [f"{name} waits" for name in tx.connection.execute(waiting).scalars()]


def _lost_or_twice(tx: Transaction, storm: Storm) -> Iterator[str]:
    """Each zip is one submission, done, with its outcome."""
    wanted = Counter((item.sha256, item.outcome.value, "done") for item in storm.dropped)
    rows = tx.connection.execute(
        sa.select(submissions.c.seq, submissions.c.sha256, submissions.c.outcome, submissions.c.state)
    ).all()
    found = Counter((row.sha256, row.outcome, row.state) for row in rows)
    names = {item.sha256: item.name for item in storm.dropped}
    for (sha256, outcome, _), count in (wanted - found).items():
        of_it = [row for row in rows if row.sha256 == sha256]
        there = ", ".join(f"{id_of(row.seq)} {row.outcome} {row.state}" for row in of_it) or "none"
        why = "\n".join(line for row in of_it for line in explain(tx, row.seq))
        yield f"{names[sha256]}: {count} should be {outcome}, there are {there}\n{why}"
    for (sha256, outcome, state), count in (found - wanted).items():
        yield f"{names.get(sha256, 'no zip')}: {count} more than was sent are {outcome}, {state}"


def _heads(tx: Transaction, storm: Storm) -> Iterator[str]:
    """The ledger's head is the archive's, and each version is one filing of one submission."""
    archive = storm.parts.archive
    known = {row.subject_id: row.head_version for row in tx.subjects.find()}
    for subject_id in sorted({*archive.subjects(), *(key for key, head in known.items() if head)}):
        head, recorded = archive.head(subject_id), known.get(subject_id, 0)
        if head != recorded:
            yield f"{subject_id}: the archive is at version {head}, the ledger at {recorded}"
            continue
        rows = {row.version: row for row in tx.filings.of_subject(subject_id) if row.version is not None}
        for version in archive.versions(subject_id):
            row = rows.pop(version.number, None)
            if row is None or (row.submission_id, row.act_name) != (version.submission_id, version.act_name):
                yield f"{subject_id} v{version.number}: {version.submission_id} in the archive, {row}"
        yield from (f"{subject_id} v{number}: in the ledger alone" for number in rows)


def _stale_heads(tx: Transaction, storm: Storm) -> Iterator[str]:
    """A version follows the head that the verdict filed with it was made on."""
    archive = storm.parts.archive
    for subject_id in archive.subjects():
        for version in archive.versions(subject_id):
            judged_on = json.loads(version.documents["verdict.json"])["judged_on_version"]
            if version.number != judged_on + 1:
                yield f"{subject_id} v{version.number} was judged on version {judged_on}"


def _leases(tx: Transaction, storm: Storm) -> Iterator[str]:
    for table, key in ((submissions, "seq"), (subjects, "subject_id"), (outbox, "id")):
        live = sa.select(table.c[key]).where(table.c.lease_until > tx.now)
        yield from (f"{table.name} {name} is leased" for name in tx.connection.execute(live).scalars())


def _events(tx: Transaction, storm: Storm) -> Iterator[str]:
    """The audit says of every submission once what happens once."""
    for event in _ONCE:
        counts = tx.connection.execute(
            sa.select(audit_events.c.submission, sa.func.count().label("times"))
            .where(audit_events.c.event == event)
            .group_by(audit_events.c.submission)
        )
        times = {row.submission: row.times for row in counts}
        for seq in tx.connection.execute(sa.select(submissions.c.seq)).scalars():
            if times.get(id_of(seq), 0) != 1:
                yield f"{id_of(seq)}: {event} {times.get(id_of(seq), 0)} times"
    recorded = tx.connection.execute(sa.select(sa.func.count()).select_from(filings)).scalar_one()
    told = tx.connection.execute(
        sa.select(sa.func.count()).select_from(audit_events).where(audit_events.c.event == "subject-filed")
    ).scalar_one()
    if recorded != told:
        yield f"{recorded} filings, and the audit tells of {told}"


def _messages(tx: Transaction, storm: Storm) -> Iterator[str]:
    """One report each, sent: by mail at most repeated under its Message-ID, on a share in its place."""
    domain = storm.parts.trial.team.sender.partition("@")[2]
    expected = set()
    for row in tx.connection.execute(sa.select(outbox)):
        if row.state != MessageState.SENT.value:
            yield f"{row.id} is {row.state}: {row.reason}"
        if row.channel in (Channel.EMAIL.value, Channel.OPERATIONS.value):
            expected.add(message_id(row.id, domain))
    if expected != storm.mail.keys():
        yield f"{len(expected)} letters should have come, {len(storm.mail.keys() & expected)} did"
        yield f"{len(storm.mail.keys() - expected)} letters came that nobody put down"
    for submission in tx.submissions.find(limit=100_000):
        reports = [item for item in tx.outbox.of_submission(submission.id) if "report" in item.message.id]
        if len(reports) != 1:
            yield f"{submission.id}: {len(reports)} reports"
        folder = storm.shares / submission.share.route.value / submission.share.site / "reports"
        is_by_share = bool(reports) and reports[0].message.channel is Channel.SHARE
        if is_by_share and not (folder / f"{submission.id}.html").exists():
            yield f"{submission.id}: its report is not on the share"


def _chain(tx: Transaction, storm: Storm) -> Iterator[str]:
    check = tx.audit.verify()
    if check.first_fault is not None:
        yield f"audit event {check.first_fault}: {check.fault}"


def _originals(storm: Storm) -> Iterator[str]:
    """Every zip is held, and the share has it in received/ and nowhere else."""
    parts = storm.parts
    if len(parts.originals.held()) != len(storm.dropped):
        yield f"{len(parts.originals.held())} originals are held of {len(storm.dropped)}"
    left = list(storm.shares.glob("*/*/*.zip"))
    received = list(storm.shares.glob("*/*/received/*.zip"))
    if left or len(received) != len(storm.dropped):
        yield f"{len(left)} zips were not set aside, {len(received)} were, of {len(storm.dropped)}"
