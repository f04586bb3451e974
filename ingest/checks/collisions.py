"""What the subjects of one package have in common, and what to look for under other study IDs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ingest.model.instance import InstanceFacts
from ingest.model.review import Collision, CollisionKind

#: Frames of reference that the standard defines (Talairach and other brains).
_WELL_KNOWN = "1.2.840.10008."


def shared_values(instances: Iterable[InstanceFacts]) -> dict[CollisionKind, set[str]]:
    """Return what to look for under other study IDs: own digests and UIDs, and what is referred to.

    What is found is handed to the review as `SubjectView.elsewhere`. Of INSTANCE, an own UID is a collision;
    the target of a reference that is not the subject's own is a reference to another patient.
    """
    wanted: dict[CollisionKind, set[str]] = defaultdict(set)
    for facts in instances:
        for collision in _own(facts):
            wanted[collision.kind].add(collision.value)
        wanted[CollisionKind.INSTANCE].update(item.instance_uid for item in facts.references)
    return {kind: values - {""} for kind, values in wanted.items() if values - {""}}


def collisions_in_package(
    arriving: Mapping[str, Sequence[InstanceFacts]],
) -> dict[str, tuple[Collision, ...]]:
    """Return, by label, what a subject shares with the others of the package or refers to of theirs.

    Linear in instances and references.
    """
    if len(arriving) < 2:
        return dict.fromkeys(arriving, ())
    owners: dict[Collision, set[str]] = defaultdict(set)
    for label, instances in arriving.items():
        for facts in instances:
            for collision in _own(facts):
                owners[collision].add(label)
    return {
        label: tuple(dict.fromkeys(item for item in _named(instances) if owners.get(item, set()) - {label}))
        for label, instances in arriving.items()
    }


def pixels_of(facts: InstanceFacts) -> str:
    """Return the digest of an instance's pixels, "" of a blank image: those are alike in all patients."""
    return "" if facts.is_blank else facts.pixel_sha256


def frame_of(facts: InstanceFacts) -> str:
    """Return an instance's frame of reference, "" of the standard's own: all share those (PS3.6 A-2)."""
    uid = facts.frame_of_reference_uid
    return "" if uid.startswith(_WELL_KNOWN) else uid


def _own(facts: InstanceFacts) -> Iterator[Collision]:
    for kind, value in (
        (CollisionKind.PIXELS, pixels_of(facts)),
        (CollisionKind.FRAME_OF_REFERENCE, frame_of(facts)),
        (CollisionKind.STUDY, facts.study_uid),
        (CollisionKind.INSTANCE, facts.sop_instance_uid),
    ):
        if value:
            yield Collision(kind, value)


def _named(instances: Iterable[InstanceFacts]) -> Iterator[Collision]:
    for facts in instances:
        yield from _own(facts)
        for item in facts.references:
            yield Collision(CollisionKind.INSTANCE, item.instance_uid)
