"""How values are written in rows, and the ground that every area of the ledger stands on."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ingest.ledger.errors import NotInLedger

T = TypeVar("T")
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)

#: Values in one IN (…): below the limits of both databases.
CHUNK = 1000


class Area:
    """One part of the ledger inside one transaction. `now` is the transaction's instant."""

    def __init__(self, connection: sa.Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def _insert_new(self, table: sa.Table, values: dict[str, Any]) -> bool:
        """Insert a row unless one with its key is there; return whether it was inserted."""
        empty = _insert_into(self._connection.dialect.name, table)
        insert = empty.values(values).on_conflict_do_nothing().inline()
        done = self._connection.execute(insert, execution_options={"preserve_rowcount": True})
        return done.rowcount == 1

    def _upsert(self, table: sa.Table, rows: Sequence[dict[str, Any]], keys: Sequence[str]) -> None:
        """Insert rows, or replace all but `keys` where the key is there. All rows have the same columns."""
        if rows:
            dialect = self._connection.dialect.name
            self._connection.execute(_upsert_into(dialect, table, tuple(rows[0]), tuple(keys)), rows)


def _insert_into(dialect: str, table: sa.Table) -> Any:
    return sqlite.insert(table) if dialect == "sqlite" else postgresql.insert(table)


@cache
def _upsert_into(dialect: str, table: sa.Table, columns: tuple[str, ...], keys: tuple[str, ...]) -> Any:
    insert = _insert_into(dialect, table)
    others = {name: insert.excluded[name] for name in columns if name not in keys}
    return insert.on_conflict_do_update(index_elements=list(keys), set_=others)


def seq_of(submission_id: str) -> int:
    """Return the row number of a submission id such as S000123. Raises NotInLedger."""
    digits = submission_id[1:]
    if not submission_id.startswith("S") or not (digits.isascii() and digits.isdigit()) or len(digits) > 18:
        raise NotInLedger("a submission's id is S and digits")
    return int(digits)


def id_of(seq: int) -> str:
    """Return the submission id of a row number."""
    return f"S{seq:06d}"


def dump(value: object) -> str:
    """Return canonical JSON: sorted keys, no spaces, UTF-8."""
    return _ENCODER.encode(value)


def load(text: str) -> Any:
    """Return what `dump` wrote; None for an empty text."""
    return json.loads(text) if text else None


def sha256_of(text: str) -> str:
    """Return the sha256 of a text in UTF-8, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def chunks(values: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Give the values in lists of at most `size`."""
    remaining = iter(values)
    while chunk := list(islice(remaining, size)):
        yield chunk
