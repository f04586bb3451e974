"""What the trial expects of a subject against what is there, with waivers: complete, or awaiting what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from ingest.checks.dose import DoseCount
from ingest.checks.guidance import Guidance, taken_images
from ingest.checks.index import SubjectIndex
from ingest.checks.kinds import day_of
from ingest.checks.links import Links
from ingest.checks.notes import Notes, say_count
from ingest.checks.plan import treated_plans
from ingest.model.picture import ObjectRow, ObjectState
from ingest.model.review import EnrolmentRecord, ObjectKind
from ingest.trial.definition import ExpectedObject, Waiver

#: What is counted of each object, one and many.
_UNITS: Mapping[str, tuple[str, str]] = {
    "planning-ct": ("CT series", "CT series"),
    "rtstruct": ("RTSTRUCT", "RTSTRUCT"),
    "rtplan": ("RTPLAN", "RTPLAN"),
    "rtdose": ("RTDOSE", "RTDOSE"),
    "image-guidance": ("day of image guidance", "days of image guidance"),
    "reg": ("REG", "REG"),
    "rtrecord": ("RTRECORD", "RTRECORD"),
    "rtimage": ("RTIMAGE", "RTIMAGE"),
    "mr": ("MR series", "MR series"),
    "pet": ("PET series", "PET series"),
}
#: The finding for an object that was not sent.
_NOT_SENT: Mapping[str, str] = {
    "planning-ct": "CMP101",
    "rtstruct": "CMP102",
    "rtplan": "CMP103",
    "rtdose": "CMP104",
    "image-guidance": "CMP105",
    "reg": "CMP106",
    "rtrecord": "CMP107",
    "mr": "CMP108",
    "pet": "CMP109",
    "rtimage": "CMP110",
}
_SERIES_COUNTED = (ObjectKind.PLANNING_CT, ObjectKind.MR, ObjectKind.PET)
_INSTANCES_COUNTED = (ObjectKind.RTSTRUCT, ObjectKind.REG, ObjectKind.RTRECORD)


@dataclass(frozen=True, slots=True)
class Found:
    """What the other checks counted. `idle_plans`: plans without beams, or rejected; a finding says so."""

    idle_plans: int
    doses: DoseCount
    guidance: Guidance
    links: Links


def check_expected(
    index: SubjectIndex,
    expected: Iterable[ExpectedObject],
    waivers: Collection[Waiver],
    enrolment: EnrolmentRecord | None,
    found: Found,
    notes: Notes,
) -> tuple[ObjectRow, ...]:
    """Compare; return one row for each expected object. Objects of several time points add up."""
    used: Counter[str] = Counter()
    waived = {waiver.object: waiver for waiver in waivers}
    rows = []
    asked = [item for item in expected if _applies(item, enrolment)]
    for place, item in enumerate(asked):
        count = max(0, _count(index, item, found) - used[item.object])
        least = _least(item, found.guidance)
        later = sum(
            _least(other, found.guidance) for other in asked[place + 1 :] if other.object == item.object
        )
        used[item.object] += min(count, least) + _find_too_many(item, count - later, notes)
        rows.append(_judge(item, count, least, waived.get(item.object), found, notes))
    return tuple(rows)


def check_modalities(index: SubjectIndex, allowed: Collection[str], notes: Notes) -> None:
    """Modalities that the trial did not ask for; an empty list allows all."""
    strange = [facts for facts in index.instances if allowed and facts.modality not in allowed]
    if strange:
        names = ", ".join(sorted({facts.modality or "none" for facts in strange}))
        notes.find("CMP120", strange, where="(0008,0060)", keyword="Modality", modalities=names)


def _applies(item: ExpectedObject, enrolment: EnrolmentRecord | None) -> bool:
    """Return whether an object is expected of this subject; without an arm on record, an arm's are not."""
    arm = enrolment.arm if enrolment else ""
    tumour_site = enrolment.tumour_site if enrolment else ""
    return item.arm in (None, arm) and item.tumour_site in (None, tumour_site)


def _count(index: SubjectIndex, item: ExpectedObject, found: Found) -> int:
    kind = ObjectKind(item.object)
    if kind is ObjectKind.RTPLAN:
        return len(treated_plans(index))
    if kind is ObjectKind.RTDOSE:
        return found.doses.whole
    if kind is ObjectKind.IMAGE_GUIDANCE:
        return _guidance_days(index, item, found.guidance)
    if kind in _SERIES_COUNTED:
        return len(index.series_of_kind(kind))
    return len(index.of_kind(kind))


def _guidance_days(index: SubjectIndex, item: ExpectedObject, guidance: Guidance) -> int:
    if not item.modalities:
        return guidance.days
    images = [series.images[0] for series in index.series_of_kind(ObjectKind.IMAGE_GUIDANCE)]
    wanted = [facts for facts in (*images, *taken_images(index)) if facts.modality in item.modalities]
    days = {day_of(facts) for facts in wanted}
    return len(days - {""}) + sum(not day_of(facts) for facts in wanted)


def _least(item: ExpectedObject, guidance: Guidance) -> int:
    """Return how many are needed; for image guidance a share of the planned fractions, less the tolerance."""
    if not item.required:
        return 0
    least = item.minimum
    if item.per_fraction and guidance.planned:
        least = max(least, round(item.per_fraction * guidance.planned) - item.tolerance)
    return least


def _find_too_many(item: ExpectedObject, count: int, notes: Notes) -> int:
    """Return how many there are beyond the most that may be; they count for nothing else."""
    if item.maximum is None or count <= item.maximum:
        return 0
    units = _UNITS[item.object]
    most, said = say_count(item.maximum, *units), say_count(count, *units)
    notes.find("CMP112", count=count, title=item.title, maximum=most, found=said)
    return count - item.maximum


def _judge(
    item: ExpectedObject, count: int, least: int, waiver: Waiver | None, found: Found, notes: Notes
) -> ObjectRow:
    said = say_count(count, *_UNITS[item.object])
    wanted = f"at least {say_count(least, *_UNITS[item.object])}"
    if not item.required:
        return _row(item, "if there is any", said if count else "none", ObjectState.OPTIONAL)
    if count >= least:
        state = ObjectState.AWAITED if notes.has_missed(item.object) else ObjectState.PRESENT
        return _row(item, wanted, said, state)
    if waiver is not None:
        return _row(item, wanted, said if count else "none", ObjectState.WAIVED, waiver.reason)
    _say_missing(item, count, wanted, said, found, notes)
    return _row(item, wanted, said if count else "none", ObjectState.AWAITED)


def _say_missing(
    item: ExpectedObject, count: int, wanted: str, said: str, found: Found, notes: Notes
) -> None:
    """Say what is awaited, unless a finding on references or on the object itself has said it better."""
    kind = ObjectKind(item.object)
    nothing = "none"
    is_said = kind in found.links.named_kinds
    if kind is ObjectKind.RTDOSE and found.doses.partial:
        is_said, nothing = True, "none that can be used"
    if kind is ObjectKind.RTPLAN and found.idle_plans:
        is_said, nothing = True, "none that treats"
    if not (is_said and notes.has_missed(item.object)):
        notes.miss(item.object, wanted, said if count else nothing)
    if is_said:
        return
    if count:
        notes.find("CMP111", title=item.title, expected=wanted, found=said)
    else:
        notes.find(_NOT_SENT[item.object], title=item.title, expected=wanted)


def _row(item: ExpectedObject, expected: str, found: str, state: ObjectState, reason: str = "") -> ObjectRow:
    return ObjectRow(item.object, item.title, expected, found, state, reason)
