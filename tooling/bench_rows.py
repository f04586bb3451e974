"""Rows of the benchmark besides the job itself: a full catalogue, a cold check, an idle service."""

from __future__ import annotations

import os
import resource
import shutil
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench_corpus import OUT, SITE, make_backlog, make_ground, many_sites_text

from ingest.demo.synthetic.case import build_case, zip_instances
from ingest.model.route import RouteKind
from ingest.routes.folder import FolderStore
from ingest.service import open_service
from ingest.settings import Settings
from ingest.steps.drive import drive_round
from ingest.trial.load import parse_trial

Figures = dict[str, Any]

#: Columns of `instances` that differ from copy to copy, as SQL over the copy's number `n`.
_VARIED = {
    "id": "NULL",
    "inspection_id": "inspection_id + 1000000 * n",
    "submission": "submission + 1000000 * n",
    "subject_id": "'124-' || (1000 + n % 9000)",
    "label": "'124-' || (1000 + n % 9000)",
    "site": "'124'",
    **{name: f"{name} || '.' || n" for name in ("sop_instance_uid", "study_uid", "series_uid", "frame_uid")},
    **dict.fromkeys(
        ("sent_sha256", "filed_sha256", "content_sha256", "pixel_sha256"), "lower(hex(randomblob(32)))"
    ),
}


def fill_catalogue(ledger: Path, instances: int) -> int:
    """Copy the instances of a ledger, varied, until it holds about so many; return how many it holds."""
    with sqlite3.connect(ledger) as connection:
        columns = [row[1] for row in connection.execute("PRAGMA table_info(instances)")]
        (own,) = connection.execute("SELECT count(*) FROM instances").fetchone()
        values = ", ".join(_VARIED.get(name, name) for name in columns)
        copies = max(0, instances // own - 1)
        connection.execute(
            f"WITH RECURSIVE copy(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM copy WHERE n < {copies}) "
            f"INSERT INTO instances ({', '.join(columns)}) "
            f"SELECT {values} FROM instances, copy WHERE {copies} > 0"
        )
        connection.execute("ANALYZE")
        (held,) = connection.execute("SELECT count(*) FROM instances").fetchone()
    return int(held)


def measure_catalogue(worker_type: Any, rounds: int) -> Figures:
    """Case A of a further subject, where 1,000 and where 100,000 instances are catalogued."""
    first, second = make_backlog(2)
    folder = make_ground("work") / f"catalogue-{os.getpid()}"
    pairs: list[list[dict[str, float]]] = []
    counts: list[int] = []
    try:
        with worker_type() as worker:
            for size in (1_000, 100_000):
                worker.send(do="ingest", zip=str(first), data=str(folder / str(size)))
                worker.receive()
                counts.append(fill_catalogue(folder / str(size) / "ledger.sqlite", size))
            for number in range(rounds):
                pair = []
                for size in (1_000, 100_000):
                    data = folder / f"{size}-{number}"
                    shutil.copytree(folder / str(size), data, ignore=shutil.ignore_patterns("*.dcm"))
                    worker.send(do="ingest", zip=str(second), data=str(data))
                    answer = worker.receive()
                    if answer["outcome"] != "accepted":
                        raise SystemExit(str(answer))
                    pair.append(answer)
                    shutil.rmtree(data)
                pairs.append(pair)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    made = {
        f"{clock}_ratio": statistics.median(large[clock] / small[clock] for small, large in pairs)
        for clock in ("wall", "cpu")
    }
    return {"catalogue": {"counts": counts, **made}}


def measure_check(rounds: int) -> Figures:
    """`ingest check` of a zip of one instance, from nothing."""
    package = OUT / "one.zip"
    package.write_bytes(
        zip_instances(build_case("123-1001", seed=1, ct_slices=1, fractions=1, cbct=1, cbct_slices=1)[:1])
    )
    command = [
        Path(sys.executable).with_name("ingest"),
        "check",
        package,
        "--route",
        "explorer",
        "--site",
        SITE,
        "--json",
    ]
    walls, cpus = [], []
    for _ in range(max(rounds, 7)):
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        walls.append(time.perf_counter() - began)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpus.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    made = {"wall": statistics.median(walls), "least_wall": min(walls), "cpu": statistics.median(cpus)}
    return {"check": made}


def measure_idle(rounds: int) -> Figures:
    """What a round costs that finds nothing on 40 shares, empty and with 100,000 entries on one of them."""
    folder = make_ground("work") / f"idle-{os.getpid()}"
    trial = parse_trial(many_sites_text())
    try:
        with open_service(Settings(data_dir=folder), trial=trial) as service:
            share = next(item for item in service.parts.shares if item.route is RouteKind.SMB)
            top = Path(share.address.partition(":")[2])

            def cost(act: Callable[[], object]) -> float:
                act()
                return min(_cpu_of(act) for _ in range(max(rounds, 5)))

            made = {"shares": len(service.parts.shares)}
            made["empty"] = cost(lambda: drive_round(service.parts, service.woken))
            (top / "received").mkdir(exist_ok=True)
            for number in range(100_000):
                (top / "received" / f"{number}.zip").touch()
            made["received"] = cost(lambda: drive_round(service.parts, service.woken))
            for number in range(100_000):
                (top / "received" / f"{number}.zip").rename(top / f"{number}.dat")
            made["beside"] = cost(lambda: drive_round(service.parts, service.woken))
            made["listing"] = cost(FolderStore(top).list_entries)
            made["every"] = min(rule.poll_every for rule in trial.routes.values())
            return {"idle": made}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _cpu_of(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began
