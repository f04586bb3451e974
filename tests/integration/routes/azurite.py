"""Azurite, Microsoft's own emulator of Storage queues, on a free port."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.filerest import DEFAULT_ACCOUNT, DEFAULT_KEY
from tests.servers import free_port

SCRIPT = Path(__file__).resolve().parents[2] / "azurite/node_modules/azurite/dist/src/queue/main.js"
CONNECTION_STRING = f"AccountName={DEFAULT_ACCOUNT};AccountKey={DEFAULT_KEY}"


@contextmanager
def azurite(folder: Path) -> Iterator[str]:
    """Run it for the length of the block and give the account's endpoint."""
    port = free_port()
    options = ["--silent", "--disableTelemetry", "--inMemoryPersistence", "--skipApiVersionCheck"]
    server = subprocess.Popen(
        ["node", str(SCRIPT), *options, "--queueHost", "127.0.0.1", "--queuePort", str(port)],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port, server)
        yield f"http://127.0.0.1:{port}/{DEFAULT_ACCOUNT}"
    finally:
        server.terminate()
        server.wait(20)


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, "Azurite ended at once"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("Azurite did not start")
