"""Is a worker alive, and does it take what waits? Judged from the ledger's signs of life and queue depth.

A worker's main process signs two rows each `BEAT_SECONDS`: that it runs, and that it takes tasks. The
second is left out while nothing was taken, so that a worker that lost its broker without noticing
(celery#10302) shows. The sweep signs a row of its own: schedule, broker, worker and ledger all had to work
for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

#: Worker → (queue, when it last signed), as `Vitals.beats` returns it.
Beats = Mapping[str, tuple[str, datetime]]

BEAT_SECONDS = 30.0
#: The row that the sweep signs.
SWEEP = "sweep"
#: A worker that has not signed for so long is gone: six beats.
SILENT = timedelta(minutes=3)
#: Tasks that wait for so long, with a worker that takes none, have a deaf worker.
DEAF = timedelta(minutes=10)
#: The schedule sweeps each minute.
UNSWEPT = timedelta(minutes=5)
#: Rows of workers that are no more.
FORGOTTEN = timedelta(days=1)


def taking(worker: str) -> str:
    """Return the name of the row that says that a worker takes tasks."""
    return f"{worker} takes"


def silence_of(beats: Beats, worker: str, now: datetime) -> str:
    """Return what is wrong with a worker's signs of life; empty: nothing."""
    if worker not in beats:
        return "it has not said yet that it lives"
    silent = now - beats[worker][1]
    return f"it last said {_minutes(silent)} ago that it lives" if silent > SILENT else ""


def is_deaf(beats: Beats, worker: str, waiting: int, now: datetime) -> bool:
    """Whether tasks wait and a worker that lives takes none."""
    if not waiting or worker not in beats:
        return False
    row = beats.get(taking(worker))
    return row is None or now - row[1] > DEAF


def schedule_fault(beats: Beats, waiting: int, now: datetime) -> str:
    """Return what is wrong with the schedule; empty: nothing. Sweeps that wait are the workers' fault."""
    if waiting:
        return ""
    if SWEEP not in beats:
        return "there was no sweep yet"
    since = now - beats[SWEEP][1]
    return f"the last sweep was {_minutes(since)} ago, and none waits" if since > UNSWEPT else ""


def live_workers(beats: Beats, queue: str, now: datetime) -> int:
    """Return how many workers of a queue live."""
    return sum(
        of == queue and now - at <= SILENT
        for worker, (of, at) in beats.items()
        if worker != SWEEP and not worker.endswith(taking(""))
    )


def _minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:.0f} min"
