"""The forms in which people write dates of birth, numbers, addresses, names; and what looks like them."""

from __future__ import annotations

import pytest

from ingest.checks.codes import load_codes
from ingest.checks.pseudonymisation.approvals import Approvals
from ingest.checks.pseudonymisation.context import make_context
from ingest.checks.pseudonymisation.dates import find_dates
from ingest.checks.pseudonymisation.elements import judge_serial, judge_uid
from ingest.checks.pseudonymisation.national_numbers import is_issued_number
from ingest.checks.pseudonymisation.rules import load_rules
from ingest.checks.pseudonymisation.text import judge_text
from ingest.checks.pseudonymisation.uids import holds_national_number, spelt_texts
from ingest.model.route import RouteKind
from ingest.trial.load import load_default_trial
from tests.unit.pseudonymisation.test_judge import one

pytestmark = pytest.mark.fast

TRIAL = load_default_trial()
CONTEXT = make_context(load_rules(), TRIAL, TRIAL.site("123"), RouteKind.EXPLORER, Approvals((), b""))
SEVERITY = {code: entry.severity.value for code, entry in load_codes().items()}


def held(text: str, kind: str = "label") -> set[str]:
    codes = judge_text(text, kind, CONTEXT.text, frozenset({"123-1001"})).codes
    return {code for code in codes if SEVERITY[code] in ("block", "review")}


@pytest.mark.parametrize(
    "text",
    [
        "4.iii.51",
        "4/III/1951",
        "4-Mar-51",
        "4th of March 1951",
        "4 März 1951",
        "4 mars 1951",
        "4 de marzo de 1951",
        "4 marca 1951",
        "Mar-4-51",
        "Mar/4/1951",
        "March 4, '51",
        "Sept. 4 1951",
        "1951-Mar-04",
        "1951 March 4",
        "040351F",
        "F 040351",
        "040351 (female)",
        "m/510304",
    ],
)
def test_a_date_of_long_ago_is_found_in_every_way_of_writing(text: str) -> None:
    assert [date.is_old for date in find_dates(text)] == [True]
    assert "PSN122" in held(f"pelvis {text}")


@pytest.mark.parametrize(
    "text",
    [
        "5 x 50",
        "2 v 60",
        "4.xiii.51",
        "32.iii.51",
        "Marker 5, 1950",
        "Decision 12 1950",
        "mayor 4 1951",
        "990351F",
        "F 999999",
        "040351",
        "FX 040351",
        "T2 iv 50 ml",
        "C5/6 50",
    ],
)
def test_what_only_looks_like_a_date_is_none(text: str) -> None:
    assert find_dates(text) == []
    assert "PSN122" not in held(text)


def test_a_date_of_care_beside_a_sex_warns_only() -> None:
    assert [date.is_old for date in find_dates("M 120324")] == [False]
    assert held("M 120324") == set()


@pytest.mark.parametrize(
    "text",
    [
        "turns 80 on 3rd June",
        "will be 65 on June 3",
        "aged 90 on the 3/6",
        "birthday is on 3 June",
        "birthday: 3/6",
        "geboren 3-6-1948",
        "née le 3 juin 1948",
        "nato il 3/6/48",
        "Geburtsdatum 3.6.48",
        "b. June 3 1948",
        "b. 1948",
        "b 1948 F",
        "yob 1948",
        "aet. 80 on 3 June",
    ],
)
def test_a_birthday_is_a_date_of_birth(text: str) -> None:
    assert "PSN102" in held(text)


@pytest.mark.parametrize(
    "text",
    [
        "will be replanned on 3 June",
        "50 on 3 June",
        "dose 60 on Monday",
        "turns 90 degrees",
        "gebied 12",
        "nata 60",
        "b 1900",
        "b1948 DWI",
        "b. 50",
    ],
)
def test_other_days_are_no_birthday(text: str) -> None:
    assert "PSN102" not in held(text)


@pytest.mark.parametrize("text", ["AB140347", "SB_140347", "TL 470314 pelvis"])
def test_initials_that_mean_something_count_before_a_date_of_long_ago(text: str) -> None:
    assert "PSN116" in held(text)


@pytest.mark.parametrize("text", ["CT140347", "MR_140347", "PTV 140347", "IMG140347", "AB140324", "AB999947"])
def test_what_files_are_numbered_under_is_no_initials(text: str) -> None:
    assert "PSN116" not in held(text)


@pytest.mark.parametrize("text", ["planned by KJ", "drawn by QRT"])
def test_something_by_initials_is_by_a_person(text: str) -> None:
    assert "PSN116" in held(text)


@pytest.mark.parametrize(
    "text",
    [
        "Mrs T. copied",
        "plan for Dr K",
        "initials J.S.",
        "initials: K-W",
        "pt KW",
        "patient: JQ",
        "KW's mask",
        "McT",
    ],
)
def test_initials_that_a_text_presents_are_a_persons(text: str) -> None:
    assert "PSN116" in held(text)


@pytest.mark.parametrize(
    "text", ["Ms 5", "NSCLC INIT STG", "PTV's", "pt CT", "patient HFS", "PT WB", "Mac OS", "CT's copied"]
)
def test_other_capitals_are_nobodys_initials(text: str) -> None:
    assert "PSN116" not in held(text)


@pytest.mark.parametrize("text", ["processed by MIM", "Dose by TPS v4", "made anonymous by RSNA tool"])
def test_something_by_a_program_is_by_nobody(text: str) -> None:
    assert held(text) == set()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NHS no reversed is 0753918643", "PSN107"),
        ("Hosp. No. 71/20384", "PSN107"),
        ("unit number K/20384-1", "PSN107"),
        ("case notes 44017/2", "PSN107"),
        ("x-ray no B 20384", "PSN107"),
        ("National Insurance ZY 98 76 54 A", "PSN107"),
        ("ref QQ987654A", "PSN108"),
        ("ref zy987654a", "PSN108"),
        ("folder 20384/22", "PSN107"),
        ("ref AB-12-34-56-C", "PSN108"),
        ("ref TN140347F", "PSN108"),
        ("XRT22/00319", "PSN108"),
        ("ON-2022/10319 pelvis", "PSN108"),
    ],
)
def test_a_number_that_is_called_a_persons_or_has_the_form_is_held(text: str, code: str) -> None:
    assert code in held(text)


@pytest.mark.parametrize(
    "text",
    [
        "patient 60/20",
        "PTV60/2000",
        "case 6000/30",
        "hosp no 12/03/2024",
        "TG43/119",
        "AAA_15606",
        "CT 60/30/20",
        "HN 6500/30",
        "H/N 7000/35",
        "slab 12/40 nos 3",
        "QQ plot 12 34",
    ],
)
def test_doses_and_versions_are_no_numbers_of_a_person(text: str) -> None:
    assert held(text) & {"PSN104", "PSN107", "PSN108"} == set()


@pytest.mark.parametrize(
    "text",
    [
        "bn3 2wb",
        "yo10-5dd",
        "PL48AA",
        "flat by EX4_6PN",
        "A96 X4K7",
        "T12XN8P",
        "BFPO 57",
        "///table.lamp.index",
        "w3w: table.lamp.index",
        "what3words table.lamp.index",
        "447911123456",
        "44 7911 123456",
        "441632960001",
        "txt 7911 123456",
        "44(0)7911123456",
        "bleep 417",
        "ph 245 151",
        "postcode n16bd",
        "text on 07911 123456",
        "a.b@10.20.30.40",
    ],
)
def test_an_address_is_found_in_every_way_of_writing(text: str) -> None:
    assert held(text) & {"PSN109", "PSN110"}


@pytest.mark.parametrize(
    "text",
    [
        "75 ml @2.5",
        "100ml @3.0ml/s",
        "50% @ 1.5 mm",
        "L1 2nd",
        "T12 L1L2",
        "D10 2000",
        "T12 2024",
        "pa1 2gy",
        "441 632 960",
        "44 7911",
        "a//b.c.d",
        "text 7911",
        "ph 1 2451",
        "ring 45 50",
        "postcode unknown",
        "ct2 5fs",
        "V15 2400MU",
    ],
)
def test_flows_levels_and_doses_are_no_address(text: str) -> None:
    assert held(text) & {"PSN109", "PSN110"} == set()


def test_a_telephone_number_without_its_sign_is_none_among_numbers_of_machines() -> None:
    assert held("447911123456", "serial") & {"PSN110"} == set()


@pytest.mark.parametrize("number", ["4681935271", "0306472155"])
def test_a_national_number_over_components_of_a_uid_is_found(number: str) -> None:
    assert is_issued_number(number)
    groups = ((3, 6), (3, 6)) if number[0] == "4" else ((6,), (3, 6))
    for cuts in groups:
        spread = ".".join(number[a:b] for a, b in zip((0, *cuts), (*cuts, len(number)), strict=True))
        assert holds_national_number(f"1.2.826.0.1.{spread}.8")
    wrong = str((int(number[9]) + 1) % 10)
    assert not holds_national_number(f"1.2.826.0.1.{number[:3]}.{number[3:6]}.{number[6:9]}{wrong}.8")


def test_other_components_are_no_national_number() -> None:
    for uid in ("1.2.826.0.1.4681.935.271.8", "1.2.826.468193.5271.8", "1.2.468.193.527.1"):
        assert not holds_national_number(uid)


def codes_of_uid(uid: str) -> set[str]:
    return set(judge_uid(CONTEXT, "(0020,000D)", uid).codes)


@pytest.mark.parametrize("text", ["PAUL TURNER", "Thompson", "jones^mary"])
def test_a_uid_that_spells_a_name_is_held(text: str) -> None:
    uid = "1.2.826." + ".".join(str(ord(letter)) for letter in text)
    assert spelt_texts(uid) == [text]
    assert "PSN402" in codes_of_uid(uid)
    if text.isupper():
        word = text.replace(" ", "")
        uid = "2.25." + "".join(str(ord(letter)) for letter in word)
        assert word in spelt_texts(uid)
        assert "PSN402" in codes_of_uid(uid)


@pytest.mark.parametrize(
    "uid",
    [
        "1.2.840.113704.1.111.5104.1227546496.7",
        "1.2.840.113619.2.80.114.87.99.65.71",
        "1.2.826.66.76.65.68.68.69.82",
        "2.25.7776696990",
        "1.3.6.1.4.1.14519.5.2.1.6279.6001",
    ],
)
def test_a_uid_that_spells_no_name_is_let_pass(uid: str) -> None:
    assert "PSN402" not in codes_of_uid(uid)


@pytest.mark.parametrize(("keyword", "vr"), [("SeriesNumber", "IS"), ("AcquisitionNumber", "IS")])
def test_ten_digits_where_things_are_counted_are_a_national_number(keyword: str, vr: str) -> None:
    assert "PSN104" in one(keyword, "0306472155", vr=vr)[0]
    assert one(keyword, "0306472154", vr=vr)[0] == set()
    assert one(keyword, "306472156", vr=vr)[0] == set()


def test_counts_of_events_may_have_ten_digits() -> None:
    assert one("CountsAccumulated", "0306472155", vr="IS")[0] == set()


@pytest.mark.parametrize(
    ("text", "is_hospitals"), [("W204418", True), ("K2044181", True), ("S204418", False)]
)
def test_a_letter_and_six_digits_are_a_hospitals_number_unless_studies_are_counted_so(
    text: str, is_hospitals: bool
) -> None:
    assert ("PSN108" in judge_serial(CONTEXT, "(0020,0010)", text).codes) is is_hospitals


@pytest.mark.parametrize(
    "text",
    [
        "MsAdebayo",
        "DrFeng pelvis",
        "Mr.T.Zych",
        "Prof.Quek",
        "Frau Zych",
        "Mevr. Zych",
        "lives with uncle Stan",
        "his sister-in-law Viv",
        "mum is called Zdenka",
        "grandson: Alfie",
        "Nan Peg",
        "his wife's name is Zdenka",
        "pt Ogunbanjo",
        "patient: Wolanska moved",
        "PETERJAMESWALKER",
        "susanhelenmorgan",
    ],
)
def test_a_person_is_told_by_what_stands_before_the_name(text: str) -> None:
    assert held(text) & {"PSN113", "PSN114"}


@pytest.mark.parametrize(
    "text",
    [
        "MR_XA11B_SP01",
        "MR_E11C",
        "MrLinac",
        "DrawContour",
        "Pt Supine",
        "patient Positioned head first",
        "mother Structure copied",
        "daughter lesion",
        "partner Plan",
        "pt Tattoos x3",
        "twin tubes",
    ],
)
def test_other_words_behind_such_words_are_no_name(text: str) -> None:
    assert held(text) & {"PSN113", "PSN114"} == set()
