"""Study IDs as they are read, and the slips that are told from strangers' numbers."""

import pytest

from ingest.checks.subject_id import read_subject_id, read_zip_name, suggest
from ingest.trial.definition import StudyIdGrammar

GRAMMAR = StudyIdGrammar(r"(?P<site>\d{3})-(?P<number>\d{4})", "123-1001")

SLIPS = [
    "1231001",
    "123_1001",
    "123-l001",
    "123-I001",
    "123-10O1",
    "123 1001",
    "123 - 1001",
    " 123-1001",
    "123--1001",
    "１２３-１００１",
    "１２３－１００１",
    "123–1001",
    "123.1001",
    "123-1001^",
    "123-1001^^^^",
    "123-1001 (2)",
    "HAMLET 123-1001",
    "123-1001_CT",
    "S123-1001",
    "123-1001a",
    "0123-1001",
    "123-01001",
]
STRANGERS = [
    "",
    "PHANTOM_EXAMPLE",
    "zzsabrSPINE",
    "123456",
    "9434765919",
    "DOE^JANE",
    "123-10011",
    "12-1001",
    "^^^",
]


@pytest.mark.parametrize("text", ["123-1001", "123-1001 ", "123-1001\0"])
def test_study_id_is_read_without_dicom_padding(text):
    reading = read_subject_id(text, GRAMMAR, "123")
    assert (reading.study_id, reading.near_miss, reading.code) == ("123-1001", None, "")


@pytest.mark.parametrize("text", SLIPS)
def test_slip_is_diagnosed_for_the_sender(text):
    reading = read_subject_id(text, GRAMMAR, "123")
    assert (reading.study_id, reading.near_miss, reading.code) == (None, "123-1001", "SID101")


@pytest.mark.parametrize("text", SLIPS)
@pytest.mark.parametrize("sender", ["124", None])
def test_slip_of_another_site_is_not_named(text, sender):
    reading = read_subject_id(text, GRAMMAR, sender)
    assert (reading.study_id, reading.near_miss, reading.code) == (None, None, "SID102")


@pytest.mark.parametrize("text", STRANGERS)
def test_stranger_is_refused_without_a_guess(text):
    reading = read_subject_id(text, GRAMMAR, "123")
    assert reading.study_id is None
    assert reading.near_miss is None
    assert reading.code == ("SID102" if text else "SID103")


def test_study_id_of_another_site_is_said():
    assert read_subject_id("124-1001", GRAMMAR, "123").code == "SID104"
    assert read_subject_id("124-1001", GRAMMAR, None).code == ""


def test_lower_case_is_a_slip_where_the_grammar_has_letters():
    grammar = StudyIdGrammar(r"(?P<site>[A-Z]{2})-(?P<number>\d{3})", "AB-123")
    assert suggest("ab-123", grammar) == "AB-123"
    assert suggest("ab123", grammar) == "AB-123"


@pytest.mark.parametrize(
    "name", ["123-1001.zip", "123-1001.ZIP", "folder/123-1001.zip", "a\\b\\123-1001.zip"]
)
def test_zip_name_is_a_study_id(name):
    assert read_zip_name(name, GRAMMAR, "123").study_id == "123-1001"


@pytest.mark.parametrize(
    "name",
    [
        "123-1001 (2).zip",
        "123-1001(1).zip",
        "Copy of 123-1001.zip",
        "123-1001 - Copy.zip",
        "123-1001 - Copy (2).zip",
        "123-1001_1.zip",
        "123-1001.zip.zip",
        "1231001.zip",
        "123_1001.zip",
    ],
)
def test_copied_or_mistyped_zip_name_is_a_slip(name):
    reading = read_zip_name(name, GRAMMAR, "123")
    assert (reading.study_id, reading.near_miss, reading.code) == (None, "123-1001", "SID110")


def test_batch_is_told_from_a_stranger():
    assert read_zip_name("batch-2024-06.zip", GRAMMAR, "123").is_batch
    assert not read_zip_name("phantom-ct-rtstruct.zip", GRAMMAR, "123").is_batch
