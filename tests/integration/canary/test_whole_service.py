"""Canaries through real Celery workers over a real Redis: nothing of them comes out, whatever goes wrong."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest
import redis
from celery import Celery

from ingest.model.route import RouteKind
from ingest.model.submission import SubmissionState
from ingest.model.verdict import Outcome
from tests.canary.commands import acting_commands, check_commands, showing_commands
from tests.canary.way import SITES, drop_planted, search_everything
from tests.deployment import Deployment, deploy
from tests.servers import redis_server

pytestmark = pytest.mark.services

SEED = 21
ENDED = (SubmissionState.DONE, SubmissionState.UNFINISHED, SubmissionState.STUCK)


class Watch:
    """Keeps every command line of every process below this one, and every command that Redis was sent."""

    def __init__(self, redis_url: str) -> None:
        self._seen: set[bytes] = set()
        self._url = redis_url
        self._redis = redis.Redis.from_url(redis_url)
        self._is_over = threading.Event()
        self._kept = b""
        self._threads = [threading.Thread(target=self._listen), threading.Thread(target=self._look)]

    def __enter__(self) -> Watch:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._redis.set("canary:over", "1")
        for thread in self._threads:
            thread.join(20)
        self._kept = b"\n".join(
            key + b" " + (self._redis.dump(key) or b"") for key in self._redis.scan_iter()
        )
        self._redis.close()

    def said(self) -> bytes:
        """Return all that was seen, and all that was in Redis at the end."""
        return b"\n".join(self._seen) + self._kept

    def _listen(self) -> None:
        with redis.Redis.from_url(self._url, socket_timeout=None) as client, client.monitor() as monitor:
            for command in monitor.listen():
                self._seen.add(str(command["command"]).encode("utf-8", "surrogateescape"))
                if self._is_over.is_set():
                    return

    def _look(self) -> None:
        while not self._is_over.wait(0.05):
            self._seen.update(command_lines_below(os.getpid()))


def command_lines_below(ancestor: int) -> Iterator[bytes]:
    """Yield the command line of every process that `ancestor` or one below it has started."""
    parents: dict[int, int] = {}
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            parents[int(place.name)] = int((place / "stat").read_text().rpartition(")")[2].split()[1])
    for pid in parents:
        above = parents[pid]
        while above in parents and above != ancestor:
            above = parents[above]
        if above == ancestor:
            with suppress(OSError):
                yield Path(f"/proc/{pid}/cmdline").read_bytes()


@contextmanager
def worker(environment: Mapping[str, str], queue: str, log: Path) -> Iterator[None]:
    """Run one worker process that says all it can; ended by its process id."""
    command = [sys.executable, "-m", "celery", "-A", "workers.app", "worker", "-Q", queue, "-c", "1"]
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, "-n", f"{queue}@canary", "-l", "DEBUG"], env=environment, stderr=out, stdout=out
        )
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def wait_until(is_true: Callable[[], bool], seconds: float = 400.0) -> None:
    until = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(1)


def run(environment: Mapping[str, str], *words: str) -> bytes:
    """Run a command and return all it said."""
    command = [sys.executable, "-X", "dev", "-W", "always", "-m", "ingest.cli", *words]
    done = subprocess.run(command, env=environment, capture_output=True, timeout=300, check=False)
    return done.stdout + done.stderr


def spoil_ledger(path: Path, table: str) -> None:
    """Let every insert into a table fail: the library's exception holds the row."""
    with sqlite3.connect(path, timeout=60) as connection:
        connection.execute(
            f"CREATE TRIGGER canary_{table} BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'no'); END"
        )
    connection.close()


def repair_ledger(path: Path, table: str) -> None:
    with sqlite3.connect(path, timeout=60) as connection:
        connection.execute(f"DROP TRIGGER canary_{table}")
    connection.close()


def settings_of(deployment: Deployment, root: Path, redis_url: str) -> dict[str, str]:
    settings = deployment.service.settings
    (root / "temporary").mkdir()
    return {
        **os.environ,
        "INGEST_DATA_DIR": str(settings.data_dir),
        "INGEST_SHARES": settings.shares,
        "INGEST_TRIAL_FILE": str(settings.trial_file),
        "INGEST_REDIS_URL": redis_url,
        "INGEST_MAIL_DIR": str(root / "mails"),
        "INGEST_LOG_LEVEL": "DEBUG",
        "TMPDIR": str(root / "temporary"),
        "PYTHONFAULTHANDLER": "1",
    }


def test_no_canary_comes_out_of_the_whole_service(tmp_path: Path) -> None:
    outputs: list[bytes] = []
    with ExitStack() as running:
        deployment, redis_url = running.enter_context(deploy(tmp_path)), running.enter_context(redis_server())
        environment = settings_of(deployment, tmp_path, redis_url)
        ledger = deployment.service.settings.data_dir / "ledger.sqlite"
        planted = drop_planted(deployment.shares, SEED)
        count = len(planted.dropped) - 2
        app = Celery(broker=redis_url)

        def poll() -> None:
            for route in RouteKind:
                app.send_task("ingest.poll", (route.value,), queue="light")
            app.send_task("ingest.sweep", queue="light")

        def have_all_ended() -> bool:
            poll()
            ended = [item for item in deployment.submissions() if item.state in ENDED]
            return len(ended) == count

        outputs += [run(environment, *words) for words in check_commands(planted.dropped[1:12:3], SITES)]
        watch = running.enter_context(Watch(redis_url))
        (tmp_path / "logs").mkdir()
        # Rows that cannot be written: the library's exceptions hold the values.
        spoil_ledger(ledger, "sightings")
        spoil_ledger(ledger, "instances")
        with (
            worker(environment, "heavy", tmp_path / "logs" / "heavy.log"),
            worker(environment, "light", tmp_path / "logs" / "light.log"),
        ):
            for _ in range(3):
                poll()
                time.sleep(3)
            repair_ledger(ledger, "sightings")
            wait_until(lambda: bool(poll() or any(item.attempts for item in deployment.submissions())))
            repair_ledger(ledger, "instances")
            wait_until(have_all_ended)
        submissions = deployment.submissions()
        ids = [item.id for item in submissions]
        shown = showing_commands(ids[::5], ["123-1001", "124-1002", "123-1009"])
        outputs += [run(environment, *words) for words in (*shown, *acting_commands(ids))]
        with deployment.parts.ledger.read() as tx:
            done = {item.event for item in tx.audit.events(limit=10_000)}
        assert {"reject", "purged"} <= done, "what people do was done"
    outputs.append(watch.said())
    assert Outcome.ACCEPTED not in {item.outcome for item in submissions}
    assert any((tmp_path / "mails").iterdir())
    assert search_everything(planted, tmp_path, outputs) == []
