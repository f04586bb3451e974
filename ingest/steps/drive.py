"""Drive the steps in one process: poll, take every submission as far as it goes, deliver."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

from ingest.model.route import RouteKind
from ingest.steps.advance import advance
from ingest.steps.deliver import deliver
from ingest.steps.parts import Parts
from ingest.steps.poll import poll
from ingest.steps.reprocess import reprocess_item
from ingest.steps.sweep import sweep, waiting_items


@dataclass(frozen=True, slots=True)
class Round:
    """One round: submissions that arrived, entries that have not settled, steps taken, shares that failed."""

    arrived: int
    waiting: int
    steps: int
    failed: int


OnStep = Callable[[str, int], None]
#: Items of runs that one round takes: what arrives must not wait for a run over everything.
ITEMS_A_ROUND = 100
#: What surrounds each step, so that it may be cut short.
Around = Callable[[], AbstractContextManager[None]]


def drive_round(
    parts: Parts, woken: deque[str], on_step: OnStep | None = None, around: Around = nullcontext
) -> Round:
    """Poll every route and take what waits as far as it goes, the items of runs too.

    woken:   the submissions that steps woke; `parts.wake` adds to it.
    on_step: called after each step with the submission and how many submissions still wait.
    """
    polled = [poll(parts, route) for route in RouteKind if route in parts.trial.routes]
    swept = sweep(parts, quiet_seconds=0.0)
    steps = drain(parts, woken, on_step, around)
    for run, submission_id in waiting_items(parts, limit=ITEMS_A_ROUND):
        with around():
            reprocess_item(parts, run, submission_id)
        steps += 1 + drain(parts, woken, on_step, around)
    return Round(
        arrived=sum(len(item.submissions) for item in polled),
        waiting=sum(item.waiting for item in polled),
        steps=steps + swept.sent,
        failed=sum(len(item.failed) for item in polled),
    )


def drain(
    parts: Parts, woken: deque[str], on_step: OnStep | None = None, around: Around = nullcontext
) -> int:
    """Take every submission that was woken as far as it goes, and deliver; return the count of steps."""
    steps = 0
    while woken:
        submission_id = woken.popleft()
        with around():
            advance(parts, submission_id)
        steps += 1
        if on_step is not None:
            on_step(submission_id, len(set(woken)))
    deliver(parts)
    return steps
