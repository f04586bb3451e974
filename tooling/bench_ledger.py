"""Load on the ledger alone, on PostgreSQL: 50 sites × 200 subjects × 30 zips, and what a zip costs then.

Rows are laid down in bulk up to a share of the whole; on top of each fill, workers take new submissions
through every step as the service does (claims, batches of instances, subject lease, filing, outbox, audit),
and the queries of a step and of a person are timed, with PostgreSQL's own time of each statement.
Run from the repository's root:

    PYTHONPATH=. .venv/bin/python tooling/bench_ledger.py [--zips 30] [--workers 2] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import sqlalchemy as sa
from ledger_fill import fill
from ledger_statements import SETTINGS, begin_account, describe, read_account

from ingest.ledger.catalogue import CatalogueFilter
from ingest.ledger.engine import make_engine
from ingest.ledger.filings import FiledMember, Filing
from ingest.ledger.inspections import InstanceDecision, InstanceState
from ingest.ledger.ledger import Ledger
from ingest.ledger.outbox import Channel, Message
from ingest.ledger.schema import upgrade
from ingest.ledger.transaction import Transaction
from ingest.ledger.transitions import Event
from ingest.model.clock import SystemClock
from ingest.model.route import RouteKind, ShareAddress
from ingest.model.verdict import Outcome
from tests.ledger_rows import facts, inspection, submit, verdict
from tests.servers import Postgres

INSTANCES = 40
LEASE = 120.0


def main() -> None:
    """Fill, measure, fill more, measure again."""
    options = _options()
    server = Postgres(["shared_buffers=256MB", "max_wal_size=4GB", *SETTINGS])
    try:
        server.start()
        upgrade(server.url)
        rounds = []
        for part in options.parts:
            seconds = fill(server.url, options.sites, options.subjects, options.zips, options.instances, part)
            measured = measure(server.url, options, part)
            rounds.append({"part": part, "fill_seconds": round(seconds, 1), **measured})
            print(json.dumps(rounds[-1]), flush=True)
    finally:
        server.close()
    if options.json:
        options.json.write_text(json.dumps(rounds, indent=2) + "\n", encoding="utf-8")


def measure(url: str, options: argparse.Namespace, part: float) -> dict[str, object]:
    """Return zips a second through every step, and milliseconds of each query (median)."""
    begin_account(url)
    began = time.monotonic()
    with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
        names = [f"{part}-{number}" for number in range(options.workers)]
        each = pool.map(work, [url] * len(names), names, [options.measure] * len(names))
        both = [item for times in each for item in times]
    seconds = time.monotonic() - began
    statements = describe(read_account(url), len(both))
    timings = [elapsed for elapsed, _ in both]
    return {
        "rows": counts(url),
        "zips_measured": len(timings),
        "zips_a_second": round(len(timings) / seconds, 1),
        "zip_ms_median": round(statistics.median(timings) * 1000, 1),
        "zip_client_cpu_ms_median": round(statistics.median(cpu for _, cpu in both) * 1000, 1),
        "zip_ms_95": round(sorted(timings)[int(len(timings) * 0.95)] * 1000, 1),
        "queries_ms": queries(url),
        "statements": statements,
    }


def work(url: str, name: str, count: int) -> list[tuple[float, float]]:
    """Take `count` new submissions through every step; return each one's seconds, by clock and of CPU."""
    ledger = Ledger.open(url, SystemClock())
    timings = []
    for number in range(count):
        site = f"{100 + number % 50}"
        share = ShareAddress(RouteKind.EXPLORER, site, f"folder:/shares/explorer/{site}")
        began, used = time.monotonic(), time.process_time()
        take_through(ledger, submit(ledger, f"{name}/{number}.zip", share), f"{site}-9{name}", site, name)
        timings.append((time.monotonic() - began, time.process_time() - used))
    ledger.close()
    return timings


def take_through(ledger: Ledger, submission_id: str, subject_id: str, site: str, worker: str) -> None:
    """Do the six steps of one submission with one subject, as the service's steps use the ledger."""
    act = f"arrival:{submission_id}"
    arrived = [facts(ordinal, f"{subject_id}/{submission_id}") for ordinal in range(1, INSTANCES + 1)]
    _step(ledger, submission_id, worker, Event.STAGED, lambda tx: None)
    claim = ledger.claim(submission_id, worker=worker, lease_seconds=LEASE)
    assert claim is not None
    number = ledger.begin_inspection(claim, "t")
    with ledger.work(claim) as tx:
        tx.inspections.append(number, arrived)
    with ledger.finish(claim, Event.INSPECTED) as tx:
        tx.inspections.complete(number, inspection(subject_id, sha256=submission_id))
        tx.audit.append("inspected", submission_id=submission_id)

    def decide(tx: Transaction) -> None:
        tx.catalogue.filed(subject_id)
        tx.collisions.elsewhere(subject_id, arrived)
        tx.collisions.same_package(submission_id, submission_id)
        decisions = [
            InstanceDecision(item.ordinal, InstanceState.TO_FILE, subject_id, "planning-ct")
            for item in arrived
        ]
        tx.inspections.mark(number, decisions)
        tx.verdicts.record(
            submission_id, act, verdict(**{subject_id: (Outcome.ACCEPTED, ("CMP101",))}), software="1"
        )

    _step(ledger, submission_id, worker, Event.DECIDED, decide)
    lease = ledger.lease_subject(subject_id, site=site, worker=worker, lease_seconds=LEASE)
    assert lease is not None
    members = tuple(
        FiledMember(item.ordinal, "planning-ct", f"planning-ct/{item.ordinal}.dcm") for item in arrived
    )
    head = lease.head_version
    with ledger.read() as tx:
        tx.collisions.is_new_since(subject_id, arrived, tx.now - timedelta(seconds=60))
    order = Filing(subject_id, submission_id, act, number, head, head + 1, members, bytes=1000)
    _step(ledger, submission_id, worker, Event.FILED, lambda tx: tx.filings.record(lease, order))
    ledger.release_subject(lease)
    message = Message(f"report:{act}", Channel.EMAIL, {}, submission_id)
    _step(ledger, submission_id, worker, Event.REPORTED, lambda tx: tx.outbox.put(message))
    _step(ledger, submission_id, worker, Event.SET_ASIDE, lambda tx: None)


def queries(url: str) -> dict[str, float]:
    """Return the median milliseconds of what steps, sweeps and people ask, each asked seven times."""
    ledger = Ledger.open(url, SystemClock())
    arriving = [facts(ordinal, "new") for ordinal in range(200)]
    asked: dict[str, Callable[[Transaction], object]] = {
        "filed facts of a subject": lambda tx: tx.catalogue.filed("101-1007"),
        "collisions of 200 instances": lambda tx: tx.collisions.elsewhere("101-1007", arriving),
        "filed under 200 UIDs": lambda tx: tx.catalogue.filed_under(
            [item.sop_instance_uid for item in arriving]
        ),
        "series of a site": lambda tx: tx.catalogue.series(CatalogueFilter(site="101")),
        "first 1,000 instances of a modality": lambda tx: tx.catalogue.instances(
            CatalogueFilter(modality="CT"), limit=1000
        ),
        "newest 200 submissions": lambda tx: tx.submissions.find(limit=200),
        "held submissions of a site": lambda tx: tx.submissions.find(
            outcome=Outcome.HELD, site="101", limit=200
        ),
        "submissions of a subject": lambda tx: tx.submissions.find(subject_id="101-1007"),
        "subjects of a site": lambda tx: tx.subjects.find(site="101"),
        "vital signs": lambda tx: tx.vitals.read(),
    }
    found = {}
    for name, ask in asked.items():
        times = []
        for _ in range(7):
            with ledger.read() as tx:
                began = time.monotonic()
                ask(tx)
                times.append(time.monotonic() - began)
        found[name] = round(statistics.median(times) * 1000, 2)
    times = []
    for _ in range(7):
        began = time.monotonic()
        ledger.due()
        times.append(time.monotonic() - began)
    ledger.close()
    return found | {"sweep": round(statistics.median(times) * 1000, 2)}


def counts(url: str) -> dict[str, int]:
    """Return how many rows the large tables have."""
    engine = make_engine(url)
    with engine.begin() as connection:
        names = ("submissions", "instances", "filings", "attempts", "audit_events", "outbox")
        found = {
            name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one()
            for name in names
        }
    engine.dispose()
    return found


def _step(
    ledger: Ledger, submission_id: str, worker: str, event: Event, record: Callable[[Transaction], object]
) -> None:
    claim = ledger.claim(submission_id, worker=worker, lease_seconds=LEASE)
    assert claim is not None
    with ledger.finish(claim, event) as tx:
        record(tx)
        tx.audit.append(event.value, submission_id=submission_id)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sites", type=int, default=50)
    parser.add_argument("--subjects", type=int, default=200)
    parser.add_argument("--zips", type=int, default=30)
    parser.add_argument("--instances", type=int, default=60, help="filed instances of a subject")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--measure", type=int, default=60, help="new zips for each worker and fill")
    parser.add_argument("--parts", type=float, nargs="+", default=[0.0, 0.3, 1.0], help="fills, ascending")
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
