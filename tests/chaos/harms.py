"""What befalls a service during a storm: one function a harm."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import redis
import sqlalchemy as sa
from sqlalchemy import exc

from ingest.ledger.tables.arrivals import submissions
from tests.chaos.disk import SmallDisk
from tests.chaos.fleet import Fleet
from tests.chaos.proxy import Proxy
from tests.servers import Postgres, Redis


@dataclass
class Scene:
    """What can be harmed. `postgres` is None where the ledger is SQLite."""

    chance: random.Random
    fleet: Fleet
    ledger: sa.Engine
    redis: Redis
    redis_proxy: Proxy
    postgres: Postgres | None
    ledger_proxy: Proxy | None
    disk: SmallDisk
    lease_seconds: float

    def holder(self, patience: float = 20.0) -> int | None:
        """Return the process that works on a submission now, waiting for one; None: nobody does."""
        until = time.monotonic() + patience
        while time.monotonic() < until:
            holders = [pid for pid in self._holders() if _is_of(pid, self.fleet.groups())]
            if holders:
                return self.chance.choice(holders)
            time.sleep(0.02)
        return None

    def _holders(self) -> list[int]:
        query = sa.select(submissions.c.holder).where(submissions.c.holder != "").distinct()
        try:
            with self.ledger.connect() as connection:
                names = connection.execute(query).scalars().all()
        except exc.SQLAlchemyError:
            return []
        return [int(name.rpartition(":")[2]) for name in names]


def kill_child(scene: Scene) -> bool:
    """Kill -9 the pool's process that works on a submission."""
    pid = scene.holder()
    return pid is not None and _signal(pid, signal.SIGKILL)


def kill_worker(scene: Scene) -> bool:
    """Kill -9 a working worker's whole group: main process, pool, inspection child."""
    pid = scene.holder()
    with suppress(ProcessLookupError):
        if pid is not None:
            os.killpg(os.getpgid(pid), signal.SIGKILL)
            return True
    return False


def kill_inspector(scene: Scene) -> bool:
    """Kill -9 an inspection child."""
    scene.holder()
    found = scene.fleet.inspectors()
    return bool(found) and _signal(scene.chance.choice(found), signal.SIGKILL)


def pause_worker(scene: Scene) -> bool:
    """Stop a worker for longer than its lease; it goes on as if nothing had been."""
    pid = scene.holder()
    if pid is None or not _signal(pid, signal.SIGSTOP):
        return False
    time.sleep(1.6 * scene.lease_seconds)
    return _signal(pid, signal.SIGCONT)


def kill_beat(scene: Scene) -> bool:
    """Kill -9 the schedule."""
    scene.fleet.kill("beat")
    return True


def kill_redis(scene: Scene) -> bool:
    """Kill -9 Redis, which keeps an append-only file; it comes back after a moment."""
    scene.redis.kill()
    time.sleep(scene.chance.uniform(0, 2))
    scene.redis.start()
    return True


def flush_redis(scene: Scene) -> bool:
    """Take every message away."""
    client = redis.Redis(port=scene.redis.port)
    client.flushall()
    client.close()
    return True


def cut_broker(scene: Scene) -> bool:
    """Break every connection to Redis."""
    return scene.redis_proxy.cut() > 0


def cut_ledger(scene: Scene) -> bool:
    """Break every connection to PostgreSQL, while somebody works."""
    scene.holder()
    return scene.ledger_proxy is not None and scene.ledger_proxy.cut() > 0


def kill_postgres(scene: Scene) -> bool:
    """Kill -9 PostgreSQL, or restart it in good order, while somebody works."""
    if scene.postgres is None:
        return False
    scene.holder()
    scene.chance.choice((scene.postgres.kill, scene.postgres.stop))()
    time.sleep(scene.chance.uniform(0, 1))
    scene.postgres.start()
    return True


def fill_disk(scene: Scene) -> bool:
    """Leave no byte free for a while."""
    scene.disk.fill()
    scene.holder(2.0)
    time.sleep(scene.chance.uniform(1, 3))
    scene.disk.relieve()
    return True


Harm = Callable[[Scene], bool]
#: Dealt like a deck of cards, again and again: harm → how often it is in the deck.
DECK: dict[Harm, int] = {
    kill_child: 5,
    kill_worker: 5,
    kill_inspector: 3,
    pause_worker: 1,
    kill_beat: 1,
    kill_redis: 2,
    flush_redis: 2,
    cut_broker: 1,
    cut_ledger: 1,
    kill_postgres: 2,
    fill_disk: 1,
}


def _signal(pid: int, how: signal.Signals) -> bool:
    with suppress(ProcessLookupError):
        os.kill(pid, how)
        return True
    return False


def _is_of(pid: int, groups: frozenset[int]) -> bool:
    with suppress(ProcessLookupError):
        return os.getpgid(pid) in groups
    return False
