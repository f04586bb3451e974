"""Debian's Orthanc beside the job: the same zip by POST /instances into an empty store."""

from __future__ import annotations

import json
import os
import shutil
import socket
import statistics
import subprocess
import time
import urllib.request
from pathlib import Path
from typing import Any

from bench_corpus import make_corpus, make_ground


def measure_orthanc(worker_type: Any, rounds: int) -> dict[str, Any]:
    """Case B, side by side; both empty at the start of each round."""
    program = _program()
    package = make_corpus()["B"]
    ratios, walls = [], []
    with worker_type() as worker:
        worker.ingest(make_corpus()["A"])
        for _ in range(rounds):
            ours = worker.ingest(package)["wall"]
            theirs = _post(program, package)
            ratios.append(ours / theirs)
            walls.append(theirs)
    return {"orthanc": {"wall_ratio": statistics.median(ratios), "wall": statistics.median(walls)}}


def _program() -> str:
    found = shutil.which("Orthanc")
    if found is None:
        as_root = [] if os.geteuid() == 0 else ["sudo"]
        subprocess.run(
            [*as_root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "orthanc"], check=True
        )
        found = shutil.which("Orthanc")
    if found is None:
        raise SystemExit("Orthanc is not installed")
    return found


def _post(program: str, package: Path) -> float:
    """Start an Orthanc with an empty store, post the zip, stop it; return the seconds of the POST."""
    store = make_ground("work") / f"orthanc-{time.monotonic_ns()}"
    store.mkdir(parents=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "StorageDirectory": str(store),
        "IndexDirectory": str(store),
        "HttpPort": port,
        "DicomServerEnabled": False,
        "AuthenticationEnabled": False,
        "RemoteAccessAllowed": False,
    }
    (store / "orthanc.json").write_text(json.dumps(settings))
    server = subprocess.Popen(
        [program, store / "orthanc.json"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        _wait_for(f"http://127.0.0.1:{port}/system")
        began = time.perf_counter()
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/instances", data=package.read_bytes(), method="POST"
        )
        urllib.request.urlopen(request, timeout=600).read()
        return time.perf_counter() - began
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(store, ignore_errors=True)


def _wait_for(address: str) -> None:
    for _ in range(300):
        try:
            urllib.request.urlopen(address, timeout=5).read()
            return
        except OSError:
            time.sleep(0.1)
    raise SystemExit("Orthanc did not start")
