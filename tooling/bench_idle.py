"""What an idle service costs: rounds that find nothing, on 40 folders and on 40 shares of Azure Files.

The shares are those of the tests' server for Azure's own client, a process of its own: what is counted is
the service's side. It is spoken to without TLS.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bench_corpus import ROOT, make_ground, many_sites_text

from ingest.model.route import RouteKind
from ingest.routes.folder import FolderStore
from ingest.service import open_service
from ingest.settings import Settings
from ingest.steps.drive import drive_round
from ingest.trial import Trial
from ingest.trial.load import parse_trial

Figures = dict[str, Any]

_ACCOUNT = "devstoreaccount1"


def measure_idle(rounds: int) -> Figures:
    """What a round costs that finds nothing on 40 shares, empty and with 100,000 entries on one of them."""
    folder = make_ground("work") / f"idle-{os.getpid()}"
    trial = parse_trial(many_sites_text())
    try:
        with open_service(Settings(data_dir=folder), trial=trial) as service:
            share = next(item for item in service.parts.shares if item.route is RouteKind.SMB)
            top = Path(share.address.partition(":")[2])

            def cost(act: Callable[[], object]) -> float:
                act()
                return min(_cpu_of(act) for _ in range(max(rounds, 5)))

            made = {"shares": len(service.parts.shares)}
            made["empty"] = cost(lambda: drive_round(service.parts, service.woken))
            (top / "received").mkdir(exist_ok=True)
            for number in range(100_000):
                (top / "received" / f"{number}.zip").touch()
            made["received"] = cost(lambda: drive_round(service.parts, service.woken))
            for number in range(100_000):
                (top / "received" / f"{number}.zip").rename(top / f"{number}.dat")
            made["beside"] = cost(lambda: drive_round(service.parts, service.woken))
            made["listing"] = cost(FolderStore(top).list_entries)
            made["every"] = min(rule.poll_every for rule in trial.routes.values())
            return {"idle": made}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _cpu_of(act: Callable[[], object]) -> float:
    began = time.process_time()
    act()
    return time.process_time() - began


def measure_idle_azure(rounds: int) -> Figures:
    """What a round costs that finds nothing on 40 shares of Azure Files."""
    folder = make_ground("work") / f"idle-azure-{os.getpid()}"
    secrets = folder / "secrets"
    secrets.mkdir(parents=True)
    port = _free_port()
    templates = {
        f'"folder:{{shares}}/{kind.value}/{{site}}"': f'"azure-files:http://127.0.0.1:{port}/{_ACCOUNT}/{kind.value}-{{site}}"'
        for kind in RouteKind
    }
    text = many_sites_text()
    for template, address in templates.items():
        text = text.replace(template, address)
    trial = parse_trial(text)
    try:
        with _serve(port, trial) as connection:
            (secrets / _ACCOUNT).write_text(connection, encoding="utf-8")
            settings = Settings(data_dir=folder / "data", share_secrets_dir=secrets)
            with open_service(settings, trial=trial) as service:
                made = drive_round(service.parts, service.woken)
                if made.failed:
                    raise SystemExit(f"{made.failed} shares did not answer")
                costs = [_cpu_of(lambda: drive_round(service.parts, service.woken)) for _ in range(rounds)]
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    every = min(rule.poll_every for rule in trial.routes.values())
    return {"idle azure": {"shares": len(trial.share_addresses("")), "empty": min(costs), "every": every}}


@contextmanager
def _serve(port: int, trial: Trial) -> Iterator[str]:
    """Run the tests' server with every share of the trial; give its connection string."""
    names = [share.address.rpartition("/")[2] for share in trial.share_addresses("")]
    command = [sys.executable, "-m", "tests.filerest", "--port", str(port)]
    for name in names:
        command += ["--share", name]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        assert server.stdout is not None
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.wait()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
