"""An inspection process that dies says something of the zip only where it died of that zip each time."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from ingest.inspection.child import Child
from ingest.inspection.client import Inspector
from ingest.ledger.runs import ItemState, RunScope
from ingest.ledger.transitions import Event
from ingest.model.submission import Step, Submission, SubmissionState
from ingest.model.verdict import Outcome
from ingest.steps.advance import advance
from ingest.steps.drive import drain
from ingest.steps.parts import Parts
from ingest.steps.reprocess import begin_run, reprocess_item
from ingest.steps.sweep import sweep
from tests.deployment import Deployment
from tests.ledger_rows import ManualClock

FAR = 3600.0


class Mortal(Inspector):
    """A real inspection process that is killed as soon as it is asked."""

    def _converse(self, child: Child, *others: Any) -> dict[str, Any]:
        os.kill(child.pid, signal.SIGKILL)
        return super()._converse(child, *others)


@pytest.fixture
def deployment(deployment: Deployment) -> Deployment:
    """A service with a zip that waits to be inspected."""
    advance(deployment.parts, "S000001")
    deployment.service.woken.clear()
    return deployment


@pytest.fixture
def mortal(deployment: Deployment) -> Iterator[Parts]:
    with Mortal() as inspector:
        yield replace(deployment.parts, inspector=inspector)


def submission_of(deployment: Deployment) -> Submission:
    return deployment.submissions()[0]


def lose_worker(deployment: Deployment, clock: ManualClock) -> None:
    """Let a worker take the step and never be heard of again."""
    claim = deployment.parts.ledger.claim("S000001", worker="gone", lease_seconds=60)
    assert claim is not None
    assert claim.step is Step.INSPECT
    clock.advance(FAR)


def test_a_zip_of_which_the_inspection_dies_each_time_is_held(
    deployment: Deployment, mortal: Parts, clock: ManualClock
) -> None:
    for _ in range(3):
        advance(mortal, "S000001")
        clock.advance(FAR)
    drain(deployment.parts, deployment.service.woken)
    assert submission_of(deployment).outcome is Outcome.HELD
    found = deployment.verdict("S000001").findings
    assert [item.finding.code for item in found] == ["PKG901"]


@pytest.mark.parametrize("lost_first", [True, False])
def test_a_zip_whose_workers_died_too_is_not_judged_by_one_death_of_the_inspection(
    deployment: Deployment, mortal: Parts, clock: ManualClock, lost_first: bool
) -> None:
    if lost_first:
        lose_worker(deployment, clock)
        lose_worker(deployment, clock)
        advance(mortal, "S000001")
    else:
        advance(mortal, "S000001")
        clock.advance(FAR)
        lose_worker(deployment, clock)
        advance(mortal, "S000001")
    assert submission_of(deployment).state is SubmissionState.STUCK
    with deployment.parts.ledger.write() as tx:
        tx.submissions.move("S000001", Event.RESUMED)
    sweep(deployment.parts)
    drain(deployment.parts, deployment.service.woken)
    assert submission_of(deployment).outcome is Outcome.ACCEPTED


def test_deaths_before_a_person_resumed_do_not_count(
    deployment: Deployment, mortal: Parts, clock: ManualClock
) -> None:
    advance(mortal, "S000001")
    clock.advance(FAR)
    advance(mortal, "S000001")
    clock.advance(FAR)
    lose_worker(deployment, clock)
    sweep(deployment.parts)
    assert submission_of(deployment).state is SubmissionState.STUCK
    with deployment.parts.ledger.write() as tx:
        tx.submissions.move("S000001", Event.RESUMED)
    lose_worker(deployment, clock)
    lose_worker(deployment, clock)
    advance(mortal, "S000001")
    assert submission_of(deployment).state is SubmissionState.STUCK


def test_a_run_judges_nothing_by_the_death_of_the_inspection(
    deployment: Deployment, mortal: Parts, clock: ManualClock
) -> None:
    advance(deployment.parts, "S000001")
    drain(deployment.parts, deployment.service.woken)
    begin_run(mortal, "again", RunScope.ALL, by="T. Ester", reason="a test")
    for _ in range(3):
        reprocess_item(mortal, "again", "S000001")
        clock.advance(FAR)
    with deployment.parts.ledger.read() as tx:
        assert tx.runs.progress("again").items == {ItemState.FAILED: 1}
        (item,) = tx.runs.items("again")
        assert item.reason == "the inspection process died"
    assert submission_of(deployment).outcome is Outcome.ACCEPTED
