"""Workers and the database are killed with kill -9 in the middle: nothing is lost, nothing done twice."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.ledger.ledger import Ledger
from ingest.ledger.outbox import MessageState
from ingest.ledger.schema import upgrade
from ingest.ledger.transitions import Event
from ingest.model.clock import SystemClock
from ingest.model.errors import TransientError
from ingest.model.submission import SubmissionState
from tests.ledger_rows import submit
from tests.ledger_worker import SUBJECT
from tests.servers import Postgres

ROOT = Path(__file__).resolve().parents[3]
SUBMISSIONS = 24
KILLS = 8
PATIENCE = 120.0

pytestmark = pytest.mark.services


@pytest.fixture
def cluster() -> Iterator[Postgres]:
    server = Postgres()
    try:
        server.start()
        yield server
    finally:
        server.close()


class Workers:
    """Worker processes by name, started again whenever they are killed."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, name: str) -> None:
        command = [sys.executable, "-m", "tests.ledger_worker", self._url, name]
        self._running[name] = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE)

    def wait_for_a_step(self) -> str:
        """Return the name of a worker that has begun a step since it was started."""
        name = random.choice(sorted(self._running))
        said = self._running[name].stdout
        assert said is not None
        assert said.readline(), "the worker was done before it could be killed"
        time.sleep(random.uniform(0, 0.3))
        return name

    def kill(self, name: str) -> None:
        process = self._running[name]
        process.kill()
        process.communicate()
        self.start(name)

    def wait(self) -> None:
        for process in self._running.values():
            process.communicate(timeout=PATIENCE)
            assert process.returncode == 0

    def close(self) -> None:
        for process in self._running.values():
            process.kill()
            process.communicate()


def run_with_kills(url: str, cluster: Postgres | None = None) -> None:
    """Let two workers do everything while they (and the database) are killed; then check the ledger."""
    ledger = Ledger.open(url, SystemClock())
    ids = [submit(ledger, f"{number}.zip") for number in range(SUBMISSIONS)]
    workers = Workers(url)
    try:
        for name in ("a", "b"):
            workers.start(name)
        for number in range(KILLS):
            name = workers.wait_for_a_step()
            if cluster is not None and number % 3 == 2:
                cluster.kill()
                cluster.start()
            else:
                workers.kill(name)
        workers.wait()
    finally:
        workers.close()
    check(ledger, ids)
    ledger.close()


def check(ledger: Ledger, ids: list[str]) -> None:
    """Everything is done, once, and the ledger agrees with itself."""
    for _ in range(10):  # connections of the pool may have died with the database
        try:
            with ledger.read() as tx:
                tx.audit.head()
            break
        except TransientError:
            continue
    with ledger.read() as tx:
        assert [tx.submissions.get(item).state for item in ids] == [SubmissionState.DONE] * len(ids)
        assert tx.audit.verify().first_fault is None
        events = Counter((item.submission_id, item.event) for item in tx.audit.events(limit=100_000))
        for event in (Event.STAGED, Event.INSPECTED, Event.FILED, Event.REPORTED, Event.SET_ASIDE):
            assert [events[item, event.value] for item in ids] == [1] * len(ids), event
        versions = [row.version for row in tx.filings.of_subject(SUBJECT)]
        assert versions == list(range(1, len(ids) + 1))
        assert tx.subjects.head_version(SUBJECT) == len(ids)
        assert len(tx.catalogue.filed(SUBJECT)) == 2 * len(ids)
        attempts = [row["result"] for item in ids for row in tx.submissions.attempts_of(item)]
        assert "lapsed" in attempts, "no worker was killed in the middle of a step"
        messages = [message for item in ids for message in tx.outbox.of_submission(item)]
        assert [message.state for message in messages] == [MessageState.WAITING] * len(ids)


def test_killed_workers_do_no_harm_on_sqlite(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    upgrade(url)
    run_with_kills(url)


def test_killed_workers_and_a_killed_postgresql_do_no_harm(cluster: Postgres) -> None:
    upgrade(cluster.url)
    run_with_kills(cluster.url, cluster)
