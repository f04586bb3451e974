"""Numbers that other countries and insurers give to people, who did something, where people live abroad."""

from __future__ import annotations

import pytest

from ingest.checks.pseudonymisation.companions import judge_companion
from ingest.checks.pseudonymisation.numbers_abroad import has_number_abroad
from tests.unit.pseudonymisation.test_forms import CONTEXT, held

pytestmark = pytest.mark.fast


@pytest.mark.parametrize(
    "text",
    [
        "Polisnummer 77.412.903",
        "Führerschein B072RRE2I55",
        "mutuelle no 4471 882 013",
        "SV-Nr. 4471 882013",
        "Health card number 9876 543 217",
        "Personalausweis T220001293",
        "cpr-nr 447188 2013",
        "Medibank member no. 44718820",
        "staff ID 4471882",
        "dossiernr: 2024-118834",
        "AOK Bayern, Vers.Nr. A 123 456 780",
        "passport no. is 44 71 88 20 1",
        "pass-nr. AB447188",
        "UMRN A4471882",
    ],
)
def test_a_number_that_a_text_calls_a_persons_is_held(text: str) -> None:
    assert "PSN107" in held(text, "comment")


@pytest.mark.parametrize(
    "text",
    [
        "UR 5400/30",
        "insurance approved 24 Gy",
        "policy: 5 fx of 4 Gy, 2000 MU",
        "Aviva 12/06/2024",
        "no passport, 6 MV",
        "secure 123456",
        "urnal 123456",
        "dakota 123456",
    ],
)
def test_doses_and_other_words_are_no_persons_number(text: str) -> None:
    assert "PSN107" not in held(text, "comment")


@pytest.mark.parametrize(
    "number",
    [
        "D612631158",
        "2 52 07 75 009 013 06",
        "070349 04299",
        "23115609114",
        "510314-2377",
        "195103142377",
        "131052-308T",
        "51.03.14-237.47",
        "756.9217.0769.85",
        "1237 010180",
        "6539 48746 1",
        "2858 16242 1/2",
        "8003 6076 2218 5777",
        "1800101221144",
        "736028/5163",
        "140252-1234",
        "219-09-9999",
        "MORGA 753116 SM9IJ",
    ],
)
def test_national_numbers_of_other_countries_are_told_by_their_form(number: str) -> None:
    assert has_number_abroad(number) and has_number_abroad(f"x {number}, y")
    assert "PSN108" in held(f"thorax {number}", "comment")


@pytest.mark.parametrize(
    "text",
    [
        "D612631159",
        "070349 04298",
        "510314-2376",
        "131052-308U",
        "756.9217.0769.84",
        "120324-1530",
        "6539 48747 1",
        "20240312 143052",
        "1700100000001",
        "000-12-3456",
        "1.2.840.113619.070349.04299",
        "-612.631158",
    ],
)
def test_what_lacks_the_check_digit_or_is_a_time_is_no_national_number(text: str) -> None:
    assert not has_number_abroad(text)


@pytest.mark.parametrize(
    "text",
    [
        "approved (KP)",
        "Chk: KP",
        "planner=kpx",
        "verified: GWT",
        "2nd check (JH)",
        "Physicist: TKJ",
        "exported by = rqm",
        "dosimetrist VKJ",
        "peer review - WQ",
        "gezeichnet: JW",
        "Pat: Q.R.-T. supine",
        "outlined -- H.O'K.",
        "seen K.vdB.",
        "owner: tkwj",
    ],
)
def test_who_did_something_is_told_by_initials_or_a_users_name(text: str) -> None:
    assert held(text, "rt label") & {"PSN113", "PSN116"}


@pytest.mark.parametrize(
    "text",
    [
        "approved: CT",
        "checked (MU)",
        "planned - IMRT",
        "check: AP",
        "user: admin",
        "owner: oncology",
        "operator=service",
        "validated: TPS",
        "approved/VMAT",
        "calc: MC",
        "author: system",
        "reviewed - PTV",
    ],
)
def test_what_was_done_with_is_nobody(text: str) -> None:
    assert held(text, "rt label") & {"PSN113", "PSN114", "PSN116"} == set()


@pytest.mark.parametrize(
    "text",
    [
        "Postbus 4471",
        "Locked Bag 12",
        "Ringstraße 14b",
        "Kongens gata 9",
        "Hobart TAS 7000",
        "Portland, OR 97201",
        "12 rue des Lilas",
        "ul. Lipowa 4",
        "Hauptplatz 3, 8010 Graz",
        "jo (at) example (dot) org",
        "ward7 at example dot ac dot uk",
        "duty[at]example[punkt]de",
    ],
)
def test_addresses_abroad_and_spelt_out_are_found(text: str) -> None:
    assert held(text, "comment") & {"PSN109", "PSN110"}


@pytest.mark.parametrize(
    "text",
    [
        "Hilfsring 5",
        "Luftweg 2",
        "via oral 20",
        "Norm. at iso point A",
        "norm at dmax point dose",
        "dose at isocentre dots",
        "SA node 2000 cGy",
        "NT 5000",
        "PO contrast 20 ml",
        "Tumor 12, 5000 cGy",
        "Vene 3, 4000 Gy",
    ],
)
def test_structures_and_doses_are_no_address_abroad(text: str) -> None:
    assert held(text, "comment") & {"PSN109", "PSN110"} == set()


@pytest.mark.parametrize(
    "text", ["Jahrgang 48", "née en 1948", "born Feb-48", "DOB: 3/1948", "geboortejaar 1948"]
)
def test_a_month_or_year_of_birth_is_a_birth_date(text: str) -> None:
    assert "PSN102" in held(text)


@pytest.mark.parametrize(
    "text", ["March 1948", "scan of 03/1948", "1948-03 pelvis", "Juli 1961", "sept. 1953"]
)
def test_a_month_long_ago_is_held(text: str) -> None:
    assert "PSN122" in held(text)


@pytest.mark.parametrize(
    "text", ["March 2019", "03/2024", "1980/11", "03/1980 cGy", "1950 cGy", "mar 1950cGy", "10/1996"]
)
def test_other_months_and_doses_are_not(text: str) -> None:
    assert held(text) & {"PSN102", "PSN122"} == set()


@pytest.mark.parametrize("text", ["line / Alderson K.", "Douglas W., supine", "scar; Heyman, T."])
def test_an_initial_behind_whom_a_thing_is_called_after_makes_a_person(text: str) -> None:
    assert held(text) & {"PSN113", "PSN114"}


@pytest.mark.parametrize("text", ["Þorgrímur S", "Sigríður boost", "plan Əhməd"])
def test_letters_of_northern_and_azeri_names_are_told(text: str) -> None:
    assert "PSN114" in held(text, "rt label")


@pytest.mark.parametrize(
    ("text", "is_held"),
    [
        (r"D:\Scans\Okonkwo", True),
        ("CT Prendergast\nfolder.jpg", True),
        ("MRN 4471882", True),
        ("[.ShellClassInfo]\nIconResource=C:\\WINDOWS\\System32\\SHELL32.dll,4", False),
        ("Root Entry\nCatalog\n256_a3b1c0de9f", False),
        ("CT\nRTPLAN\nRTSTRUCT\nIlocblob\nbwspblob\nvSrnlong\nShowStatusBar\nWindowBounds", False),
    ],
)
def test_what_a_system_keeps_of_a_folder_is_judged_as_names_of_files(text: str, *, is_held: bool) -> None:
    for data in (text.encode(), b"\1\2\0" + text.encode("utf-16-le") + b"\0\1"):
        raised, _ = judge_companion(data, is_written=False, is_index=True, context=CONTEXT)
        assert bool(raised.codes) is is_held
