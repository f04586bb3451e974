"""Wrong but valid: data that hangs together and is another person's (sex, dates, enrolment, collisions)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable

from ingest.checks.collisions import frame_of, pixels_of
from ingest.checks.index import SubjectIndex
from ingest.checks.kinds import EARLIEST_DATE, day_of
from ingest.checks.notes import Notes, say_count
from ingest.model.instance import InstanceFacts
from ingest.model.review import Collision, CollisionKind, EnrolmentRecord, EnrolmentState, ObjectKind

_SEX, _STUDY_DATE = "(0010,0040)", "(0008,0020)"
_DEFINITE = frozenset({"M", "F"})

#: What an arriving instance has in common with another subject's: kind, how it is read, code, place, keyword.
#: The strongest that fits is said, the others follow from it.
_COMMON: tuple[tuple[CollisionKind, Callable[[InstanceFacts], str], str, str, str], ...] = (
    (CollisionKind.INSTANCE, lambda facts: facts.sop_instance_uid, "SID155", "(0008,0018)", "SOPInstanceUID"),
    (CollisionKind.PIXELS, pixels_of, "SID150", "(7FE0,0010)", "PixelData"),
    (CollisionKind.FRAME_OF_REFERENCE, frame_of, "SID151", "(0020,0052)", "FrameOfReferenceUID"),
    (CollisionKind.STUDY, lambda facts: facts.study_uid, "SID152", "(0020,000D)", "StudyInstanceUID"),
)


def check_sex_and_dates(index: SubjectIndex, notes: Notes) -> None:
    """Sex is one in a subject; a study's date is one in a study."""
    by_sex = _group(index.instances, lambda facts: facts.sex if facts.sex in _DEFINITE else "")
    if len(by_sex) > 1:
        fewer = min(by_sex.values(), key=len)
        notes.find("SID144", fewer, where=_SEX, keyword="PatientSex")
    odd: list[InstanceFacts] = []
    for images in _group(index.instances, lambda facts: facts.study_uid).values():
        dates = Counter(facts.study_date for facts in images if facts.study_date)
        if len(dates) > 1:
            usual = dates.most_common(1)[0][0]
            odd += [facts for facts in images if facts.study_date not in ("", usual)]
    if odd:
        notes.find("SID145", odd, where=_STUDY_DATE, keyword="StudyDate")


def check_enrolment(index: SubjectIndex, record: EnrolmentRecord | None, notes: Notes) -> None:
    """Compare with the trial's enrolment list; None: the trial has none."""
    if record is None:
        return
    if record.state is EnrolmentState.WITHDRAWN:
        notes.find("SID140")
        return
    if record.state is EnrolmentState.UNKNOWN:
        notes.find("SID141")
        return
    other = "F" if record.sex == "M" else "M" if record.sex == "F" else ""
    differing = [facts for facts in index.instances if other and facts.sex == other]
    if differing:
        notes.find("SID143", differing, where=_SEX, keyword="PatientSex")
    if record.registered >= EARLIEST_DATE:
        scans = index.of_kind(ObjectKind.PLANNING_CT)
        early = [facts for facts in scans if "" < day_of(facts) < record.registered]
        if early:
            notes.find("SID142", early, where="(0008,0022)", keyword="AcquisitionDate")


def check_collisions(arriving: Iterable[InstanceFacts], elsewhere: Iterable[Collision], notes: Notes) -> None:
    """Data that is held under another study ID, or the same subject from another site. Nobody is named."""
    values: dict[CollisionKind, set[str]] = defaultdict(set)
    for collision in elsewhere:
        values[collision.kind].add(collision.value)
    fresh = list(arriving)
    if CollisionKind.BYTES in values:
        notes.find("SID154", fresh, files=say_count(len(fresh), "file"))
        return
    for kind, read, code, where, keyword in _COMMON:
        same = [facts for facts in fresh if read(facts) and read(facts) in values[kind]]
        if same:
            notes.find(code, same, where=where, keyword=keyword, files=say_count(len(same), "file"))
            break
    if CollisionKind.OTHER_SITE in values:
        notes.find("SID153", fresh)


def _group(
    instances: Iterable[InstanceFacts], read: Callable[[InstanceFacts], str]
) -> dict[str, list[InstanceFacts]]:
    groups: dict[str, list[InstanceFacts]] = defaultdict(list)
    for facts in instances:
        if value := read(facts):
            groups[value].append(facts)
    return groups
