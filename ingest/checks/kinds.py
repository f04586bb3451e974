"""What each instance and series is, told by SOP class, image type, model, dates and references.

Series descriptions are often blanked or wrong, and 70 to 90 % of a patient's files are image guidance, so the
planning CT is told from CBCT and MVCT by who made it, who refers to it, and when.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ingest.model.instance import InstanceFacts, ReferenceKind
from ingest.model.review import ObjectKind

_STORAGE = "1.2.840.10008.5.1.4.1.1."

CT_CLASSES = frozenset({_STORAGE + "2", _STORAGE + "2.1", _STORAGE + "2.2"})
MR_CLASSES = frozenset({_STORAGE + "4", _STORAGE + "4.1", _STORAGE + "4.3", _STORAGE + "4.4"})
PET_CLASSES = frozenset({_STORAGE + "128", _STORAGE + "128.1", _STORAGE + "130"})

_KIND_OF_CLASS: Mapping[str, ObjectKind] = {
    _STORAGE + "481.1": ObjectKind.RTIMAGE,
    _STORAGE + "481.2": ObjectKind.RTDOSE,
    _STORAGE + "481.3": ObjectKind.RTSTRUCT,
    _STORAGE + "481.4": ObjectKind.RTRECORD,
    _STORAGE + "481.5": ObjectKind.RTPLAN,
    _STORAGE + "481.6": ObjectKind.RTRECORD,
    _STORAGE + "481.7": ObjectKind.RTRECORD,
    _STORAGE + "481.8": ObjectKind.RTPLAN,
    _STORAGE + "481.9": ObjectKind.RTRECORD,
    _STORAGE + "66.1": ObjectKind.REG,
    _STORAGE + "66.3": ObjectKind.REG,
    **dict.fromkeys(MR_CLASSES, ObjectKind.MR),
    **dict.fromkeys(PET_CLASSES, ObjectKind.PET),
}
IMAGE_KINDS = frozenset(
    {ObjectKind.PLANNING_CT, ObjectKind.IMAGE_GUIDANCE, ObjectKind.MR, ObjectKind.PET, ObjectKind.LOCALISER}
)
#: Dates before this one are an anonymiser's placeholders (19000101, 19010101 …), not dates.
EARLIEST_DATE = "19800101"

_STRUCTURE_REFERENCES = frozenset({ReferenceKind.STRUCTURE_SERIES, ReferenceKind.STRUCTURE_CONTOUR})


@dataclass(frozen=True, slots=True)
class Kinds:
    """Kind of every instance (SOP Instance UID) and of every series (the most frequent of its instances)."""

    of_instance: Mapping[str, ObjectKind]
    of_series: Mapping[str, ObjectKind]


def classify(instances: Iterable[InstanceFacts]) -> Kinds:
    """Return the kinds of a subject's instances. Linear in instances and references."""
    known = list(instances)
    of_instance: dict[str, ObjectKind] = {}
    ct_series: dict[str, list[InstanceFacts]] = defaultdict(list)
    for facts in known:
        kind = _kind_by_class(facts)
        if kind is None:
            ct_series[facts.series_uid].append(facts)
        else:
            of_instance[facts.sop_instance_uid] = kind
    evidence = _Evidence(known)
    for images in ct_series.values():
        kind = ObjectKind.IMAGE_GUIDANCE if evidence.is_guidance(images) else ObjectKind.PLANNING_CT
        of_instance.update((facts.sop_instance_uid, kind) for facts in images)
    return Kinds(of_instance, _kinds_of_series(known, of_instance))


def day_of(facts: InstanceFacts) -> str:
    """Return the day an image was taken (YYYYMMDD), "" where no believable date is there."""
    dates = (facts.acquisition_date, facts.series_date, facts.study_date)
    return next((date for date in dates if date >= EARLIEST_DATE), "")


def registered_frames(facts: InstanceFacts) -> set[str]:
    """Return the frames that a registration joins: its own and those of its items (PS3.3 C.20.2, C.20.3)."""
    if facts.registration is None:
        return set()
    return {facts.frame_of_reference_uid, *facts.registration.frame_uids} - {""}


def _kind_by_class(facts: InstanceFacts) -> ObjectKind | None:
    """Return the kind, None where it is a CT that has to be told apart."""
    kind = _KIND_OF_CLASS.get(facts.sop_class_uid)
    if kind is None and facts.sop_class_uid not in CT_CLASSES:
        return ObjectKind.OTHER
    if "LOCALIZER" in facts.image_type:
        return ObjectKind.LOCALISER
    return kind


class _Evidence:
    """What a subject's other objects say of its CT series."""

    def __init__(self, instances: list[InstanceFacts]) -> None:
        planned_on = {
            reference.instance_uid
            for facts in instances
            for reference in facts.references
            if reference.kind is ReferenceKind.PLAN_STRUCTURES
        }
        self._drawn_on = {
            reference.instance_uid
            for facts in instances
            if facts.sop_instance_uid in planned_on
            for reference in facts.references
            if reference.kind in _STRUCTURE_REFERENCES
        }
        drawn = [facts for facts in instances if facts.sop_instance_uid in self._drawn_on]
        self._planning_frames = {facts.frame_of_reference_uid for facts in drawn}
        self._scanned = max(map(day_of, drawn), default="")
        self._registered = {
            frame
            for facts in instances
            if self._planning_frames & registered_frames(facts)
            for frame in registered_frames(facts)
        } - self._planning_frames
        plan_dates = [facts.plan.date for facts in instances if facts.plan and facts.plan.date]
        self._planned = min((date for date in plan_dates if date >= EARLIEST_DATE), default="")
        self._treated = {facts.record.date for facts in instances if facts.record}

    def is_guidance(self, images: list[InstanceFacts]) -> bool:
        """Return whether a CT series was taken to guide treatment."""
        first = images[0]
        if first.is_cone_beam:
            return True
        if any(facts.sop_instance_uid in self._drawn_on for facts in images):
            return False
        if first.is_megavoltage:
            return True
        day = day_of(first)
        if self._scanned and day > self._scanned and first.frame_of_reference_uid in self._registered:
            return True
        if not self._planned or day <= self._planned:
            return False
        if self._treated:
            return day in self._treated
        # taken after planning, in a frame of its own, and nothing was planned on it
        frame = first.frame_of_reference_uid
        return bool(self._planning_frames and frame) and frame not in self._planning_frames


def _kinds_of_series(
    instances: list[InstanceFacts], of_instance: Mapping[str, ObjectKind]
) -> dict[str, ObjectKind]:
    votes: dict[str, Counter[ObjectKind]] = defaultdict(Counter)
    for facts in instances:
        kind = of_instance[facts.sop_instance_uid]
        votes[facts.series_uid][kind] += 1
    return {series: _winner(count) for series, count in votes.items()}


def _winner(votes: Counter[ObjectKind]) -> ObjectKind:
    """Return the most frequent kind; images come before what shares their series (SlicerRT#272)."""
    return max(votes, key=lambda kind: (kind in IMAGE_KINDS, votes[kind], kind.value))
