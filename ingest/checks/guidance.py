"""Image guidance by fraction: planned, delivered, imaged, and whether images reach the planning frame."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from ingest.checks.index import ImageSeries, SubjectIndex
from ingest.checks.kinds import EARLIEST_DATE, day_of, registered_frames
from ingest.checks.links import Links, frames_of
from ingest.checks.notes import Notes, say_count
from ingest.checks.plan import treated_plans
from ingest.model.instance import InstanceFacts
from ingest.model.picture import FractionCalendar, FractionDay
from ingest.model.review import ObjectKind

#: RTIMAGEs that are pictures of a treatment, by (0008,0008) value 3; DRRs and fluences are calculated.
_TAKEN = frozenset({"PORTAL", "RADIOGRAPH"})
_REGISTERED_FRAME = "(0070,0308)[0]>(0020,0052)"


@dataclass(frozen=True, slots=True)
class Guidance:
    """Image guidance in counts. `planned`: None where no plan says it; an undated image counts as a day."""

    calendar: FractionCalendar | None
    days: int
    series: int
    planned: int | None


def check_guidance(index: SubjectIndex, links: Links, *, is_reg_waived: bool, notes: Notes) -> Guidance:
    """Check what was imaged and delivered against the plan."""
    series = index.series_of_kind(ObjectKind.IMAGE_GUIDANCE)
    useless = _find_useless_registrations(index, links, notes)
    lost = _unregistered(index, series, notes)
    if not is_reg_waived:
        _say_unregistered(lost, series, useless, links, notes)
    has_early = _find_too_early(index, series, notes)
    planned = _planned_fractions(index)
    calendar = _draw_calendar(index, series, {item.uid for item in lost}, planned)
    if not has_early:  # days that are out of order cannot be compared with those of treatment
        _find_bare_days(index, calendar, useless, links, notes)
    _compare_fractions(calendar, notes)
    undated = sum(not day_of(item.images[0]) for item in series)
    shown = calendar if calendar.days or planned is not None else None
    return Guidance(shown, calendar.imaged + undated, len(series), planned)


def _find_useless_registrations(index: SubjectIndex, links: Links, notes: Notes) -> list[InstanceFacts]:
    """Find registrations that join fewer than two frames, or one of which there is no image; return them."""
    known = {frame for facts in index.instances if not facts.registration for frame in frames_of(facts)}
    lone, strange = [], []
    for facts in index.of_kind(ObjectKind.REG):
        frames = registered_frames(facts)
        if len(frames) < 2 and facts.registration:
            lone.append(facts)
        elif not frames <= known and not links.absent & {item.instance_uid for item in facts.references}:
            strange.append(facts)
    if lone:
        notes.find("IGR108", lone, where=_REGISTERED_FRAME, keyword="FrameOfReferenceUID")
    if strange:
        notes.find("IGR103", strange, where=_REGISTERED_FRAME, keyword="FrameOfReferenceUID")
    return lone + strange


def _unregistered(index: SubjectIndex, series: list[ImageSeries], notes: Notes) -> list[ImageSeries]:
    """Return the series without a way into the planning frame: not in it, and no registration leads there."""
    planning = {frame for facts in index.of_kind(ObjectKind.PLANNING_CT) for frame in frames_of(facts)}
    planning |= {frame for facts in index.of_kind(ObjectKind.RTSTRUCT) for frame in frames_of(facts)}
    if not planning:
        if series:
            notes.doubt()
        return []
    ways = {index.frames.root_of(frame) for frame in planning}
    return [
        item
        for item in series
        if not any(index.frames.root_of(frame) in ways for frame in frames_of(item.images[0]))
    ]


def _say_unregistered(
    lost: list[ImageSeries],
    series: list[ImageSeries],
    useless: list[InstanceFacts],
    links: Links,
    notes: Notes,
) -> None:
    """Say which scans cannot reach the planning frame, but for those whose registration is at fault."""
    days = {day_of(facts) for facts in useless} - {""}
    said = [item for item in lost if day_of(item.images[0]) not in days]
    if said:
        notes.find(
            "IGR102",
            [item.images[0] for item in said],
            where="(0020,0052)",
            keyword="FrameOfReferenceUID",
            lost=say_count(len(said), "image guidance scan"),
            total=len(series),
        )
        links.named_kinds.add(ObjectKind.REG)


def _find_too_early(index: SubjectIndex, series: list[ImageSeries], notes: Notes) -> bool:
    """Find treatment images from before the planning CT: dates shifted differently, or another course."""
    scanned = [day for facts in index.of_kind(ObjectKind.PLANNING_CT) if (day := day_of(facts))]
    first = min(scanned, default="")
    early = [item.images[0] for item in series if "" < day_of(item.images[0]) < first]
    if early:
        scans = say_count(len(early), "scan")
        notes.find("IGR110", early, where="(0008,0022)", keyword="AcquisitionDate", scans=scans)
    return bool(early)


def _planned_fractions(index: SubjectIndex) -> int | None:
    """Return the fractions of all plans that treat, None where one of them does not say."""
    plans = [facts.plan for facts in treated_plans(index) if facts.plan]
    if not plans or any(not plan.fractions or plan.silent_groups for plan in plans):
        return None
    return sum(plan.fractions or 0 for plan in plans)


def _draw_calendar(
    index: SubjectIndex, series: list[ImageSeries], lost: set[str], planned: int | None
) -> FractionCalendar:
    images: dict[str, int] = defaultdict(int)
    registered: dict[str, int] = defaultdict(int)
    fractions: dict[str, int | None] = {}
    for item in series:
        day = day_of(item.images[0])
        images[day] += 1
        registered[day] += item.uid not in lost
    for facts in taken_images(index):
        images[day_of(facts)] += 1
    for facts in index.of_kind(ObjectKind.RTRECORD):
        if facts.record and facts.record.date >= EARLIEST_DATE:
            fractions[facts.record.date] = facts.record.fraction or fractions.get(facts.record.date)
    days = tuple(
        FractionDay(day, fractions.get(day), day in fractions, images.get(day, 0), registered.get(day, 0))
        for day in sorted({*images, *fractions} - {""})
    )
    imaged = sum(day.images > 0 for day in days)
    return FractionCalendar(planned, _delivered(index), imaged, days)


def _delivered(index: SubjectIndex) -> int:
    """Return the fractions that were delivered: by number within their plan, else by day."""
    seen = set()
    for facts in index.of_kind(ObjectKind.RTRECORD):
        if facts.record:
            plan = next((item.instance_uid for item in facts.references), "")
            seen.add((plan, facts.record.fraction or facts.record.date))
    return len(seen)


def _find_bare_days(
    index: SubjectIndex,
    calendar: FractionCalendar,
    useless: list[InstanceFacts],
    links: Links,
    notes: Notes,
) -> None:
    """Find days of treatment without an image, but for those whose scan is known: it was registered."""
    registered = {
        day_of(facts)
        for facts in index.of_kind(ObjectKind.REG)
        if any(item.instance_uid not in index.by_uid for item in facts.references)
    } | {day_of(facts) for facts in useless}
    bare = {
        day.date
        for day in calendar.days
        if day.is_delivered and not day.images and day.date not in registered
    }
    if bare and calendar.imaged:
        records = index.of_kind(ObjectKind.RTRECORD)
        notes.find(
            "IGR101",
            [facts for facts in records if facts.record and facts.record.date in bare],
            count=len(bare),
            days=say_count(len(bare), "day"),
            delivered=calendar.delivered,
        )
        links.named_kinds.add(ObjectKind.IMAGE_GUIDANCE)


def _compare_fractions(calendar: FractionCalendar, notes: Notes) -> None:
    if calendar.planned is None or not calendar.delivered:
        return
    if calendar.delivered > calendar.planned:
        notes.find("IGR104", planned=calendar.planned, delivered=calendar.delivered)
    elif calendar.delivered < calendar.planned:
        notes.find("IGR105", planned=calendar.planned, delivered=calendar.delivered)


def taken_images(index: SubjectIndex) -> list[InstanceFacts]:
    """Return the RTIMAGEs that are pictures of a treatment."""
    return [facts for facts in index.of_kind(ObjectKind.RTIMAGE) if _TAKEN & set(facts.image_type)]
