"""More ways to spoil the golden case than one a code, and forms of it in which nothing is wrong."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from collections.abc import Sequence as Items

from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from ingest.trial.definition import RoiRule
from tests.builders import Case, build_case, of_modality, without
from tests.facts import SUBJECT
from tests.radiotherapy_mutations import (
    AWAITING,
    DOUBTFUL,
    ELSEWHERE,
    HELD,
    Mutation,
    add_copy,
    drop,
    edit,
    fraction,
    listing,
    lose_slices,
    only,
    set_values,
    sum_by_beam,
)

MR_IMAGE = "1.2.840.10008.5.1.4.1.1.4"
ION_PLAN = "1.2.840.10008.5.1.4.1.1.481.8"
OTHER_ROOT = "1.2.826.0.1.3680043.8.498"
OBLIQUE = ["1", "0", "0", "0", "0.9396926", "0.3420201"]
SAGITTAL = ["0", "1", "0", "0", "0", "-1"]


# ------------------------------------------------------------------ UIDs changed in part
def contours(ds: Dataset) -> Iterator[Dataset]:
    """Yield the contours of a structure set."""
    for roi in ds.ROIContourSequence:
        yield from roi.get("ContourSequence", [])


def listed_images(ds: Dataset) -> Items[Dataset]:
    """Return the images that a structure set lists by series."""
    study = ds.ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence[0]
    return study.RTReferencedSeriesSequence[0].ContourImageSequence


def rename(ds: Dataset, **others: str) -> None:
    """Give an instance another UID of its own, and others besides."""
    uid = others.pop("root", "")
    uid = f"{uid}.9{ds.SOPInstanceUID[-8:]}" if uid else f"{ds.SOPInstanceUID[:60]}9"
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID = uid
    for keyword, value in others.items():
        setattr(ds, keyword, value)


def _rename_half_of_ct(case: Case) -> None:
    for instance in of_modality(case, "CT")[:5]:
        rename(instance.dataset)


def _point_half_of_list_elsewhere(ds: Dataset) -> None:
    for item in listed_images(ds)[::2]:
        item.ReferencedSOPInstanceUID += "9"


def _point_one_contour_elsewhere(ds: Dataset) -> None:
    next(contours(ds)).ContourImageSequence[0].ReferencedSOPInstanceUID += "9"


def _name_another_study(ds: Dataset) -> None:
    study = ds.ReferencedFrameOfReferenceSequence[0].RTReferencedStudySequence[0]
    study.ReferencedSOPInstanceUID = ELSEWHERE


def _draw_in_another_frame(ds: Dataset) -> None:
    for roi in ds.StructureSetROISequence:
        roi.ReferencedFrameOfReferenceUID = ELSEWHERE


def _call_contours_mr(ds: Dataset) -> None:
    for contour in contours(ds):
        contour.ContourImageSequence[0].ReferencedSOPClassUID = MR_IMAGE


def _call_list_mr(ds: Dataset) -> None:
    for item in listed_images(ds):
        item.ReferencedSOPClassUID = MR_IMAGE


def _refer_to_a_ct(case: Case) -> None:
    reference = only(case, "RTPLAN").ReferencedStructureSetSequence[0]
    reference.ReferencedSOPInstanceUID = only(case, "CT").SOPInstanceUID


def _list_changed_in_registration(ds: Dataset) -> None:
    for item in ds.ReferencedSeriesSequence[0].ReferencedInstanceSequence:
        item.ReferencedSOPInstanceUID += "9"


# ------------------------------------------------------------------ geometry
def turned(orientation: list[str], place: Callable[[int], list[str]], *lost: int) -> Callable[[Case], Case]:
    """Return a mutation: the CT in another orientation, contours with it, and no targets but by name."""

    def spoil(case: Case) -> Case:
        for number, instance in enumerate(of_modality(case, "CT")):
            instance.dataset.ImageOrientationPatient = orientation
            instance.dataset.ImagePositionPatient = place(number)
        structures = only(case, "RTSTRUCT")
        _follow_slices(case, structures)
        for item in structures.RTROIObservationsSequence:
            item.RTROIInterpretedType = "ORGAN"
        return lose_slices(case, *lost) if lost else case

    return spoil


def _follow_slices(case: Case, structures: Dataset) -> None:
    places = {item.dataset.SOPInstanceUID: item.dataset for item in of_modality(case, "CT")}
    for contour in contours(structures):
        ds = places[contour.ContourImageSequence[0].ReferencedSOPInstanceUID]
        corner = [float(value) for value in ds.ImagePositionPatient]
        axes = [float(value) for value in ds.ImageOrientationPatient]
        contour.ContourData = [
            f"{corner[axis] + row * axes[axis] + column * axes[axis + 3]:.2f}"
            for row, column in ((100, 100), (200, 100), (200, 200), (100, 200))
            for axis in range(3)
        ]
        contour.NumberOfContourPoints = "4"


def sagittal(number: int) -> list[str]:
    """Return where a sagittal slice lies."""
    return [f"{3 * number - 13.5:g}", "-157.5", "157.5"]


def oblique(number: int) -> list[str]:
    """Return where a slice of a series turned by 20 degrees lies."""
    return ["-157.5", f"{-157.5 - 1.02606 * number:.4f}", f"{-50 + 2.819078 * number:.4f}"]


def _move_slices(place: Callable[[int], float]) -> Callable[[Case], None]:
    def spoil(case: Case) -> None:
        for number, instance in enumerate(of_modality(case, "CT")):
            position = [str(value) for value in instance.dataset.ImagePositionPatient]
            instance.dataset.ImagePositionPatient = [*position[:2], f"{place(number):.3f}"]
        _follow_slices(case, only(case, "RTSTRUCT"))
        change = only(case, "RTDOSE")
        change.ImagePositionPatient = ["-115", "-115", "-60"]
        change.GridFrameOffsetVector = [str(12 * plane) for plane in range(10)]

    return spoil


def _number_backwards(case: Case) -> None:
    for place, instance in enumerate(of_modality(case, "CT")):
        instance.dataset.InstanceNumber = str(500 - 7 * place)


def add_series(case: Case, count: int, mark: Callable[[Dataset, int], None]) -> None:
    """Add `count` copies of the planning CT as one series more, each marked."""
    for phase in range(1, count + 1):
        for place, instance in enumerate(of_modality(case, "CT")[:10]):
            ds = add_copy(case, instance, f"8{phase}{place}")
            ds.SeriesInstanceUID = f"{ELSEWHERE}.8"
            ds.InstanceNumber = str(100 * phase + place)
            ds.PixelData = bytes([phase]) * len(ds.PixelData)
            mark(ds, phase)


def _mark_phase(ds: Dataset, phase: int) -> None:
    ds.TemporalPositionIdentifier = str(phase)


def _add_phases(case: Case) -> None:
    add_series(case, 3, _mark_phase)


def _add_nameless_phases(case: Case) -> None:
    add_series(case, 4, lambda ds, phase: None)


def _lose_a_slice_of_a_phase(case: Case) -> Case:
    _add_phases(case)
    return [item for item in case if not item.name.endswith("-825.dcm")]


def _lose_a_slice_of_a_second_ct(case: Case) -> Case:
    add_series(case, 1, lambda ds, phase: None)
    return [item for item in case if not item.name.endswith("-815.dcm")]


def with_mr(*lost: int) -> Callable[[Case], Case]:
    """Return a mutation: the golden case with an MR of 12 slices, less some."""

    def spoil(case: Case) -> Case:
        whole = build_case(SUBJECT, ct_slices=10, fractions=3, cbct=3, cbct_slices=2, mr_slices=12)
        return without(whole, [of_modality(whole, "MR")[place] for place in lost])

    return spoil


# ------------------------------------------------------------------ dose, plan, guidance
def by_beam(*beams: int) -> Callable[[Case], None]:
    """Return a mutation: doses of single beams in place of the plan's."""

    def spoil(case: Case) -> None:
        first = of_modality(case, "RTDOSE")[0]
        doses = [first.dataset, *(add_copy(case, first, f"3{place}") for place in range(1, len(beams)))]
        for ds, beam in zip(doses, beams, strict=True):
            sum_by_beam(ds)
            group = ds.ReferencedRTPlanSequence[0].ReferencedFractionGroupSequence[0]
            group.ReferencedBeamSequence[0].ReferencedBeamNumber = str(beam)

    return spoil


def _add_setup_beam(ds: Dataset) -> None:
    beam = copy.deepcopy(ds.BeamSequence[0])
    beam.BeamNumber, beam.TreatmentDeliveryType = "3", "SETUP"
    ds.BeamSequence.append(beam)


def _make_beams_setup(ds: Dataset) -> None:
    for beam in ds.BeamSequence:
        beam.TreatmentDeliveryType = "SETUP"


def _add_group(fractions: str) -> Callable[[Dataset], None]:
    def change(ds: Dataset) -> None:
        group = copy.deepcopy(ds.FractionGroupSequence[0])
        ds.FractionGroupSequence[0].NumberOfFractionsPlanned = "2"
        group.FractionGroupNumber, group.NumberOfFractionsPlanned = "2", fractions
        if not fractions:
            del group.NumberOfFractionsPlanned
        ds.FractionGroupSequence.append(group)

    return change


def _make_ion_plan(case: Case) -> None:
    ds = only(case, "RTPLAN")
    ds.SOPClassUID = ds.file_meta.MediaStorageSOPClassUID = ION_PLAN
    ds.IonBeamSequence = ds.BeamSequence
    del ds.BeamSequence
    for instance in of_modality(case, "RTDOSE") + of_modality(case, "RTRECORD"):
        instance.dataset.ReferencedRTPlanSequence[0].ReferencedSOPClassUID = ION_PLAN


def add_boost(case: Case) -> Dataset:
    """Add a second plan that treated the last fraction; return its data set."""
    boost = add_copy(case, of_modality(case, "RTPLAN")[0], "91")
    boost.FractionGroupSequence[0].NumberOfFractionsPlanned = "1"
    only(case, "RTPLAN").FractionGroupSequence[0].NumberOfFractionsPlanned = "2"
    record = only(case, "RTRECORD", 2)
    record.ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID = boost.SOPInstanceUID
    return boost


def _add_boost_with_dose(case: Case) -> None:
    boost = add_boost(case)
    dose = add_copy(case, of_modality(case, "RTDOSE")[0], "92")
    dose.ReferencedRTPlanSequence[0].ReferencedSOPInstanceUID = boost.SOPInstanceUID


def _add_boost_with_sum(case: Case) -> None:
    boost = add_boost(case)
    dose = only(case, "RTDOSE")
    dose.DoseSummationType = "MULTI_PLAN"
    item = copy.deepcopy(dose.ReferencedRTPlanSequence[0])
    item.ReferencedSOPInstanceUID = boost.SOPInstanceUID
    dose.ReferencedRTPlanSequence.append(item)


def _add_boost_alone(case: Case) -> None:
    add_boost(case)


def _add_fraction_dose(case: Case) -> None:
    add_copy(case, of_modality(case, "RTDOSE")[0], "39").DoseSummationType = "FRACTION"


def _start_planes_at_z(ds: Dataset) -> None:
    z = float(ds.ImagePositionPatient[2])
    ds.GridFrameOffsetVector = [f"{z + 3 * plane:g}" for plane in range(10)]


def _treat_twice_a_day(case: Case) -> None:
    only(case, "RTPLAN").FractionGroupSequence[0].NumberOfFractionsPlanned = "6"
    for number, instance in enumerate(of_modality(case, "RTRECORD")):
        for beam in add_copy(case, instance, f"9{number}").TreatmentSessionBeamSequence:
            beam.CurrentFractionNumber = str(number + 4)


def _name_no_machine(case: Case) -> Case:
    for number in (1, 2, 3):
        for instance in fraction(case, "CBCT", number):
            instance.dataset.Manufacturer = instance.dataset.ManufacturerModelName = ""
    return drop("REG", "RTRECORD")(case)


def _turn_registration_round(ds: Dataset) -> None:
    ds.RegistrationSequence = Sequence(list(ds.RegistrationSequence)[::-1])
    ds.FrameOfReferenceUID = ds.RegistrationSequence[0].FrameOfReferenceUID


def _write_names_otherwise(ds: Dataset) -> None:
    for place, name in ((0, "body"), (1, "ptv 60"), (3, "CORD")):
        ds.StructureSetROISequence[place].ROIName = name


LIST = listing(
    RoiRule("PTV*", required=True),
    RoiRule("CTV*"),
    RoiRule("External", aliases=("BODY",)),
    RoiRule("SpinalCord", aliases=("Cord*",), required=True),
    RoiRule("Bladder"),
    RoiRule("Rectum"),
)

VARIANTS: tuple[Mutation, ...] = (
    Mutation("REF201", _refer_to_a_ct, outcome=HELD, name="UID of a CT image"),
    Mutation("REF201", edit("RTSTRUCT", _call_contours_mr), outcome=HELD, name="class of contours"),
    Mutation("REF201", edit("RTSTRUCT", _call_list_mr), outcome=HELD, name="class by series"),
    Mutation("REF203", edit("CT", rename, every=True), outcome=HELD, name="all CT UIDs"),
    Mutation(
        "REF203",
        edit("CT", lambda ds: rename(ds, SeriesInstanceUID=ELSEWHERE), every=True),
        outcome=HELD,
        name="CT and series UIDs",
    ),
    Mutation(
        "REF203",
        edit(
            "CT",
            lambda ds: rename(
                ds,
                root=OTHER_ROOT,
                SeriesInstanceUID=f"{OTHER_ROOT}.1",
                FrameOfReferenceUID=f"{OTHER_ROOT}.3",
            ),
            every=True,
        ),
        outcome=HELD,
        name="CT by another anonymiser",
    ),
    Mutation("REF203", _rename_half_of_ct, outcome=HELD, name="half of the CT UIDs"),
    Mutation("REF203", edit("RTSTRUCT", _point_half_of_list_elsewhere), outcome=HELD, name="half by series"),
    Mutation("REF203", edit("RTSTRUCT", _point_one_contour_elsewhere), outcome=HELD, name="one contour"),
    Mutation("REF203", edit("RTSTRUCT", _name_another_study), outcome=HELD, name="study"),
    Mutation("REF203", edit("RTSTRUCT", _draw_in_another_frame), outcome=HELD, name="frame of structures"),
    Mutation("REF203", edit("REG", _list_changed_in_registration), outcome=HELD, name="registration"),
    Mutation("GEO101", lambda case: lose_slices(case, 3, 6), state=AWAITING, missing=("planning-ct",)),
    Mutation(
        "GEO101",
        turned(SAGITTAL, sagittal, 5),
        state=AWAITING,
        missing=("planning-ct",),
        name="sagittal",
    ),
    Mutation("GEO101", turned(OBLIQUE, oblique, 5), state=AWAITING, missing=("planning-ct",), name="oblique"),
    Mutation("GEO101", _lose_a_slice_of_a_phase, state=AWAITING, missing=("planning-ct",), name="4D"),
    Mutation("GEO101", _lose_a_slice_of_a_second_ct, state=AWAITING, missing=("planning-ct",), name="second"),
    Mutation("GEO101", with_mr(6), state=AWAITING, missing=("mr",), name="MR"),
    Mutation("GEO102", lambda case: lose_slices(case, 9), state=AWAITING, missing=("planning-ct",)),
    Mutation(
        "GEO108",
        edit("CT", lambda ds: ds.pop("ImageOrientationPatient"), number=4),
        state=DOUBTFUL,
        name="turn",
    ),
    Mutation("GEO109", _move_slices(lambda place: 3 * place if place < 6 else 5 * place - 10)),
    Mutation(
        "DOS101", edit("RTDOSE", set_values(DoseSummationType="RECORD")), state=AWAITING, missing=("rtdose",)
    ),
    Mutation("DOS102", by_beam(2, 2), state=AWAITING, missing=("rtdose",), name="one beam twice"),
    Mutation("DOS104", edit("RTDOSE", lambda ds: ds.pop("GridFrameOffsetVector")), name="no planes"),
    Mutation(
        "DOS104", edit("RTDOSE", set_values(GridFrameOffsetVector=["0"] * 10)), name="all planes in one"
    ),
    Mutation("DOS105", edit("RTDOSE", set_values(DoseGridScaling="0")), state=AWAITING, missing=("rtdose",)),
    Mutation(
        "DOS109", edit("RTDOSE", lambda ds: ds.pop("DoseGridScaling")), state=AWAITING, missing=("rtdose",)
    ),
    Mutation("DOS110", _add_fraction_dose),
    Mutation("DOS111", _add_boost_alone, state=AWAITING, missing=("rtdose",)),
    Mutation("DOS202", edit("RTPLAN", _make_beams_setup), state=AWAITING, missing=("rtplan",), name="setup"),
    Mutation("DOS203", edit("RTPLAN", _add_group("")), state=DOUBTFUL, name="one group of two"),
    Mutation(
        "DOS206",
        edit("RTPLAN", set_values(PlanIntent="VERIFICATION")),
        state=AWAITING,
        missing=("rtplan", "rtdose"),
    ),
    Mutation("IGR102", _name_no_machine, name="nameless machine, no records"),
)

#: Forms of the golden case in which nothing is wrong.
SOUND: dict[str, Callable[[Case], Case | None]] = {
    "sagittal": turned(SAGITTAL, sagittal),
    "oblique": turned(OBLIQUE, oblique),
    "sheared by gantry tilt": turned(OBLIQUE, lambda number: ["-157.5", "-157.5", f"{3 * number - 50:g}"]),
    "slices off by 0.134 mm": _move_slices(lambda place: 3 * place - 13.5 + (0.134 if place % 2 else 0)),
    "numbered from the other end": _number_backwards,
    "4D series": _add_phases,
    "4D series, phases not told": _add_nameless_phases,
    "MR": with_mr(),
    "doses of all beams": by_beam(1, 2),
    "setup beam": edit("RTPLAN", _add_setup_beam),
    "two fraction groups": edit("RTPLAN", _add_group("1")),
    "ion plan": _make_ion_plan,
    "boost with its dose": _add_boost_with_dose,
    "boost with the sum": _add_boost_with_sum,
    "planes given by z": edit("RTDOSE", _start_planes_at_z),
    "twice a day": _treat_twice_a_day,
    "registration turned round": edit("REG", _turn_registration_round),
    "no records": drop("RTRECORD"),
    "only contours name images": edit(
        "RTSTRUCT", lambda ds: ds.ReferencedFrameOfReferenceSequence[0].pop("RTReferencedStudySequence")
    ),
}
#: Names that the trial's list knows by other words.
NAMES_OTHERWISE = Mutation("", edit("RTSTRUCT", _write_names_otherwise), LIST)
