"""One way to spoil the golden case for each finding code of the radiotherapy review.

The golden case raises nothing; each mutation raises its code and no other of the same or a higher severity.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cache, cached_property

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from ingest.checks.subject import SubjectView
from ingest.model.review import Collision, CollisionKind, EnrolmentRecord, EnrolmentState
from ingest.model.verdict import CompletenessState, Outcome
from ingest.trial.definition import ExpectedObject, RoiRule, Trial
from tests.builders import Case, Instance, build_case, clone, of_modality, without
from tests.facts import SUBJECT, facts_of_case, hamlet

ELSEWHERE = "2.25.4711"
FRACTIONS = 3


@cache
def golden() -> tuple[Instance, ...]:
    """Return a small golden case: 10 CT, three fractions."""
    return tuple(build_case(SUBJECT, ct_slices=10, fractions=FRACTIONS, cbct=FRACTIONS, cbct_slices=2))


def view_of(case: Case, trial: Trial | None = None) -> SubjectView:
    """Return the view of a case that arrives for a subject of whom nothing is filed."""
    trial = trial or hamlet()
    return SubjectView(trial, trial.site("123"), SUBJECT, arriving=facts_of_case(case))


@dataclass(frozen=True)
class Mutation:
    """A way to spoil the golden case.

    spoil:  changes a copy of the golden case, or returns another.
    adjust: changes the view (enrolment, collisions, trial, what is filed).
    """

    code: str
    spoil: Callable[[Case], Case | None] = lambda case: None
    adjust: Callable[[SubjectView], SubjectView] = lambda view: view
    outcome: Outcome = Outcome.ACCEPTED
    state: CompletenessState = CompletenessState.COMPLETE
    missing: tuple[str, ...] = field(default=())
    name: str = ""

    @cached_property
    def case(self) -> Case:
        """The spoiled case."""
        case = clone(list(golden()))
        spoiled = self.spoil(case)
        return case if spoiled is None else spoiled

    @cached_property
    def view(self) -> SubjectView:
        """The spoiled case as the review sees it."""
        return self.adjust(view_of(self.case))


# ------------------------------------------------------------------ what mutations are made of
def only(case: Case, modality: str, number: int = 0) -> Dataset:
    """Return the data set of the n-th instance of a modality."""
    return of_modality(case, modality)[number].dataset


def drop(*modalities: str) -> Callable[[Case], Case]:
    """Return a mutation that leaves out modalities."""

    def spoil(case: Case) -> Case:
        return without(case, [item for modality in modalities for item in of_modality(case, modality)])

    return spoil


def edit(modality: str, change: Callable[[Dataset], None], *, every: bool = False, number: int = 0):
    """Return a mutation that changes one data set of a modality, or every one."""

    def spoil(case: Case) -> None:
        instances = of_modality(case, modality)
        for instance in instances if every else instances[number : number + 1]:
            change(instance.dataset)

    return spoil


def add_copy(case: Case, instance: Instance, role: str) -> Dataset:
    """Add a copy of an instance with a UID of its own; return its data set."""
    ds = copy.deepcopy(instance.dataset)
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = (
        f"{instance.dataset.SOPInstanceUID[:30]}{role}"
    )
    case.append(Instance(instance.name.replace(".dcm", f"-{role}.dcm"), ds))
    return ds


def lose_slices(case: Case, *places: int) -> Case:
    """Leave out CT slices, and every reference to them."""
    lost = [of_modality(case, "CT")[place] for place in places]
    uids = {instance.dataset.SOPInstanceUID for instance in lost}
    for instance in case:
        _forget(instance.dataset, uids)
    return without(case, lost)


def _forget(ds: Dataset, uids: set[str]) -> None:
    for element in ds:
        if element.VR != "SQ":
            continue
        kept = [item for item in element.value if item.get("ReferencedSOPInstanceUID") not in uids]
        element.value = Sequence(kept)
        for item in kept:
            _forget(item, uids)


def fraction(case: Case, modality: str, number: int) -> Case:
    """Return the instances of a fraction (from 1)."""
    if modality == "CBCT":
        return [item for item in case if f"/CBCT/{number:02}/" in item.name]
    return [of_modality(case, modality)[number - 1]]


def expecting(*objects: str, **changes: object) -> Callable[[SubjectView], SubjectView]:
    """Return an adjustment: the trial expects these objects and no others."""

    def adjust(view: SubjectView) -> SubjectView:
        expected = tuple(ExpectedObject(name, name, **changes) for name in objects)  # type: ignore[arg-type]
        return replace(view, trial=replace(view.trial, expected=expected))

    return adjust


def listing(*rules: RoiRule) -> Callable[[SubjectView], SubjectView]:
    """Return an adjustment: the trial has this list of structure names."""
    return lambda view: replace(view, trial=replace(view.trial, rois=rules))


def enrolled(**values: str) -> Callable[[SubjectView], SubjectView]:
    """Return an adjustment: what the enrolment list says of the subject."""
    return lambda view: replace(
        view, enrolment=EnrolmentRecord(SUBJECT, EnrolmentState(values.pop("state", "enrolled")), **values)
    )


def colliding(kind: CollisionKind, attribute: str = "") -> Callable[[SubjectView], SubjectView]:
    """Return an adjustment: a value of the first arriving image is held under another study ID."""

    def adjust(view: SubjectView) -> SubjectView:
        value = getattr(view.arriving[0], attribute) if attribute else ""
        return replace(view, elsewhere=(Collision(kind, value),))

    return adjust


def already_filed(view: SubjectView) -> SubjectView:
    """Adjust: the golden case was filed before."""
    return replace(view, filed=facts_of_case(golden()))


# ------------------------------------------------------------------ single changes
def _remap_contours(ds: Dataset) -> None:
    for roi in ds.ROIContourSequence:
        for contour in roi.ContourSequence:
            for item in contour.ContourImageSequence:
                item.ReferencedSOPInstanceUID += "9"


def _remap_series_level(ds: Dataset) -> None:
    study = ds.ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence[0]
    for item in study.RTReferencedSeriesSequence[0].ContourImageSequence:
        item.ReferencedSOPInstanceUID += "9"


def _remap_series_uid(ds: Dataset) -> None:
    study = ds.ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence[0]
    study.RTReferencedSeriesSequence[0].SeriesInstanceUID += "9"


def _name_no_images(ds: Dataset) -> None:
    del ds.ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence
    for roi in ds.ROIContourSequence:
        for contour in roi.ContourSequence:
            del contour.ContourImageSequence


def _refer_to_plan(**values: str) -> Callable[[Dataset], None]:
    def change(ds: Dataset) -> None:
        for keyword, value in values.items():
            setattr(ds.ReferencedRTPlanSequence[0], keyword, value)

    return change


def _refer_to_dose(ds: Dataset) -> None:
    item = Dataset()
    item.ReferencedSOPClassUID = "1.2.840.10008.5.1.4.1.1.481.2"
    item.ReferencedSOPInstanceUID = ELSEWHERE
    ds.ReferencedDoseSequence = Sequence([item])


def set_values(**values: object) -> Callable[[Dataset], None]:
    """Return a change: attributes of a data set."""

    def change(ds: Dataset) -> None:
        for keyword, value in values.items():
            setattr(ds, keyword, value)

    return change


def _delete(keyword: str) -> Callable[[Dataset], None]:
    return lambda ds: delattr(ds, keyword)


def _half_in_another_study(case: Case) -> None:
    for instance in of_modality(case, "CT")[:5]:
        instance.dataset.StudyInstanceUID = ELSEWHERE


def _repeat_slice(case: Case) -> None:
    ds = add_copy(case, of_modality(case, "CT")[5], "1")
    ds.PixelData = bytes(len(ds.PixelData))


def _add_sagittal_slice(case: Case) -> None:
    ds = add_copy(case, of_modality(case, "CT")[5], "2")
    ds.ImageOrientationPatient = ["0", "1", "0", "0", "0", "-1"]


def sum_by_beam(ds: Dataset) -> None:
    """Make a dose that of the first beam."""
    beam, group = Dataset(), Dataset()
    beam.ReferencedBeamNumber = "1"
    group.ReferencedFractionGroupNumber, group.ReferencedBeamSequence = "1", Sequence([beam])
    ds.DoseSummationType = "BEAM"
    ds.ReferencedRTPlanSequence[0].ReferencedFractionGroupSequence = Sequence([group])


def _name_two_plans(case: Case) -> None:
    second = add_copy(case, of_modality(case, "RTPLAN")[0], "3")
    item = copy.deepcopy(only(case, "RTDOSE").ReferencedRTPlanSequence[0])
    item.ReferencedSOPInstanceUID = second.SOPInstanceUID
    only(case, "RTDOSE").ReferencedRTPlanSequence.append(item)


def _add_verification(case: Case) -> None:
    plan = add_copy(case, of_modality(case, "RTPLAN")[0], "4")
    plan.PlanIntent = "VERIFICATION"
    plan.ReferencedStructureSetSequence[0].ReferencedSOPInstanceUID = ELSEWHERE
    dose = add_copy(case, of_modality(case, "RTDOSE")[0], "5")
    dose.ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID = plan.SOPInstanceUID


def _empty_of_beams(ds: Dataset) -> None:
    ds.BeamSequence = Sequence([])
    ds.FractionGroupSequence[0].ReferencedBeamSequence = Sequence([])


def _lose_scan_and_registration(case: Case) -> Case:
    return without(case, fraction(case, "CBCT", 2) + fraction(case, "REG", 2))


def _register_unknown_frame(case: Case) -> None:
    ds = add_copy(case, of_modality(case, "REG")[1], "6")
    for keyword in ("ReferencedSeriesSequence", "StudiesContainingOtherReferencedInstancesSequence"):
        delattr(ds, keyword)
    for item in ds.RegistrationSequence:
        del item.ReferencedImageSequence
    ds.RegistrationSequence[1].FrameOfReferenceUID = ELSEWHERE


def _register_one_frame(ds: Dataset) -> None:
    del ds.RegistrationSequence[1]


def _scan_too_early(case: Case) -> None:
    for instance in fraction(case, "CBCT", 1):
        instance.dataset.AcquisitionDate = instance.dataset.SeriesDate = "20240101"


def _lose_a_fraction(case: Case) -> Case:
    return without(case, [i for name in ("CBCT", "REG", "RTRECORD") for i in fraction(case, name, FRACTIONS)])


def _keep(*modalities: str) -> Callable[[Case], Case]:
    return lambda case: [item for modality in modalities for item in of_modality(case, modality)]


def _add_ultrasound(case: Case) -> None:
    ds = add_copy(case, of_modality(case, "CT")[0], "7")
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.6.1"
    ds.Modality, ds.SeriesInstanceUID = "US", f"{ELSEWHERE}.1"


def _undraw(ds: Dataset) -> None:
    del ds.ROIContourSequence[4].ContourSequence


def _rename_cord(ds: Dataset) -> None:
    ds.StructureSetROISequence[3].ROIName = "Cord"


def _draw_nothing(ds: Dataset) -> None:
    for keyword in ("StructureSetROISequence", "ROIContourSequence", "RTROIObservationsSequence"):
        setattr(ds, keyword, Sequence([]))


def _two_plans_of_one_uid(case: Case) -> None:
    plan = of_modality(case, "RTPLAN")[0]
    other = copy.deepcopy(plan.dataset)
    other.RTPlanLabel = "OTHER"
    case.append(Instance("other.dcm", other))


HELD, REJECTED = Outcome.HELD, Outcome.REJECTED
AWAITING, DOUBTFUL = CompletenessState.AWAITING, CompletenessState.NOT_VERIFIABLE

MUTATIONS: tuple[Mutation, ...] = (
    # the study ID: wrong but valid
    Mutation("SID140", adjust=enrolled(state="withdrawn"), outcome=REJECTED),
    Mutation("SID141", adjust=enrolled(state="unknown"), outcome=HELD),
    Mutation("SID142", adjust=enrolled(registered="20240310"), outcome=HELD),
    Mutation("SID143", adjust=enrolled(sex="F"), outcome=HELD),
    Mutation("SID144", edit("RTPLAN", set_values(PatientSex="F")), outcome=HELD),
    Mutation("SID145", edit("CT", set_values(StudyDate="20240305"))),
    Mutation("SID150", adjust=colliding(CollisionKind.PIXELS, "pixel_sha256"), outcome=HELD),
    Mutation(
        "SID151", adjust=colliding(CollisionKind.FRAME_OF_REFERENCE, "frame_of_reference_uid"), outcome=HELD
    ),
    Mutation("SID152", adjust=colliding(CollisionKind.STUDY, "study_uid"), outcome=HELD),
    Mutation("SID153", adjust=colliding(CollisionKind.OTHER_SITE), outcome=HELD),
    Mutation("SID154", adjust=colliding(CollisionKind.BYTES), outcome=HELD),
    Mutation("SID155", adjust=colliding(CollisionKind.INSTANCE, "sop_instance_uid"), outcome=HELD),
    # references
    Mutation("REF101", drop("RTPLAN"), state=AWAITING, missing=("rtplan",)),
    Mutation(
        "REF101",
        edit("RTDOSE", _refer_to_plan(ReferencedSOPInstanceUID=ELSEWHERE)),
        state=AWAITING,
        missing=("rtplan",),
        name="another plan",
    ),
    Mutation("REF102", drop("RTSTRUCT"), state=AWAITING, missing=("rtstruct",)),
    Mutation(
        "REF103",
        lambda case: without(case, [of_modality(case, "CT")[5]]),
        state=AWAITING,
        missing=("planning-ct",),
    ),
    Mutation(
        "REF103",
        lambda case: without(case, of_modality(case, "CT")[:3]),
        state=AWAITING,
        missing=("planning-ct",),
        name="lost ends",
    ),
    Mutation("REF104", drop("CT"), state=AWAITING, missing=("planning-ct",)),
    Mutation(
        "REF105",
        lambda case: without(case, fraction(case, "CBCT", 2)),
        state=AWAITING,
        missing=("image-guidance",),
    ),
    Mutation("REF105", drop("CBCT"), state=AWAITING, missing=("image-guidance",), name="all scans"),
    Mutation("REF106", edit("RTPLAN", _refer_to_dose), state=AWAITING, missing=("rtdose",)),
    Mutation(
        "REF201",
        edit("RTDOSE", _refer_to_plan(ReferencedSOPClassUID="1.2.840.10008.5.1.4.1.1.481.3")),
        outcome=HELD,
    ),
    Mutation(
        "REF202",
        edit("RTDOSE", _refer_to_plan(ReferencedSOPInstanceUID=ELSEWHERE)),
        lambda view: replace(view, elsewhere=(Collision(CollisionKind.INSTANCE, ELSEWHERE),)),
        outcome=HELD,
    ),
    Mutation("REF203", edit("RTSTRUCT", _remap_contours), outcome=HELD),
    Mutation("REF203", edit("RTSTRUCT", _remap_series_level), outcome=HELD, name="series level"),
    Mutation("REF203", edit("RTSTRUCT", _remap_series_uid), outcome=HELD, name="series UID"),
    Mutation(
        "REF203",
        edit("RTDOSE", _refer_to_plan(ReferencedSOPInstanceUID="1.2.246.352.71.5.1234")),
        outcome=HELD,
        name="root",
    ),
    Mutation("REF210", edit("RTDOSE", set_values(FrameOfReferenceUID=ELSEWHERE)), outcome=HELD),
    Mutation(
        "REF210", edit("CT", set_values(FrameOfReferenceUID=ELSEWHERE), every=True), outcome=HELD, name="CT"
    ),
    Mutation("REF220", _half_in_another_study, outcome=HELD),
    Mutation("REF301", edit("RTDOSE", _delete("ReferencedRTPlanSequence")), state=DOUBTFUL),
    Mutation("REF302", edit("RTPLAN", _delete("ReferencedStructureSetSequence")), state=DOUBTFUL),
    Mutation("REF303", edit("RTSTRUCT", _name_no_images), state=DOUBTFUL),
    Mutation("REF304", edit("RTRECORD", _delete("ReferencedRTPlanSequence"), every=True), state=DOUBTFUL),
    # geometry
    Mutation("GEO101", lambda case: lose_slices(case, 5), state=AWAITING, missing=("planning-ct",)),
    Mutation("GEO102", lambda case: lose_slices(case, 0, 1, 2), state=AWAITING, missing=("planning-ct",)),
    Mutation("GEO103", _repeat_slice),
    Mutation("GEO104", _add_sagittal_slice),
    Mutation("GEO105", edit("CT", set_values(PixelSpacing=["4", "4"]))),
    Mutation("GEO106", edit("CT", set_values(Rows=32, Columns=128))),
    Mutation("GEO107", edit("CT", set_values(FrameOfReferenceUID=ELSEWHERE)), outcome=HELD),
    Mutation("GEO108", edit("CT", _delete("ImagePositionPatient"), number=5), state=DOUBTFUL),
    # dose and plan
    Mutation(
        "DOS101",
        edit("RTDOSE", set_values(DoseSummationType="FRACTION")),
        state=AWAITING,
        missing=("rtdose",),
    ),
    Mutation("DOS102", edit("RTDOSE", sum_by_beam), state=AWAITING, missing=("rtdose",)),
    Mutation("DOS103", edit("RTDOSE", set_values(DoseUnits="RELATIVE")), state=AWAITING, missing=("rtdose",)),
    Mutation("DOS104", edit("RTDOSE", lambda ds: ds.GridFrameOffsetVector.pop())),
    Mutation(
        "DOS105",
        edit("RTDOSE", lambda ds: setattr(ds, "PixelData", bytes(len(ds.PixelData)))),
        state=AWAITING,
        missing=("rtdose",),
    ),
    Mutation("DOS106", edit("RTDOSE", set_values(ImagePositionPatient=["300", "-115", "-16.5"]))),
    Mutation("DOS107", _name_two_plans),
    Mutation("DOS108", edit("RTDOSE", set_values(DoseType="ERROR")), state=AWAITING, missing=("rtdose",)),
    Mutation("DOS201", _add_verification),
    Mutation("DOS202", edit("RTPLAN", _empty_of_beams), state=AWAITING, missing=("rtplan",)),
    Mutation(
        "DOS203",
        edit("RTPLAN", lambda ds: delattr(ds.FractionGroupSequence[0], "NumberOfFractionsPlanned")),
        state=DOUBTFUL,
    ),
    Mutation("DOS204", edit("RTPLAN", lambda ds: ds.BeamSequence.pop())),
    Mutation(
        "DOS205", edit("RTPLAN", set_values(ApprovalStatus="REJECTED")), state=AWAITING, missing=("rtplan",)
    ),
    # image guidance
    Mutation("IGR101", _lose_scan_and_registration),
    Mutation("IGR102", lambda case: without(case, fraction(case, "REG", 2))),
    Mutation("IGR102", drop("REG"), name="no registration"),
    Mutation("IGR103", _register_unknown_frame),
    Mutation(
        "IGR104",
        edit("RTPLAN", lambda ds: setattr(ds.FractionGroupSequence[0], "NumberOfFractionsPlanned", "2")),
    ),
    Mutation("IGR105", lambda case: without(case, fraction(case, "RTRECORD", 2))),
    Mutation("IGR108", edit("REG", _register_one_frame)),
    Mutation("IGR110", _scan_too_early),
    # what is expected
    Mutation("CMP101", _keep("CBCT"), expecting("planning-ct"), state=AWAITING, missing=("planning-ct",)),
    Mutation("CMP102", _keep("CT"), expecting("rtstruct"), state=AWAITING, missing=("rtstruct",)),
    Mutation("CMP103", _keep("CT", "RTSTRUCT"), expecting("rtplan"), state=AWAITING, missing=("rtplan",)),
    Mutation("CMP104", drop("RTDOSE"), state=AWAITING, missing=("rtdose",)),
    Mutation("CMP105", drop("CBCT", "REG"), state=AWAITING, missing=("image-guidance",)),
    Mutation("CMP106", _keep("CT"), expecting("reg"), state=AWAITING, missing=("reg",)),
    Mutation("CMP107", drop("RTRECORD"), expecting("rtrecord"), state=AWAITING, missing=("rtrecord",)),
    Mutation("CMP108", adjust=expecting("mr"), state=AWAITING, missing=("mr",)),
    Mutation("CMP109", adjust=expecting("pet"), state=AWAITING, missing=("pet",)),
    Mutation("CMP110", adjust=expecting("rtimage"), state=AWAITING, missing=("rtimage",)),
    Mutation(
        "CMP111",
        _lose_a_fraction,
        expecting("image-guidance", per_fraction=1.0),
        state=AWAITING,
        missing=("image-guidance",),
    ),
    Mutation("CMP112", adjust=expecting("image-guidance", maximum=2)),
    Mutation("CMP120", _add_ultrasound),
    Mutation(
        "CMP301", adjust=listing(RoiRule("Heart", required=True)), state=AWAITING, missing=("rtstruct",)
    ),
    Mutation("CMP302", adjust=listing(RoiRule("*_High"), RoiRule("External"), RoiRule("Spinal*"))),
    Mutation("CMP303", edit("RTSTRUCT", _undraw)),
    Mutation("CMP304", edit("RTSTRUCT", _rename_cord)),
    Mutation("CMP305", edit("RTSTRUCT", _draw_nothing)),
    Mutation("CMP401", adjust=already_filed),
    Mutation("CMP402", edit("RTPLAN", set_values(RTPlanLabel="OTHER")), already_filed, outcome=HELD),
    Mutation("CMP403", _two_plans_of_one_uid, outcome=HELD, state=AWAITING, missing=("rtplan",)),
    Mutation("CMP404", lambda case: [*case, Instance("again.dcm", case[0].dataset)]),
)
