"""The trial's enrolment list, imported from time to time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from ingest.ledger.rows import Area, dump, load
from ingest.ledger.tables.people import enrolment
from ingest.model.review import EnrolmentRecord, EnrolmentState
from ingest.model.wire import from_wire, to_wire


@dataclass(frozen=True, slots=True)
class EnrolmentDifference:
    """What an import would change, as study IDs in order.

    withdrawn: those whose consent is newly withdrawn (also among `changed`, unless they are new).
    absent:    those that the ledger has and the list has not; they are kept.
    columns:   of each changed one, the columns that differ.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    withdrawn: tuple[str, ...]
    absent: tuple[str, ...]
    unchanged: int
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


class Enrolment(Area):
    """Who takes part, as the trial's own list says."""

    def compare(self, records: Iterable[EnrolmentRecord]) -> EnrolmentDifference:
        """Say what importing the records would change; nothing is written."""
        before = {record.subject_id: record for record in self.find()}
        after = {record.subject_id: record for record in records}
        added = sorted(after.keys() - before.keys())
        common = sorted(after.keys() & before.keys())
        changed = [key for key in common if after[key] != before[key]]
        withdrawn = [
            key
            for key, record in sorted(after.items())
            if _is_withdrawn(record) and not (key in before and _is_withdrawn(before[key]))
        ]
        absent = sorted(before.keys() - after.keys())
        unchanged = len(common) - len(changed)
        columns = {key: _differing(before[key], after[key]) for key in changed}
        return EnrolmentDifference(
            tuple(added), tuple(changed), tuple(withdrawn), tuple(absent), unchanged, columns
        )

    def replace(self, records: Iterable[EnrolmentRecord]) -> EnrolmentDifference:
        """Import the records and return what changed. Withdrawing the data is an act of its own."""
        wanted = {record.subject_id: record for record in records}
        difference = self.compare(wanted.values())
        rows = [
            {
                "subject_id": key,
                "site": wanted[key].site,
                "is_withdrawn": _is_withdrawn(wanted[key]),
                "record": dump(to_wire(wanted[key])),
                "changed": self._now,
            }
            for key in (*difference.added, *difference.changed)
        ]
        self._upsert(enrolment, rows, ("subject_id",))
        return difference

    def get(self, subject_id: str) -> EnrolmentRecord | None:
        """Return a subject's record, None where the list has none."""
        record = self._connection.execute(
            sa.select(enrolment.c.record).where(enrolment.c.subject_id == subject_id)
        ).scalar()
        return from_wire(EnrolmentRecord, load(record)) if record else None

    def find(self, site: str | None = None) -> tuple[EnrolmentRecord, ...]:
        """Return the list, or a site's part of it, by study ID."""
        query = sa.select(enrolment.c.record).order_by(enrolment.c.subject_id)
        if site is not None:
            query = query.where(enrolment.c.site == site)
        return tuple(
            from_wire(EnrolmentRecord, load(row)) for row in self._connection.execute(query).scalars()
        )

    def is_imported(self) -> bool:
        """Tell whether there is a list at all."""
        return self._connection.execute(sa.select(enrolment.c.subject_id).limit(1)).first() is not None


def _differing(before: EnrolmentRecord, after: EnrolmentRecord) -> tuple[str, ...]:
    names = ("state", "registered", "sex", "arm", "tumour_site")
    return tuple(name for name in names if getattr(before, name) != getattr(after, name))


def _is_withdrawn(record: EnrolmentRecord) -> bool:
    return record.state is EnrolmentState.WITHDRAWN
