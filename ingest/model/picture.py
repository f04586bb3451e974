"""What the report draws of a subject: reference graph, slice strips, fraction calendar. No values.

Objects are named by the keys of the trial file's expected objects (`planning-ct`, `rtstruct`, …).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NodeState(StrEnum):
    """How much of an object is there."""

    PRESENT = "present"
    PARTIAL = "partial"
    ABSENT = "absent"
    HELD = "held"


class LinkState(StrEnum):
    """How a reference stands."""

    RESOLVED = "resolved"
    MISSING = "missing"
    CONTRADICTED = "contradicted"
    NOT_VERIFIABLE = "not verifiable"


class SliceState(StrEnum):
    """What is known of one place along a series."""

    PRESENT = "present"
    MISSING = "missing"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class GraphNode:
    """One object (a series, or one RTSTRUCT, RTPLAN, RTDOSE …, or one that is referred to and not there).

    key:      unique within the graph, `rtdose-1`.
    kind:     ObjectKind's value.
    expected: instances that others refer to, None where nobody counts them.
    found:    instances that are there.
    """

    key: str
    kind: str
    title: str
    state: NodeState
    found: int
    expected: int | None = None
    series_number: int | None = None


@dataclass(frozen=True, slots=True)
class GraphLink:
    """References from one node to another, all of one kind, counted.

    label: what the arrow says: "calculated for", "planned on", "drawn on", "registers", "delivered".
    """

    source: str
    target: str
    label: str
    state: LinkState
    total: int = 0
    resolved: int = 0


@dataclass(frozen=True, slots=True)
class ReferenceGraph:
    """Who refers to whom. Image-guidance series and their registrations are drawn as one node each."""

    nodes: tuple[GraphNode, ...] = ()
    links: tuple[GraphLink, ...] = ()


@dataclass(frozen=True, slots=True)
class SliceMark:
    """One place along the normal of a series, in mm from its first slice."""

    position: float
    state: SliceState


@dataclass(frozen=True, slots=True)
class SliceStrip:
    """A series as a strip of slices, in order along its normal.

    spacing:        mm, the most frequent one.
    present:        images there; expected: images that structures refer to, None where none refer.
    unplaced:       images that structures refer to, that are absent and whose place is not known.
    structures_from, structures_to: mm from the first slice, where contours begin and end, None where unknown.
    """

    kind: str
    title: str
    series_number: int | None
    spacing: float | None
    marks: tuple[SliceMark, ...]
    present: int
    expected: int | None = None
    unplaced: int = 0
    structures_from: float | None = None
    structures_to: float | None = None


@dataclass(frozen=True, slots=True)
class FractionDay:
    """One day on which something was delivered or imaged.

    date:      YYYYMMDD.
    fraction:  its number, from the treatment record, None where no record says it.
    images:    image-guidance series of the day; registered: those with a way into the planning frame.
    """

    date: str
    fraction: int | None = None
    is_delivered: bool = False
    images: int = 0
    registered: int = 0


@dataclass(frozen=True, slots=True)
class FractionCalendar:
    """Planned against delivered against imaged. `planned` is None where no plan says it."""

    planned: int | None
    delivered: int
    imaged: int
    days: tuple[FractionDay, ...] = ()


class ObjectState(StrEnum):
    """How an expected object stands."""

    PRESENT = "present"
    AWAITED = "awaited"
    WAIVED = "waived"
    OPTIONAL = "optional"
    HELD = "held"
    NOT_VERIFIABLE = "not verifiable"


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """One line of the table of expected objects: what was expected, what was found, in words and counts."""

    kind: str
    title: str
    expected: str
    found: str
    state: ObjectState
    reason: str = ""


@dataclass(frozen=True, slots=True)
class SubjectPictures:
    """Everything that is drawn of one subject."""

    graph: ReferenceGraph = ReferenceGraph()
    strips: tuple[SliceStrip, ...] = ()
    calendar: FractionCalendar | None = None
    objects: tuple[ObjectRow, ...] = ()
