"""Creates and upgrades the ledger's schema."""

from __future__ import annotations

import sqlite3
from functools import cache

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import exc

from ingest.ledger.engine import make_engine
from ingest.model.errors import TransientError

#: Any fixed number: whoever upgrades PostgreSQL holds this advisory lock.
_UPGRADE_LOCK = 0x48414D4C


def upgrade(url: str) -> None:
    """Bring the ledger at `url` to this program's schema; nothing happens where it is there already.

    Two programs may do it at the same time: the second waits. Raises ConfigurationError, TransientError.
    """
    engine = make_engine(url)
    try:
        if engine.dialect.name == "sqlite":
            _choose_wal(engine)
            engine = engine.execution_options(is_ledger_write=True)
        with engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_UPGRADE_LOCK)))
            config = _config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except (exc.OperationalError, exc.InterfaceError) as error:
        raise TransientError(
            f"The ledger's database does not answer ({type(error.orig).__name__})."
        ) from None
    except sqlite3.OperationalError:
        raise TransientError(
            "The ledger's database cannot be written: is its disk full, or mounted read-only?"
        ) from None
    finally:
        engine.dispose()


@cache
def head_revision() -> str:
    """Return the newest revision that this program knows."""
    return str(ScriptDirectory.from_config(_config()).get_current_head())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "ingest.ledger:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _choose_wal(engine: sa.Engine) -> None:
    """Switch to WAL, once: two workers that switch at the same moment find the database locked."""
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA journal_mode=WAL")
    finally:
        raw.close()
