"""`ingest health`: for a container's health check, and for a person: is the work being done?"""

from __future__ import annotations

import os
import signal
import socket
import time

import click
import redis

from ingest.health import BEAT_SECONDS, Beats, is_deaf, live_workers, schedule_fault, silence_of
from ingest.ledger.ledger import Ledger
from ingest.model.clock import SystemClock
from ingest.model.errors import ConfigurationError, TransientError
from ingest.settings import Settings

QUEUES = ("light", "heavy")
#: Seconds that Redis has to answer.
_PATIENCE = 5.0
UNHEALTHY = 1


@click.command("health")
@click.option("--worker", metavar="QUEUE", help="Of this container's worker of a queue: light or heavy.")
@click.option("--schedule", is_flag=True, help="Of the schedule that asks for polls and sweeps.")
@click.option("--end-deaf", is_flag=True, help="End the container of a worker that takes nothing.")
def command(worker: str | None, schedule: bool, end_deaf: bool) -> int:
    """Say whether the work is being done, from the ledger's signs of life and the queues' depths.

    Exit status 0: it is; 1: it is not, and the line says why.
    """
    try:
        if worker:
            fault = _worker_fault(worker, end_deaf)
        elif schedule:
            fault = schedule_fault(_beats(), _waiting("light"), SystemClock().now())
        else:
            fault = _service_fault()
    except (ConfigurationError, TransientError) as error:
        fault = str(error)
    click.echo(f"unhealthy: {fault}" if fault else "healthy")
    return UNHEALTHY if fault else 0


def _worker_fault(queue: str, end_deaf: bool) -> str:
    """Return what is wrong with this container's worker. A deaf one is looked at twice, a beat apart."""
    name = f"{queue}@{socket.gethostname()}"
    if fault := silence_of(_beats(), name, SystemClock().now()):
        return fault
    if not _is_deaf(name, queue):
        return ""
    time.sleep(1.5 * BEAT_SECONDS)
    if not _is_deaf(name, queue):
        return ""
    if end_deaf:
        os.kill(1, signal.SIGTERM)
    return "tasks wait and it takes none"


def _is_deaf(name: str, queue: str) -> bool:
    return is_deaf(_beats(), name, _waiting(queue), SystemClock().now())


def _service_fault() -> str:
    """Print each queue's depth and workers; return what is wrong with the whole."""
    beats, now = _beats(), SystemClock().now()
    faults = []
    for queue in QUEUES:
        waiting, alive = _waiting(queue), live_workers(beats, queue, now)
        click.echo(f"{queue:8} {waiting} tasks wait, {alive} workers live")
        if not alive:
            faults.append(f"no {queue} worker lives")
    faults.append(schedule_fault(beats, _waiting("light"), now))
    return "; ".join(fault for fault in faults if fault)


def _beats() -> Beats:
    ledger = Ledger.open(Settings().database_url, SystemClock())
    try:
        with ledger.read() as tx:
            return tx.vitals.beats()
    finally:
        ledger.close()


def _waiting(queue: str) -> int:
    """Return how many tasks wait in a queue. Raises TransientError."""
    url = Settings().redis_url.get_secret_value()
    client = redis.Redis.from_url(url, socket_timeout=_PATIENCE, socket_connect_timeout=_PATIENCE)
    try:
        return int(client.llen(queue))
    except redis.RedisError as error:
        raise TransientError(f"Redis does not answer ({type(error).__name__})") from None
    finally:
        client.close()
