"""The runbook's commands, run as an operator runs them: with workers, Redis and PostgreSQL at work."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from ingest.metrics import METRICS
from ingest.model.route import RouteKind
from ingest.model.submission import SubmissionState
from ingest.steps.poll import poll
from tests.builders import build_case, zip_instances
from tests.chaos.fleet import BEAT, HEAVY, LIGHT, Fleet
from tests.deployment import Deployment, deploy
from tests.documented import WITH_A_SERVICE
from tests.servers import Postgres, _postgres_programs, free_port, redis_server

pytestmark = [pytest.mark.services, pytest.mark.timeout(600)]

ROOT = Path(__file__).resolve().parents[3]
VALUE = "Quillfeather^Ottoline"


class Operator:
    """Runs commands with the service's settings, as in a worker's container."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.tried: set[str] = set()

    def run(self, documented: str, **words: str) -> subprocess.CompletedProcess[str]:
        """Run a documented command with its placeholders filled in."""
        command = documented
        for placeholder, word in words.items():
            command = command.replace(placeholder, word)
        command = command.replace("…", "'a test'")
        command = re.sub(r"^ingest", f"{sys.executable} -m ingest.cli", command)
        command = re.sub(r"^celery", f"{sys.executable} -m celery", command)
        return subprocess.run(
            ["bash", "-c", command],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def succeed(self, documented: str, **words: str) -> str:
        """Run it; return what it printed."""
        self.tried.add(documented)
        done = self.run(documented, **words)
        assert done.returncode == 0, f"{documented}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def deployment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Three submissions: accepted, held with a name in it, stuck."""
    with ExitStack() as closing:
        server = Postgres()
        closing.callback(server.close)
        server.start()
        root = tmp_path_factory.mktemp("runbook")
        running = closing.enter_context(deploy(root, ledger_url=server.url))
        running.drop("explorer", "123", "whole.zip", zip_instances(build_case("123-1001", ct_slices=3)[:4]))
        named = build_case("123-1002", ct_slices=3)[:3]
        for item in named:
            item.dataset.InstitutionName = "Hallworth Hospital"
            item.dataset.OtherPatientNames = VALUE
        running.drop("smb", "123", "named.zip", zip_instances(named))
        running.run(2)
        running.drop("explorer", "123", "late.zip", zip_instances(build_case("123-1003", ct_slices=3)[:3]))
        for _ in range(2):
            poll(running.parts, RouteKind.EXPLORER)
        get_stuck(running, "S000003")
        yield running


def get_stuck(deployment: Deployment, submission_id: str) -> None:
    """Meet a bug three times."""
    ledger = deployment.parts.ledger
    for _ in range(3):
        claim = ledger.claim(submission_id, worker="w", lease_seconds=60)
        assert claim is not None
        state = ledger.fail(claim, reason="KeyError in file.py, line 7", is_transient=False, retry_after=0)
    assert state is SubmissionState.STUCK


@pytest.fixture(scope="module")
def operator(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """An operator of the service, whose workers are up."""
    settings = deployment.service.settings
    logs = tmp_path_factory.mktemp("logs")
    with redis_server() as redis_url:
        environment = {
            **os.environ,
            "INGEST_DATA_DIR": str(settings.data_dir),
            "INGEST_SHARES": settings.shares,
            "INGEST_TRIAL_FILE": str(settings.trial_file),
            "INGEST_LEDGER_URL": settings.database_url,
            "INGEST_REDIS_URL": redis_url,
            "PYTHON": sys.executable,
            "PATH": f"{_postgres_programs()}:{os.environ['PATH']}",
        }
        fleet = Fleet({"heavy-1": HEAVY["heavy-1"], **LIGHT, **BEAT}, environment, logs)
        fleet.start()
        try:
            yield Operator(environment)
        finally:
            fleet.close()


def wait_for(what: str, is_true) -> None:
    until = time.monotonic() + 120
    while not is_true():
        assert time.monotonic() < until, what
        time.sleep(1)


def test_every_command_is_run_and_says_what_the_page_promises(
    deployment: Deployment, operator: Operator, tmp_path: Path
) -> None:
    look_around(operator)
    get_going(deployment, operator)
    receive_what_identifies(deployment, operator)
    keep_and_bring_level(operator, tmp_path / "backup")
    assert operator.tried == WITH_A_SERVICE


def look_around(operator: Operator) -> None:
    """See the service, its workers, its numbers."""
    # The schedule's first sweep comes after a minute.
    operator.run("celery -A workers.app call ingest.sweep")
    wait_for("healthy", lambda: operator.run("ingest health").returncode == 0)
    assert "1 workers live" in operator.succeed("ingest health")
    status = operator.succeed("ingest status")
    assert "stuck        S000003" in status
    assert "1 held" in status
    assert "S000003" in operator.succeed("ingest submissions --state stuck")
    assert "KeyError in file.py, line 7" in operator.succeed("ingest show S000123", S000123="S000003")
    attempts = operator.succeed("ingest show S000123 --attempts", S000123="S000003")
    assert attempts.count("stage failed") == 2
    assert attempts.count("stage parked") == 1
    assert "hamlet_stuck 1" in operator.succeed("ingest metrics")
    scrape(operator)


def scrape(operator: Operator) -> None:
    """Scrape as Prometheus does: each metric of the list is there."""
    port = str(free_port())
    operator.tried.add("ingest metrics --serve 9180")
    command = [sys.executable, "-m", "ingest.cli", "metrics", "--serve", port]
    server = subprocess.Popen(command, env=operator.environment)
    try:
        text: list[str] = []

        def answers() -> bool:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=20) as answer:
                    text.append(answer.read().decode())
            except OSError:
                return False
            return True

        wait_for("a scrape", answers)
    finally:
        server.terminate()
        server.wait(20)
    scraped = {line.split("{")[0].split(" ")[0] for line in text[-1].splitlines() if line[0] != "#"}
    assert scraped == set(METRICS)


def get_going(deployment: Deployment, operator: Operator) -> None:
    """Resume what is stuck: the workers take it to its end."""
    again = operator.run("ingest reprocess resume S000123", S000123="S000001")
    assert again.returncode != 0
    assert "S000001 is done: it is not stuck" in again.stderr
    assert "S000003 goes on: to-stage." in operator.succeed(
        "ingest reprocess resume S000123", S000123="S000003"
    )
    wait_for("done", lambda: deployment.submissions()[2].state is SubmissionState.DONE)
    assert "Nothing is stuck" in operator.succeed("ingest reprocess resume --all")
    operator.succeed("celery -A workers.app call ingest.reconcile")


def receive_what_identifies(deployment: Deployment, operator: Operator) -> None:
    """Look at it on a terminal only, and remove it by two people."""
    look = "ingest held show ITEM --show-values --by NAME --reason …"
    words = {"ITEM": "1", "NAME": "A.Person"}
    piped = operator.run(look, **words)
    assert (piped.returncode, VALUE in piped.stdout) == (3, False)
    operator.tried.add(look)
    shown = on_a_terminal(operator, "held show 1 --show-values --by A.Person --reason 'a test'")
    assert VALUE in shown
    asked = operator.succeed("ingest held purge ITEM --by NAME --reason …", **words)
    act = re.search(r"purge:S000002:\d+", asked)
    assert act is not None, asked
    assert f"{act[0]} --by NAME" in operator.succeed("ingest held list")
    alone = operator.run("ingest held confirm ACT --by NAME --reason …", ACT=act[0], NAME="A.Person")
    assert alone.returncode != 0
    operator.succeed("ingest held confirm ACT --by NAME --reason …", ACT=act[0], NAME="B.Other")
    places = deployment.parts.places
    assert not any(places.quarantine.glob("S000002/*"))
    assert not deployment.parts.originals.has("S000002")


def on_a_terminal(operator: Operator, words: str) -> str:
    """Run a command on a terminal; return what that shows."""
    controlling, terminal = pty.openpty()
    command = ["bash", "-c", f"{sys.executable} -m ingest.cli {words}"]
    process = subprocess.Popen(
        command, env=operator.environment, stdout=terminal, stderr=terminal, stdin=terminal
    )
    os.close(terminal)
    shown = b""
    while True:
        try:
            part = os.read(controlling, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    process.wait(60)
    os.close(controlling)
    return shown.decode()


def keep_and_bring_level(operator: Operator, backup: Path) -> None:
    """Make a backup while the workers work; migrate and level change nothing in a whole service."""
    operator.succeed("deploy/backup.sh BACKUP", BACKUP=str(backup))
    assert {
        "ledger.dump",
        "hash.key",
        "subjects",
        "withdrawn",
        "trials",
        "originals",
        "quarantine",
        "reports",
        "finished",
    } <= {path.name for path in backup.iterdir()}
    operator.succeed("ingest migrate")

    assert operator.succeed("ingest level").startswith("0 submissions entered again, 0 go on.")
