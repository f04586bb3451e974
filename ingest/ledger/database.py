"""The database under the ledger: SQLite or PostgreSQL, its transactions, and what its errors become."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import exc

from ingest.ledger.engine import make_engine
from ingest.ledger.errors import LedgerError
from ingest.ledger.schema import head_revision
from ingest.model.errors import ConfigurationError, TransientError


class Database:
    """One engine. Writes in SQLite begin with BEGIN IMMEDIATE; reads see one snapshot in both databases."""

    def __init__(self, url: str) -> None:
        self._engine = make_engine(url)
        self._reads: sa.Engine
        self._writes: sa.Engine
        if self._engine.dialect.name == "sqlite":
            self._reads = self._engine
            self._writes = self._engine.execution_options(is_ledger_write=True)
        else:
            self._reads = self._engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            self._writes = self._engine

    def reading(self) -> Any:
        """Return a context manager that gives a connection in a transaction for reading."""
        return _begin(self._reads)

    def writing(self) -> Any:
        """Return a context manager that gives a connection in a transaction for writing."""
        return _begin(self._writes)

    def check_schema(self) -> None:
        """Raise ConfigurationError unless the schema is this program's."""
        with self.reading() as connection:
            if not sa.inspect(connection).has_table("alembic_version"):
                raise ConfigurationError("The ledger has no tables yet: run `ingest migrate` once.")
            present = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
        if present != head_revision():
            raise ConfigurationError(
                f"The ledger has the schema {present}, but {head_revision()} is needed: run `ingest migrate`."
            )

    def close(self) -> None:
        """Close every connection of the pool."""
        self._engine.dispose()


@contextmanager
def _begin(engine: sa.Engine) -> Iterator[sa.Connection]:
    try:
        with engine.begin() as connection:
            yield connection
    except exc.SQLAlchemyError as error:
        raise _without_values(error) from None


def _without_values(error: exc.SQLAlchemyError) -> Exception:
    """Return what is raised in place of `error`: drivers' texts may carry keys and rows."""
    kind = type(getattr(error, "orig", None) or error).__name__
    if isinstance(error, exc.OperationalError | exc.InterfaceError | exc.TimeoutError):
        return TransientError(f"The ledger's database does not answer or is busy ({kind}).")
    if isinstance(error, exc.DBAPIError) and error.connection_invalidated:
        return TransientError(f"The connection to the ledger's database was lost ({kind}).")
    constraint = getattr(getattr(getattr(error, "orig", None), "diag", None), "constraint_name", None)
    return LedgerError(f"The ledger's database refused: {kind}{f' ({constraint})' if constraint else ''}.")
