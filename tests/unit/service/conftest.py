"""A service to which a zip has come, and its clock."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.model.clock import SystemClock
from ingest.model.route import RouteKind
from ingest.steps.poll import poll
from tests.builders import build_case, zip_instances
from tests.deployment import Deployment, deploy
from tests.ledger_rows import ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(SystemClock().now())


@pytest.fixture
def lease_seconds() -> float:
    """Return how long a lease is, for a module to say otherwise."""
    return 120.0


@pytest.fixture
def deployment(tmp_path: Path, clock: ManualClock, lease_seconds: float) -> Iterator[Deployment]:
    """A service to which a zip has come that waits to be fetched."""
    with deploy(tmp_path, clock=clock, lease_seconds=lease_seconds) as running:
        running.drop("explorer", "123", "a.zip", zip_instances(build_case("123-1001", ct_slices=3)[:4]))
        for _ in range(2):
            poll(running.parts, RouteKind.EXPLORER)
            clock.advance(120)
        running.service.woken.clear()
        yield running
