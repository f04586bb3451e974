"""`ingest run` that is stopped begins nothing more and gives back what it is at: no attempt is counted."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.inspection.client import Inspector
from ingest.ledger.runs import ItemState, RunScope
from ingest.model.route import RouteKind
from ingest.model.submission import SubmissionState
from ingest.steps.poll import poll
from ingest.steps.reprocess import begin_run
from tests.builders import build_case, zip_instances
from tests.deployment import Deployment, deploy

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """A service to which two zips have come that wait to be fetched."""
    with deploy(tmp_path) as running:
        for number in (1, 2):
            data = zip_instances(build_case(f"123-100{number}", ct_slices=3)[:2])
            running.drop("explorer", "123", f"{number}.zip", data)
        for _ in range(2):
            poll(running.parts, RouteKind.EXPLORER)
        yield running


def stop_in_a_step(deployment: Deployment, how: signal.Signals, *words: str) -> tuple[int, str]:
    """Run a command, stop it as soon as a step has begun; return its exit status and what it said since."""
    settings = deployment.service.settings
    environment = {
        **os.environ,
        "INGEST_DATA_DIR": str(settings.data_dir),
        "INGEST_SHARES": settings.shares,
        "INGEST_TRIAL_FILE": str(settings.trial_file),
    }
    command = [sys.executable, "-m", "tests.unit.service.slow_run", *words]
    running = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert running.stdout is not None
        for line in running.stdout:
            if line == "begun\n":
                break
        running.send_signal(how)
        said = running.communicate(timeout=30)[0]
    finally:
        running.kill()
        running.wait()
    assert "begun" not in said
    return running.returncode, said


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("words", [("run",), ("run", "--once")])
def test_a_run_that_is_stopped_in_a_step_gives_it_back_and_begins_no_other(
    deployment: Deployment, how: signal.Signals, words: tuple[str, ...]
) -> None:
    assert stop_in_a_step(deployment, how, *words)[0] == 0
    assert {(item.state, item.attempts) for item in deployment.submissions()} == {
        (SubmissionState.TO_STAGE, 0)
    }
    with deployment.parts.ledger.read() as tx:
        results = [row["result"] for row in tx.submissions.attempts_of("S000001")]
    assert results == ["postponed"]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_reprocess_run_that_is_stopped_gives_its_item_back_and_says_how_it_goes_on(
    deployment: Deployment, how: signal.Signals
) -> None:
    deployment.run(2)
    words = ("reprocess", "all", "--run", "again", "--by", "T. Ester", "--reason", "a test")
    status, said = stop_in_a_step(deployment, how, *words)
    assert status == 3
    assert "ingest reprocess show again" in said
    with deployment.parts.ledger.read() as tx:
        assert [(item.state, item.attempts) for item in tx.runs.items("again")] == [
            (ItemState.WAITING, 0),
            (ItemState.WAITING, 0),
        ]
    deployment.run(1)
    with deployment.parts.ledger.read() as tx:
        assert tx.runs.progress("again").items == {ItemState.DONE: 2}


def test_a_round_takes_up_what_a_run_has_left(deployment: Deployment) -> None:
    deployment.run(2)
    begin_run(deployment.parts, "left", RunScope.ALL, is_dry=True, by="T. Ester", reason="a test")
    deployment.run(1)
    with deployment.parts.ledger.read() as tx:
        assert tx.runs.progress("left").items == {ItemState.DONE: 2}


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_the_whole_group_leaves_the_inspection_process_to_its_parent(how: signal.Signals) -> None:
    with Inspector() as inspector:
        inspector.warm()
        child = inspector._child
        assert child is not None
        assert child.receive(60) == {"ready": True}
        os.kill(child.pid, how)
        with pytest.raises(subprocess.TimeoutExpired):
            child._process.wait(0.5)
