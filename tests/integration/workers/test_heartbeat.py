"""A real worker signs in the ledger that it lives; `ingest health` reads that and the queue's depth."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import redis
from click.testing import CliRunner, Result

from ingest.cli import health
from ingest.health import DEAF, SWEEP, taking
from ingest.ledger.ledger import Ledger
from ingest.ledger.schema import upgrade
from ingest.model.clock import SystemClock
from tests.servers import redis_server

pytestmark = pytest.mark.services

NAME = f"light@{socket.gethostname()}"


class Ago:
    """The clock of some time ago."""

    def __init__(self, span: timedelta) -> None:
        self._span = span

    def now(self):
        return SystemClock().now() - self._span


@pytest.fixture
def redis_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A Redis, and settings that name it and a ledger."""
    with redis_server() as url:
        monkeypatch.setenv("INGEST_REDIS_URL", url)
        monkeypatch.setenv("INGEST_DATA_DIR", str(tmp_path))
        upgrade(ledger_url(tmp_path))
        yield url


def ledger_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'ledger.sqlite'}"


def sign(folder: Path, worker: str, ago: timedelta = timedelta(0)) -> None:
    ledger = Ledger.open(ledger_url(folder), Ago(ago))
    with ledger.write() as tx:
        tx.vitals.beat(worker, "light")
    ledger.close()


def ask(*arguments: str) -> Result:
    # As `ingest` calls it: the command's value is the exit status.
    return CliRunner().invoke(health.command, [*arguments], standalone_mode=False)


def test_a_worker_signs_and_is_healthy_and_is_not_once_it_was_killed(redis_url: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "celery", "-A", "workers.app", "worker", "-Q", "light", "-n", NAME]
    worker = subprocess.Popen([*command, "-c", "1", "-l", "ERROR"], env=dict(os.environ))
    try:
        until = time.monotonic() + 60
        while ask("--worker", "light").return_value:
            assert time.monotonic() < until, "it never signed"
            time.sleep(0.5)
    finally:
        worker.send_signal(signal.SIGTERM)
        worker.wait(60)
    sign(tmp_path, NAME, timedelta(minutes=4))
    silent = ask("--worker", "light")
    assert silent.return_value == 1
    assert "4 min" in silent.output


def test_a_worker_that_takes_nothing_is_ended_after_a_second_look(
    redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended: list[tuple[int, int]] = []
    looks: list[float] = []
    sign(tmp_path, NAME)
    sign(tmp_path, taking(NAME), DEAF + timedelta(minutes=1))
    assert ask("--worker", "light", "--end-deaf").return_value == 0, "nothing waits"
    client = redis.Redis.from_url(redis_url)
    client.lpush("light", "{}")
    client.close()
    with monkeypatch.context() as patched:
        patched.setattr(health.os, "kill", lambda *of: ended.append(of))
        patched.setattr(health.time, "sleep", looks.append)
        deaf = ask("--worker", "light", "--end-deaf")
    assert (deaf.return_value, ended, len(looks)) == (1, [(1, signal.SIGTERM)], 1)


def test_the_whole_service_is_unhealthy_without_workers_and_sweeps(redis_url: str, tmp_path: Path) -> None:
    found = ask()
    assert found.return_value == 1
    assert "no light worker lives; no heavy worker lives; there was no sweep yet" in found.output
    assert ask("--schedule").return_value == 1
    sign(tmp_path, SWEEP)
    assert ask("--schedule").return_value == 0


def test_a_redis_that_does_not_answer_is_said(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGEST_REDIS_URL", "redis://127.0.0.1:1/0")
    found = ask()
    assert found.return_value == 1
    assert "Redis does not answer" in found.output
