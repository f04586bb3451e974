"""Held work: what a person must look at, whose it is, and by when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.ledger.errors import NotInLedger
from ingest.ledger.rows import Area, dump, id_of, load, seq_of
from ingest.ledger.tables.people import held_items
from ingest.model.finding import Effect, JudgedFinding
from ingest.model.verdict import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class HeldItem:
    """One subject of one submission that is held; `label` is empty where the whole package is.

    codes: of the findings that hold it, sorted. instances: how many of them arrived as new.
    """

    id: int
    submission_id: str
    label: str
    subject_id: str | None
    site: str
    codes: tuple[str, ...]
    instances: int
    owner: str
    opened: datetime
    deadline: datetime | None
    closed: datetime | None
    closed_by: str


class Held(Area):
    """The study team's list of work."""

    def sync(self, submission_id: str, site: str, verdict: Verdict, deadline: datetime | None = None) -> None:
        """Open an item for each held subject of a new verdict; close those that are held no longer.

        An item that is open already keeps its owner, its age and its deadline.
        """
        wanted = {row["label"]: row for row in _held_rows(verdict)}
        for label, row in wanted.items():
            self._open(submission_id, site, label, row, deadline)
        self._close_all(submission_id, keep=list(wanted), by="decided")

    def find(
        self,
        *,
        site: str | None = None,
        owner: str | None = None,
        submission_id: str | None = None,
        with_closed: bool = False,
        limit: int | None = None,
    ) -> tuple[HeldItem, ...]:
        """Return held items, oldest first."""
        query = sa.select(held_items)
        if not with_closed:
            query = query.where(held_items.c.closed.is_(None))
        if site is not None:
            query = query.where(held_items.c.site == site)
        if owner is not None:
            query = query.where(held_items.c.owner == owner)
        if submission_id is not None:
            query = query.where(held_items.c.submission == seq_of(submission_id))
        rows = self._connection.execute(query.order_by(held_items.c.opened, held_items.c.id).limit(limit))
        return tuple(_item(row) for row in rows)

    def get(self, item_id: int) -> HeldItem:
        """Return an item. Raises NotInLedger."""
        row = self._connection.execute(sa.select(held_items).where(held_items.c.id == item_id)).first()
        if row is None:
            raise NotInLedger(f"there is no held item {item_id}: ingest held list shows those that are open")
        return _item(row)

    def of_submission(self, submission_id: str) -> tuple[HeldItem, ...]:
        """Return the items of a submission, closed ones too."""
        condition = held_items.c.submission == seq_of(submission_id)
        rows = self._connection.execute(sa.select(held_items).where(condition).order_by(held_items.c.id))
        return tuple(_item(row) for row in rows)

    def assign(self, item_id: int, owner: str, deadline: datetime | None = None) -> None:
        """Give an item to a person, with a deadline where one is given. Raises NotInLedger."""
        values: dict[str, Any] = {"owner": owner} | ({"deadline": deadline} if deadline else {})
        done = self._connection.execute(held_items.update().where(held_items.c.id == item_id).values(values))
        if done.rowcount != 1:
            raise NotInLedger(f"there is no held item {item_id}: ingest held list shows those that are open")

    def close(self, submission_id: str, label: str, by: str) -> None:
        """Close an item by a person's act (its name)."""
        self._connection.execute(
            held_items.update()
            .where(held_items.c.submission == seq_of(submission_id), held_items.c.label == label)
            .where(held_items.c.closed.is_(None))
            .values(closed=self._now, closed_by=by)
        )

    def _open(
        self, submission_id: str, site: str, label: str, row: dict[str, Any], deadline: datetime | None
    ) -> None:
        seq = seq_of(submission_id)
        fresh = {"opened": self._now, "deadline": deadline, "owner": "", "closed": None, "closed_by": ""}
        is_new = self._insert_new(held_items, row | fresh | {"submission": seq, "site": site})
        if is_new:
            return
        place = (held_items.c.submission == seq) & (held_items.c.label == label)
        self._connection.execute(held_items.update().where(place).values(row))
        self._connection.execute(
            held_items.update().where(place, held_items.c.closed.is_not(None)).values(fresh)
        )

    def _close_all(self, submission_id: str, *, keep: list[str], by: str) -> None:
        self._connection.execute(
            held_items.update()
            .where(held_items.c.submission == seq_of(submission_id), held_items.c.closed.is_(None))
            .where(held_items.c.label.not_in(keep))
            .values(closed=self._now, closed_by=by)
        )


def _held_rows(verdict: Verdict) -> list[dict[str, Any]]:
    rows = [
        {
            "label": subject.label,
            "subject_id": subject.subject_id or "",
            "codes": _codes((*verdict.findings, *subject.findings)),
            "instances": subject.new + subject.conflicts,
        }
        for subject in verdict.subjects
        if subject.outcome is Outcome.HELD
    ]
    if not rows and verdict.outcome is Outcome.HELD:
        rows.append({"label": "", "subject_id": "", "codes": _codes(verdict.findings), "instances": 0})
    return rows


def _codes(findings: tuple[JudgedFinding, ...]) -> str:
    return dump(sorted({item.finding.code for item in findings if item.effect is Effect.HOLD}))


def _item(row: sa.Row[Any]) -> HeldItem:
    return HeldItem(
        row.id,
        id_of(row.submission),
        row.label,
        row.subject_id or None,
        row.site,
        tuple(load(row.codes) or ()),
        row.instances,
        row.owner,
        row.opened,
        row.deadline,
        row.closed,
        row.closed_by,
    )
