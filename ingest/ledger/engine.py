"""The engine under the ledger: SQLite or PostgreSQL, each set so that a commit is on the disk."""

from __future__ import annotations

import sqlite3

import sqlalchemy as sa
from sqlalchemy import exc

from ingest.model.errors import ConfigurationError

#: How long a writer waits for another, in milliseconds; transactions are short.
BUSY_TIMEOUT_MS = 30_000
#: SQLite: pages that its journal (WAL) may hold, 32 MiB, and KiB of pages kept in memory a connection.
_JOURNAL_PAGES, _CACHE_KIB = 8192, 8192


def make_engine(url: str) -> sa.Engine:
    """Return an engine for the URL. Parameters never appear in its errors or logs."""
    try:
        parsed = sa.make_url(url)
    except exc.ArgumentError:
        raise ConfigurationError("The ledger's URL cannot be read; sqlite:///PATH is expected.") from None
    if parsed.get_backend_name() == "sqlite":
        engine = sa.create_engine(
            parsed, hide_parameters=True, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}
        )
        sa.event.listen(engine, "connect", _set_up_sqlite)
        sa.event.listen(engine, "begin", _begin_sqlite)
        return engine
    if parsed.get_backend_name() == "postgresql":
        settings = f"-c lock_timeout={BUSY_TIMEOUT_MS} -c idle_in_transaction_session_timeout=120000"
        return sa.create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            hide_parameters=True,
            pool_pre_ping=True,
            connect_args={"options": settings, "connect_timeout": 10},
        )
    raise ConfigurationError("The ledger is kept in SQLite or PostgreSQL; the URL names another database.")


def _set_up_sqlite(connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # the driver must not begin transactions of its own
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    # What the journal holds is written into the ledger's pages rarely, and for many packages at once.
    connection.execute(f"PRAGMA wal_autocheckpoint={_JOURNAL_PAGES}")
    connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")


def _begin_sqlite(connection: sa.Connection) -> None:
    is_write = connection.get_execution_options().get("is_ledger_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_write else "BEGIN")
