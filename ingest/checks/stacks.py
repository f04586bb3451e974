"""Image series as stacks of parallel slices, in order along their normal (PS3.3 C.7.6.2.1.1)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ingest.model.instance import ImagePlane, InstanceFacts

Vector = tuple[float, float, float]

#: Slices nearer to each other than this (mm) are at the same place.
SAME_PLACE = 0.05
#: A step longer than this many usual steps is a gap.
GAP_FACTOR = 1.5


@dataclass(frozen=True, slots=True)
class Stack:
    """Slices of one orientation and one phase: images and their distances (mm) along the normal, in order."""

    normal: Vector
    images: tuple[InstanceFacts, ...]
    distances: tuple[float, ...]

    @property
    def steps(self) -> list[float]:
        """Return the distances between neighbours."""
        return [after - before for before, after in zip(self.distances, self.distances[1:], strict=False)]

    @property
    def spacing(self) -> float | None:
        """Return the most frequent step (mm), the smallest of several; None for fewer than two places."""
        counts = Counter(round(step, 2) for step in self.steps if step > SAME_PLACE)
        if not counts:
            return None
        most = max(counts.values())
        return min(step for step, count in counts.items() if count == most)

    def gaps(self) -> list[tuple[int, int]]:
        """Return (index of the slice before, slices absent) for every gap."""
        spacing = self.spacing
        if spacing is None:
            return []
        return [
            (index, max(1, round(step / spacing) - 1))
            for index, step in enumerate(self.steps)
            if step > GAP_FACTOR * spacing
        ]

    def repeats(self) -> list[InstanceFacts]:
        """Return the slices that lie where the one before them lies."""
        return [self.images[index + 1] for index, step in enumerate(self.steps) if step <= SAME_PLACE]


def stack_images(images: Iterable[InstanceFacts]) -> list[Stack]:
    """Return a series as stacks, the largest first: one an orientation, and one a phase of a 4D series."""
    by_orientation: dict[tuple[float, ...], list[InstanceFacts]] = defaultdict(list)
    for facts in images:
        if facts.plane and facts.plane.position and facts.plane.orientation:
            by_orientation[_rounded(facts.plane.orientation)].append(facts)
    stacks = [stack for group in by_orientation.values() for stack in _split_phases(_order(group))]
    return sorted(stacks, key=lambda stack: -len(stack.images))


def normal_of(plane: ImagePlane) -> Vector:
    """Return the normal of a slice: row direction × column direction."""
    a, b, c, d, e, f = plane.orientation or (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
    return (b * f - c * e, c * d - a * f, a * e - b * d)


def along(normal: Vector, point: Vector) -> float:
    """Return how far a point lies along a normal (mm)."""
    return normal[0] * point[0] + normal[1] * point[1] + normal[2] * point[2]


def _rounded(orientation: tuple[float, ...]) -> tuple[float, ...]:
    # + 0.0 turns -0.0 into 0.0, which would else be another orientation
    return tuple(round(value, 2) + 0.0 for value in orientation)


def _order(images: list[InstanceFacts]) -> Stack:
    plane = images[0].plane
    normal = normal_of(plane) if plane else (0.0, 0.0, 1.0)
    placed = [
        (along(normal, facts.plane.position), index)
        for index, facts in enumerate(images)
        if facts.plane and facts.plane.position
    ]
    placed.sort()
    return Stack(
        normal, tuple(images[index] for _, index in placed), tuple(distance for distance, _ in placed)
    )


def _split_phases(stack: Stack) -> list[Stack]:
    """Split a stack whose places repeat, where something in the files tells the phases apart."""
    if not stack.repeats():
        return [stack]
    for read in (_temporal_position, _acquisition_number):
        phases: dict[int | None, list[InstanceFacts]] = defaultdict(list)
        for facts in stack.images:
            phases[read(facts)].append(facts)
        stacks = [_order(images) for images in phases.values()]
        if len(stacks) > 1 and not any(part.repeats() for part in stacks):
            return stacks
    return [stack]


def _temporal_position(facts: InstanceFacts) -> int | None:
    return facts.temporal_position


def _acquisition_number(facts: InstanceFacts) -> int | None:
    return facts.acquisition_number
