"""The enrolment list as data managers' spreadsheets save it, and as they get it wrong."""

from __future__ import annotations

import pytest

from ingest.checks.codes import load_codes
from ingest.ledger.errors import Refused
from ingest.model.review import EnrolmentState
from ingest.steps.enrol import EnrolmentList, decode_list, read_enrolment
from ingest.trial.load import load_default_trial

TRIAL = load_default_trial(load_codes())


def read(text: str) -> EnrolmentList:
    return read_enrolment(text, TRIAL)


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_spreadsheets_save_is_read(separator: str, encoding: str) -> None:
    rows = [
        ("Study  ID", "Status", "Registered", "Sex"),
        ("123-1001", "Withdrawn", "1/4/2026", "f"),
        ("", ""),
    ]
    text = "\r\n".join(separator.join(row) for row in rows)
    (record,) = read(decode_list(text.encode(encoding))).records
    assert (record.subject_id, record.state) == ("123-1001", EnrolmentState.WITHDRAWN)
    assert (record.registered, record.sex, record.site) == ("20260401", "F", "123")


@pytest.mark.parametrize(
    "day", ["2026-04-01", "20260401", "01/04/2026", "1/4/2026", "01.04.2026", "1-Apr-2026"]
)
def test_days_as_they_are_written_in_the_united_kingdom(day: str) -> None:
    (record,) = read(f"study_id,registered\n123-1001,{day}\n").records
    assert record.registered == "20260401"


@pytest.mark.parametrize(
    "day", ["31/02/2026", "2026-02-30", "5/6/26", "04/13/2026", "1 Foo 2026", "yesterday"]
)
def test_what_is_no_day_is_a_fault_of_its_line_that_does_not_repeat_it(day: str) -> None:
    (fault,) = read(f"study_id,registered\n123-1001,{day}\n").faults
    assert fault.startswith("line 2: registered is not a date") and day not in fault


def test_a_study_id_twice_is_a_fault_that_names_both_lines() -> None:
    found = read("study_id,state\n123-1001,enrolled\n\n123-1002,enrolled\n123-1001,withdrawn\n")
    assert found.faults == ("line 5: the study ID stands on line 2 already",)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "line 1: there is no column study_id"),
        ("name,born\nJane Doe,1950\n", "line 1: there is no column study_id"),
        ('study_id,state\n"123-1001,enrolled\n123-1002,enr', "a quotation mark does not match"),
        ("study_id\n", "the list is empty"),
        ("study_id\nJane Doe\n", "line 2: study_id is not a study ID"),
        ("study_id\n999-1001\n", "line 2: study_id is of a site that the trial file does not have (999)"),
        ("study_id,arm\n123-1001,Doe 9434765919\n", "line 2: arm is no short text without long numbers"),
        ("study_id,sex\n123-1001,Jane\n", "line 2: sex is not M, F or O"),
    ],
)
def test_one_fault_is_said_once_and_repeats_no_value(text: str, fault: str) -> None:
    found = read(text)
    (said,) = found.faults
    assert fault in said and found.records == ()
    assert not any(value in said for value in ("Jane", "Doe", "9434765919", "1950"))


def test_columns_that_mean_nothing_here_are_counted_and_not_kept() -> None:
    found = read("study_id,NHS number,Name\n123-1001,9434765919,Jane Doe\n")
    assert found.unused == 2 and found.faults == ()
    assert "9434765919" not in repr(found.records) and "Jane" not in repr(found.records)


def test_another_encoding_is_refused_with_the_way_out() -> None:
    with pytest.raises(Refused, match="CSV UTF-8"):
        decode_list("study_id,arm\n123-1001,café\n".encode("latin-1"))
