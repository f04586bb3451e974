"""The demonstration's zips through real Celery workers over a real Redis."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from celery import Celery

from ingest.demo.scenario import drop, parcels
from ingest.ledger.runs import ItemState
from ingest.model.route import RouteKind
from ingest.model.submission import SubmissionState
from ingest.model.verdict import Outcome
from tests.deployment import Deployment, deploy
from tests.servers import redis_server

pytestmark = pytest.mark.services

ENDED = (SubmissionState.DONE, SubmissionState.UNFINISHED, SubmissionState.STUCK)


def environment_of(deployment: Deployment, redis_url: str) -> dict[str, str]:
    """Return the environment of a process of the service."""
    settings = deployment.service.settings
    return {
        **os.environ,
        "INGEST_DATA_DIR": str(settings.data_dir),
        "INGEST_SHARES": settings.shares,
        "INGEST_TRIAL_FILE": str(settings.trial_file),
        "INGEST_REDIS_URL": redis_url,
    }


def celery_call(deployment: Deployment, redis_url: str, task: str, **arguments: object) -> None:
    """Call a task as a person does from a shell: `celery -A workers.app call`."""
    command = [sys.executable, "-m", "celery", "-A", "workers.app", "call", task]
    subprocess.run(
        [*command, "--kwargs", json.dumps(arguments)],
        env=environment_of(deployment, redis_url),
        check=True,
        capture_output=True,
    )


@contextmanager
def worker(deployment: Deployment, redis_url: str, queues: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run one worker process; ended by its process id."""
    settings = deployment.service.settings
    environment = environment_of(deployment, redis_url)
    command = [sys.executable, "-m", "celery", "-A", "workers.app", "worker", "-Q", queues, "-c", "1"]
    log = (settings.data_dir / f"worker-{queues}.log").open("wb")
    process = subprocess.Popen(
        [*command, "-n", f"{queues.replace(',', '-')}@test", "-l", "WARNING"],
        env=environment,
        stderr=log,
        stdout=log,
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)
        log.close()


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with deploy(tmp_path) as running:
        yield running


def wait_until(is_true, seconds: float = 180.0) -> None:
    until = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.5)


def test_the_demonstrations_zips_go_their_way_as_tasks(deployment: Deployment) -> None:
    sent = parcels()
    for parcel in sent:
        drop(parcel, parcel.build(), deployment.shares / parcel.route.value / parcel.site)
    with redis_server() as redis_url:
        app = Celery(broker=redis_url)

        def have_all_ended() -> bool:
            for route in RouteKind:
                app.send_task("ingest.poll", (route.value,), queue="light")
            return len([item for item in deployment.submissions() if item.state in ENDED]) == len(sent)

        with worker(deployment, redis_url, "heavy"), worker(deployment, redis_url, "light"):
            wait_until(have_all_ended)
            outcomes = sorted(str(item.outcome) for item in deployment.submissions())
            assert outcomes == ["None", "accepted", "accepted", "accepted", "held", "held"]
            assert {item.state for item in deployment.submissions()} <= set(ENDED)

            held = next(item for item in deployment.submissions() if item.outcome is Outcome.HELD)
            one = {"run": "from-a-task", "scope": "submission", "id": held.id, "dry_run": True}
            celery_call(deployment, redis_url, "ingest.reprocess", **one)
            celery_call(deployment, redis_url, "ingest.reprocess", run="over-all", scope="all")
            app.send_task("ingest.sweep", queue="light")

            def is_run_over() -> bool:
                with deployment.parts.ledger.read() as tx:
                    runs = {run.id for run in tx.runs.find()}
                    return runs == {"from-a-task", "over-all"} and (
                        tx.runs.progress("from-a-task").items == {ItemState.DONE: 1}
                        and tx.runs.progress("over-all").items == {ItemState.DONE: 5}
                    )

            wait_until(is_run_over)
    subjects = deployment.parts.archive.subjects()
    assert subjects == ["123-1001", "123-1002", "123-1003", "124-2001", "124-2003", "125-3001"]
    assert all(deployment.parts.archive.head(subject) == 1 for subject in subjects)
