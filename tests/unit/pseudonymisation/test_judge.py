"""The judge over whole packages: routes, approvals, second look, aggregation, and that no value leaves it."""

from __future__ import annotations

import zipfile
from dataclasses import replace

import pytest

from ingest.checks.pseudonymisation.approvals import value_hmac
from ingest.model.finding import Finding
from ingest.model.inspection import Approval, ApprovalKind
from ingest.model.route import RouteKind
from ingest.trial.load import load_default_trial
from tests.corpus.planted.bases import base, put, saved
from tests.corpus.planted.driver import flagged, judge_members
from tests.judges import KEY
from tests.real_data import REAL_DATA


def one(
    path: str, value: object, modality: str = "CT", *, vr: str = "", **options: object
) -> tuple[set[str], set[str]]:
    """Return (held codes, other codes) of a file with one value."""
    dataset = base(modality)
    put(dataset, path, value, vr)
    _, judgement = judge_members([("1.dcm", saved(dataset))], **options)  # type: ignore[arg-type]
    held = {item.code for item in flagged(judgement, "block", "review")}
    return held, {item.code for item in flagged(judgement, "warn", "info")}


def test_the_phantom_on_egress_is_held_for_its_institution_and_its_private_elements_are_let_through() -> None:
    with zipfile.ZipFile(REAL_DATA / "phantom-ct-rtstruct.zip") as archive:
        names = [name for name in archive.namelist() if name.endswith(".dcm")]
        structures = [name for name in names if "RS" in name.rpartition("/")[2][:2]]
        members = [(name, archive.read(name)) for name in (*names[:8], *structures)]
    _, judgement = judge_members(members, route=RouteKind.EGRESS, package_name="123-1001.zip")
    assert flagged(judgement, "block") == []
    assert {(item.code, item.where) for item in flagged(judgement, "review")} == {("PSN201", "(0008,0080)")}
    assert judgement.private_let_through == judgement.private_elements > 0


@pytest.mark.parametrize(("text", "codes"), [("", set()), ("19000101", {"PSN103"})])
def test_an_empty_or_placeholder_birth_date_is_not_held(text: str, codes: set[str]) -> None:
    held, other = one("PatientBirthDate", text)
    assert held == set()
    assert codes <= other


def test_a_patient_name_equal_to_the_patient_id_is_right_on_egress_only() -> None:
    dataset = base()
    dataset.PatientID = dataset.PatientName = "zzsabrSPINE"
    members = [("1.dcm", saved(dataset))]
    _, egress = judge_members(members, route=RouteKind.EGRESS, package_name="123-1001.zip")
    _, explorer = judge_members(members, route=RouteKind.EXPLORER)
    assert flagged(egress, "block", "review") == []
    assert "PSN101" in {item.code for item in flagged(explorer, "block")}


@pytest.mark.parametrize(
    "value", ["ANON", "Anonymous^Anonymous", "PSEUDO", "123-1001", "123-1001^", "physician", "", "^^^"]
)
def test_placeholders_and_the_study_id_may_stand_where_names_stand(value: str) -> None:
    assert one("ReferringPhysicianName", value)[0] == set()


@pytest.mark.parametrize(
    "name",
    ["123-10O4", "123-1004", "124-10O4", "999-00", "999-00^", "123-100", "123-10011", "123-1001^123-1001"],
)
def test_a_patient_name_that_was_meant_to_be_a_study_id_is_nobodys_name(name: str) -> None:
    assert "PSN101" not in one("PatientName", name)[0]


@pytest.mark.parametrize(
    "name",
    [
        "123-1004 Smith",
        "123-10O4^Margaret",
        "482113",
        "48-2113",
        "4821135",
        "482-1135",
        "999-0001",
        "1948-11",
    ],
)
def test_what_stands_beside_a_study_id_or_may_be_a_hospitals_number_is_a_name(name: str) -> None:
    assert "PSN101" in one("PatientName", name)[0]


def test_a_slip_of_a_study_id_is_a_name_where_other_people_are_named() -> None:
    assert "PSN101" in one("ReferringPhysicianName", "123-10O4")[0]


def test_on_egress_a_patient_name_is_the_patient_id_with_other_separators() -> None:
    for name, held in (("HAMLET^1001", set()), ("HAMLET^1002", {"PSN101"})):
        dataset = base()
        dataset.PatientID, dataset.PatientName = "HAMLET1001", name
        members = [("1.dcm", saved(dataset))]
        _, judgement = judge_members(members, route=RouteKind.EGRESS, package_name="123-1001.zip")
        assert {item.code for item in flagged(judgement, "block", "review")} == held


def test_ten_digits_in_a_decimal_are_a_national_number_where_the_check_digit_fits() -> None:
    assert "PSN104" in one("0040A30A", "4857773457", vr="DS")[0]
    for value in ("4857773456", "-485777345", "0.85777345", "48577734.7"):
        assert one("0040A30A", value, vr="DS")[0] == set()


def test_a_folder_called_by_a_date_of_long_ago_is_identifying() -> None:
    for name, held in (("123-1001/19481103/1.dcm", {"PSN602"}), ("123-1001/20240312/1.dcm", set())):
        _, judgement = judge_members([(name, saved(base()))])
        assert {item.code for item in flagged(judgement, "block", "review")} == held


def test_an_approved_private_creator_is_let_pass_and_its_text_still_judged() -> None:
    approval = Approval(ApprovalKind.PRIVATE_CREATOR, clear="MAKER ONE")
    for text, expected in (("kernel 3", set()), ("Smith^John", {"PSN113", "PSN302"})):
        dataset = base()
        dataset.private_block(0x0029, "MAKER ONE", create=True).add_new(1, "LO", text)
        members = [("1.dcm", saved(dataset))]
        _, before = judge_members(members)
        _, after = judge_members(members, approvals=(approval,))
        assert "PSN301" in {item.code for item in flagged(before, "review")}
        assert {item.code for item in flagged(after, "block", "review")} == expected


def test_an_approval_holds_for_its_value_and_place_only() -> None:
    place = "(0008,0080)"
    approval = Approval(ApprovalKind.INSTITUTION, place, value_hmac(KEY, " northfield  HOSPITAL"))
    assert one("InstitutionName", "Northfield Hospital", approvals=(approval,))[0] == set()
    assert "PSN201" in one("InstitutionName", "Westmoor Hospital", approvals=(approval,))[0]
    other = replace(approval, where="(0008,1040)")
    assert "PSN201" in one("InstitutionName", "Northfield Hospital", approvals=(other,))[0]


def test_an_approved_label_lifts_a_name_like_word_and_never_a_number() -> None:
    label = "Hartmann pouch 9434765919"
    approval = Approval(ApprovalKind.LABEL, "", value_hmac(KEY, label))
    assert one("SeriesDescription", label, approvals=(approval,))[0] == {"PSN104"}


@pytest.mark.parametrize(
    ("path", "value", "code"),
    [
        ("AccessionNumber", "9434765919", "PSN104"),
        ("StudyDescription", "C:\\data\\9434765919", "PSN104"),
        ("InstitutionName", "Northfield 943 476 5919", "PSN104"),
        ("InstitutionAddress", "12 High Street, Cambridge CB2 0QQ, 9434765919", "PSN151"),
        ("PatientComments", "born 12/03/1951, asks for a call", "PSN102"),
        ("SeriesDescription", "tel 01223 245151 john.smith@nhs.net", "PSN109"),
        ("StudyDescription", "MRN: 1234567 C:\\data", "PSN107"),
        ("OperatorsName", "Smith^John", "PSN101"),
    ],
)
@pytest.mark.parametrize("where", ["here", ""])
def test_what_identifies_by_its_form_is_not_proposed_and_no_approval_lets_it_pass(
    path: str, value: str, code: str, where: str
) -> None:
    dataset = base()
    put(dataset, path, value)
    members = [("1.dcm", saved(dataset))]
    judge, judgement = judge_members(members)
    found = next(item for item in flagged(judgement, "block") if item.code == code)
    assert not any(proposal.text == value for proposal in judge.proposals())
    place = found.where if where else ""
    approvals = tuple(Approval(kind, place, value_hmac(KEY, value)) for kind in ApprovalKind)
    _, again = judge_members(members, approvals=approvals)
    assert code in {item.code for item in flagged(again, "block")}


def test_what_is_proposed_lets_the_same_package_pass_once_approved() -> None:
    dataset = base("RTSTRUCT")
    put(dataset, "StructureSetROISequence[0].ROIName", "Hartmann")
    put(dataset, "InstitutionName", "Northfield")
    dataset.private_block(0x0029, "MAKER", create=True).add_new(1, "LO", "x")
    members = [("1.dcm", saved(dataset))]
    judge, judgement = judge_members(members)
    assert flagged(judgement, "review")
    approvals = tuple(Approval(p.kind, p.where, p.value_hmac, p.clear) for p in judge.proposals())
    _, again = judge_members(members, approvals=approvals)
    assert flagged(again, "block", "review") == []


def test_a_value_met_in_many_files_is_one_finding_with_a_count() -> None:
    files = []
    for number in range(30):
        dataset = base()
        dataset.InstitutionName = "Papworth"
        dataset.InstanceNumber = str(number)
        files.append((f"{number}.dcm", saved(dataset)))
    _, judgement = judge_members(files)
    finding = next(item for item in judgement.findings if item.code == "PSN201")
    assert finding.count == 30
    assert len(finding.instances) == 20
    assert finding.keyword == "InstitutionName"


def test_an_identifier_of_one_subject_is_looked_for_in_the_whole_package() -> None:
    first, second = base(), base("RTPLAN")
    first.PatientName = "VZXQORTH^ANNA"
    second.RTPlanLabel = "vzxqorth"
    _, judgement = judge_members([("1.dcm", saved(first)), ("2.dcm", saved(second))])
    assert "(300A,0002)" in {item.where for item in flagged(judgement, "block")}


def test_staff_names_that_are_vocabulary_do_not_flag_every_label() -> None:
    dataset = base("RTPLAN")
    dataset.OperatorsName = "FIELD^ARC"
    put(dataset, "BeamSequence[0].BeamName", "Field 1 arc")
    _, judgement = judge_members([("1.dcm", saved(dataset))])
    assert {item.where for item in flagged(judgement, "block", "review")} == {"(0008,1070)"}


def test_a_trial_words_and_structures_are_vocabulary() -> None:
    trial = load_default_trial()
    known = replace(trial, pseudonymisation=replace(trial.pseudonymisation, vocabulary=("Hutchinson",)))
    assert "PSN114" in one("SeriesDescription", "Hutchinson pouch")[0]
    assert one("SeriesDescription", "Hutchinson pouch", trial=known)[0] == set()


def test_a_hospital_number_pattern_of_the_site_blocks() -> None:
    trial = load_default_trial()
    sites = tuple(replace(site, hospital_number_patterns=(r"\bNF\d{5}\b",)) for site in trial.sites)
    assert "PSN106" in one("ImageComments", "see NF44821", trial=replace(trial, sites=sites))[0]


def test_kept_dates_and_makers_uids_are_told_and_stop_nothing() -> None:
    held, other = one("SeriesInstanceUID", "1.2.246.352.71.2.320687012.1")
    assert held == set()
    assert {"PSN156", "PSN401"} <= other


def test_an_rt_image_is_looked_at_unless_the_trial_allows_its_class() -> None:
    dataset = base()
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.481.1"
    members = [("1.dcm", saved(dataset))]
    trial = load_default_trial()
    own = replace(trial.pseudonymisation, allowed_sop_classes=("1.2.840.10008.5.1.4.1.1.481.1",))
    _, held = judge_members(members)
    _, allowed = judge_members(members, trial=replace(trial, pseudonymisation=own))
    assert {item.code for item in flagged(held, "review")} == {"PSN315"}
    assert flagged(allowed, "review") == []


def test_findings_hold_no_value() -> None:
    planted = ("ZQXWORTH", "9434765919", "RXH1234567", "19540312")
    dataset = base("RTSTRUCT")
    dataset.PatientName = f"{planted[0]}^ANNA"
    dataset.OtherPatientIDs = planted[1]
    dataset.PatientComments = planted[2]
    dataset.PatientBirthDate = planted[3]
    put(dataset, "StructureSetROISequence[0].ROIName", planted[0])
    judge, judgement = judge_members(
        [(f"{planted[0]}/1.dcm", saved(dataset))], package_name=f"{planted[0]}.zip"
    )
    for text in (
        *map(written, judgement.findings),
        repr(judge.proposals()),
        repr(list(judge._notes.texts)),
        repr(judge._notes.identifiers),
    ):
        assert not any(value.lower() in text.lower() for value in planted)


def written(finding: Finding) -> str:
    return repr(finding)
