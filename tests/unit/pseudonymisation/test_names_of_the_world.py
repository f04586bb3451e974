"""Names of many countries, alone and with initials; who did something, in any field; and what is no name."""

from __future__ import annotations

import pytest

from ingest.checks.pseudonymisation.rules import load_rules
from tests.unit.pseudonymisation.test_forms import held

pytestmark = pytest.mark.fast


@pytest.mark.parametrize(
    "name",
    [
        "Okorafor",
        "Babangida",
        "Tendulkar",
        "Chettiar",
        "Oikonomou",
        "Vasileiou",
        "Sadoveanu",
        "Zutautas",
        "Volodymyr",
    ],
)
def test_names_that_censuses_of_other_countries_would_have_are_held(name: str) -> None:
    assert "PSN114" in held(f"PTV {name}", "rt label")


@pytest.mark.parametrize("text", ["WS-HKPATEL-LT", "HKPATEL"])
def test_two_initials_and_a_common_surname_written_together_are_held(text: str) -> None:
    assert "PSN114" in held(text, "device")


def test_an_initial_and_a_short_surname_written_together_are_held() -> None:
    assert "PSN114" in held("MHIRD_SIB_v3", "rt label")


@pytest.mark.parametrize(
    "text", ["marks by FOYSAL", "given by S/N Philomena Adu", "Omnipaque given by S/N Philomena"]
)
def test_who_did_something_is_held_whatever_the_field(text: str) -> None:
    assert {"PSN113", "PSN116"} & held(text, "device")


@pytest.mark.parametrize(
    "text", ["planned by ECLIPSE", "exported by ARIA", "DeId by HTP", "contoured by MIM"]
)
def test_programs_do_things_too(text: str) -> None:
    assert held(text, "device") == set()


def test_a_value_with_a_name_is_told_beside_one_with_digits() -> None:
    assert "PSN114" in held("Br40\\Maccormack J", "device")


@pytest.mark.parametrize("text", ["Butterworth", "Hamming", "shepp-logan"])
def test_a_filter_is_named_after_a_person_and_is_none(text: str) -> None:
    assert held(text, "device") == set()
    assert "Butterworth" not in text or "PSN114" in held(text, "rt label")


@pytest.mark.parametrize("text", ["Reinke fascia", "Sharpey fibres", "Ponseti phantom", "Osmond's ligament"])
def test_whatever_word_stands_before_some_things_is_nobody(text: str) -> None:
    assert held(text, "rt label") == set()


@pytest.mark.parametrize("text", ["Mrs Osmond phantom", "Dr Ponseti's algorithm"])
def test_a_title_before_it_makes_it_a_person(text: str) -> None:
    assert "PSN113" in held(text, "comment")


@pytest.mark.parametrize(
    "text",
    [
        "her 75th b'day today",
        "80th birthday",
        "birthday is tomorrow",
        "Age 28105 days",
        "dob day 14 month 02",
        "dob year 1946",
    ],
)
def test_a_birthday_or_an_age_in_days_is_a_date_of_birth(text: str) -> None:
    assert "PSN102" in held(text, "comment")


@pytest.mark.parametrize("text", ["day 75 of 80", "CT on day 28105", "age 70 years", "4th day"])
def test_other_days_are_no_birthday(text: str) -> None:
    assert "PSN102" not in held(text, "comment")


@pytest.mark.parametrize(
    "text", ["ARIA ID1: 2019-304417", "VIP-EMP#51902", "smartcard 555182930476", "RXX902174 planning"]
)
def test_numbers_of_staff_and_of_systems_are_held(text: str) -> None:
    assert held(text, "comment")


def test_base64_with_semicolons_is_read() -> None:
    assert "PSN102" in held("TmFtZT1QcnlkZXJpIE1hZGRveDtET0I9MTk1MC0wNC0wNA==", "comment")


def test_rarer_names_are_in_the_lists_of_surnames_and_of_given_names() -> None:
    lexicon = load_rules().lexicon
    assert "okorafor" in lexicon.surnames
    assert "volodymyr" in lexicon.given_names
