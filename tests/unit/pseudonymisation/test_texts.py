"""What one text raises: numbers, dates, contacts, names, and what it must not raise."""

from __future__ import annotations

import pytest

from ingest.checks.codes import load_codes
from ingest.checks.pseudonymisation.approvals import Approvals
from ingest.checks.pseudonymisation.context import make_context
from ingest.checks.pseudonymisation.labels import is_known_label
from ingest.checks.pseudonymisation.national_numbers import find_national_numbers, is_issued_number
from ingest.checks.pseudonymisation.rules import load_rules
from ingest.checks.pseudonymisation.text import judge_text
from ingest.checks.pseudonymisation.uids import ends_in_birth_date, holds_national_number
from ingest.model.route import RouteKind
from ingest.trial.load import load_default_trial

TRIAL = load_default_trial()
CONTEXT = make_context(load_rules(), TRIAL, TRIAL.site("123"), RouteKind.EXPLORER, Approvals((), b""))
SEVERITY = {code: entry.severity.value for code, entry in load_codes().items()}


def held(text: str, kind: str = "rt label") -> set[str]:
    codes = judge_text(text, kind, CONTEXT.text, frozenset({"123-1001"})).codes
    return {code for code in codes if SEVERITY[code] in ("block", "review")}


@pytest.mark.parametrize(
    "text",
    [
        "9434765919",
        "943 476 5919",
        "943-476-5919",
        "NHS: 9434765919",
        "9 4 3 4 7 6 5 9 1 9",
        "４５０ ５５７ ７１０４",
        "0101501234",
        "010150 1234",
        "943476591919540312",
        "x9434765919y",
    ],
)
def test_a_national_number_is_found_in_every_way_of_writing(text: str) -> None:
    assert "PSN104" in held(text)


@pytest.mark.parametrize(
    "text", ["9434765918", "1234567890", "2024031208", "1.2.3 4.5 6.7 8.9 10", "6 MV 100 200 300"]
)
def test_other_ten_digits_are_no_national_number(text: str) -> None:
    assert "PSN104" not in held(text)


def test_epoch_seconds_are_no_chi_number() -> None:
    assert not is_issued_number("1467090875")
    assert is_issued_number("1512159514")
    assert not holds_national_number("1.2.276.0.7230010.3.1.4.8323329.5805.1512159514.457936")
    assert holds_national_number("1.2.276.0.7230010.3.1.4.8323329.1512159514.5805.457936")
    assert holds_national_number("1.2.826.0.1.3680043.2.1512159514.1")
    assert find_national_numbers("1467090875") == []


@pytest.mark.parametrize(
    "text", ["PTV_6000 943 476 5919", "60 20 943 476 5919", "20-943-476-5919", "943 476 5919 60"]
)
def test_a_national_number_is_found_behind_and_before_other_digits(text: str) -> None:
    assert find_national_numbers(text) == ["9434765919"]


@pytest.mark.parametrize(
    "text", ["PTV_6000 943 476 5918", "1943 476 5919", "943 476 59190", "6000 943-476 5919"]
)
def test_digits_that_are_no_national_number_are_none(text: str) -> None:
    assert find_national_numbers(text) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DOB 12/03/54", "PSN102"),
        ("born 1954", "PSN102"),
        ("DOB third of March nineteen fifty-two", "PSN102"),
        ("patient born on 1st of August '46", "PSN102"),
        ("ref 44051401359", "PSN108"),
        ("d.o.b. 12 March 1954", "PSN102"),
        ("12/03/1954", "PSN122"),
        ("19540312", "PSN122"),
        ("12-MAR-1954", "PSN122"),
        ("March 12, 1954", "PSN122"),
        ("a.b@nhs.net", "PSN109"),
        ("01223 245151", "PSN110"),
        ("+44 (0)7700 900123", "PSN110"),
        ("bleep 4567", "PSN110"),
        ("MRN 443321", "PSN107"),
        ("RXH1234567", "PSN108"),
        ("AB123456C", "PSN108"),
        ("copy of 123-1002", "PSN121"),
        ("GTV_JW", "PSN116"),
        ("14 Mill Road", "PSN110"),
        ("Smith, 12 Mill Rd CB2 0QQ", "PSN151"),
        ("D:\\exports\\kp", "PSN111"),
        ("Royal Marsden", "PSN202"),
        ("Иванов", "PSN115"),
        ("contoured by KP", "PSN116"),
    ],
)
def test_what_the_shape_of_a_text_tells(text: str, code: str) -> None:
    assert code in held(text)


@pytest.mark.parametrize(
    "text",
    [
        "PTV Smith",
        "smith",
        "SMITH",
        "JohnSmith",
        "SMITHJOHN",
        "jsmith",
        "PTVSMITH",
        "Smith's PTV",
        "O'Brien",
        "Müller",
        "S M I T H",
        "%53mith",
        "U01JVEheSk9ITg==",
        "Mr Whitby",
        "planned by Whitby",
        "name: Ffoulkes",
        "Robinson, J",
        "Okonkwo",
        "Szczepańska",
        "Quixley",
        "MacTavish",
        "van der Berg",
        "plan (Patel)",
        "Long, June",
    ],
)
def test_a_name_is_found_in_every_way_of_writing(text: str) -> None:
    assert held(text) & {"PSN113", "PSN114"}


@pytest.mark.parametrize(
    "text",
    [
        "1 ARC CW",
        "CTVn_LN1 2GY",
        "PTV_6000",
        "Bowel_Bag",
        "H&N VMAT",
        "Thorax 3.0 B30f",
        "syngo CT 2012B",
        "SetUp 0deg",
        "123-1001 plan",
        "PTV 12.03.2024",
        "SpinalCord_PRV05",
        "A.P.",
        "L.A.O.",
        "G181-0 T0",
        "55Gy in 5#",
        "Lt Lung",
        "Metastasis #3",
        "T2W_TSE 3mm",
        "40.05Gy/15#",
        "",
    ],
)
def test_clean_labels_are_not_held(text: str) -> None:
    assert held(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "PlanA",
        "APring",
        "ciss3d_tra",
        "Child-Pugh",
        "ReplanD15",
        "Skene gland",
        "foramen of Morgagni",
        "Bachmann_bundle",
        "Hüftkopf re",
        "Tête fémorale D",
        "Zaadblazen",
    ],
)
def test_things_called_after_people_and_labels_of_other_languages_are_not_held(text: str) -> None:
    assert held(text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "Skene",
        "GTVdrkapoor",
        "Mehmood PTV",
        "Morgagni PTV",
        "KhanA",
        "PlanSmith",
        "Müller re",
        "RAIGMORECT1 Christie_LA4",
    ],
)
def test_the_same_names_without_their_thing_are_held(text: str) -> None:
    assert held(text) & {"PSN113", "PSN114", "PSN202"}


def test_a_postcode_alone_warns_and_a_nodal_label_is_no_address() -> None:
    assert "PSN150" in judge_text("LN1 2GY", "rt label", CONTEXT.text, frozenset()).codes
    assert held("LN1 2GY") == set()
    assert "PSN150" not in judge_text("CT1 3MM", "rt label", CONTEXT.text, frozenset()).codes


def test_a_long_number_in_a_label_warns_only() -> None:
    assert held("plan 1234567") == set()
    assert "PSN152" in judge_text("plan 1234567", "rt label", CONTEXT.text, frozenset()).codes


@pytest.mark.parametrize(
    ("label", "known"), [("Bowel_Bag", True), ("PTV_6000", True), ("Xyzzyq", False), ("PTV Smith", False)]
)
def test_only_labels_of_known_words_may_be_kept(label: str, known: bool) -> None:
    assert is_known_label(label, TRIAL) is known


@pytest.mark.parametrize(
    ("uid", "is_birth_date"),
    [
        ("2.25.19481103", True),
        ("1.2.826.19540312", True),
        ("1.2.3.03121954", True),
        ("2.25.20240312", False),
        ("2.25.19481399", False),
        ("1.2.840.113619.2.55.3.19481103", False),
        ("2.25.329800735698586629295641978511506172918", False),
        ("19481103", False),
    ],
)
def test_a_date_long_past_that_ends_a_short_uid_is_a_birth_date(uid: str, is_birth_date: bool) -> None:
    assert ends_in_birth_date(uid) is is_birth_date


@pytest.mark.parametrize(
    "text",
    [
        "94 34 76 59 19",
        "9434 765919",
        "943476591 9",
        "943 476 59I9",
        "94347659l9",
        "nine four three four seven six five nine one nine",
    ],
)
def test_a_national_number_is_found_in_uneven_groups_with_letters_and_in_words(text: str) -> None:
    assert "PSN104" in held(text, "comment")


@pytest.mark.parametrize(
    "text", ["94.34.76.59.19", "9434-76 5919", "I1 O0 I1 O0 I1", "four five fields in nine arcs"]
)
def test_numbers_that_stand_apart_are_no_national_number(text: str) -> None:
    assert "PSN104" not in held(text, "comment")


@pytest.mark.parametrize(
    "text", ["884213 (MRN)", "#884213 MRN", "Aria ID ZX34512", "ID 4512890", "RIS 45128931"]
)
def test_a_number_is_a_patients_by_what_stands_before_or_behind_it(text: str) -> None:
    assert "PSN107" in held(text, "comment")


@pytest.mark.parametrize("text", ["HN 70 56 30", "PTV 6000 2 arcs", "fid 12345.5 mm"])
def test_numbers_of_a_plan_are_no_patients(text: str) -> None:
    assert not held(text, "comment")


def test_an_age_to_the_day_may_be_written_together() -> None:
    assert "PSN102" in held("76y3m11d", "comment")


@pytest.mark.parametrize(("text", "code"), [("HOLLINGDRAKE F", "PSN114"), ("NANDAKUMARV S", "PSN113")])
def test_a_word_that_ends_or_is_spelt_like_a_name_is_a_person_before_an_initial(text: str, code: str) -> None:
    assert code in held(text)


@pytest.mark.parametrize("text", ["FASTRACK II", "MR B0 map", "Dr wedge"])
def test_roman_numbers_and_scanners_present_nobody(text: str) -> None:
    assert "PSN113" not in held(text)


@pytest.mark.parametrize(
    "text", ["Adebisiola", "Whitcombe plan", "jwhitcombe", "Pye", "Wojciechowskiej", "fzvgu", "Nandakumarv"]
)
def test_a_name_is_told_though_it_is_rare_short_declined_or_has_a_letter_more(text: str) -> None:
    assert "PSN114" in held(text) or "PSN113" in held(text)


@pytest.mark.parametrize(
    ("text", "is_held"), [("PC-ADEYEMI01", True), ("WS2_ADEYEMI", True), ("HAL1", False), ("XVI-LA3", False)]
)
def test_a_machine_is_called_after_a_person_with_a_number(text: str, is_held: bool) -> None:
    assert ("PSN114" in held(text, "device")) is is_held
