"""The instances that are filed or held, over all submissions, and searches over them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from ingest.ledger.inspections import InstanceState
from ingest.ledger.rows import Area, chunks, id_of, seq_of
from ingest.ledger.tables.contents import instances, subjects
from ingest.model.instance import InstanceFacts
from ingest.model.packed import open_facts
from ingest.model.review import ObjectKind

_COLUMNS = instances.c
_PLANNING = (ObjectKind.RTSTRUCT, ObjectKind.RTPLAN, ObjectKind.RTDOSE)


@dataclass(frozen=True, slots=True)
class CataloguedInstance:
    """An instance that the ledger knows. `version`: of the subject's object in the archive; None: not filed.

    is_disputed: another content came under its UID, or a reprocess judged it worse; left out of exports.
    path: its logical path in the archive.
    """

    subject_id: str
    submission_id: str
    ordinal: int
    state: InstanceState
    kind: str
    modality: str
    sop_instance_uid: str
    sop_class_uid: str
    series_uid: str
    study_uid: str
    content_sha256: str
    filed_sha256: str
    size: int
    version: int | None
    is_disputed: bool
    arrived: datetime
    path: str


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """A filed series."""

    subject_id: str
    site: str
    study_uid: str
    series_uid: str
    modality: str
    kind: str
    instances: int
    size: int
    first_arrived: datetime
    is_disputed: bool


@dataclass(frozen=True, slots=True)
class CatalogueFilter:
    """What a search is narrowed to; every field given must fit."""

    subject_id: str | None = None
    site: str | None = None
    modality: str | None = None
    kind: str | None = None
    completeness: str | None = None
    arrived_from: datetime | None = None
    arrived_before: datetime | None = None
    with_disputed: bool = True


class Catalogue(Area):
    """Searches over instances."""

    def filed(self, subject_id: str, *, besides: str | None = None) -> tuple[InstanceFacts, ...]:
        """Return the facts of all that is filed for a subject and not superseded, in order of arrival.

        `besides`: a submission whose own instances are left out.
        """
        return self._facts(subject_id, InstanceState.FILED, besides)

    def held(self, subject_id: str, *, besides: str | None = None) -> tuple[InstanceFacts, ...]:
        """Return the facts of everything of a subject that arrived and is held, `besides` a submission."""
        return self._facts(subject_id, InstanceState.HELD, besides)

    def of_subject(
        self, subject_id: str, states: Iterable[InstanceState] = (InstanceState.FILED,)
    ) -> tuple[CataloguedInstance, ...]:
        """Return a subject's instances in the given states, without their facts."""
        wanted = [state.value for state in states]
        return self._catalogued(
            sa.select(instances).where(_COLUMNS.subject_id == subject_id, _COLUMNS.state.in_(wanted))
        )

    def kinds_of(self, subject_id: str) -> dict[str, int]:
        """Return how many instances of each kind are filed for a subject."""
        rows = self._connection.execute(
            sa.select(_COLUMNS.kind, sa.func.count().label("instances"))
            .where(_COLUMNS.subject_id == subject_id, _COLUMNS.state == InstanceState.FILED.value)
            .group_by(_COLUMNS.kind)
            .order_by(_COLUMNS.kind)
        )
        return {row.kind: row.instances for row in rows}

    def contents_of(self, subject_id: str) -> frozenset[tuple[str, str]]:
        """Return (SOP Instance UID, content digest) of all that is filed for a subject."""
        rows = self._connection.execute(
            sa.select(_COLUMNS.sop_instance_uid, _COLUMNS.content_sha256).where(
                _COLUMNS.subject_id == subject_id, _COLUMNS.state == InstanceState.FILED.value
            )
        )
        return frozenset((row.sop_instance_uid, row.content_sha256) for row in rows)

    def planning(self, subject_id: str) -> tuple[tuple[CataloguedInstance, InstanceFacts], ...]:
        """Return a subject's filed structure sets, plans and doses with their facts, in order of arrival."""
        query = sa.select(instances).where(
            _COLUMNS.subject_id == subject_id,
            _COLUMNS.state == InstanceState.FILED.value,
            _COLUMNS.kind.in_([kind.value for kind in _PLANNING]),
        )
        rows = self._connection.execute(query.order_by(_COLUMNS.id))
        return tuple((_catalogued(row), open_facts(row.facts)) for row in rows)

    def filed_under(self, sop_instance_uids: Iterable[str]) -> dict[str, tuple[CataloguedInstance, ...]]:
        """Return what is filed, for any subject, under each of the UIDs that has something filed."""
        return self._filed_by(_COLUMNS.sop_instance_uid, sop_instance_uids)

    def filed_content(self, content_sha256s: Iterable[str]) -> dict[str, tuple[CataloguedInstance, ...]]:
        """Return what is filed, for any subject, with each of the content digests that is filed."""
        return self._filed_by(_COLUMNS.content_sha256, content_sha256s)

    def dispute(self, subject_id: str, sop_instance_uids: Iterable[str], *, is_disputed: bool = True) -> int:
        """Flag what is filed under the UIDs as disputed (or no longer so); return how many changed."""
        changed = 0
        for chunk in chunks(sorted(set(sop_instance_uids))):
            changed += self._connection.execute(
                instances.update()
                .where(
                    _COLUMNS.subject_id == subject_id,
                    _COLUMNS.state == InstanceState.FILED.value,
                    _COLUMNS.sop_instance_uid.in_(chunk),
                    _COLUMNS.is_disputed != is_disputed,
                )
                .values(is_disputed=is_disputed)
            ).rowcount
        return changed

    def remove(self, subject_id: str, sop_instance_uids: Iterable[str] | None = None) -> int:
        """Record that instances are no longer in the archive (purge, withdrawal); None: all of the subject.

        Their facts are emptied; the row stays, so that counts of what once was stay right.
        """
        changed = 0
        wanted = [None] if sop_instance_uids is None else list(chunks(sop_instance_uids))
        for chunk in wanted:
            query = instances.update().where(_COLUMNS.subject_id == subject_id)
            if chunk is not None:
                query = query.where(_COLUMNS.sop_instance_uid.in_(chunk))
            changed += self._connection.execute(
                query.where(_COLUMNS.state != InstanceState.REMOVED.value).values(
                    state=InstanceState.REMOVED.value, facts="", pixel_sha256="", frame_uid=""
                )
            ).rowcount
        return changed

    def subjects(self, wanted: CatalogueFilter) -> frozenset[str]:
        """Return the subjects that have anything filed that fits."""
        query = self._narrow(sa.select(_COLUMNS.subject_id).distinct(), wanted)
        return frozenset(self._connection.execute(query).scalars())

    def instances(
        self, wanted: CatalogueFilter, *, limit: int = 10_000, offset: int = 0
    ) -> tuple[CataloguedInstance, ...]:
        """Return filed instances by subject, series and ordinal."""
        query = self._narrow(sa.select(instances), wanted)
        order = (_COLUMNS.subject_id, _COLUMNS.series_uid, _COLUMNS.id)
        return self._catalogued(query.order_by(*order).limit(limit).offset(offset))

    def series(
        self, wanted: CatalogueFilter, *, limit: int = 10_000, offset: int = 0
    ) -> tuple[SeriesRow, ...]:
        """Return filed series by subject."""
        # In the order of the index: the rows come grouped, and nothing is sorted.
        key = [
            _COLUMNS.subject_id,
            _COLUMNS.series_uid,
            _COLUMNS.modality,
            _COLUMNS.kind,
            _COLUMNS.study_uid,
            _COLUMNS.site,
        ]
        query = sa.select(
            *key,
            sa.func.count().label("instances"),
            sa.func.sum(_COLUMNS.size).label("size"),
            sa.func.min(_COLUMNS.arrived).label("first_arrived"),
            sa.func.max(sa.cast(_COLUMNS.is_disputed, sa.Integer)).label("is_disputed"),
        )
        query = self._narrow(query, wanted).group_by(*key).order_by(*key)
        rows = self._connection.execute(query.limit(limit).offset(offset))
        return tuple(
            SeriesRow(**{**row._mapping, "size": int(row.size), "is_disputed": bool(row.is_disputed)})
            for row in rows
        )

    def _narrow(self, query: sa.Select[Any], wanted: CatalogueFilter) -> sa.Select[Any]:
        return _narrow(query, wanted, is_sqlite=self._connection.dialect.name == "sqlite")

    def _facts(
        self, subject_id: str, state: InstanceState, besides: str | None = None
    ) -> tuple[InstanceFacts, ...]:
        query = sa.select(_COLUMNS.facts).where(
            _COLUMNS.subject_id == subject_id, _COLUMNS.state == state.value
        )
        if besides is not None:
            query = query.where(_COLUMNS.submission != seq_of(besides))
        rows = self._connection.execute(query.order_by(_COLUMNS.id)).scalars()
        return tuple(open_facts(facts) for facts in rows)

    def _filed_by(
        self, column: sa.Column[Any], values: Iterable[str]
    ) -> dict[str, tuple[CataloguedInstance, ...]]:
        found: dict[str, tuple[CataloguedInstance, ...]] = {}
        for chunk in chunks(sorted(set(values))):
            query = sa.select(instances).where(column.in_(chunk), _COLUMNS.state == InstanceState.FILED.value)
            for instance in self._catalogued(query):
                key = getattr(instance, column.name)
                found[key] = (*found.get(key, ()), instance)
        return found

    def _catalogued(self, query: sa.Select[Any]) -> tuple[CataloguedInstance, ...]:
        return tuple(_catalogued(row) for row in self._connection.execute(query))


def _narrow(query: sa.Select[Any], wanted: CatalogueFilter, *, is_sqlite: bool) -> sa.Select[Any]:
    query = query.where(_COLUMNS.state == InstanceState.FILED.value)
    for name in ("subject_id", "site", "modality", "kind"):
        value = getattr(wanted, name)
        if value is not None:
            query = query.where(_COLUMNS[name] == value)
    if wanted.completeness is not None:
        of_state = sa.select(subjects.c.subject_id).where(subjects.c.completeness == wanted.completeness)
        query = query.where(_COLUMNS.subject_id.in_(of_state))
    if wanted.arrived_from is not None or wanted.arrived_before is not None:
        in_time = _in_time(wanted)
        # SQLite, left to itself, looks for a few days among all rows in the list's order.
        query = query.where(_COLUMNS.id.in_(sa.select(_COLUMNS.id).where(in_time)) if is_sqlite else in_time)
    return query if wanted.with_disputed else query.where(_COLUMNS.is_disputed.is_(False))


def _in_time(wanted: CatalogueFilter) -> sa.ColumnElement[bool]:
    conditions = []
    if wanted.arrived_from is not None:
        conditions.append(_COLUMNS.arrived >= wanted.arrived_from)
    if wanted.arrived_before is not None:
        conditions.append(_COLUMNS.arrived < wanted.arrived_before)
    return sa.and_(*conditions)


def _catalogued(row: sa.Row[Any]) -> CataloguedInstance:
    return CataloguedInstance(
        subject_id=row.subject_id,
        submission_id=id_of(row.submission),
        ordinal=row.ordinal,
        state=InstanceState(row.state),
        kind=row.kind,
        modality=row.modality,
        sop_instance_uid=row.sop_instance_uid,
        sop_class_uid=row.sop_class_uid,
        series_uid=row.series_uid,
        study_uid=row.study_uid,
        content_sha256=row.content_sha256,
        filed_sha256=row.filed_sha256,
        size=row.size,
        version=row.version,
        is_disputed=row.is_disputed,
        arrived=row.arrived,
        path=row.path,
    )
