"""A lease is renewed for as long as the work under it runs: nobody else takes it meanwhile."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
import sqlalchemy as sa

from ingest.ledger.errors import LostClaim
from ingest.ledger.runs import RunScope
from ingest.ledger.tables.arrivals import submissions
from ingest.model.errors import TransientError
from ingest.steps.advance import advance
from ingest.steps.drive import drain
from ingest.steps.keep_alive import keep_alive
from ingest.steps.parts import Parts
from ingest.steps.reprocess import begin_run, reprocess_item
from tests.deployment import Deployment
from tests.ledger_rows import ManualClock

#: By the ledger's clock, which stands still but for `advance`; renewed each third of it of real time.
LEASE = 0.3


@pytest.fixture
def lease_seconds() -> float:
    return LEASE


def wait_for(is_true: Callable[[], bool]) -> None:
    until = time.monotonic() + 20
    while not is_true():
        assert time.monotonic() < until, "the lease was not renewed"
        time.sleep(0.01)


def lease_of(parts: Parts) -> datetime:
    with parts.ledger.read() as tx:
        found: datetime = tx.connection.execute(sa.select(submissions.c.lease_until)).scalar_one()
    return found


def test_a_step_that_takes_longer_than_its_lease_keeps_it(deployment: Deployment, clock: ManualClock) -> None:
    parts, taken = deployment.parts, []

    def work_for_long(share: Any) -> Any:
        for _ in range(5):
            before = lease_of(parts)
            clock.advance(0.9 * LEASE)
            wait_for(lambda before=before: lease_of(parts) > before)
            taken.append(parts.ledger.claim("S000001", worker="another", lease_seconds=LEASE))
        return parts.open_store(share)

    advance(replace(parts, open_store=work_for_long), "S000001")
    assert taken == [None] * 5
    drain(parts, deployment.service.woken)
    assert next(row["result"] for row in attempts_of(parts)) == "staged"


def test_an_item_of_a_run_that_takes_longer_than_its_lease_keeps_it(
    deployment: Deployment, clock: ManualClock
) -> None:
    parts, taken = deployment.parts, []
    advance(parts, "S000001")
    drain(parts, deployment.service.woken)
    begin_run(parts, "again", RunScope.ALL, by="T. Ester", reason="a test")

    class Slow:
        def inspect(self, *arguments: Any) -> Any:
            for _ in range(5):
                clock.advance(0.9 * LEASE)
                time.sleep(LEASE)  # three renewals' time
                with parts.ledger.write() as tx:
                    taken.append(tx.runs.claim("again", "S000001", "another", LEASE))
            return parts.inspector.inspect(*arguments)

    reprocess_item(replace(parts, inspector=Slow()), "again", "S000001")
    assert taken == [None] * 5


def test_a_ledger_that_is_silent_for_a_moment_does_not_end_the_renewing(deployment: Deployment) -> None:
    asked: list[int] = []

    def renew() -> None:
        asked.append(len(asked))
        if len(asked) < 3:
            raise TransientError("the ledger does not answer")

    with keep_alive(deployment.parts, renew):
        wait_for(lambda: len(asked) >= 5)


def test_a_lease_that_is_lost_is_not_asked_for_again(deployment: Deployment) -> None:
    asked: list[int] = []

    def renew() -> None:
        asked.append(len(asked))
        raise LostClaim("another worker's")

    with keep_alive(deployment.parts, renew):
        wait_for(lambda: bool(asked))
        time.sleep(LEASE)
    assert asked == [0]


def attempts_of(parts: Parts) -> list[dict[str, Any]]:
    with parts.ledger.read() as tx:
        return tx.submissions.attempts_of("S000001")
