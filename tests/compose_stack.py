"""The service as containers, for tests: built, brought up, asked, and removed again."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from azure.storage.fileshare import ShareServiceClient

from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[1]
#: Outside the repository: what gives a machine without a container registry a Docker engine.
SHARED = Path(os.environ.get("HAMLET_SHARED", ROOT.parent / "shared"))


def engine_environment() -> dict[str, str]:
    """Return the environment in which `docker` works; where no engine runs, one is started."""
    if _has_engine(os.environ):
        return dict(os.environ)
    tool = SHARED / "tools" / "local-docker"
    if not tool.exists():
        raise RuntimeError("No Docker engine answers. Start one, or set HAMLET_SHARED to find local-docker.")
    told = subprocess.run([tool, "env"], check=True, capture_output=True, text=True).stdout
    pairs = (item.split("=", 1) for item in told.split() if "=" in item)
    environment = {**os.environ, **dict(pairs)}
    # Also where the engine runs: it makes the base images that are missing.
    subprocess.run([tool, "up"], check=True, timeout=1200, stdin=subprocess.DEVNULL)
    return environment


def _has_engine(environment: os._Environ[str]) -> bool:
    if not shutil.which("docker"):
        return False
    asked = subprocess.run(["docker", "info"], env=environment, capture_output=True, check=False)
    return asked.returncode == 0


#: Process 1 is the init; its child is the worker.
_KILL_THE_WORKER = (
    "import os, pathlib, signal;"
    "os.kill(int(pathlib.Path('/proc/1/task/1/children').read_text().split()[0]), signal.SIGKILL)"
)


class Stack:
    """One compose project with the profile `try`, under a name and on ports of its own."""

    def __init__(self, project: str) -> None:
        self.project = project
        self.files_port, self.mail_port, self.metrics_port = free_port(), free_port(), free_port()
        self.environment = {
            **engine_environment(),
            "HAMLET_VERSION": "e2e",
            "HAMLET_BUILD_NETWORK": "host",
            "HAMLET_TRY_FILES_PORT": str(self.files_port),
            "HAMLET_TRY_MAIL_PORT": str(self.mail_port),
            "HAMLET_METRICS_PORT": str(self.metrics_port),
            # A killed worker's submission is free again sooner.
            "INGEST_LEASE_SECONDS": "20",
        }
        is_second = self._run(["docker", "compose", "version"]).returncode == 0
        self._compose = ["docker", "compose"] if is_second else ["docker-compose"]

    @property
    def compose_command(self) -> str:
        """Return what stands for `docker compose` in a shell."""
        options = ["-p", self.project, "--env-file", "deploy/try/try.env", "--profile", "try"]
        return " ".join([*self._compose, *options])

    def _run(self, command: list[str], timeout: float = 900.0) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command,
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def docker(self, *arguments: str) -> str:
        """Run docker; return what it printed. A failure shows its own words."""
        return self._succeed(["docker", *arguments])

    def crash(self, container: str) -> None:
        """Kill the process that a container is for, as a crash would.

        The container ends with it, now and then before Docker has heard how the killing command ended: what
        that says is not looked at. Whether the container was started again tells.
        """
        self._run(["docker", "exec", container, "python", "-c", _KILL_THE_WORKER])

    def compose(self, *arguments: str) -> str:
        """Run Compose on this project."""
        return self._succeed([*self.compose_command.split(), *arguments])

    def _succeed(self, command: list[str]) -> str:
        done = self._run(command)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        return done.stdout

    def up(self, *, heavy: int) -> None:
        """Start what does not run yet."""
        self.compose("up", "-d", "--no-build", "--scale", f"worker-heavy={heavy}")

    def down(self) -> None:
        """Remove containers, networks and volumes; the images stay, as the next build's cache."""
        self.compose("down", "-v", "--remove-orphans", "-t", "5")

    def containers(self, service: str) -> list[str]:
        """Return the ids of a service's containers that run."""
        label = "label=com.docker.compose"
        wanted = ["--filter", f"{label}.project={self.project}", "--filter", f"{label}.service={service}"]
        return self.docker("ps", "-q", "--no-trunc", *wanted).split()

    def inside(self, service: str, *command: str) -> str:
        """Run a command in a service's first container; return what it printed."""
        return self.docker("exec", self.containers(service)[0], *command)

    def refuses(self, service: str, *command: str) -> bool:
        """Whether a command in a service's first container fails."""
        return self._run(["docker", "exec", self.containers(service)[0], *command]).returncode != 0

    def state(self, container: str) -> dict[str, Any]:
        """Return a container's state, as `docker inspect` has it."""
        found: dict[str, Any] = json.loads(self.docker("inspect", container))[0]
        return {**found["State"], "RestartCount": found["RestartCount"]}

    def ledger(self, query: str) -> list[list[str]]:
        """Ask the ledger's PostgreSQL; return rows of texts."""
        printed = self.inside("postgres", "psql", "-U", "hamlet", "-d", "hamlet", "-AtF", "|", "-c", query)
        return [line.split("|") for line in printed.splitlines()]

    def shares(self, site: str) -> ShareServiceClient:
        """Return a client of a site's account on the test server of Azure Files, as the site has one."""
        secret = ROOT / "deploy/secrets.example/shares" / f"site{site}"
        return ShareServiceClient(
            f"http://127.0.0.1:{self.files_port}/site{site}",
            credential={
                "account_name": f"site{site}",
                "account_key": secret.read_text(encoding="utf-8").partition("AccountKey=")[2].split(";")[0],
            },
        )

    def letters(self) -> list[dict[str, str]]:
        """Return To, Subject and Message-ID of every e-mail that was sent."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.mail_port}/letters.json", timeout=10) as page:
            found: list[dict[str, str]] = json.load(page)
        return found


def wait_until(is_true: Callable[[], object], what: str, seconds: float, pause: float = 1.0) -> None:
    """Wait for something to become true."""
    until = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < until, f"not within {seconds:.0f} s: {what}"
        time.sleep(pause)
