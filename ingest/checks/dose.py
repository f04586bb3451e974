"""RTDOSE: is it the whole plan's dose, in gray, not empty, and where the targets are (PS3.3 C.8.8.3)?"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from ingest.checks.index import SubjectIndex, references_of
from ingest.checks.notes import Notes, say_count
from ingest.checks.plan import treating_beams
from ingest.model.instance import Dose, InstanceFacts, ReferenceKind, Roi
from ingest.model.review import ObjectKind

_WHOLE = frozenset({"PLAN", "MULTI_PLAN"})
_TARGETS = frozenset({"PTV", "CTV", "GTV", "ITV"})
_SUMMATION = ("(3004,000A)", "DoseSummationType")


@dataclass(frozen=True, slots=True)
class DoseCount:
    """Doses that satisfy what is expected, and those that are there and do not."""

    whole: int
    partial: int


def check_doses(index: SubjectIndex, notes: Notes) -> DoseCount:
    """Check every dose; return how many whole-plan doses there are."""
    usable: list[InstanceFacts] = []
    doses = index.of_kind(ObjectKind.RTDOSE)
    for facts in doses:
        if facts.dose is None:
            notes.doubt()
        elif _check_dose(index, facts, facts.dose, notes):
            usable.append(facts)
    whole = [facts for facts in usable if facts.dose and facts.dose.summation in _WHOLE]
    _say_partial(index, doses, whole, notes)
    covered = _check_beam_doses(index, [facts for facts in usable if facts not in whole], whole, notes)
    _check_treated_have_dose(index, doses, notes)
    return DoseCount(len(whole) + covered, len(doses) - len(whole) - covered)


def _check_dose(index: SubjectIndex, facts: InstanceFacts, dose: Dose, notes: Notes) -> bool:
    """Return whether a dose can count; what is wrong with it is said."""
    is_usable = True
    if dose.units != "GY":
        notes.find("DOS103", [facts], where="(3004,0002)", keyword="DoseUnits")
        is_usable = False
    elif dose.scaling is None:
        notes.find("DOS109", [facts], where="(3004,000E)", keyword="DoseGridScaling")
        is_usable = False
    if dose.dose_type == "ERROR":
        notes.find("DOS108", [facts], where="(3004,0004)", keyword="DoseType")
        is_usable = False
    frames, places = dose.frames or 1, len(set(dose.offsets))
    if places != frames and (places or frames > 1):
        notes.find(
            "DOS104",
            [facts],
            where="(3004,000C)",
            keyword="GridFrameOffsetVector",
            offsets=say_count(places, "plane position"),
            frames=say_count(frames, "plane"),
        )
    if dose.is_all_zero or dose.scaling == 0:
        notes.find("DOS105", [facts], where="(7FE0,0010)", keyword="PixelData")
        is_usable = False
    elif dose.is_all_zero is None:
        notes.doubt()
    plans = {item.instance_uid for item in references_of(facts, ReferenceKind.DOSE_PLAN)}
    if dose.summation == "PLAN" and len(plans) > 1:
        notes.find(
            "DOS107", [facts], where="(300C,0002)", keyword="ReferencedRTPlanSequence", plans=len(plans)
        )
    if dose.summation in _WHOLE | {"BEAM"} and places == frames:
        _check_targets(index, facts, dose, notes)
    return is_usable


def _say_partial(
    index: SubjectIndex, doses: list[InstanceFacts], whole: list[InstanceFacts], notes: Notes
) -> None:
    """Doses of a fraction, a record or a part: a fault only where their plan has no whole dose."""
    done = _plans_of(whole)
    for code in ("DOS101", "DOS110"):
        partial = [
            facts
            for facts in doses
            if facts.dose
            and facts.dose.summation not in _WHOLE | {"BEAM"}
            and bool(_plans_of([facts]) and _plans_of([facts]) <= done) is (code == "DOS110")
        ]
        if partial:
            notes.find(code, partial, where=_SUMMATION[0], keyword=_SUMMATION[1])


def _plans_of(doses: list[InstanceFacts]) -> set[str]:
    return {item.instance_uid for facts in doses for item in references_of(facts, ReferenceKind.DOSE_PLAN)}


def _check_beam_doses(
    index: SubjectIndex, partial: list[InstanceFacts], whole: list[InstanceFacts], notes: Notes
) -> int:
    """Return how many plans have a dose for every beam; a plan with a whole dose needs none."""
    by_plan: dict[str, list[InstanceFacts]] = defaultdict(list)
    for facts in partial:
        if facts.dose and facts.dose.summation == "BEAM":
            for item in references_of(facts, ReferenceKind.DOSE_PLAN):
                by_plan[item.instance_uid].append(facts)
    done = _plans_of(whole)
    covered = 0
    for plan_uid, doses in by_plan.items():
        target = index.by_uid.get(plan_uid)
        if plan_uid in done or target is None or target.plan is None:
            continue
        beams = treating_beams(target.plan)
        there = {number for facts in doses if facts.dose for number in facts.dose.referenced_beams}
        if beams <= there:
            covered += 1
            continue
        notes.find(
            "DOS102",
            doses,
            where=_SUMMATION[0],
            keyword=_SUMMATION[1],
            expected=say_count(len(beams), "beam"),
            found=len(beams & there),
        )
        notes.miss(
            ObjectKind.RTDOSE.value,
            f"dose of {say_count(len(beams), 'beam')}",
            f"{len(beams & there)} present",
        )
    return covered


def _check_treated_have_dose(index: SubjectIndex, doses: list[InstanceFacts], notes: Notes) -> None:
    """Every plan that a treatment record names has a dose, unless a sum over plans is there."""
    if not doses or any(facts.dose and facts.dose.summation == "MULTI_PLAN" for facts in doses):
        return
    named = _plans_of(doses)
    if not named:
        return
    treated = {
        item.instance_uid
        for facts in index.of_kind(ObjectKind.RTRECORD)
        for item in references_of(facts, ReferenceKind.RECORD_PLAN)
    }
    plans = [facts for facts in index.of_kind(ObjectKind.RTPLAN) if facts.sop_instance_uid in treated]
    bare = [facts for facts in plans if facts.sop_instance_uid not in named]
    # a dose that leads nowhere may be theirs: the reference that is broken says so
    if bare and named <= set(index.by_uid):
        notes.find("DOS111", bare, bare=len(bare), plans=say_count(len(plans), "plan"))
        notes.miss(
            ObjectKind.RTDOSE.value,
            f"a dose of each of {say_count(len(plans), 'treated plan')}",
            f"of {len(plans) - len(bare)}",
        )


def _check_targets(index: SubjectIndex, facts: InstanceFacts, dose: Dose, notes: Notes) -> None:
    grid = _grid_box(facts, dose)
    if grid is None:
        return
    margin = _margin(facts)
    uncovered = [
        roi
        for roi in _targets_of(index, facts)
        if roi.box_min
        and roi.box_max
        and any(
            roi.box_min[axis] < grid[0][axis] - margin or roi.box_max[axis] > grid[1][axis] + margin
            for axis in range(3)
        )
    ]
    if uncovered:
        notes.find(
            "DOS106", [facts], where="(0020,0032)", keyword="ImagePositionPatient", targets=len(uncovered)
        )


def _targets_of(index: SubjectIndex, facts: InstanceFacts) -> list[Roi]:
    """Return the targets of the structure set that the dose's plan was planned on."""
    structures = [
        index.by_uid.get(reference.instance_uid)
        for item in references_of(facts, ReferenceKind.DOSE_PLAN)
        if (plan := index.by_uid.get(item.instance_uid))
        for reference in references_of(plan, ReferenceKind.PLAN_STRUCTURES)
    ]
    return [
        roi
        for item in structures
        if item and item.structures
        for roi in item.structures.rois
        if is_target(roi)
    ]


def is_target(roi: Roi) -> bool:
    """Return whether a structure is a target: by its type, else by how its name begins."""
    if roi.interpreted_type:
        return roi.interpreted_type in _TARGETS
    return bool(roi.name) and (roi.name or "")[:3].upper() in _TARGETS


def _grid_box(
    facts: InstanceFacts, dose: Dose
) -> tuple[tuple[float, float, float], tuple[float, float, float]] | None:
    """Return the corners of an axial dose grid (mm); None where it is oblique or not described.

    Grid Frame Offset Vector may be relative to the first plane or z itself (PS3.3 C.8.8.3.2).
    """
    plane = facts.plane
    if not plane or not plane.position or not plane.orientation or not plane.spacing or not dose.offsets:
        return None
    row, column = plane.orientation[:3], plane.orientation[3:]
    if abs(abs(row[0]) - 1) > 0.001 or abs(abs(column[1]) - 1) > 0.001:
        return None
    x, y, z = plane.position
    ends_x = (x, x + row[0] * plane.spacing[1] * (plane.columns - 1))
    ends_y = (y, y + column[1] * plane.spacing[0] * (plane.rows - 1))
    is_absolute = dose.offsets[0] != 0 and abs(dose.offsets[0] - z) < 0.01
    normal = row[0] * column[1]
    planes = [offset if is_absolute else z + offset * normal for offset in dose.offsets]
    return (min(ends_x), min(ends_y), min(planes)), (max(ends_x), max(ends_y), max(planes))


def _margin(facts: InstanceFacts) -> float:
    """Return how far a target may lie outside: one pixel, since a grid's edge is at its pixels' centres."""
    spacing = facts.plane.spacing if facts.plane else None
    return max(spacing) if spacing else 0.0
