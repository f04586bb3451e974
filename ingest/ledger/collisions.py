"""The same bytes in an earlier package, and the same data under another study ID."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.checks.collisions import shared_values
from ingest.ledger.inspections import InstanceState
from ingest.ledger.rows import Area, chunks, id_of, load, seq_of
from ingest.ledger.tables.arrivals import shares, submissions
from ingest.ledger.tables.contents import filings, inspections, instances
from ingest.model.instance import InstanceFacts
from ingest.model.review import Collision, CollisionKind
from ingest.model.route import RouteKind
from ingest.model.verdict import Outcome

#: What another subject's instance must be for it to count: in the archive. What is only held does not stop a
#: resend under the right study ID.
_COUNTED = (InstanceState.FILED, InstanceState.SUPERSEDED)

#: Where each kind of collision is looked up.
_COLUMNS: dict[CollisionKind, sa.Column[Any]] = {
    CollisionKind.PIXELS: instances.c.pixel_sha256,
    CollisionKind.FRAME_OF_REFERENCE: instances.c.frame_uid,
    CollisionKind.STUDY: instances.c.study_uid,
    CollisionKind.INSTANCE: instances.c.sop_instance_uid,
}


@dataclass(frozen=True, slots=True)
class SamePackage:
    """An earlier submission of the same bytes. `subject_ids`: the study IDs that it claimed, sorted."""

    submission_id: str
    site: str
    route: RouteKind
    outcome: Outcome | None
    subject_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """What arriving data has in common with another study ID: for the study team, never for a site."""

    collision: Collision
    subject_id: str
    site: str
    submission_id: str
    instances: int


class Collisions(Area):
    """Lookups by digest and UID across subjects and submissions."""

    def same_package(self, submission_id: str, sha256: str) -> tuple[SamePackage, ...]:
        """Return the earlier submissions with the same sha256, oldest first."""
        rows = self._connection.execute(
            sa.select(submissions.c.seq, submissions.c.outcome, shares.c.site, shares.c.route)
            .join(shares)
            .where(
                submissions.c.sha256 == sha256,
                submissions.c.sha256 != "",
                submissions.c.seq < seq_of(submission_id),
            )
            .order_by(submissions.c.seq)
        ).all()
        return tuple(
            SamePackage(
                id_of(row.seq),
                row.site,
                RouteKind(row.route),
                Outcome(row.outcome) if row.outcome else None,
                self._claimed(row.seq),
            )
            for row in rows
        )

    def elsewhere(
        self,
        subject_id: str,
        arriving: Iterable[InstanceFacts],
        former: Iterable[str] = (),
        *,
        filed_until: datetime | None = None,
    ) -> tuple[Collision, ...]:
        """Return what arriving instances share with, or refer to of, other study IDs.

        former: study IDs that this very data had before; what was superseded under them does not count.
        filed_until: what was filed after it does not count either.
        """
        shared = self.shared_with(subject_id, arriving, former, filed_until=filed_until)
        return tuple(dict.fromkeys(item.collision for item in shared))

    def shared_with(
        self,
        subject_id: str,
        arriving: Iterable[InstanceFacts],
        former: Iterable[str] = (),
        *,
        filed_until: datetime | None = None,
    ) -> tuple[Shared, ...]:
        """Return the same with whose it is and how many instances have it."""
        others = instances.c
        is_left = (others.state == InstanceState.SUPERSEDED.value) & others.subject_id.in_(sorted(former))
        counted = [~is_left]
        if filed_until is not None:
            counted.append(~_filed_after(filed_until))
        return tuple(
            shared
            for kind, values in shared_values(arriving).items()
            for chunk in chunks(sorted(values))
            for shared in self._shared(subject_id, kind, chunk, counted)
        )

    def is_new_since(self, subject_id: str, arriving: Iterable[InstanceFacts], since: datetime) -> bool:
        """Whether what arriving instances share with another study ID was filed there since then."""
        others = instances.c
        of_filing = sa.and_(
            filings.c.submission == others.submission, filings.c.subject_id == others.subject_id
        )
        return any(
            self._connection.execute(
                sa.select(sa.literal(1))
                .select_from(instances.join(filings, of_filing))
                .where(*_is_among(kind, chunk), others.state == InstanceState.FILED.value)
                .where(others.subject_id != subject_id, filings.c.filed >= since)
                .limit(1)
            ).first()
            for kind, values in shared_values(arriving).items()
            for chunk in chunks(sorted(values))
        )

    def _shared(
        self, subject_id: str, kind: CollisionKind, values: list[str], counted: list[sa.ColumnElement[bool]]
    ) -> list[Shared]:
        column, others = _COLUMNS[kind], instances.c
        rows = self._connection.execute(
            sa.select(
                column.label("value"),
                others.subject_id,
                others.site,
                sa.func.min(others.submission).label("submission"),
                sa.func.count().label("instances"),
            )
            .where(*_is_among(kind, values), others.state.in_(_COUNTED))
            .where(others.subject_id != subject_id, others.subject_id != "", *counted)
            .group_by(column, others.subject_id, others.site)
            .order_by(column, others.subject_id)
        )
        return [
            Shared(
                Collision(kind, row.value),
                row.subject_id,
                row.site,
                id_of(row.submission),
                int(row.instances),
            )
            for row in rows
        ]

    def _claimed(self, seq: int) -> tuple[str, ...]:
        newest = self._connection.execute(
            sa.select(inspections.c.result)
            .where(inspections.c.submission == seq, inspections.c.completed.is_not(None))
            .order_by(inspections.c.completed.desc(), inspections.c.id.desc())
            .limit(1)
        ).scalar()
        subjects = (load(newest) or {}).get("subjects", []) if newest else []
        return tuple(sorted({item["subject_id"] for item in subjects if item.get("subject_id")}))


def _is_among(kind: CollisionKind, values: list[str]) -> tuple[sa.ColumnElement[bool], ...]:
    """Whether an instance has one of the values; an index without empty ones must be told that none is."""
    return _COLUMNS[kind].in_(values), _COLUMNS[kind] != ""


def _filed_after(instant: datetime) -> sa.ColumnElement[bool]:
    """Whether an instance came into the archive with a version that was filed after the instant."""
    is_its_version = (filings.c.subject_id == instances.c.subject_id) & (
        filings.c.version == instances.c.version
    )
    return sa.exists().where(is_its_version, filings.c.filed > instant)
