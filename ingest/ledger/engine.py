"""The engine under the ledger: SQLite or PostgreSQL, each set so that a commit is on the disk."""

from __future__ import annotations

import sqlite3
import time

import sqlalchemy as sa
from sqlalchemy import exc

from ingest.model.errors import ConfigurationError

#: How long a writer waits for another, in milliseconds; transactions are short.
BUSY_TIMEOUT_MS = 30_000
#: Seconds between two looks whether another writer has ended: SQLite itself sleeps for up to 0.1.
_LOOK_AGAIN = 0.001
#: SQLite: pages that its journal (WAL) may hold, 32 MiB, and KiB of pages kept in memory a connection.
_JOURNAL_PAGES, _CACHE_KIB = 8192, 4096


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
    # What one statement would take back is kept in memory: in a file, each row's pages are written twice.
    connection.execute("PRAGMA temp_store=MEMORY")


def _begin_sqlite(connection: sa.Connection) -> None:
    if not connection.get_execution_options().get("is_ledger_write", False):
        connection.exec_driver_sql("BEGIN")
        return
    driver = connection.connection.driver_connection
    if not (isinstance(driver, sqlite3.Connection) and _has_begun_to_write(driver)):
        connection.exec_driver_sql("BEGIN IMMEDIATE")  # says why not


def _has_begun_to_write(connection: sqlite3.Connection) -> bool:
    """Begin to write as soon as another writer has ended; return False where it does not end in time."""
    limit = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    connection.execute("PRAGMA busy_timeout=0")
    try:
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > limit:
                    return False
                time.sleep(_LOOK_AGAIN)
            else:
                return True
    finally:
        connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
