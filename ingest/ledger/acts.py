"""What people did: who, why, and the second person where two are needed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.ledger.errors import NotInLedger, Refused
from ingest.ledger.rows import Area, dump, id_of, load, seq_of
from ingest.ledger.tables.people import acts
from ingest.model.submission import Act, ActKind


@dataclass(frozen=True, slots=True)
class NewAct:
    """An act to be recorded.

    label:        the subject of the submission that it speaks of; empty: all of the submission.
    subject_id:   the study ID that it speaks of (withdrawal, reassignment), else empty.
    assign_to:    the study ID to stamp.
    supersedes:   the new content takes the place of what is filed.
    needs_second: nothing happens before a second person confirms it.
    overrules:    finding codes that it sets aside.
    """

    kind: ActKind
    by: str
    reason: str
    submission_id: str | None = None
    label: str = ""
    subject_id: str = ""
    assign_to: str = ""
    supersedes: bool = False
    needs_second: bool = False
    overrules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RecordedAct:
    """An act as recorded. In force once confirmed, or at once where it needs no second person."""

    name: str
    act: NewAct
    second_by: str
    recorded: datetime
    confirmed: datetime | None
    carried_out: datetime | None

    @property
    def is_in_force(self) -> bool:
        """Whether it may be carried out."""
        return self.confirmed is not None

    def as_act(self) -> Act:
        """Return the act as verdicts and archive versions name it."""
        return Act(self.act.kind, self.name, self.act.by, self.act.reason)


class Acts(Area):
    """Acts of people. Each is an input to the next `decide`."""

    def record(self, act: NewAct) -> RecordedAct:
        """Record an act and name it, `release:S000123:1`. Raises Refused without a person or a reason."""
        if not act.by.strip() or not act.reason.strip():
            raise Refused("an act needs a person and a reason")
        stem = f"{act.kind.value}:{act.submission_id or act.subject_id}"
        count = self._connection.execute(
            sa.select(sa.func.count())
            .select_from(acts)
            .where(acts.c.name.startswith(stem + ":", autoescape=True))
        ).scalar_one()
        values = {
            **act_columns(act),
            "recorded": self._now,
            "confirmed": None if act.needs_second else self._now,
        }
        number = count + 1
        while not self._insert_new(acts, values | {"name": f"{stem}:{number}"}):
            number += 1
        return self.get(f"{stem}:{number}")

    def confirm(self, name: str, by: str) -> RecordedAct:
        """Confirm an act as its second person. Raises Refused where that is the first, NotInLedger."""
        found = self.get(name)
        if not _person(by):
            raise Refused(f"{name} needs the name of the second person: --by NAME")
        if _person(by) == _person(found.act.by):
            raise Refused(f"{name} was asked for by {found.act.by}: the second person must be another")
        done = self._connection.execute(
            acts.update()
            .where(acts.c.name == name, acts.c.confirmed.is_(None))
            .values(second_by=by, confirmed=self._now)
        )
        if done.rowcount != 1:
            raise Refused(f"{name} is in force already: {found.act.by}, confirmed by {found.second_by}")
        return self.get(name)

    def get(self, name: str) -> RecordedAct:
        """Return an act. Raises NotInLedger."""
        row = self._connection.execute(sa.select(acts).where(acts.c.name == name)).first()
        if row is None:
            raise NotInLedger(f"there is no act {name}: ingest held list names those that wait")
        return _recorded(row)

    def of_submission(self, submission_id: str, *, in_force_only: bool = True) -> tuple[RecordedAct, ...]:
        """Return the acts on a submission, oldest first."""
        condition = acts.c.submission == seq_of(submission_id)
        if in_force_only:
            condition = condition & acts.c.confirmed.is_not(None)
        return self._all(condition)

    def of_subject(self, subject_id: str) -> tuple[RecordedAct, ...]:
        """Return the acts that speak of a study ID, oldest first."""
        return self._all((acts.c.subject_id == subject_id) | (acts.c.assign_to == subject_id))

    def assignments(self, submission_id: str) -> Mapping[str, str]:
        """Return label → study ID to stamp, by the acts in force; the newest counts."""
        return {
            item.act.label: item.act.assign_to
            for item in self.of_submission(submission_id)
            if item.act.assign_to
        }

    def on_same(self, act: NewAct) -> tuple[RecordedAct, ...]:
        """Return the acts on what an act speaks of, oldest first, whether in force or not."""
        if act.submission_id is not None:
            return self._all((acts.c.submission == seq_of(act.submission_id)) & (acts.c.label == act.label))
        return self._all(acts.c.submission.is_(None) & (acts.c.subject_id == act.subject_id))

    def waiting_for_second(self) -> tuple[RecordedAct, ...]:
        """Return the acts that a second person may confirm: none that a later act has made void."""
        asked = self._all(acts.c.confirmed.is_(None))
        return tuple(item for item in asked if waiting_act(self.on_same(item.act)) == item)

    def to_carry_out(self) -> tuple[RecordedAct, ...]:
        """Return the acts that are in force and not carried out."""
        return self._all(acts.c.confirmed.is_not(None) & acts.c.carried_out.is_(None))

    def reassignments(self) -> tuple[RecordedAct, ...]:
        """Return the reassignments in force as they were asked for, oldest first.

        One of all that a subject has is carried out by an act for each submission: those are left out.
        """
        found = self._all((acts.c.kind == ActKind.REASSIGN.value) & acts.c.confirmed.is_not(None))
        return tuple(item for item in found if item.act.needs_second)

    def wholes_of(self, found: Iterable[RecordedAct]) -> tuple[RecordedAct, ...]:
        """Return the reassignments that acts are parts of, oldest first: a part's reason names the whole."""
        names = {item.act.reason for item in found if _is_part(item.act)}
        return self._all(acts.c.name.in_(sorted(names))) if names else ()

    def find(self, *, limit: int = 200) -> tuple[RecordedAct, ...]:
        """Return the newest acts, oldest of them first."""
        newest = sa.select(acts).order_by(acts.c.recorded.desc(), acts.c.name.desc()).limit(limit)
        return tuple(_recorded(row) for row in reversed(self._connection.execute(newest).all()))

    def mark_carried_out(self, name: str) -> None:
        """Record that the act was carried out."""
        self._connection.execute(acts.update().where(acts.c.name == name).values(carried_out=self._now))

    def _all(self, condition: sa.ColumnElement[bool]) -> tuple[RecordedAct, ...]:
        rows = self._connection.execute(
            sa.select(acts).where(condition).order_by(acts.c.recorded, acts.c.name)
        )
        return tuple(_recorded(row) for row in rows)


def act_columns(act: NewAct) -> dict[str, Any]:
    """Return what was asked for as an act's row has it, without its name and its moments."""
    return {
        "kind": act.kind.value,
        "submission": seq_of(act.submission_id) if act.submission_id else None,
        "label": act.label,
        "subject_id": act.subject_id,
        "assign_to": act.assign_to,
        "supersedes": act.supersedes,
        "needs_second": act.needs_second,
        "by": act.by,
        "reason": act.reason,
        "overrules": dump(sorted(act.overrules)) if act.overrules else "",
    }


def _is_part(act: NewAct) -> bool:
    return act.kind is ActKind.REASSIGN and act.submission_id is not None and not act.needs_second


def waiting_act(on_same: Iterable[RecordedAct]) -> RecordedAct | None:
    """Return which of the acts on one thing, oldest first, waits for a second person.

    The newest that was asked for, unless one came into force after it: what is decided later makes it void.
    """
    known = tuple(on_same)
    asked = next((item for item in reversed(known) if not item.is_in_force), None)
    if asked is None:
        return None
    since = known[known.index(asked) + 1 :]
    confirmed = (item.confirmed for item in known if item.confirmed is not None)
    return None if since or any(moment > asked.recorded for moment in confirmed) else asked


def _person(name: str) -> str:
    """Return a name as it is compared: compatible letters, one case, single spaces."""
    return " ".join(unicodedata.normalize("NFKC", name).split()).casefold()


def _recorded(row: sa.Row[Any]) -> RecordedAct:
    act = NewAct(
        ActKind(row.kind),
        row.by,
        row.reason,
        id_of(row.submission) if row.submission is not None else None,
        row.label,
        row.subject_id,
        row.assign_to,
        row.supersedes,
        row.needs_second,
        tuple(load(row.overrules) or ()),
    )
    return RecordedAct(row.name, act, row.second_by, row.recorded, row.confirmed, row.carried_out)
