"""Every command on containers that the pages for operators name, run as it stands there, on a live stack."""

from __future__ import annotations

import json
import os
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.metrics import METRICS
from tests.compose_stack import ROOT, Stack, wait_until
from tests.documented import PUT_BACK, WITH_CONTAINERS
from tests.ocfl_validity import ocfl_faults

pytestmark = [pytest.mark.compose, pytest.mark.timeout(1200)]

SENT = 6
#: How every stack of these tests is started and removed.
OF_EVERY_STACK = {
    "docker compose --env-file deploy/try/try.env --profile try up --build",
    "docker compose --env-file deploy/try/try.env --profile try down -v",
    "docker compose up -d --build",
}


class Operator:
    """Types what the pages say; `docker compose` is this project's Compose."""

    def __init__(self, stack: Stack, backup: Path) -> None:
        self.stack = stack
        self.backup = backup
        self.tried = set(OF_EVERY_STACK)

    def type(self, documented: str, **words: str) -> str:
        """Run a documented command; return what it printed."""
        self.tried.add(documented)
        compose = self.stack.compose_command
        command = documented.replace("docker compose exec", "docker compose exec -T").replace("-T -T", "-T")
        command = command.replace("docker compose", compose).replace("BACKUP", str(self.backup))
        for placeholder, word in words.items():
            command = command.replace(placeholder, word)
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=ROOT,
            env={**self.stack.environment, "COMPOSE": compose},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
            stdin=subprocess.DEVNULL,
        )
        assert done.returncode == 0, f"{documented}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        return done.stdout


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    """An operator of a stack that has filed what the sites sent."""
    stack = Stack(f"hamlet-ops-{os.getpid()}")
    try:
        stack.compose("build")
        stack.up(heavy=1)
        wait_until(lambda: _ended(stack) == SENT, f"{SENT} submissions at their end", 420)
        yield Operator(stack, tmp_path_factory.mktemp("backup") / "backup")
    finally:
        stack.down()


def _ended(stack: Stack) -> int:
    rows = stack.ledger("select count(*) from submissions where state in ('done', 'unfinished', 'stuck')")
    return int(rows[0][0])


def _subjects(stack: Stack) -> list[list[str]]:
    return stack.ledger("select subject_id, head_version from subjects where head_version > 0 order by 1")


def test_every_command_on_containers_does_what_its_page_says(operator: Operator, tmp_path: Path) -> None:
    look(operator)
    mend(operator)
    filed = _subjects(operator.stack)
    assert len(filed) >= 6
    lose_and_restore(operator)
    assert _subjects(operator.stack) == filed
    worker = operator.stack.containers("worker-light")[0]
    operator.stack.docker("cp", f"{worker}:/data/subjects", str(tmp_path))
    assert ocfl_faults(tmp_path / "subjects") == ""
    operator.type("deploy/make-secrets.sh", **{"make-secrets.sh": f"make-secrets.sh {tmp_path / 'secrets'}"})
    assert (tmp_path / "secrets/redis_acl").exists()
    assert operator.tried == WITH_CONTAINERS


def look(operator: Operator) -> None:
    """See the service, its shares, its logs, its numbers."""
    assert "accepted" in operator.type("docker compose exec worker-light ingest status")
    operator.type("docker compose exec worker-light …", **{"…": "ingest submissions"})
    assert "All is well." in operator.type("docker compose exec worker-light ingest routes check")
    operator.type("docker compose exec worker-light ingest site test-upload 123")
    lines = operator.type("docker compose logs worker-heavy").splitlines()
    events = [json.loads(line[line.index("{") :]) for line in lines if "{" in line]
    assert {"step-begun", "step-done"} <= {event["event"] for event in events}
    port = operator.stack.metrics_port
    text = operator.type("curl -s http://127.0.0.1:9180/metrics", **{"9180": str(port)})
    assert {line.split("{")[0].split(" ")[0] for line in text.splitlines() if line[0] != "#"} == set(METRICS)
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=30) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")


def mend(operator: Operator) -> None:
    """Restart, scale, start what is down; a health check tells what is wrong."""
    stack = operator.stack
    stack.docker("kill", stack.containers("redis")[0])
    assert stack.refuses("worker-light", "ingest", "health"), "healthy without Redis"
    operator.type("docker compose up -d redis")
    operator.type("docker compose restart worker-heavy")
    operator.type("docker compose up -d --scale worker-heavy=4")
    assert len(stack.containers("worker-heavy")) == 4


def lose_and_restore(operator: Operator) -> None:
    """Back up, twice; lose ledger and archive; restore as the runbook says."""
    operator.type("deploy/backup.sh --compose BACKUP")
    operator.type("deploy/backup.sh --compose /srv/backup", **{"/srv/backup": str(operator.backup)})
    operator.type("docker compose stop worker-light worker-heavy beat")
    operator.type("docker compose exec -T postgres dropdb -U hamlet --force hamlet")
    operator.type("docker compose exec -T postgres createdb -U hamlet hamlet")
    operator.type(
        "docker compose exec -T postgres pg_restore -U hamlet --no-owner -d hamlet <BACKUP/ledger.dump"
    )
    lose = "docker compose run --rm --no-deps -T worker-light rm -rf /data/subjects /data/reports"
    operator.type(lose)
    operator.tried.discard(lose)
    operator.type(f"docker compose run --rm --no-deps -T -v BACKUP:/backup:ro worker-light {PUT_BACK}")
    operator.type("docker compose run --rm migrate")
    levelled = operator.type("docker compose run --rm --no-deps -T worker-light ingest level")
    assert "0 submissions entered again" in levelled
    operator.type("docker compose up -d")
