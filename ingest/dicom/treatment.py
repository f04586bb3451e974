"""RTPLAN, RTDOSE, REG and RTRECORD (PS3.3 A.20, A.18, A.39, A.29): what the checks ask of them."""

from __future__ import annotations

from ingest.dicom.buffer import is_zero
from ingest.dicom.pixels import pixel_element
from ingest.dicom.references import uids
from ingest.dicom.select import Selection
from ingest.dicom.soundness import is_uid
from ingest.dicom.terms import (
    APPROVALS,
    DELIVERY_TYPES,
    DOSE_TYPES,
    DOSE_UNITS,
    PLAN_INTENTS,
    SUMMATIONS,
    TERMINATIONS,
    closed,
)
from ingest.dicom.values import as_date, as_float, as_int, as_text
from ingest.dicom.walk import Walk
from ingest.model.instance import Beam, Dose, Plan, Registration, TreatmentRecord

#: Beams and offsets kept of one object; a real plan has tens, a real dose a few hundred.
_MOST = 5_000
#: RT Plan Relationship (300A,0055).
_BEFORE, _BESIDE = frozenset({"PRIOR", "PREDECESSOR"}), frozenset({"CONCURRENT"})


def read_plan(found: Walk, selection: Selection) -> Plan:
    """Return the facts of an RTPLAN or RT Ion Plan; fractions are summed over its fraction groups."""
    fractions = _ints(selection, "fractions")
    kinds = selection.by_item("beam-delivery")
    points = selection.by_item("beam-control-points")
    beams = []
    for _, begin, end, item in selection.elements("beam-number")[:_MOST]:
        number = as_int(found.data[begin:end])
        if number is not None:
            kind = closed(as_text(kinds.get(id(item), b"")), DELIVERY_TYPES)
            beams.append(Beam(number, kind, as_int(points.get(id(item), b"")) or 0))
    return Plan(
        intent=closed(found.text(0x300A000A), PLAN_INTENTS),
        fractions=sum(fractions) if fractions else None,
        beams=tuple(beams),
        referenced_beams=_ints(selection, "plan-beam-reference"),
        approval=closed(found.text(0x300E0002), APPROVALS),
        date=as_date(found.raw(0x300A0006)),
        has_brachy=bool(selection.elements("brachy")),
        follows=_related(selection, _BEFORE),
        concurrent=_related(selection, _BESIDE),
        silent_groups=max(0, len(selection.elements("fraction-group")) - len(fractions)),
    )


def _related(selection: Selection, relationships: frozenset[str]) -> tuple[str, ...]:
    """Return the UIDs of the plans that a plan names in one of the relationships."""
    named = selection.by_item("plan-relationship")
    plans = zip(selection.elements("plan"), selection.values("plan"), strict=True)
    texts = (as_text(raw) for (*_, item), raw in plans if as_text(named.get(id(item), b"")) in relationships)
    return tuple(dict.fromkeys(text for text in texts if is_uid(text)))[:_MOST]


def read_dose(found: Walk, selection: Selection) -> Dose:
    """Return the facts of an RTDOSE. Its pixels are all zero where all their bytes are."""
    element = pixel_element(found)
    is_all_zero = None
    if element is not None and element[1] not in found.found.fragments:
        is_all_zero = is_zero(found.data, element[1], element[2])
    offsets = [as_float(part) for part in found.raw(0x3004000C).split(b"\\")[:_MOST]]
    return Dose(
        summation=closed(found.text(0x3004000A), SUMMATIONS),
        units=closed(found.text(0x30040002), DOSE_UNITS),
        dose_type=closed(found.text(0x30040004), DOSE_TYPES),
        frames=as_int(found.raw(0x00280008)),
        offsets=tuple(offset for offset in offsets if offset is not None),
        scaling=as_float(found.raw(0x3004000E)),
        is_all_zero=is_all_zero,
        referenced_beams=_ints(selection, "dose-beam"),
        referenced_fraction_groups=_ints(selection, "dose-fraction-group"),
    )


def read_registration(selection: Selection) -> Registration:
    """Return the frames of reference that a REG joins."""
    return Registration(uids(selection, "frame"))


def read_record(found: Walk, selection: Selection) -> TreatmentRecord:
    """Return the facts of an RTRECORD: the day, the fraction and the beams that were delivered."""
    fractions = _ints(selection, "record-fraction")
    ends = [closed(as_text(raw), TERMINATIONS) for raw in selection.values("record-termination")]
    return TreatmentRecord(
        date=as_date(found.raw(0x30080250)),
        fraction=fractions[0] if fractions else None,
        beams=_ints(selection, "record-beam"),
        termination=next((end for end in ends if end != "NORMAL"), ends[0] if ends else ""),
    )


def _ints(selection: Selection, place: str) -> tuple[int, ...]:
    """Return the IS values at a place, at most so many."""
    values = [as_int(raw) for raw in list(selection.values(place))[:_MOST]]
    return tuple(value for value in values if value is not None)
