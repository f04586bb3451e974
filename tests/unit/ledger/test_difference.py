"""The difference of two verdicts."""

from __future__ import annotations

from dataclasses import replace

from ingest.ledger.difference import compare
from ingest.model.verdict import Outcome
from tests.ledger_rows import COMPLETE, finding, verdict

HELD = verdict(**{"123_1001": (Outcome.HELD, ("PSN101", "SID101")), "123_1002": (Outcome.ACCEPTED, ())})
ACCEPTED = verdict(**{"123_1001": (Outcome.ACCEPTED, ("SID101",)), "123_1002": (Outcome.ACCEPTED, ())})


def test_a_verdict_does_not_differ_from_itself() -> None:
    assert not compare(HELD, HELD).is_change


def test_only_what_changed_is_named() -> None:
    difference = compare(HELD, ACCEPTED)
    (subject,) = difference.subjects
    assert (difference.outcome_before, difference.outcome_after) == (Outcome.HELD, Outcome.ACCEPTED)
    assert (subject.label, subject.codes_new, subject.codes_gone) == ("123-1001", (), ("PSN101",))


def test_a_first_verdict_differs_from_none() -> None:
    difference = compare(None, HELD)
    assert [subject.outcome_before for subject in difference.subjects] == [None, None]


def test_a_subject_that_is_gone_is_named() -> None:
    less = replace(HELD, subjects=HELD.subjects[:1])
    (subject,) = compare(HELD, less).subjects
    assert (subject.label, subject.outcome_after) == ("123-1002", None)


def test_completeness_alone_is_a_change() -> None:
    complete = replace(HELD, subjects=(replace(HELD.subjects[0], completeness=COMPLETE), HELD.subjects[1]))
    assert [subject.label for subject in compare(HELD, complete).subjects] == ["123-1001"]


def test_a_code_of_the_package_belongs_to_no_subject() -> None:
    (package,) = compare(HELD, replace(HELD, findings=(finding("PKG101"),))).subjects
    assert (package.label, package.codes_new) == ("", ("PKG101",))
