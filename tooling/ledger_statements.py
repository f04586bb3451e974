"""PostgreSQL's own account of the statements of a measurement, from pg_stat_statements."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlalchemy as sa

from ingest.ledger.engine import make_engine

#: What a server needs to keep the account.
SETTINGS = ("shared_preload_libraries=pg_stat_statements", "pg_stat_statements.max=10000")
_LONGEST = 12
_READ = """
SELECT query, calls, total_exec_time AS ms
FROM pg_stat_statements JOIN pg_database d ON d.oid = dbid AND d.datname = current_database()
WHERE query NOT ILIKE '%pg_stat_statements%'"""


@dataclass(frozen=True, slots=True)
class Statement:
    """One kind of statement: how often it ran, and its time in the database in all."""

    text: str
    calls: int
    milliseconds: float


def begin_account(url: str) -> None:
    """Forget what was counted so far."""
    _run(url, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements", "SELECT pg_stat_statements_reset()")


def read_account(url: str) -> list[Statement]:
    """Return every kind of statement since then, the costliest first; what waits for locks counts."""
    engine = make_engine(url)
    with engine.connect() as connection:
        rows = connection.execute(sa.text(_READ)).all()
    engine.dispose()
    kinds: dict[str, Statement] = {}
    for row in rows:
        name = _shorten(row.query)
        before = kinds.get(name, Statement(name, 0, 0.0))
        kinds[name] = Statement(name, before.calls + row.calls, before.milliseconds + row.ms)
    return sorted(kinds.values(), key=lambda kind: -kind.milliseconds)


def describe(statements: list[Statement], zips: int) -> dict[str, object]:
    """Return the time of a zip's statements, and the kinds that take the longest."""
    return {
        "database_ms_a_zip": round(sum(item.milliseconds for item in statements) / zips, 1),
        "statements_a_zip": round(sum(item.calls for item in statements) / zips, 1),
        "longest": {
            item.text: {
                "calls_a_zip": round(item.calls / zips, 1),
                "ms_a_call": round(item.milliseconds / item.calls, 3),
                "ms_a_zip": round(item.milliseconds / zips, 2),
            }
            for item in statements[:_LONGEST]
        },
    }


def _shorten(query: str) -> str:
    """Return enough of a statement to know it by."""
    plain = re.sub(r"\s+", " ", query)
    if found := re.match(r"(INSERT INTO \w+|UPDATE \w+ SET|DELETE FROM \w+)", plain):
        return found.group(1)
    table = re.search(r" FROM (\w+)(.*)", plain)
    return f"SELECT FROM {table.group(1)}{table.group(2)[:60]}" if table else plain[:60]


def _run(url: str, *statements: str) -> None:
    engine = make_engine(url)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()
