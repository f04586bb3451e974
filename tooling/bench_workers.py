"""How the service scales out: 1, 2 and 4 heavy workers on the same backlog of small zips.

    python tooling/bench_workers.py [--zips 200] [--plot docs/images/workers.svg]

Real Celery workers, Redis and PostgreSQL, the archive on a tmpfs (so that the disk is not what is measured).
Needs root. Times are the ledger's own: from the first arrival to the last step. Prints a table.
"""

from __future__ import annotations

import argparse
import itertools
import logging
import os
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from ingest.ledger.tables.arrivals import attempts, submissions
from ingest.model.submission import SubmissionState
from tests.chaos.disk import small_disk
from tests.chaos.fleet import HEAVY, LIGHT
from tests.chaos.mail import mail_server
from tests.chaos.parcels import Parcel, parcels
from tests.chaos.storm import Plan, Weather, weather_over

WORKERS = (1, 2, 4)
PATIENCE = 1800.0


def main() -> int:
    """Measure, print, plot."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--zips", type=int, default=200)
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    logging.disable(logging.WARNING)
    backlog = list(itertools.islice(parcels(7), options.zips))
    print(f"{options.zips} zips of {sum(len(item.data) for item in backlog) / options.zips / 1000:.0f} kB,")
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before")
    print("\n| heavy workers | seconds | zips a second | heavy seconds a zip |\n|---|---|---|---|")
    rates = {}
    for count in WORKERS:
        seconds, busy = measure(count, backlog)
        rates[count] = options.zips / seconds
        print(f"| {count} | {seconds:.0f} | {rates[count]:.2f} | {busy / options.zips:.2f} |", flush=True)
    if options.plot:
        options.plot.write_text(draw(rates), encoding="utf-8")
    return 0


def measure(count: int, backlog: list[Parcel]) -> tuple[float, float]:
    """Return the seconds from first arrival to last step, and the seconds that heavy steps took in all."""
    names = [f"heavy-{number}" for number in range(1, count + 1)]
    plan = Plan(0, workers={**{name: HEAVY[name] for name in names}, **LIGHT})
    with ExitStack() as closing:
        root = Path(closing.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        disk = closing.enter_context(small_disk(root / "data"))
        inbox = closing.enter_context(mail_server())
        weather = closing.enter_context(weather_over(plan, root, disk, inbox))
        weather.scene.fleet.start()
        _wait(lambda: _live(weather) >= count + 1)
        for parcel in backlog:
            weather.drop(parcel)
        _wait(lambda: _done(weather) == len(backlog))
        return _times(weather)


def _live(weather: Weather) -> int:
    with weather.storm.parts.ledger.read() as tx:
        return sum(not name.endswith("takes") for name in tx.vitals.beats() if "@" in name)


def _done(weather: Weather) -> int:
    with weather.storm.parts.ledger.read() as tx:
        return tx.vitals.read().states.get(SubmissionState.DONE, 0)


def _times(weather: Weather) -> tuple[float, float]:
    span = sa.select(sa.func.min(submissions.c.created), sa.func.max(attempts.c.ended)).select_from(
        submissions.join(attempts)
    )
    heavy = sa.select(attempts.c.started, attempts.c.ended).where(
        attempts.c.step.in_(["stage", "inspect", "file"])
    )
    with weather.scene.ledger.connect() as connection:
        first, last = connection.execute(span).one()
        busy = sum((row.ended - row.started).total_seconds() for row in connection.execute(heavy))
    return (last - first).total_seconds(), busy


def _wait(is_true) -> None:
    until = time.monotonic() + PATIENCE
    while not is_true():
        if time.monotonic() > until:
            raise SystemExit("it took too long")
        time.sleep(1)


def draw(rates: dict[int, float]) -> str:
    """Return the plot: zips a second by workers, as bars."""
    top, width, height = max(rates.values()) * 1.15, 420, 260
    lines = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
            'font-family="sans-serif" font-size="13">'
        ),
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        '<text x="20" y="24" fill="#222">zips a second, by heavy workers</text>',
        f'<line x1="40" y1="220" x2="{width - 20}" y2="220" stroke="#888"/>',
    ]
    for place, (count, rate) in enumerate(rates.items()):
        left, bar = 70 + place * 115, 170 * rate / top
        lines += [
            f'<rect x="{left}" y="{220 - bar:.1f}" width="70" height="{bar:.1f}" fill="#2f6f9f"/>',
            f'<text x="{left + 35}" y="{212 - bar:.1f}" text-anchor="middle" fill="#222">{rate:.2f}</text>',
            f'<text x="{left + 35}" y="240" text-anchor="middle" fill="#222">{count}</text>',
        ]
    return "\n".join([*lines, "</svg>"]) + "\n"


if __name__ == "__main__":
    sys.exit(main())
