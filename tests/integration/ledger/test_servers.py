"""The servers that tests start: they answer, keep their data over kill -9, and are gone afterwards."""

from __future__ import annotations

import psycopg
import pytest
import redis

from tests.servers import Postgres, Redis, postgres, redis_server

pytestmark = pytest.mark.services


def test_redis_runs_for_the_length_of_the_block() -> None:
    with redis_server() as url, redis.Redis.from_url(url) as client:
        assert client.ping()
    with redis.Redis.from_url(url) as client, pytest.raises(redis.ConnectionError):
        client.ping()


def test_redis_with_a_log_keeps_its_data_over_a_kill() -> None:
    server = Redis(["--appendonly", "yes", "--appendfsync", "always"])
    try:
        server.start()
        with redis.Redis.from_url(server.url) as client:
            client.set("key", "kept")
        server.kill()
        server.start()
        with redis.Redis.from_url(server.url) as client:
            assert client.get("key") == b"kept"
    finally:
        server.close()
    assert not server.folder.exists()


def test_postgresql_runs_as_somebody_else_than_root() -> None:
    server = Postgres()
    try:
        server.start()
        assert (server.folder / "data").stat().st_uid != 0
        dsn = server.create_database("made").replace("+psycopg", "")
        with psycopg.connect(dsn) as connection:
            connection.execute("CREATE TABLE kept (n int)")
        server.kill()
        server.start()
        with psycopg.connect(dsn) as connection:
            assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)
    finally:
        server.close()


def test_postgresql_runs_for_the_length_of_the_block() -> None:
    with postgres() as url:
        dsn = url.replace("+psycopg", "")
        psycopg.connect(dsn).close()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(dsn, connect_timeout=1)
