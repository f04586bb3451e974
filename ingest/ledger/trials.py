"""Registered trial files: what a verdict names by sha256 can always be read again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.ledger.errors import NotInLedger, Refused
from ingest.ledger.rows import Area, sha256_of
from ingest.ledger.tables.service import trial_files


@dataclass(frozen=True, slots=True)
class TrialFile:
    """A trial file's text under the trial's name; `sha256` is of its bytes in UTF-8."""

    sha256: str
    name: str
    text: str
    registered: datetime


class Trials(Area):
    """Trial files by digest and by name."""

    def register(self, name: str, text: str, sha256: str) -> bool:
        """Keep a trial file; False where it is kept already. Raises Refused where the digest is another's."""
        if sha256_of(text) != sha256:
            raise Refused("the digest is not that of the trial file's text")
        row = {"sha256": sha256, "name": name, "text": text, "registered": self._now}
        return self._insert_new(trial_files, row)

    def get(self, name_or_sha256: str) -> TrialFile:
        """Return the file of that digest, else the newest of that name. Raises NotInLedger."""
        row = self._connection.execute(
            sa.select(trial_files)
            .where(sa.or_(trial_files.c.sha256 == name_or_sha256, trial_files.c.name == name_or_sha256))
            .order_by((trial_files.c.sha256 == name_or_sha256).desc(), trial_files.c.registered.desc())
            .limit(1)
        ).first()
        if row is None:
            raise NotInLedger("no trial file is registered under that name or digest")
        return _trial_file(row)

    def find(self) -> tuple[TrialFile, ...]:
        """Return every registered file, newest first."""
        rows = self._connection.execute(sa.select(trial_files).order_by(trial_files.c.registered.desc()))
        return tuple(_trial_file(row) for row in rows)


def _trial_file(row: sa.Row[Any]) -> TrialFile:
    return TrialFile(row.sha256, row.name, row.text, row.registered)
