"""What an inspection found: one for each act on a submission, its instances handed over in batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from ingest.ledger.errors import NotInLedger, Refused
from ingest.ledger.rows import Area, chunks, dump, id_of, load, seq_of
from ingest.ledger.tables.arrivals import shares, submissions
from ingest.ledger.tables.contents import inspections, instances
from ingest.model.inspection import Inspection
from ingest.model.instance import InstanceFacts
from ingest.model.packed import PackedFacts, open_facts, pack
from ingest.model.wire import from_wire, to_wire


class InstanceState(StrEnum):
    """What became of an instance."""

    INSPECTED = "inspected"
    TO_FILE = "to-file"
    FILED = "filed"
    DUPLICATE = "duplicate"  # the same content is filed already
    HELD = "held"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"  # filed once; a person released another content in its place
    REMOVED = "removed"  # filed once; purged, withdrawn or filed under another study ID


#: States that the archive vouches for: neither a new inspection nor a new decision touches them.
ARCHIVED = (InstanceState.FILED, InstanceState.SUPERSEDED, InstanceState.REMOVED)


@dataclass(frozen=True, slots=True)
class StoredInspection:
    """A completed inspection. `id` is what `instances` takes."""

    id: int
    submission_id: str
    act_name: str
    trial_sha256: str
    completed: datetime
    inspection: Inspection


@dataclass(frozen=True, slots=True)
class InstanceDecision:
    """What `decide` says of one instance. `kind`: planning-ct, image-guidance, rtstruct …"""

    ordinal: int
    state: InstanceState
    subject_id: str | None
    kind: str = ""


class Inspections(Area):
    """Inspections and the instances they found."""

    def begin(self, submission_id: str, act_name: str, trial_sha256: str) -> int:
        """Return the number of a new inspection; an earlier try for the same act is emptied and used again.

        Raises Refused where instances of that earlier try are filed.
        """
        key = {"submission": seq_of(submission_id), "act_name": act_name}
        self._insert_new(inspections, {**key, "trial_sha256": trial_sha256, "begun": self._now})
        matches = [inspections.c[name] == value for name, value in key.items()]
        inspection_id: int = self._connection.execute(
            sa.select(inspections.c.id).where(*matches)
        ).scalar_one()
        if self._is_archived(inspection_id):
            raise Refused(
                "what this act inspected is filed already: inspecting again needs an act of its own"
            )
        self._connection.execute(instances.delete().where(instances.c.inspection_id == inspection_id))
        self._connection.execute(
            inspections.update()
            .where(inspections.c.id == inspection_id)
            .values(trial_sha256=trial_sha256, begun=self._now, completed=None, result="")
        )
        return inspection_id

    def append(self, inspection_id: int, batch: Iterable[InstanceFacts]) -> None:
        """Add instances. Raises NotInLedger."""
        self.append_packed(inspection_id, [pack(facts) for facts in batch])

    def append_packed(self, inspection_id: int, batch: Sequence[PackedFacts]) -> None:
        """Add instances; one whose ordinal is there already is replaced. Raises NotInLedger."""
        owner = self._connection.execute(
            sa.select(inspections.c.submission, shares.c.site, submissions.c.created)
            .join(submissions, submissions.c.seq == inspections.c.submission)
            .join(shares)
            .where(inspections.c.id == inspection_id)
        ).first()
        if owner is None:
            raise NotInLedger("there is no such inspection")
        common = {
            "inspection_id": inspection_id,
            "submission": owner.submission,
            "site": owner.site,
            "arrived": owner.created,
            "state": InstanceState.INSPECTED.value,
        }
        rows = [common | _columns_of(facts) for facts in batch]
        self._upsert(instances, rows, ("inspection_id", "ordinal"))

    def complete(self, inspection_id: int, inspection: Inspection) -> None:
        """Record the result, and the package's digest and display name on the submission."""
        done = self._connection.execute(
            inspections.update()
            .where(inspections.c.id == inspection_id)
            .values(completed=self._now, result=dump(to_wire(inspection)))
            .returning(inspections.c.submission)
        ).first()
        if done is None:
            raise NotInLedger("there is no such inspection")
        package = inspection.package
        self._connection.execute(
            submissions.update()
            .where(submissions.c.seq == done.submission)
            .values(sha256=package.sha256, display_name=package.display_name)
        )

    def latest(self, submission_id: str, act_name: str | None = None) -> StoredInspection | None:
        """Return the newest completed inspection of a submission (or that of an act), None without one."""
        query = sa.select(inspections).where(
            inspections.c.submission == seq_of(submission_id), inspections.c.completed.is_not(None)
        )
        if act_name is not None:
            query = query.where(inspections.c.act_name == act_name)
        newest = query.order_by(inspections.c.completed.desc(), inspections.c.id.desc()).limit(1)
        row = self._connection.execute(newest).first()
        return _stored(row) if row is not None else None

    def instances(
        self,
        inspection_id: int,
        *,
        label: str | None = None,
        subject_id: str | None = None,
        states: Iterable[InstanceState] = (),
    ) -> tuple[InstanceFacts, ...]:
        """Return the facts of an inspection's instances, by ordinal; those of what was removed are gone.

        label: the subject as the package names it; subject_id: the study ID that `decide` gave.
        """
        query = sa.select(instances.c.facts).where(
            instances.c.inspection_id == inspection_id, instances.c.facts != ""
        )
        if label is not None:
            query = query.where(instances.c.label == label)
        if subject_id is not None:
            query = query.where(instances.c.subject_id == subject_id)
        if wanted := [state.value for state in states]:
            query = query.where(instances.c.state.in_(wanted))
        rows = self._connection.execute(query.order_by(instances.c.ordinal)).scalars()
        return tuple(open_facts(facts) for facts in rows)

    def decisions(self, inspection_id: int) -> tuple[InstanceDecision, ...]:
        """Return what was decided of each instance, by ordinal."""
        rows = self._connection.execute(
            sa.select(instances.c.ordinal, instances.c.state, instances.c.subject_id, instances.c.kind)
            .where(instances.c.inspection_id == inspection_id)
            .order_by(instances.c.ordinal)
        )
        return tuple(
            InstanceDecision(row.ordinal, InstanceState(row.state), row.subject_id or None, row.kind)
            for row in rows
        )

    def mark(self, inspection_id: int, decisions: Iterable[InstanceDecision]) -> None:
        """Record what was decided of the instances; what is in the archive is not touched.

        What earlier inspections of the submission left held or rejected is removed: this one takes its place.
        """
        groups: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        for decision in decisions:
            key = (decision.state.value, decision.subject_id or "", decision.kind)
            groups[key].append(decision.ordinal)
        for (state, subject_id, kind), ordinals in groups.items():
            for chunk in chunks(ordinals):
                self._connection.execute(
                    instances.update()
                    .where(instances.c.inspection_id == inspection_id, instances.c.ordinal.in_(chunk))
                    .where(instances.c.state.not_in(ARCHIVED))
                    .values(state=state, subject_id=subject_id, kind=kind)
                )
        self._drop_earlier(inspection_id)

    def forget(self, submission_id: str, label: str, subject_id: str | None = None) -> int:
        """Empty the facts of a subject of a submission, in all its inspections; return how many instances.

        The rows stay, so that counts of what once was stay right.
        """
        of_subject = instances.c.label == label
        if subject_id:
            of_subject = of_subject | (instances.c.subject_id == subject_id)
        done = self._connection.execute(
            instances.update()
            .where(instances.c.submission == seq_of(submission_id), of_subject, instances.c.facts != "")
            .values(state=InstanceState.REMOVED.value, facts="", pixel_sha256="", frame_uid="")
        )
        return done.rowcount

    def _drop_earlier(self, inspection_id: int) -> None:
        submission = (
            sa.select(inspections.c.submission).where(inspections.c.id == inspection_id).scalar_subquery()
        )
        self._connection.execute(
            instances.delete().where(
                instances.c.submission == submission,
                instances.c.inspection_id < inspection_id,
                instances.c.state.not_in(ARCHIVED),
            )
        )

    def _is_archived(self, inspection_id: int) -> bool:
        found = sa.select(instances.c.id).where(
            instances.c.inspection_id == inspection_id, instances.c.state.in_(ARCHIVED)
        )
        return self._connection.execute(found.limit(1)).first() is not None


def _columns_of(facts: PackedFacts) -> dict[str, Any]:
    return {
        "ordinal": facts.ordinal,
        "label": facts.subject,
        "modality": facts.modality,
        "size": facts.size,
        "sop_instance_uid": facts.sop_instance_uid,
        "sop_class_uid": facts.sop_class_uid,
        "study_uid": facts.study_uid,
        "series_uid": facts.series_uid,
        "frame_uid": facts.frame_of_reference_uid,
        "sent_sha256": facts.sent_sha256,
        "filed_sha256": facts.filed_sha256,
        "content_sha256": facts.content_sha256,
        "pixel_sha256": facts.pixel_sha256,
        "facts": facts.text,
    }


def _stored(row: sa.Row[Any]) -> StoredInspection:
    inspection = from_wire(Inspection, load(row.result))
    return StoredInspection(
        row.id, id_of(row.submission), row.act_name, row.trial_sha256, row.completed, inspection
    )
