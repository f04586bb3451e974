"""Geometry of image series: gaps, repeats, mixtures, and whether the slices reach as far as the structures.

Places are compared along the slices' normal, never by InstanceNumber, SliceThickness or z alone: sagittal
series exist, and numbers without a hole miss lost end slices.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable
from itertools import product

from ingest.checks.index import ImageSeries, SubjectIndex
from ingest.checks.links import Links
from ingest.checks.notes import Notes, say_count
from ingest.checks.stacks import SAME_PLACE, Stack, along, stack_images
from ingest.model.instance import InstanceFacts, Roi
from ingest.model.picture import SliceMark, SliceState, SliceStrip
from ingest.model.review import ObjectKind

#: MR and PET repeat places and turn by right (echoes, b-values, time, localisers): of them only a short gap
#: in an otherwise even stack is told.
_CHECKED = (ObjectKind.PLANNING_CT, ObjectKind.IMAGE_GUIDANCE)
_DRAWN = (*_CHECKED, ObjectKind.MR, ObjectKind.PET)
_TITLES = {
    ObjectKind.PLANNING_CT: "planning CT",
    ObjectKind.IMAGE_GUIDANCE: "image guidance",
    ObjectKind.MR: "MR",
    ObjectKind.PET: "PET",
}

#: Normals with a component beyond this lie along an axis.
_STRAIGHT = 0.999
#: Structures may run out this share of a step beyond the last slice: planning systems close them there.
_OVERHANG = 0.75
#: An MR or PET stack of so many slices, with no longer gap than that, is one that lost slices.
_EVEN_SLICES, _SHORT_GAP = 8, 3
_MOST_STEPS = 4
_POSITION, _ORIENTATION, _SPACING = "(0020,0032)", "(0020,0037)", "(0028,0030)"


def check_geometry(index: SubjectIndex, links: Links, notes: Notes) -> tuple[SliceStrip, ...]:
    """Check every series of images; return strips of planning CTs and of what is drawn on."""
    strips = []
    extents = _structure_extents(index, links)
    for kind in _DRAWN:
        for series in index.series_of_kind(kind):
            rois = extents.get(series.uid, [])
            if kind in _CHECKED:
                stacks = _check_series(series, rois, links, notes)
            else:
                stacks = _check_even_stack(series, links, notes)
            if kind is ObjectKind.PLANNING_CT or rois:
                strips.append(_draw_strip(series, stacks, rois, links))
    return tuple(strips)


def _check_series(series: ImageSeries, rois: list[Roi], links: Links, notes: Notes) -> list[Stack]:
    title = _TITLES[series.kind]
    _find_mixed_frames(series, title, notes)
    if any(image.frames > 1 for image in series.images):
        return []  # enhanced multi-frame: positions are in its functional groups, which are not read
    unplaced = [image for image in series.images if not _is_placed(image)]
    if unplaced:
        notes.find("GEO108", unplaced, where=_POSITION, keyword="ImagePositionPatient", series=title)
        notes.doubt()
    is_turned = _find_mixed(series, title, notes)
    stacks = stack_images(series.images)
    repeats = [image for stack in stacks for image in stack.repeats()]
    if repeats:
        notes.find("GEO103", repeats, where=_POSITION, keyword="ImagePositionPatient", series=title)
    uneven = sorted({step for stack in stacks for step in stack.uneven()})
    # slices that are missing make the rest uneven: that they are missing is said elsewhere
    is_short = series.uid in links.short_series
    if uneven and not repeats and not is_turned and not unplaced and not is_short:
        notes.find(
            "GEO109",
            [series.images[0]],
            where=_POSITION,
            keyword="ImagePositionPatient",
            count=len(series.images),
            series=title,
            steps=" and ".join(f"{step:g} mm" for step in uneven[:_MOST_STEPS]),
        )
    # a slice that lies elsewhere or nowhere leaves a gap where it should be: one finding says so
    if not is_turned and not unplaced and not is_short and stacks:
        _find_gaps(series, stacks, title, notes)
        _check_extent(series, stacks[0], rois, notes)
    return stacks


def _is_placed(image: InstanceFacts) -> bool:
    return bool(image.plane and image.plane.position and image.plane.orientation)


def _check_even_stack(series: ImageSeries, links: Links, notes: Notes) -> list[Stack]:
    stacks = stack_images(series.images)
    if series.uid in links.short_series or len(stacks) != 1 or len(stacks[0].images) < _EVEN_SLICES:
        return stacks
    (stack,) = stacks
    gaps = stack.gaps()
    if gaps and not stack.repeats() and not stack.uneven() and max(count for _, count in gaps) <= _SHORT_GAP:
        _find_gaps(series, stacks, _TITLES[series.kind], notes)
    return stacks


def _find_mixed_frames(series: ImageSeries, title: str, notes: Notes) -> None:
    odd = _odd_ones(series.images, lambda image: image.frame_of_reference_uid)
    if odd:
        notes.find("GEO107", odd, where="(0020,0052)", keyword="FrameOfReferenceUID", series=title)


def _find_mixed(series: ImageSeries, title: str, notes: Notes) -> bool:
    """Find mixed orientation, pixel spacing and matrix; return whether orientations are mixed."""
    images = [image for image in series.images if image.plane]
    turned = _odd_ones(images, _orientation)
    if turned:
        notes.find("GEO104", turned, where=_ORIENTATION, keyword="ImageOrientationPatient", series=title)
    odd = _odd_ones(images, _pixel_spacing)
    if odd:
        notes.find("GEO105", odd, where=_SPACING, keyword="PixelSpacing", series=title)
    odd = _odd_ones(images, _matrix)
    if odd:
        notes.find("GEO106", odd, where="(0028,0010)", keyword="Rows", series=title)
    return bool(turned)


def _odd_ones(
    images: tuple[InstanceFacts, ...] | list[InstanceFacts], read: Callable[[InstanceFacts], Hashable]
) -> list[InstanceFacts]:
    """Return the images whose value is not the most frequent one; those that say nothing do not count."""
    values = Counter(value for image in images if (value := read(image)))
    if len(values) < 2:
        return []
    usual = values.most_common(1)[0][0]
    return [image for image in images if (value := read(image)) and value != usual]


def _orientation(image: InstanceFacts) -> Hashable:
    if not image.plane or not image.plane.orientation:
        return None
    return tuple(round(value, 2) + 0.0 for value in image.plane.orientation)


def _pixel_spacing(image: InstanceFacts) -> Hashable:
    if not image.plane or not image.plane.spacing:
        return None
    return tuple(round(value, 3) for value in image.plane.spacing)


def _matrix(image: InstanceFacts) -> Hashable:
    return (image.plane.rows, image.plane.columns) if image.plane else None


def _find_gaps(series: ImageSeries, stacks: list[Stack], title: str, notes: Notes) -> None:
    gaps = [(stack, *gap) for stack in stacks for gap in stack.gaps()]
    if not gaps:
        return
    absent = sum(count for _, _, count in gaps)
    notes.find(
        "GEO101",
        [stack.images[before] for stack, before, _ in gaps],
        where=_POSITION,
        keyword="ImagePositionPatient",
        count=absent,
        series=title,
        gaps=say_count(len(gaps), "gap"),
        present=say_count(len(series.images), "image"),
    )
    total = len(series.images) + absent
    notes.miss(
        series.kind.value, f"{say_count(total, 'image')} without a gap", f"{len(series.images)} present"
    )


def _structure_extents(index: SubjectIndex, links: Links) -> dict[str, list[Roi]]:
    """Return the drawn structures by the one series that their RTSTRUCT is drawn on."""
    extents: dict[str, list[Roi]] = {}
    for facts in index.of_kind(ObjectKind.RTSTRUCT):
        series = links.structures_on.get(facts.sop_instance_uid, [])
        if facts.structures and len(series) == 1:
            drawn = [roi for roi in facts.structures.rois if roi.contours]
            extents.setdefault(series[0], []).extend(drawn)
    return extents


def _check_extent(series: ImageSeries, stack: Stack, rois: list[Roi], notes: Notes) -> None:
    """Contours beyond the first or last slice: slices were lost at an end."""
    spacing, reach = stack.spacing, _reach(stack, rois)
    if spacing is None or reach is None:
        return
    below = stack.distances[0] - reach[0]
    beyond = reach[1] - stack.distances[-1]
    if max(below, beyond) <= _OVERHANG * spacing:
        return
    absent = sum(round(short / spacing) for short in (below, beyond) if short > _OVERHANG * spacing)
    total = len(stack.images) + absent
    notes.find(
        "GEO102",
        [stack.images[0], stack.images[-1]],
        where="(3006,0039)[0]>(3006,0040)[0]>(3006,0050)",
        keyword="ContourData",
        count=absent,
        series=_TITLES[series.kind],
        short=f"{max(below, beyond):.0f} mm",
    )
    notes.miss(series.kind.value, f"about {say_count(total, 'image')}", f"{len(stack.images)} present")


def _reach(stack: Stack, rois: list[Roi]) -> tuple[float, float] | None:
    """Return from where to where structures run along a stack's normal (mm).

    Axial stacks by the structures' z; sagittal and coronal ones by the boxes, which not every structure has.
    The box of a structure says too little of an oblique stack.
    """
    if max(map(abs, stack.normal)) <= _STRAIGHT:
        return None
    if abs(stack.normal[2]) > _STRAIGHT:
        heights = [z for roi in rois for z in (roi.z_min, roi.z_max) if z is not None]
        ends = [stack.normal[2] * z for z in heights]
    else:
        boxes = [(roi.box_min, roi.box_max) for roi in rois if roi.box_min and roi.box_max]
        ends = [
            along(stack.normal, (x, y, z)) for box in boxes for x, y, z in product(*zip(*box, strict=True))
        ]
    return (min(ends), max(ends)) if ends else None


def _draw_strip(series: ImageSeries, stacks: list[Stack], rois: list[Roi], links: Links) -> SliceStrip:
    need = links.needs.get(series.uid)
    absent = len(need.wanted - need.found) if need else 0
    marks: list[SliceMark] = []
    spacing = origin = None
    reach = None
    if stacks:
        stack = stacks[0]
        spacing, origin, reach = stack.spacing, stack.distances[0], _reach(stack, rois)
        marks = _mark(stack)
    placed = sum(mark.state is SliceState.MISSING for mark in marks)
    return SliceStrip(
        kind=series.kind.value,
        title=_TITLES[series.kind],
        series_number=series.number,
        spacing=spacing,
        marks=tuple(marks),
        present=len(series.images),
        expected=len(need.wanted) if need else None,
        unplaced=max(0, absent - placed),
        structures_from=reach[0] - origin if reach and origin is not None else None,
        structures_to=reach[1] - origin if reach and origin is not None else None,
    )


def _mark(stack: Stack) -> list[SliceMark]:
    gaps = dict(stack.gaps())
    origin, spacing = stack.distances[0], stack.spacing or 0.0
    marks = []
    for index, distance in enumerate(stack.distances):
        place = round(distance - origin, 2)
        is_repeat = index > 0 and distance - stack.distances[index - 1] <= SAME_PLACE
        marks.append(SliceMark(place, SliceState.DUPLICATE if is_repeat else SliceState.PRESENT))
        for step in range(1, gaps.get(index, 0) + 1):
            marks.append(SliceMark(round(place + step * spacing, 2), SliceState.MISSING))
    return marks
