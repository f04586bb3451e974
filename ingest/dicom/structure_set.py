"""RTSTRUCT (PS3.3 A.19): the structures, how many contours each has, and how far they reach.

Coordinates of 10 MB of contours are not converted: of a contour the first point's z is read, and every point
only of targets, whose box is compared with the dose grid.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from ingest.dicom.references import uids
from ingest.dicom.select import Selection, index_of
from ingest.dicom.terms import APPROVALS, ROI_TYPES, TARGET_TYPES, closed
from ingest.dicom.values import as_date, as_float, as_int, as_text, decode
from ingest.dicom.walk import Walk
from ingest.model.instance import Roi, StructureSet

IsKnownLabel = Callable[[str], bool]
Box = tuple[tuple[float, float, float], tuple[float, float, float]]

_TARGET_NAME = re.compile(r"[A-Za-z0-9_ ]{0,3}(PTV|CTV|GTV|ITV)", re.IGNORECASE)
_NOT_DS = b"0123456789+-.eE \\"
#: Bytes of contours whose every point is read, in one structure set.
_MOST_READ = 8 * 1024 * 1024
#: Structures kept of one set; a real one has a few hundred at most.
_MOST_ROIS = 5_000


def read_structure_set(found: Walk, selection: Selection, is_known_label: IsKnownLabel) -> StructureSet:
    """Return the structures of an RTSTRUCT; a name that the vocabulary does not know is None."""
    listed, of_rois = uids(selection, "frame"), uids(selection, "roi-frame")
    return StructureSet(
        frame_uids=tuple(dict.fromkeys((*listed, *of_rois))),
        stray_frame_uids=tuple(uid for uid in of_rois if uid not in listed) if listed else (),
        study_uids=uids(selection, "images-study"),
        rois=_read_rois(found, selection, is_known_label),
        has_series_references=bool(selection.elements("series-image")),
        has_contour_references=bool(selection.elements("contour-image")),
        date=as_date(found.raw(0x30060008)),
        approval=closed(found.text(0x300E0002), APPROVALS),
        follows=uids(selection, "structures-before"),
    )


def _read_rois(found: Walk, selection: Selection, is_known_label: IsKnownLabel) -> tuple[Roi, ...]:
    names = selection.by_item("roi-name")
    types = _read_types(selection)
    contours = _read_contours(selection)
    charset = found.text(0x00080005)
    budget = _MOST_READ
    known_heights: dict[bytes, float | None] = {}
    rois: list[Roi] = []
    for _, begin, end, item in selection.elements("roi-number")[:_MOST_ROIS]:
        number = as_int(found.data[begin:end])
        if number is None:
            continue
        name = decode(names.get(id(item), b""), charset)
        kind = types.get(number, "")
        spans = contours.get(number, [])
        heights = _heights(found, spans, known_heights)
        size = sum(stop - start for start, stop in spans)
        box = None
        if (kind in TARGET_TYPES or _TARGET_NAME.match(name)) and size <= budget:
            budget -= size
            box = _box(found, spans)
        rois.append(
            Roi(
                number=number,
                name=name if name and is_known_label(name) else None,
                contours=len(spans),
                z_min=min(heights) if heights else None,
                z_max=max(heights) if heights else None,
                box_min=box[0] if box else None,
                box_max=box[1] if box else None,
                interpreted_type=kind,
            )
        )
    return tuple(rois)


def _read_types(selection: Selection) -> dict[int, str]:
    """Return (3006,00A4) by ROI number."""
    types = selection.by_item("observed-type")
    out: dict[int, str] = {}
    for (_, _, _, item), raw in zip(
        selection.elements("observed-roi"), selection.values("observed-roi"), strict=True
    ):
        number = as_int(raw)
        if number is not None:
            out[number] = closed(as_text(types.get(id(item), b"")), ROI_TYPES)
    return out


def _read_contours(selection: Selection) -> dict[int, list[tuple[int, int]]]:
    """Return begin and end of the contours' points by ROI number."""
    numbers = {
        index_of(item): as_int(raw)
        for (_, _, _, item), raw in zip(
            selection.elements("contour-roi"), selection.values("contour-roi"), strict=True
        )
    }
    out: dict[int, list[tuple[int, int]]] = {}
    for _, begin, end, item in selection.elements("contour"):
        number = numbers.get(index_of(item[0])) if item is not None else None
        if number is not None and end > begin:
            out.setdefault(number, []).append((begin, end))
    return out


def _heights(found: Walk, spans: list[tuple[int, int]], known: dict[bytes, float | None]) -> list[float]:
    """Return the z of each contour's first point, mm. `known`: by their bytes; structures share slices."""
    data = found.data
    out: list[float] = []
    for begin, end in spans:
        parts = data[begin : min(end, begin + 64)].split(b"\\", 3)
        if len(parts) < 3:
            continue
        if parts[2] not in known:
            known[parts[2]] = as_float(parts[2])
        height = known[parts[2]]
        if height is not None:
            out.append(height)
    return out


def _box(found: Walk, spans: list[tuple[int, int]]) -> Box | None:
    """Return the corners of the box around all points, mm; None where a coordinate is no number."""
    low, high = [float("inf")] * 3, [float("-inf")] * 3
    for begin, end in spans:
        raw = found.data[begin:end].rstrip(b" \0")
        if raw.translate(None, _NOT_DS):
            return None
        try:
            values = [float(part) for part in raw.split(b"\\")]
        except ValueError:
            return None
        if len(values) % 3 or max(map(abs, values)) > 1e6:
            return None
        for axis in range(3):
            low[axis] = min(low[axis], min(values[axis::3]))
            high[axis] = max(high[axis], max(values[axis::3]))
    return ((low[0], low[1], low[2]), (high[0], high[1], high[2])) if spans else None
