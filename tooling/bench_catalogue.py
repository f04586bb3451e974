"""What the catalogue's lists cost with 100,000 instances filed, on SQLite and PostgreSQL, in milliseconds.

    PYTHONPATH=. .venv/bin/python tooling/bench_catalogue.py [--instances 100000] [--rounds 7] [--json]

Each query is asked as the commands ask it, rows turned into objects included; medians of wall milliseconds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingest.ledger.catalogue import CatalogueFilter
from ingest.ledger.engine import make_engine
from ingest.ledger.ledger import Ledger
from ingest.ledger.rows import dump
from ingest.ledger.schema import upgrade
from ingest.ledger.tables.arrivals import shares, submissions
from ingest.ledger.tables.contents import inspections, instances, subjects
from ingest.model.clock import SystemClock
from ingest.model.verdict import CompletenessState
from ingest.model.wire import to_wire
from tests.ledger_rows import facts
from tests.servers import Postgres
from tooling.bench_page import write_section

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
#: A subject: one planning CT, cone-beam CTs of 80 slices, one of each object of planning.
SITES, OF_SUBJECT, SLICES = 10, 1000, 80
PLANNING = (("rtstruct", "RTSTRUCT"), ("rtplan", "RTPLAN"), ("rtdose", "RTDOSE"))
MONTH = timedelta(days=31)


def rows_of(subject: int, inspection: int) -> Iterator[dict[str, Any]]:
    """Yield the instances of one subject."""
    name = f"{100 + subject % SITES}-{1000 + subject}"
    wire = dump(to_wire(facts(1, name)))
    for ordinal in range(1, OF_SUBJECT + 1):
        kind, modality = ("image-guidance", "CT") if ordinal > SLICES else ("planning-ct", "CT")
        if ordinal <= len(PLANNING):
            kind, modality = PLANNING[ordinal - 1]
        digest = f"{subject:032x}{ordinal:032x}"
        yield {
            "inspection_id": inspection,
            "submission": inspection,
            "ordinal": ordinal,
            "label": name,
            "subject_id": name,
            "site": name[:3],
            "state": "filed",
            "kind": kind,
            "modality": modality,
            "size": 300_000,
            "sop_instance_uid": f"1.2.{subject}.{ordinal}",
            "study_uid": f"1.3.{subject}",
            "series_uid": f"1.4.{subject}.{kind}.{ordinal // SLICES}",
            "sent_sha256": digest,
            "filed_sha256": digest,
            "content_sha256": digest,
            "path": f"{kind}/1.2.{subject}.{ordinal}.dcm",
            "version": 1,
            "arrived": START + timedelta(days=subject),
            "facts": wire,
        }


def fill(url: str, count: int) -> None:
    """Lay down `count` filed instances."""
    engine = make_engine(url)
    with engine.begin() as connection:
        share = {"route": "smb", "site": "100", "address": "folder:/shares/smb/100"}
        share_id = connection.execute(shares.insert().values(share).returning(shares.c.id)).scalar_one()
        for subject in range(count // OF_SUBJECT):
            seq, moment = subject + 1, START + timedelta(days=subject)
            base = {"share_id": share_id, "identity": f"fill{seq}", "size": 1, "state": "done"}
            times = {"last_modified": moment, "created": moment, "changed": moment}
            act = {"act_kind": "arrival", "act_name": f"arrival:S{seq:06}", "outcome": "accepted"}
            connection.execute(submissions.insert().values(seq=seq, **base, **times, **act))
            own = {"submission": seq, "act_name": act["act_name"], "begun": moment, "completed": moment}
            connection.execute(inspections.insert().values(id=seq, result="{}", **own))
            rows = list(rows_of(subject, seq))
            state = CompletenessState.AWAITING if subject % 4 else CompletenessState.COMPLETE
            known = {"site": rows[0]["site"], "completeness": state.value, "head_version": 1}
            key = {"subject_id": rows[0]["subject_id"], "first_seen": moment, "changed": moment}
            connection.execute(subjects.insert().values(**key, **known))
            connection.execute(instances.insert(), rows)
    # PostgreSQL does it by itself within minutes.
    vacuum = "VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(vacuum))
    engine.dispose()


def questions(count: int) -> dict[str, Callable[[Any], object]]:
    """Return what people and steps ask, by the command or step that asks it."""
    name = f"{100 + 7 % SITES}-{1000 + 7}"
    uids = [f"1.2.7.{ordinal}" for ordinal in range(1, OF_SUBJECT + 1)]
    since = START + timedelta(days=count // OF_SUBJECT - 3)
    return {
        "ingest subjects": lambda tx: tx.subjects.find(),
        "ingest subjects --modality RTDOSE": lambda tx: tx.catalogue.subjects(
            CatalogueFilter(modality="RTDOSE")
        ),
        "ingest series, all": lambda tx: tx.catalogue.series(CatalogueFilter()),
        "ingest series --site": lambda tx: tx.catalogue.series(CatalogueFilter(site="103")),
        "ingest series --subject": lambda tx: tx.catalogue.series(CatalogueFilter(subject_id=name)),
        "ingest instances --subject": lambda tx: tx.catalogue.instances(CatalogueFilter(subject_id=name)),
        "ingest instances --modality RTDOSE": lambda tx: tx.catalogue.instances(
            CatalogueFilter(modality="RTDOSE")
        ),
        "ingest instances --kind rtplan --completeness complete": lambda tx: tx.catalogue.instances(
            CatalogueFilter(kind="rtplan", completeness="complete")
        ),
        "ingest instances --since (3 subjects)": lambda tx: tx.catalogue.instances(
            CatalogueFilter(arrived_from=since), limit=1000
        ),
        "ingest subject, what is current": lambda tx: tx.catalogue.planning(name),
        "1,000 UIDs against what is filed": lambda tx: tx.catalogue.filed_under(uids),
    }


def measure(url: str, count: int, rounds: int) -> dict[str, float]:
    """Return the median milliseconds of each question; each is asked once before."""
    upgrade(url)
    fill(url, count)
    ledger = Ledger.open(url, SystemClock())
    taken: dict[str, float] = {}
    for name, ask in questions(count).items():
        times = []
        for _ in range(rounds + 1):
            with ledger.read() as tx:
                began = time.perf_counter()
                ask(tx)
                times.append((time.perf_counter() - began) * 1000)
        taken[name] = round(statistics.median(times[1:]), 1)
    ledger.close()
    return taken


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    """Give the addresses of both databases."""
    server = Postgres([])
    try:
        server.start()
        yield {"SQLite": f"sqlite:///{folder / 'ledger.sqlite'}", "PostgreSQL": server.url}
    finally:
        server.close()


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--instances", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, databases(Path(folder)) as urls:
        figures = {name: measure(url, asked.instances, asked.rounds) for name, url in urls.items()}
    if asked.write:
        names = next(iter(figures.values()))
        rows = [
            f"| {name} | " + " | ".join(f"{t[name]:g}" for t in figures.values()) + " |" for name in names
        ]
        head = f"| {asked.instances} instances, ms | " + " | ".join(figures) + " |"
        write_section("catalogue", [head, "|---|" + "---|" * len(figures), *rows])
    if asked.json:
        print(json.dumps(figures, indent=2))
        return
    print(f"{asked.instances} instances filed; milliseconds: " + ", ".join(figures))
    for name in next(iter(figures.values())):
        print("  ".join(f"{table[name]:8.1f}" for table in figures.values()), name)


if __name__ == "__main__":
    main()
