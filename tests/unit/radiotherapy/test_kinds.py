"""Series are told apart without descriptions."""

from pydicom.dataset import Dataset

from ingest.checks.equipment import recognise_equipment
from ingest.checks.kinds import classify
from ingest.checks.stacks import stack_images
from ingest.checks.subject import review_subject
from ingest.model.review import ObjectKind
from tests.builders import build_case, change, clone, of_modality
from tests.facts import SUBJECT, facts_of_case
from tests.radiotherapy_mutations import add_copy, golden, view_of


def kinds_of(case):
    facts = facts_of_case(case)
    kinds = classify(facts)
    names = [instance.name.split("/")[-2 if "CBCT" not in instance.name else -3] for instance in case]
    return {(name, kinds.of_instance[item.sop_instance_uid]) for name, item in zip(names, facts, strict=True)}


def blank_equipment(ds: Dataset) -> None:
    ds.Manufacturer = ds.ManufacturerModelName = ""


def test_golden_case_is_told_apart():
    kinds = kinds_of(build_case(SUBJECT, ct_slices=4, fractions=1, cbct_slices=2, mr_slices=2))
    assert kinds == {
        ("CT", ObjectKind.PLANNING_CT),
        ("MR", ObjectKind.MR),
        ("RTSTRUCT", ObjectKind.RTSTRUCT),
        ("RTPLAN", ObjectKind.RTPLAN),
        ("RTDOSE", ObjectKind.RTDOSE),
        ("CBCT", ObjectKind.IMAGE_GUIDANCE),
        ("REG", ObjectKind.REG),
        ("RTRECORD", ObjectKind.RTRECORD),
    }


def test_cbct_of_a_nameless_machine_is_told_by_its_dates_and_records():
    case = change(clone(list(golden())), "CBCT", blank_equipment)
    assert ("CBCT", ObjectKind.IMAGE_GUIDANCE) in kinds_of(case)
    assert ("CBCT", ObjectKind.PLANNING_CT) not in kinds_of(case)


def test_cbct_of_a_nameless_machine_is_told_by_its_registration():
    case = [item for item in clone(list(golden())) if "/RTRECORD/" not in item.name]
    change(case, "CBCT", blank_equipment)
    assert ("CBCT", ObjectKind.IMAGE_GUIDANCE) in kinds_of(case)


def test_replanning_ct_on_a_treatment_day_is_a_planning_ct():
    case = clone(list(golden()))
    for instance in of_modality(case, "CT"):
        instance.dataset.AcquisitionDate = "20240320"
    assert ("CT", ObjectKind.PLANNING_CT) in kinds_of(case)


def test_localiser_is_not_a_slice():
    case = clone(list(golden()))
    ds = add_copy(case, of_modality(case, "CT")[0], "1")
    ds.ImageType = ["ORIGINAL", "PRIMARY", "LOCALIZER"]
    ds.ImageOrientationPatient = ["0", "1", "0", "0", "0", "-1"]
    review = review_subject(view_of(case))
    assert review.findings == ()
    assert ObjectKind.LOCALISER in review.instance_kinds.values()


def test_phases_of_a_4d_series_are_not_duplicates():
    case = clone(list(golden()))
    for number, instance in enumerate(of_modality(case, "CT")):
        ds = add_copy(case, instance, f"4{number}")
        ds.TemporalPositionIdentifier = "2"
        instance.dataset.TemporalPositionIdentifier = "1"
    assert review_subject(view_of(case)).findings == ()


def test_structure_set_in_the_series_of_its_ct_is_still_one():
    case = clone(list(golden()))
    ct = of_modality(case, "CT")[0].dataset
    change(case, "RTSTRUCT", lambda ds: setattr(ds, "SeriesInstanceUID", ct.SeriesInstanceUID))
    review = review_subject(view_of(case))
    assert review.findings == ()
    assert review.kinds[ct.SeriesInstanceUID] is ObjectKind.PLANNING_CT
    assert list(review.instance_kinds.values()) == [ObjectKind.RTSTRUCT]


def test_sagittal_slices_are_ordered_along_their_normal():
    case = clone(list(golden()))
    for index, instance in enumerate(of_modality(case, "CT")):
        instance.dataset.ImageOrientationPatient = ["0", "1", "0", "0", "0", "-1"]
        instance.dataset.ImagePositionPatient = [str(3 * index), "-157.5", "157.5"]
    (stack,) = stack_images(facts_of_case(of_modality(case, "CT")))
    assert stack.spacing == 3.0
    assert stack.gaps() == []
    assert stack.repeats() == []


def test_imagers_are_known_by_model():
    assert recognise_equipment("Varian Medical Systems", "On-Board Imager").is_cone_beam
    assert recognise_equipment("Varian Medical Systems", " Halcyon - PVA ").is_cone_beam
    assert recognise_equipment("ELEKTA", "XVI").system == "xvi"
    assert recognise_equipment("TomoTherapy Incorporated", "Hi-Art").is_megavoltage
    assert recognise_equipment("RaySearch Laboratories", "RayStation").system == "raystation"
    assert recognise_equipment("Varian Medical Systems", "ARIA RadOnc").system == "eclipse"
    assert recognise_equipment("TOSHIBA", "Aquilion/LB") == recognise_equipment("", "")
