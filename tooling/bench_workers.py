"""How the service scales out: 1, 2 and 4 heavy workers on the same backlog of small zips.

    python tooling/bench_workers.py [--zips 200] [--workers 1 2 4] [--json FILE] [--plot FILE.svg]
    python tooling/bench_workers.py --wakes 20

Real Celery workers, Redis and PostgreSQL, the archive on a tmpfs (so that the disk is not what is measured).
Needs root. Times are the ledger's own: from the first arrival to the last step. CPU is that of all worker
processes: what a zip costs, however busy the machine is. What was measured before is kept in the JSON file,
so that a row can be measured again by itself. `--wakes` measures how long a step waits to be taken when
nothing else is to be done.
"""

from __future__ import annotations

import argparse
import itertools
import json
import logging
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from workers_plot import draw

from ingest.ledger.tables.arrivals import attempts, submissions
from ingest.model.submission import SubmissionState
from tests.chaos.disk import small_disk
from tests.chaos.fleet import HEAVY, LIGHT
from tests.chaos.mail import mail_server
from tests.chaos.parcels import Parcel, parcels
from tests.chaos.storm import Plan, Weather, weather_over

PATIENCE = 1800.0
HEAVY_STEPS = ("stage", "inspect", "file")


@dataclass(frozen=True, slots=True)
class Row:
    """One measurement. `busy`: cores that the workers had, on average; `load`: the machine's, before."""

    workers: int
    zips: int
    seconds: float
    cpu_seconds: float
    heavy_seconds: float
    load: float

    @property
    def busy(self) -> float:
        """Return how many cores the workers had."""
        return self.cpu_seconds / self.seconds


def main() -> int:
    """Measure, print, plot."""
    options = _options()
    logging.disable(logging.WARNING)
    if options.wakes:
        print(describe_wakes(measure_wakes(list(itertools.islice(parcels(7), options.wakes)))))
        return 0
    backlog = list(itertools.islice(parcels(7), options.zips))
    rows = _read(options.json)
    for count in options.workers:
        rows[count] = measure(count, backlog)
        print(json.dumps(asdict(rows[count])), flush=True)
        if options.json:
            kept = [asdict(rows[key]) for key in sorted(rows)]
            options.json.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    size = sum(len(item.data) for item in backlog) / options.zips / 1000
    print(f"\n{options.zips} zips of {size:.0f} kB, {os.cpu_count()} cores\n\n{tabulate(rows)}")
    if options.plot:
        options.plot.write_text(draw({key: rows[key].zips / rows[key].seconds for key in sorted(rows)}))
    return 0


def tabulate(rows: dict[int, Row]) -> str:
    """Return the table, in Markdown."""
    lines = [
        "| heavy workers | seconds | zips a second | CPU seconds a zip | cores that the workers had |",
        "|---|---|---|---|---|",
    ]
    for row in (rows[key] for key in sorted(rows)):
        each = row.cpu_seconds / row.zips
        rate = row.zips / row.seconds
        lines.append(f"| {row.workers} | {row.seconds:.0f} | {rate:.2f} | {each:.2f} | {row.busy:.2f} |")
    return "\n".join(lines)


@contextmanager
def running(heavy: int) -> Iterator[Weather]:
    """Run a service with so many heavy workers and a light one, all up."""
    names = [f"heavy-{number}" for number in range(1, heavy + 1)]
    plan = Plan(0, workers={**{name: HEAVY[name] for name in names}, **LIGHT})
    with ExitStack() as closing:
        root = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        disk = closing.enter_context(small_disk(root / "data"))
        inbox = closing.enter_context(mail_server())
        weather = closing.enter_context(weather_over(plan, root, disk, inbox))
        weather.scene.fleet.start()
        _wait(lambda: _live(weather) >= heavy + 1)
        yield weather


def measure(count: int, backlog: list[Parcel]) -> Row:
    """Take the backlog through, and return what that came to."""
    load = os.getloadavg()[0]
    with running(count) as weather:
        used = weather.scene.fleet.cpu_seconds()
        for parcel in backlog:
            weather.drop(parcel)
        _wait(lambda: _done(weather) == len(backlog))
        used = weather.scene.fleet.cpu_seconds() - used
        seconds, heavy = _times(weather)
    return Row(count, len(backlog), round(seconds, 1), round(used, 1), round(heavy, 1), round(load, 1))


def measure_wakes(sent: list[Parcel]) -> list[float]:
    """Send one zip after another through an idle service; return the seconds from step to step."""
    with running(1) as weather:
        for number, parcel in enumerate(sent, 1):
            weather.drop(parcel)
            _wait(lambda wanted=number: _done(weather) == wanted)
        with weather.scene.ledger.connect() as connection:
            rows = connection.execute(sa.select(attempts).order_by(attempts.c.submission, attempts.c.token))
            pairs = list(itertools.pairwise(rows.all()))
    return [
        (later.started - earlier.ended).total_seconds()
        for earlier, later in pairs
        if earlier.submission == later.submission
    ]


def describe_wakes(waits: list[float]) -> str:
    """Return the line: how long a step waits for a worker that has nothing else to do."""
    in_order = sorted(waits)
    high = in_order[int(0.95 * len(in_order))]
    middle = statistics.median(waits)
    return f"{len(waits)} wake-ups: median {middle * 1000:.0f} ms, 95 % within {high * 1000:.0f} ms"


def _live(weather: Weather) -> int:
    with weather.storm.parts.ledger.read() as tx:
        return sum(not name.endswith("takes") for name in tx.vitals.beats() if "@" in name)


def _done(weather: Weather) -> int:
    with weather.storm.parts.ledger.read() as tx:
        return tx.vitals.read().states.get(SubmissionState.DONE, 0)


def _times(weather: Weather) -> tuple[float, float]:
    """Return the seconds from first arrival to last step, and the seconds that heavy steps took in all."""
    span = sa.select(sa.func.min(submissions.c.created), sa.func.max(attempts.c.ended)).select_from(
        submissions.join(attempts)
    )
    heavy = sa.select(attempts.c.started, attempts.c.ended).where(attempts.c.step.in_(HEAVY_STEPS))
    with weather.scene.ledger.connect() as connection:
        first, last = connection.execute(span).one()
        busy = sum((row.ended - row.started).total_seconds() for row in connection.execute(heavy))
    return (last - first).total_seconds(), busy


def _wait(is_true: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not is_true():
        if time.monotonic() > until:
            raise SystemExit("it took too long")
        time.sleep(0.5)


def _read(path: Path | None) -> dict[int, Row]:
    if path is None or not path.exists():
        return {}
    return {item["workers"]: Row(**item) for item in json.loads(path.read_text(encoding="utf-8"))}


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--zips", type=int, default=200)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4], choices=[1, 2, 3, 4])
    parser.add_argument("--json", type=Path)
    parser.add_argument("--plot", type=Path)
    parser.add_argument("--wakes", type=int, metavar="ZIPS", help="measure wake-ups in an idle service")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
