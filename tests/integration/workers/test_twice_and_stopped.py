"""Real workers over Redis and PostgreSQL: everything is asked for many times at once; a worker is stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from celery import Celery

from ingest.model.route import RouteKind
from ingest.model.submission import SubmissionState
from ingest.routes.settle import settle
from ingest.steps.poll import poll
from tests.builders import build_case, zip_instances
from tests.chaos.fleet import TWO_OF_ANY, Fleet
from tests.deployment import Deployment, deploy
from tests.ocfl_validity import ocfl_faults
from tests.servers import Postgres, redis_server

pytestmark = [pytest.mark.services, pytest.mark.timeout(300)]

ROOT = Path(__file__).resolve().parents[3]
ZIPS, POLLS, REPEATS = 3, 10, 100


class House:
    """A service on PostgreSQL and Redis with nobody at work."""

    def __init__(self, deployment: Deployment, redis_url: str) -> None:
        settings = deployment.service.settings
        self.deployment = deployment
        self.app = Celery(broker=redis_url)
        self.environment = {
            **os.environ,
            "INGEST_DATA_DIR": str(settings.data_dir),
            "INGEST_SHARES": settings.shares,
            "INGEST_TRIAL_FILE": str(settings.trial_file),
            "INGEST_LEDGER_URL": settings.database_url,
            "INGEST_REDIS_URL": redis_url,
        }

    def drop(self, count: int) -> None:
        for number in range(count):
            data = zip_instances(build_case(f"123-100{number}", seed=number, ct_slices=3)[:3])
            self.deployment.drop("explorer", "123", f"{number}.zip", data)

    def ask(self, task: str, argument: str, times: int, queue: str = "light") -> None:
        for _ in range(times):
            self.app.send_task(task, (argument,), queue=queue)

    def states(self) -> Counter[SubmissionState]:
        return Counter(item.state for item in self.deployment.submissions())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with ExitStack() as closing:
        server = Postgres()
        closing.callback(server.close)
        server.start()
        running = closing.enter_context(deploy(tmp_path, ledger_url=server.url))
        house = House(running, closing.enter_context(redis_server()))
        closing.callback(house.app.close)
        yield house


def wait_until(is_true: Callable[[], object], what: str, seconds: float = 120.0) -> None:
    until = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < until, f"not in time: {what}"
        time.sleep(0.1)


def log_of(folder: Path) -> str:
    return (folder / "log").read_text(errors="replace")


def test_polls_at_once_and_a_message_a_hundred_times_do_everything_once(house: House, tmp_path: Path) -> None:
    house.drop(ZIPS)
    logs = tmp_path / "logs"
    logs.mkdir()
    fleet = Fleet(TWO_OF_ANY, house.environment, logs)
    fleet.start()
    try:
        for _ in range(2):
            house.ask("ingest.poll", "explorer", POLLS)
        wait_until(lambda: sum(house.states().values()) == ZIPS, "the zips become submissions")
        for submission in house.deployment.submissions():
            house.ask("ingest.advance", submission.id, REPEATS, queue="heavy")
        wait_until(lambda: house.states() == {SubmissionState.DONE: ZIPS}, "all are done")
    finally:
        fleet.close()
    parts = house.deployment.parts
    with parts.ledger.read() as tx:
        events = Counter((item.event, item.submission_id) for item in tx.audit.events(limit=10_000))
        filings = [len(tx.filings.of_submission(item.id)) for item in house.deployment.submissions()]
    once = {key: times for key, times in events.items() if key[1] and times != 1}
    assert once == {}, "something was done twice"
    assert filings == [1] * ZIPS
    assert [parts.archive.head(subject) for subject in parts.archive.subjects()] == [1] * ZIPS
    assert ocfl_faults(parts.places.subjects) == ""


@pytest.mark.parametrize("remapped", [True, False])
def test_a_worker_that_is_stopped_in_a_long_step_gives_it_back(
    house: House, tmp_path: Path, remapped: bool
) -> None:
    house.drop(1)
    house.deployment.service.woken.clear()
    for _ in range(2):
        poll(house.deployment.parts, RouteKind.EXPLORER)
    (submission,) = house.deployment.submissions()
    house.ask("ingest.advance", submission.id, 1, queue="heavy")
    celery = [sys.executable, "-m", "celery", "-A", "tests.integration.workers.slow_step", "worker"]
    with (tmp_path / "log").open("wb") as log:
        worker = subprocess.Popen(
            [*celery, "-Q", "heavy", "-c", "1", "-n", "stopped@test", "-l", "WARNING"],
            cwd=ROOT,
            env={**house.environment, **({"REMAP_SIGTERM": "SIGQUIT"} if remapped else {})},
            stdout=log,
            stderr=log,
        )
    try:
        wait_until(lambda: house.deployment.submissions()[0].attempts == 1, "the step is taken")
        worker.send_signal(signal.SIGTERM if remapped else signal.SIGQUIT)
        worker.wait(40)
    finally:
        worker.kill()
        worker.wait()
    (submission,) = house.deployment.submissions()
    assert (submission.state, submission.attempts) == (SubmissionState.TO_STAGE, 0), log_of(tmp_path)
    with house.deployment.parts.ledger.read() as tx:
        (attempt,) = tx.submissions.attempts_of(submission.id)
    assert attempt["result"] == "postponed"


def test_two_polls_at_the_same_moment_tell_of_an_arrival_once(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.drop(ZIPS)
    parts = house.deployment.parts
    poll(parts, RouteKind.EXPLORER)
    both_have_looked = threading.Barrier(2, timeout=30)

    def settle_together(*arguments: Any) -> Any:
        both_have_looked.wait()
        return settle(*arguments)

    # One site's share: a poll of several would meet the other at each.
    parts = replace(parts, shares=[item for item in parts.shares if item.site == "123"])
    monkeypatch.setattr("ingest.steps.poll.settle", settle_together)
    with ThreadPoolExecutor(2) as pool:
        made = [item.submissions for item in pool.map(poll, [parts] * 2, [RouteKind.EXPLORER] * 2)]
    assert made[0] == made[1]
    with parts.ledger.read() as tx:
        told = Counter(item.submission_id for item in tx.audit.events() if item.event == "arrived")
    assert told == dict.fromkeys(made[0], 1)
    assert len(told) == ZIPS
