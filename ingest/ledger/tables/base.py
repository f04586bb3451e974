"""The metadata of all tables and the two column types that differ between databases."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

#: Every constraint has a name, so that migrations can speak of it.
metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

#: Row numbers: 64 bits in PostgreSQL, SQLite's own row id.
RowId = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class Instant(sa.types.TypeDecorator[datetime]):
    """An instant in UTC. SQLite keeps no time zone: it is taken off and put on again."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse a naive instant; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant without a time zone")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Return UTC with its time zone, whatever the session's is."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def text(name: str, **options: Any) -> sa.Column[str]:
    """Return a column of text that is never null; empty where nothing is known."""
    return sa.Column(name, sa.Text, nullable=False, server_default="", **options)


def number(name: str, **options: Any) -> sa.Column[int]:
    """Return a column of whole numbers that is never null; 0 where nothing is counted."""
    return sa.Column(name, sa.BigInteger, nullable=False, server_default="0", **options)


def flag(name: str) -> sa.Column[bool]:
    """Return a column of yes and no; no to begin with."""
    return sa.Column(name, sa.Boolean, nullable=False, server_default=sa.false())


def lease_columns() -> list[sa.Column[Any]]:
    """Return the columns of anything that one worker holds at a time: who, until when, fencing token."""
    return [text("holder"), sa.Column("lease_until", Instant), number("token")]
