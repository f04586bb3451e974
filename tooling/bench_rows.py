"""Rows of the benchmark besides the job itself: a full catalogue, a cold check."""

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

from bench_corpus import OUT, SITE, make_backlog, make_ground
from bench_rounds import side_by_side

from ingest.demo.synthetic.case import build_case, zip_instances

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
        (held,) = connection.execute("SELECT count(*) FROM instances").fetchone()
    return int(held)


def measure_catalogue(worker_type: Any, rounds: int) -> Figures:
    """Case A of a further subject, where 1,000 and where 100,000 instances are catalogued.

    Both in the same place, with what was copied there written to the disk before the job begins.
    """
    first, second = make_backlog(2)
    folder = make_ground("work") / f"catalogue-{os.getpid()}"
    counts: list[int] = []
    try:
        with worker_type() as worker:

            def ingest(size: int) -> Figures:
                shutil.copytree(folder / str(size), worker.ground, ignore=shutil.ignore_patterns("*.dcm"))
                os.sync()
                made: Figures = worker.ingest(second)
                return made

            for size in (1_000, 100_000):
                worker.ingest(first, keep=str(folder / str(size)))
                counts.append(fill_catalogue(folder / str(size) / "ledger.sqlite", size))
            made = side_by_side(max(rounds, 10), lambda: ingest(100_000), lambda: ingest(1_000))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
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
