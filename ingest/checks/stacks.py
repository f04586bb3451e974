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
#: So many equal steps at an end of a stack were scanned so: coarser slices above or below the target.
_SECTION = 3
#: Steps that differ by less than this share are the same (contours and positions are rounded).
_ALIKE = 0.2
#: A place that repeats so often at every slice is a phase of a 4D series, whatever else the files say.
_PHASES = 3


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
        coarse = self._coarse_ends(spacing)
        return [
            (index, max(1, round(step / spacing) - 1))
            for index, step in enumerate(self.steps)
            if step > GAP_FACTOR * spacing and index not in coarse
        ]

    def uneven(self) -> list[float]:
        """Return the steps (mm) that are neither the usual one nor a gap, each once, with the usual one."""
        spacing = self.spacing
        if spacing is None:
            return []
        gaps = {index for index, _ in self.gaps()}
        odd = {
            round(step, 1)
            for index, step in enumerate(self.steps)
            if step > SAME_PLACE and index not in gaps and abs(step - spacing) > _ALIKE * spacing
        }
        return sorted({*odd, round(spacing, 1)}) if odd else []

    def _coarse_ends(self, spacing: float) -> set[int]:
        """Return the steps of a run of equal, longer steps from either end."""
        steps, found = self.steps, set()
        for places in (range(len(steps)), range(len(steps) - 1, -1, -1)):
            run = []
            for place in places:
                if steps[place] <= GAP_FACTOR * spacing or abs(steps[place] - steps[places[0]]) > SAME_PLACE:
                    break
                run.append(place)
            if len(run) >= _SECTION:
                found.update(run)
        return found

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
    return _split_by_rank(stack)


def _split_by_rank(stack: Stack) -> list[Stack]:
    """Split a stack where every place holds the same number of slices, three at least."""
    places: list[list[InstanceFacts]] = []
    for image, step in zip(stack.images, (None, *stack.steps), strict=True):
        if step is None or step > SAME_PLACE:
            places.append([])
        places[-1].append(image)
    counts = {len(place) for place in places}
    if len(counts) > 1 or min(counts) < _PHASES:
        return [stack]
    ranked = [sorted(place, key=lambda facts: facts.instance_number or 0) for place in places]
    return [_order([place[rank] for place in ranked]) for rank in range(counts.pop())]


def _temporal_position(facts: InstanceFacts) -> int | None:
    return facts.temporal_position


def _acquisition_number(facts: InstanceFacts) -> int | None:
    return facts.acquisition_number
