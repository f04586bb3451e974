"""Sample pictures for the preview: every kind, whole and with what can be broken."""

from __future__ import annotations

from datetime import date, timedelta

from ingest.model.picture import (
    FractionCalendar,
    FractionDay,
    GraphLink,
    GraphNode,
    LinkState,
    NodeState,
    ObjectRow,
    ObjectState,
    ReferenceGraph,
    SliceMark,
    SliceState,
    SliceStrip,
    SubjectPictures,
)


def sample_pictures(*, is_whole: bool = True) -> SubjectPictures:
    """Return every kind of picture, whole or with what can be broken."""
    return SubjectPictures(_graph(is_whole), (_strip(is_whole),), _calendar(is_whole), _objects(is_whole))


def _graph(is_whole: bool) -> ReferenceGraph:
    there = NodeState.PRESENT
    dose = there if is_whole else NodeState.ABSENT
    link = LinkState.RESOLVED if is_whole else LinkState.MISSING
    nodes = (
        GraphNode(
            "ct-1",
            "planning-ct",
            "Planning CT",
            there if is_whole else NodeState.PARTIAL,
            98 if is_whole else 91,
            98,
            2,
        ),
        GraphNode("ig", "image-guidance", "19 cone-beam scans", there, 1672),
        GraphNode("rtstruct-1", "rtstruct", "Structure set", there, 1),
        GraphNode("reg", "reg", "Registrations", there, 19),
        GraphNode("rtplan-1", "rtplan", "Plan", there, 1),
        GraphNode("rtdose-1", "rtdose", "Dose cube", dose, int(is_whole)),
        GraphNode("rtrecord", "rtrecord", "Treatment records", there, 20),
    )
    links = (
        GraphLink("rtstruct-1", "ct-1", "drawn on", link, 98, 98 if is_whole else 91),
        GraphLink("rtplan-1", "rtstruct-1", "planned on", LinkState.RESOLVED, 1, 1),
        GraphLink("rtdose-1", "rtplan-1", "calculated for", link, 1, int(is_whole)),
        GraphLink("reg", "ig", "registers", LinkState.RESOLVED, 19, 19),
        GraphLink("reg", "ct-1", "to", LinkState.RESOLVED, 19, 19),
        GraphLink("rtrecord", "rtplan-1", "delivered", LinkState.NOT_VERIFIABLE, 20, 0),
    )
    return ReferenceGraph(nodes, links)


def _strip(is_whole: bool) -> SliceStrip:
    gone = range(0) if is_whole else range(60, 67)
    marks = tuple(
        SliceMark(3.0 * n, SliceState.MISSING if n in gone else SliceState.PRESENT) for n in range(98)
    )
    return SliceStrip(
        "planning-ct",
        "Planning CT, series 2",
        2,
        3.0,
        marks,
        present=98 - len(gone),
        expected=98,
        unplaced=0,
        structures_from=45.0,
        structures_to=240.0,
    )


def _calendar(is_whole: bool) -> FractionCalendar:
    start, days, fraction = date(2026, 3, 4), [], 0
    for offset in range(28):
        day = start + timedelta(days=offset)
        if day.weekday() > 4:
            continue
        fraction += 1
        is_imaged = is_whole or fraction % 5 != 0
        days.append(
            FractionDay(
                f"{day:%Y%m%d}",
                fraction,
                True,
                int(is_imaged),
                int(is_imaged and (is_whole or fraction != 3)),
            )
        )
    imaged = sum(day.images > 0 for day in days)
    return FractionCalendar(20, fraction, imaged, tuple(days))


def _objects(is_whole: bool) -> tuple[ObjectRow, ...]:
    awaited = ObjectState.PRESENT if is_whole else ObjectState.AWAITED
    return (
        ObjectRow("planning-ct", "planning CT", "98 images", "98" if is_whole else "91 of 98", awaited),
        ObjectRow("rtstruct", "structure set (RTSTRUCT)", "1", "1", ObjectState.PRESENT),
        ObjectRow("rtplan", "treatment plan (RTPLAN)", "1", "1", ObjectState.PRESENT),
        ObjectRow("rtdose", "dose cube (RTDOSE)", "1", "1" if is_whole else "none", awaited),
        ObjectRow("image-guidance", "image guidance", "at least 1", "19", ObjectState.PRESENT),
        ObjectRow("mr", "MR", "optional", "none", ObjectState.WAIVED, "not done at this site"),
    )
