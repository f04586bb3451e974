"""What fails is tried again: a fault of the world for a week, what may be a bug three times."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from ingest.cli import reprocess, show, status
from ingest.ledger.ledger import Ledger
from ingest.ledger.outbox import Channel
from ingest.ledger.runs import ItemState, RunScope
from ingest.model.errors import ConfigurationError, Stopped, TransientError
from ingest.model.submission import SubmissionState
from ingest.model.verdict import Outcome
from ingest.steps.advance import advance
from ingest.steps.drive import drain
from ingest.steps.parts import Parts
from ingest.steps.reprocess import begin_called_run, begin_run, reprocess_item
from ingest.steps.sweep import sweep
from tests.deployment import Deployment
from tests.ledger_rows import ManualClock
from workers import stop


def failing(parts: Parts, error: Exception) -> Parts:
    """Return parts whose shares fail."""

    def fail(_: object) -> Any:
        raise error

    return replace(parts, open_store=fail)


def state_of(deployment: Deployment) -> SubmissionState:
    return deployment.submissions()[0].state


def try_for(
    deployment: Deployment, parts: Parts, clock: ManualClock, span: timedelta, every: float = 60.0
) -> int:
    """Sweep each minute, as the schedule does, for so long; return how often the step was tried."""
    tries, until = 0, clock.now() + span
    while clock.now() < until:
        sweep(parts)
        while deployment.service.woken:
            advance(parts, deployment.service.woken.popleft())
            tries += 1
        clock.advance(every)
    return tries


@pytest.mark.parametrize(
    "error",
    [TransientError("the share did not answer"), ConfigurationError("INGEST_SHARE_SECRETS_DIR: no file")],
)
def test_a_share_that_is_down_for_a_night_parks_nothing_and_everything_goes_on_by_itself(
    deployment: Deployment, clock: ManualClock, error: Exception
) -> None:
    tries = try_for(deployment, failing(deployment.parts, error), clock, timedelta(hours=10), every=300)
    assert state_of(deployment) is SubmissionState.TO_STAGE
    assert 10 < tries < 30
    try_for(deployment, deployment.parts, clock, timedelta(hours=1))
    drain(deployment.parts, deployment.service.woken)
    assert (state_of(deployment), deployment.submissions()[0].outcome) == (
        SubmissionState.DONE,
        Outcome.ACCEPTED,
    )


def test_the_operations_contact_is_told_once_a_day(deployment: Deployment, clock: ManualClock) -> None:
    parts = failing(deployment.parts, TransientError("the share did not answer"))
    began = clock.now()
    try_for(deployment, parts, clock, timedelta(days=2), every=900)
    with parts.ledger.read() as tx:
        dates = [(began + timedelta(days=number)).date().isoformat() for number in range(3)]
        days = [date for date in dates if tx.outbox.last_put(f"faults:{date}")]
    assert 2 <= len(days) <= 3
    letters = [path.read_text("utf-8") for path in (parts.places.root / "mail").glob("*.eml")]
    told_of = [letter for letter in letters if "waiting for something that does not" in letter]
    assert len(told_of) == len(days)
    assert "resume --all" in told_of[0]


def test_a_bug_is_tried_three_times_and_then_a_person_must_look(
    deployment: Deployment, clock: ManualClock
) -> None:
    parts = failing(deployment.parts, KeyError("Quillfeather^Ottoline"))
    assert try_for(deployment, parts, clock, timedelta(hours=2)) == 3
    (stuck,) = deployment.submissions()
    assert stuck.state is SubmissionState.STUCK
    assert stuck.fault.startswith("KeyError in test_failing_steps.py, line ")
    with parts.ledger.read() as tx:
        reasons = [row["reason"] for row in tx.submissions.attempts_of(stuck.id)]
        message = f"stuck:{stuck.id}"
        assert tx.outbox.last_put(message) is not None
    assert len(reasons) == 3
    assert "Quillfeather" not in json.dumps(reasons)


def test_a_ledger_that_comes_back_is_told_of_the_failure(deployment: Deployment) -> None:
    ledger, silent = deployment.parts.ledger, [True] * 3

    class Away(Ledger):
        def __init__(self) -> None:
            self.__dict__.update(ledger.__dict__)

        def fail(self, *arguments: Any, **named: Any) -> SubmissionState:
            if silent:
                silent.pop()
                raise TransientError("The ledger's database does not answer.")
            return ledger.fail(*arguments, **named)

    parts = replace(failing(deployment.parts, TransientError("share down")), ledger=Away())
    advance(parts, deployment.submissions()[0].id)
    (waiting,) = deployment.submissions()
    assert (waiting.fault, waiting.attempts) == ("share down", 0)


@pytest.fixture
def ask(deployment: Deployment, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Ask the program as a person does, with the deployment's settings."""
    settings = deployment.service.settings
    monkeypatch.setenv("INGEST_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("INGEST_SHARES", settings.shares)
    monkeypatch.setenv("INGEST_TRIAL_FILE", str(settings.trial_file))

    def run(command: Any, *words: str) -> str:
        result = CliRunner().invoke(command.command, [*words])
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_a_person_sees_what_fails_and_why_and_lets_it_go_on(
    deployment: Deployment, ask: Callable[..., str]
) -> None:
    parts = failing(deployment.parts, TransientError("the share did not answer"))
    sweep(parts)
    advance(parts, deployment.service.woken.popleft())
    said = ask(status)
    assert "tried again  1 for stage, since" in said
    assert "the share did not answer" in said
    assert json.loads(ask(status, "--json"))["failing"][0]["count"] == 1
    assert "The step failed: the share did not answer, tried again at" in ask(show, "S000001")
    assert "S000001 goes on: to-stage." in ask(reprocess, "resume", "--all")
    assert "Nothing is stuck" in ask(reprocess, "resume", "--all")
    sweep(deployment.parts)
    assert list(deployment.service.woken) == ["S000001"]


def test_a_run_over_what_does_not_answer_is_put_off_and_one_with_a_bug_fails(
    deployment: Deployment, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    drain_all(deployment, clock)
    begin_run(deployment.parts, "R1", RunScope.ALL, is_dry=True, by="T. Ester", reason="a test")
    meet: list[Exception] = [TransientError("the disk did not answer")]

    def inspect(*_: object) -> Any:
        raise meet[0]

    monkeypatch.setattr(type(deployment.parts.inspector), "inspect", inspect)
    for _ in range(5):
        reprocess_item(deployment.parts, "R1", "S000001")
        clock.advance(600)
    with deployment.parts.ledger.read() as tx:
        (item,) = tx.runs.items("R1")
    assert (item.state, item.reason) == (ItemState.WAITING, "the disk did not answer")
    meet[0] = KeyError("Quillfeather^Ottoline")
    for _ in range(3):
        reprocess_item(deployment.parts, "R1", "S000001")
    with deployment.parts.ledger.read() as tx:
        (item,) = tx.runs.items("R1")
    assert item.state is ItemState.FAILED
    assert item.reason.startswith("KeyError in ")


def drain_all(deployment: Deployment, clock: ManualClock) -> None:
    """Take what came to its end."""
    sweep(deployment.parts)
    drain(deployment.parts, deployment.service.woken)
    clock.advance(1)
    assert state_of(deployment) is SubmissionState.DONE


def test_a_run_that_is_refused_is_told_since_whoever_called_it_hears_nothing(
    deployment: Deployment, clock: ManualClock
) -> None:
    for scope, trial in (("everything", None), ("all", "no such trial")):
        clock.advance(1)
        assert begin_called_run(deployment.parts, "R1", scope, None, trial, is_dry=True) == ()
    with deployment.parts.ledger.write() as tx:
        messages = tx.outbox.claim("w", channel=Channel.OPERATIONS)
        told = [item.message.payload["text"] for item in messages]
        assert tx.runs.find() == ()
    assert "the scope is one of submission, subject, site, all" in told[0]
    assert "no trial file is registered under that name or digest" in told[1]


def test_a_step_that_is_stopped_counts_as_no_attempt_however_often(
    deployment: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_stopped(_: object) -> Any:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(10)

    ended: list[str] = []
    monkeypatch.setattr(stop, "_end", lambda: ended.append("ended"))
    parts = replace(deployment.parts, open_store=is_stopped)
    for _ in range(4):
        with stop.is_stoppable():
            advance(parts, "S000001")
    (submission,) = deployment.submissions()
    assert (submission.state, submission.attempts, submission.fault) == (SubmissionState.TO_STAGE, 0, "")
    assert len(ended) == 4
    with parts.ledger.read() as tx:
        rows = tx.submissions.attempts_of("S000001")
    assert [row["result"] for row in rows] == ["postponed"] * 4


def test_an_item_of_a_run_that_is_stopped_counts_as_no_attempt(
    deployment: Deployment, clock: ManualClock
) -> None:
    drain_all(deployment, clock)

    class Stopping:
        def inspect(self, *_: object) -> Any:
            raise Stopped

    parts = replace(deployment.parts, inspector=Stopping())
    begin_run(parts, "again", RunScope.ALL, by="T. Ester", reason="a test")
    for _ in range(4):
        with pytest.raises(Stopped):
            reprocess_item(parts, "again", "S000001")
    reprocess_item(deployment.parts, "again", "S000001")
    with parts.ledger.read() as tx:
        assert tx.runs.progress("again").items == {ItemState.DONE: 1}
