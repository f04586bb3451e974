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
from pathlib import Path
from typing import Any

from bench_corpus import OUT, SITE, make_backlog

from ingest.demo.synthetic.case import build_case, zip_instances
from ingest.routes.folder import FolderStore

Figures = dict[str, Any]

#: Columns of `instances` that differ from copy to copy, as SQL over the copy's number `n`.
_VARIED = {
    "id": "NULL",
    "ordinal": "ordinal + 1000000 * n",
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
    folder = OUT / "work" / f"catalogue-{os.getpid()}"
    pairs: list[list[float]] = []
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
                    pair.append(answer["wall"])
                    shutil.rmtree(data)
                pairs.append(pair)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    ratio = statistics.median(large / small for small, large in pairs)
    return {"catalogue": {"counts": counts, "wall_ratio": ratio}}


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
    """Listing a share with 100,000 old entries beside an empty one and beside scandir of the same folder."""
    folder = OUT / "work" / f"idle-{os.getpid()}"
    old = folder / "full" / "received"
    old.mkdir(parents=True)
    (folder / "empty").mkdir()
    try:
        for number in range(100_000):
            (old / f"{number}.zip").touch()
        times: dict[str, list[float]] = {"empty": [], "full": []}
        for _ in range(max(rounds, 7)):
            for name, taken in times.items():
                began = time.process_time()
                FolderStore(folder / name).list_entries()
                taken.append(time.process_time() - began)
        return {"idle": {name: statistics.median(taken) for name, taken in times.items()}}
    finally:
        shutil.rmtree(folder, ignore_errors=True)
