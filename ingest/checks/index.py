"""One subject's instances, indexed once: by UID, by kind, by series, and which frames registrations join."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.checks.kinds import Kinds, classify, registered_frames
from ingest.model.instance import InstanceFacts, Reference, ReferenceKind
from ingest.model.review import ObjectKind

#: Plans that treat nobody: measured on a phantom (PS3.3 C.8.8.9, Plan Intent).
_SET_ASIDE_INTENTS = frozenset({"VERIFICATION", "MACHINE_QA"})
_IMAGE_REFERENCES = (ReferenceKind.STRUCTURE_SERIES, ReferenceKind.STRUCTURE_CONTOUR)
_PLAN_REFERENCES = frozenset({ReferenceKind.DOSE_PLAN, ReferenceKind.RECORD_PLAN, ReferenceKind.IMAGE_PLAN})


@dataclass(frozen=True, slots=True)
class ImageSeries:
    """The images of one kind in one series."""

    uid: str
    kind: ObjectKind
    images: tuple[InstanceFacts, ...]

    @property
    def number(self) -> int | None:
        """The series number, as the console shows it."""
        return self.images[0].series_number


class SubjectIndex:
    """What is filed and what arrives, without duplicates, conflicts and verification plans."""

    def __init__(self, instances: Iterable[InstanceFacts]) -> None:
        known = list(instances)
        self.kinds: Kinds = classify(known)
        self.set_aside = _verification(known)
        self.instances = [facts for facts in known if facts.sop_instance_uid not in self.set_aside]
        self.by_uid = {facts.sop_instance_uid: facts for facts in self.instances}
        self._by_kind: dict[ObjectKind, list[InstanceFacts]] = defaultdict(list)
        grouped: dict[tuple[str, ObjectKind], list[InstanceFacts]] = defaultdict(list)
        for facts in self.instances:
            kind = self.kind_of(facts)
            self._by_kind[kind].append(facts)
            grouped[facts.series_uid, kind].append(facts)
        self.series = {key: ImageSeries(*key, tuple(images)) for key, images in grouped.items()}
        self.roots = roots_of(self.by_uid)
        self.mixed_series = {key[0] for key, series in self.series.items() if _is_mixed(series)}
        self.frames = _JoinedFrames(self.of_kind(ObjectKind.REG))
        self._drawn_on = {
            item.instance_uid
            for facts in self.of_kind(ObjectKind.RTSTRUCT)
            for item in references_of(facts, *_IMAGE_REFERENCES)
        }

    def kind_of(self, facts: InstanceFacts) -> ObjectKind:
        """Return what an instance is."""
        return self.kinds.of_instance[facts.sop_instance_uid]

    def of_kind(self, kind: ObjectKind) -> list[InstanceFacts]:
        """Return the instances of a kind, in order."""
        return self._by_kind.get(kind, [])

    def is_drawn_on(self, series: ImageSeries) -> bool:
        """Return whether a structure set names an image of a series."""
        return any(image.sop_instance_uid in self._drawn_on for image in series.images)

    def series_of_kind(self, kind: ObjectKind) -> list[ImageSeries]:
        """Return the series of a kind."""
        return [series for series in self.series.values() if series.kind is kind]


def _is_mixed(series: ImageSeries) -> bool:
    """Return whether a series speaks of more than one frame of reference."""
    return len({image.frame_of_reference_uid for image in series.images} - {""}) > 1


def roots_of(uids: Iterable[str]) -> set[str]:
    """Return the UIDs' beginnings: 2.25, or the four arcs that name an organisation."""
    return {"2.25" if uid.startswith("2.25.") else ".".join(uid.split(".")[:4]) for uid in uids}


def references_of(facts: InstanceFacts, *kinds: ReferenceKind) -> list[Reference]:
    """Return an instance's references of some kinds."""
    return [reference for reference in facts.references if reference.kind in kinds]


def _verification(instances: list[InstanceFacts]) -> dict[str, InstanceFacts]:
    """Return verification plans, and what belongs to none but them: structures, doses, records, images.

    Where no other plan is there, the structures and images may well be the patient's, and stay.
    """
    aside = {
        facts.sop_instance_uid: facts
        for facts in instances
        if facts.plan and facts.plan.intent in _SET_ASIDE_INTENTS
    }
    if not aside:
        return aside
    plans = set(aside)
    for facts in instances:
        targets = {item.instance_uid for item in facts.references if item.kind in _PLAN_REFERENCES}
        if targets and targets <= plans:
            aside[facts.sop_instance_uid] = facts
    if any(facts.plan and facts.sop_instance_uid not in plans for facts in instances):
        _add_only_theirs(instances, aside, ReferenceKind.PLAN_STRUCTURES)
        _add_only_theirs(instances, aside, *_IMAGE_REFERENCES, ReferenceKind.REGISTRATION_IMAGE)
    return aside


def _add_only_theirs(
    instances: list[InstanceFacts], aside: dict[str, InstanceFacts], *kinds: ReferenceKind
) -> None:
    """Set aside what is referred to, in that way, by nothing but what is set aside already."""
    theirs: set[str] = set()
    others: set[str] = set()
    for facts in instances:
        named = theirs if facts.sop_instance_uid in aside else others
        named.update(item.instance_uid for item in references_of(facts, *kinds))
    only_theirs = theirs - others
    aside.update(
        (facts.sop_instance_uid, facts) for facts in instances if facts.sop_instance_uid in only_theirs
    )


class _JoinedFrames:
    """Frames of reference that registrations join, directly or by way of others."""

    def __init__(self, registrations: list[InstanceFacts]) -> None:
        self._parent: dict[str, str] = {}
        for facts in registrations:
            frames = sorted(registered_frames(facts))
            for other in frames[1:]:
                self._parent[self.root_of(other)] = self.root_of(frames[0])

    def are_joined(self, first: str, second: str) -> bool:
        """Return whether coordinates of one frame can be brought into the other."""
        return first == second or self.root_of(first) == self.root_of(second)

    def root_of(self, frame: str) -> str:
        """Return the frame that stands for all that are joined with this one."""
        trail = []
        while self._parent.get(frame, frame) != frame:
            trail.append(frame)
            frame = self._parent[frame]
        for passed in trail:
            self._parent[passed] = frame
        return frame
