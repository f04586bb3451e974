"""How a subject's references stand, as the checks that follow and the pictures need it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from ingest.checks.index import SubjectIndex
from ingest.model.instance import InstanceFacts
from ingest.model.picture import LinkState
from ingest.model.review import ObjectKind

REFERENCED_INSTANCE = "ReferencedSOPInstanceUID"


@dataclass(slots=True)
class LinkCount:
    """References from one object to one target, of one kind."""

    total: int = 0
    resolved: int = 0
    is_contradicted: bool = False

    @property
    def state(self) -> LinkState:
        """Return the worst that is true of these references."""
        if self.is_contradicted:
            return LinkState.CONTRADICTED
        return LinkState.RESOLVED if self.resolved == self.total else LinkState.MISSING


@dataclass(slots=True)
class ImageNeed:
    """Images of one series that structures refer to. `series_uid` is empty where no reference says it."""

    series_uid: str
    kind: ObjectKind
    modality: str
    wanted: set[str] = field(default_factory=set)
    found: set[str] = field(default_factory=set)
    sources: list[InstanceFacts] = field(default_factory=list)


@dataclass(slots=True)
class Links:
    """The result of resolving references.

    counts:        (SOP Instance UID of the referrer, node it refers to) → how those references stand;
                   a node is a SOP Instance UID, or a Series Instance UID for images.
    needs:         images that structures refer to, by series.
    structures_on: RTSTRUCT's UID → series that it is drawn on.
    absent:        target UIDs that a finding already names as not sent.
    short_series:  image series of which references name more than is there.
    named_kinds:   kinds that a finding already names as not sent.
    absent_kinds:  node that is not there → what it should be.
    """

    counts: dict[tuple[str, str], LinkCount] = field(default_factory=dict)
    needs: dict[str, ImageNeed] = field(default_factory=dict)
    structures_on: dict[str, list[str]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    short_series: set[str] = field(default_factory=set)
    named_kinds: set[ObjectKind] = field(default_factory=set)
    absent_kinds: dict[str, ObjectKind] = field(default_factory=dict)

    def count(self, source: str, node: str, *, is_resolved: bool, is_contradicted: bool = False) -> None:
        """Count one reference."""
        counted = self.counts.setdefault((source, node), LinkCount())
        counted.total += 1
        counted.resolved += is_resolved
        counted.is_contradicted |= is_contradicted


def frames_of(facts: InstanceFacts) -> set[str]:
    """Return the frames of reference that an object speaks of."""
    frames = set(facts.structures.frame_uids) if facts.structures else set()
    return (frames or {facts.frame_of_reference_uid}) - {""}


def do_frames_agree(index: SubjectIndex, first: Collection[str], second: Collection[str]) -> bool:
    """Return whether objects share a frame, or a registration joins theirs; silence contradicts nothing."""
    if not first or not second or not set(first).isdisjoint(second):
        return True
    return any(index.frames.are_joined(one, other) for one in first for other in second)
