"""The same tests on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from ingest.ledger.ledger import Ledger
from ingest.ledger.schema import upgrade
from tests.ledger_rows import ManualClock
from tests.servers import Postgres


@pytest.fixture(scope="session")
def cluster() -> Iterator[Postgres]:
    """One PostgreSQL for all tests, with an empty ledger to copy."""
    server = Postgres(["fsync=off"])
    try:
        server.start()
        upgrade(server.create_database("empty_ledger"))
        yield server
    finally:
        server.close()


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty ledger in SQLite, to copy."""
    path = tmp_path_factory.mktemp("ledger") / "empty.db"
    upgrade(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)])
def url(request: pytest.FixtureRequest, tmp_path: Path, empty_file: Path) -> str:
    """The URL of an empty ledger."""
    if request.param == "sqlite":
        return f"sqlite:///{shutil.copy(empty_file, tmp_path / 'ledger.db')}"
    server: Postgres = request.getfixturevalue("cluster")
    return server.create_database(f"ledger_{uuid4().hex}", template="empty_ledger")


@pytest.fixture
def clock() -> ManualClock:
    """Noon, until it is told otherwise."""
    return ManualClock()


@pytest.fixture
def ledger(url: str, clock: ManualClock) -> Iterator[Ledger]:
    """An empty ledger."""
    opened = Ledger.open(url, clock)
    yield opened
    opened.close()
