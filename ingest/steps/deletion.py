"""What an act of deleting is about to delete is put on record first.

A certificate then counts what an earlier try of the act deleted before it broke off: nothing else tells it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingest.ledger.transaction import Transaction

#: The event that names what is about to be deleted, and those that certify that it is.
_ANNOUNCED = "deleting"
CERTIFIED = ("purged", "withdrawn", "withdrawn-arrival-purged")


@dataclass(frozen=True, slots=True)
class Deletion:
    """An act that deletes, as its events name it.

    subject_id: the study ID that they stand under; submission_id: the submission, empty: the archive.
    label:      the subject as the submission names it.
    """

    act_name: str
    subject_id: str
    submission_id: str = ""
    label: str = ""

    def announce(self, tx: Transaction, **what: str | int) -> None:
        """Put on record what is about to be deleted."""
        tx.audit.append(
            _ANNOUNCED,
            submission_id=self.submission_id,
            subject_id=self.subject_id,
            detail={"act": self.act_name, "label": self.label, **what},
        )

    def announced(self, tx: Transaction) -> tuple[Mapping[str, Any], ...]:
        """Return what tries of the act put on record here before this transaction, since it was certified."""
        events = tx.audit.events(
            submission_id=self.submission_id or None, subject_id=self.subject_id or None, limit=10_000
        )
        own = [item for item in events if item.detail.get("act") == self.act_name]
        since = next((at for at in range(len(own), 0, -1) if own[at - 1].event in CERTIFIED), 0)
        return tuple(
            item.detail
            for item in own[since:]
            if item.event == _ANNOUNCED
            and (item.submission_id, item.detail["label"]) == (self.submission_id, self.label)
        )

    def most(self, tx: Transaction, name: str) -> int:
        """Return the most of something that a try put on record: what one finds, the next finds no more."""
        return max((int(item.get(name, 0)) for item in self.announced(tx)), default=0)

    def names(self, tx: Transaction, name: str) -> frozenset[str]:
        """Return all that tries put on record by name, `one two`."""
        return frozenset(word for item in self.announced(tx) for word in str(item.get(name, "")).split())
