"""The submission report: the first line is the answer, then what arrived, what is missing and what to do."""

import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from ingest.checks.codes import load_codes
from ingest.checks.policy import phrase
from ingest.model.finding import Effect, Finding, FindingCode, InstanceRef, JudgedFinding, Scope, Severity
from ingest.model.verdict import Completeness, CompletenessState, MissingObject, Outcome
from ingest.model.wire import from_wire, to_wire
from ingest.reports.content import build_submission_report
from ingest.reports.headline import missing_in_words
from ingest.reports.inputs import ArrivedSeries, SubmissionReportInput
from ingest.reports.naming import name_files
from ingest.reports.problems import fixes_of, problems_of
from ingest.reports.reasons import reason_of
from ingest.reports.render import render_html, render_json, render_text
from ingest.reports.report import Fix, Problem, SubmissionReport, Tone
from ingest.reports.samples import sample_awaiting, sample_submissions
from ingest.reports.steps import StepsShelf
from ingest.reports.texts import load_texts

SAMPLES = sample_submissions()
SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs" / "schemas" / "submission-report.schema.json").read_text()
)


def report(name: str) -> SubmissionReport:
    return build_submission_report(SAMPLES[name])


@pytest.mark.parametrize(
    ("name", "headline", "tone"),
    [
        ("complete", "Received and filed: 123-1001 is complete.", Tone.COMPLETE),
        (
            "awaiting",
            "Received 123-1002; we are still waiting for more of the planning CT and the dose cube.",
            Tone.AWAITING,
        ),
        ("name-left", "We could not accept 123-1003 yet: a name is still in the plan.", Tone.HELD),
        ("batch", "We could not accept one patient's data: a name is still in the plan.", Tone.HELD),
        ("repeat", "Already received: this adds nothing new, and 123-1001 is complete.", Tone.COMPLETE),
        ("password", "We could not read this zip: the zip is protected by a password.", Tone.REJECTED),
        ("unfinished", "This zip did not arrive whole. Please send it again.", Tone.REJECTED),
        ("no-dicom", "We found no DICOM data in this zip.", Tone.REJECTED),
        (
            "study-id-wrong",
            (
                "We could not accept one patient's data: the study ID is not written right."
                " Did you mean 123-1001?"
            ),
            Tone.HELD,
        ),
    ],
)
def test_the_first_line_is_the_answer(name: str, headline: str, tone: Tone) -> None:
    made = report(name)
    assert (made.headline, made.tone) == (headline, tone)
    assert render_text(made).replace("\n", " ").startswith(headline)
    text = re.sub(r"<[^>]+>", "", render_html(made)[render_html(made).index("<h1>") :]).strip()
    assert text.replace("&#39;", "'").startswith(headline)


@pytest.mark.parametrize("name", SAMPLES)
def test_the_json_is_of_the_published_schema(name: str) -> None:
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(render_json(report(name))))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_report_survives_being_stored(name: str) -> None:
    made = report(name)
    stored = from_wire(SubmissionReport, json.loads(json.dumps(to_wire(made))))
    assert render_html(stored) == render_html(made)
    assert render_json(stored) == render_json(made)


def test_steps_are_those_of_the_system_that_made_the_file() -> None:
    titles = {item.title: item.system for item in report("awaiting").subjects[0].steps}
    assert titles == {
        "Export the dose cube": "raystation",
        "Export the CT, structures and plan": "raystation",
    }


def test_steps_for_the_site_system_where_the_data_does_not_say() -> None:
    source = SAMPLES["awaiting"]
    bare = replace(source, planning_system="oncentra", subjects=(replace(source.subjects[0], systems={}),))
    assert {item.system for item in build_submission_report(bare).subjects[0].steps} == {"oncentra"}


def test_image_guidance_steps_are_those_of_the_imager() -> None:
    subject = sample_awaiting("123-1002")
    missing = Completeness(CompletenessState.AWAITING, (MissingObject("image-guidance", "20", "none"),))
    subject = replace(
        subject,
        verdict=replace(subject.verdict, completeness=missing),
        systems={"RTPLAN": "monaco", "IGRT": "xvi"},
    )
    source = replace(SAMPLES["awaiting"], subjects=(subject,))
    assert [item.system for item in build_submission_report(source).subjects[0].steps] == ["xvi"]


def test_each_problem_names_its_files_as_the_console_does() -> None:
    problems = report("name-left").subjects[0].to_fix
    assert problems[0].spots[0].files == ("RTPLAN, series 4, image 1",)
    assert problems[1].spots[0].files == ("CT, series 2, images 1 to 20",)
    assert problems[1].spots[0].more == 78


def test_files_without_numbers_are_named_by_their_place_in_the_zip() -> None:
    refs = (
        InstanceRef(7),
        InstanceRef(8, "RTPLAN", 4),
        InstanceRef(9, "CT", 2, 5),
        InstanceRef(10, "CT", 2, 4),
    )
    assert tuple(file.name for file in name_files(refs)) == (
        "CT, series 2, images 4 to 5",
        "file 7 of the zip",
        "RTPLAN, series 4, file 8 of the zip",
    )


def test_the_same_image_of_many_series_is_one_line() -> None:
    refs = tuple(InstanceRef(n, "RTRECORD", 300 + n, 1) for n in (1, 2, 3, 4, 7))
    assert tuple((file.name, file.files) for file in name_files(refs)) == (
        ("RTRECORD, series 301 to 304, image 1 of each", 4),
        ("RTRECORD, series 307, image 1", 1),
    )


def test_files_that_follow_each_other_in_the_zip_are_one_line() -> None:
    refs = tuple(InstanceRef(n) for n in (1, 2, 3, 9))
    assert [file.name for file in name_files(refs)] == ["files 1 to 3 of the zip", "file 9 of the zip"]


def left_in(keyword: str, where: str, code: str = "PSN101", files: int = 3) -> JudgedFinding:
    refs = tuple(InstanceRef(n, "CT", 2, n) for n in range(1, files + 1))
    finding = Finding(code, "123-1003", where, keyword, {}, files, refs)
    message = f"A name stands in an attribute of {code[:3]} ({files} times). Clear it."
    return JudgedFinding(finding, Severity.BLOCK, Scope.SUBJECT, Effect.HOLD, message, f"Clear {code}.")


def fixes(*found: JudgedFinding, files_in_all: int = 0) -> tuple[Fix, ...]:
    return fixes_of(problems_of(found, StepsShelf(load_texts(), "", ""), {}), files_in_all)


def test_the_same_in_many_attributes_is_told_once_with_its_places() -> None:
    (fix,) = fixes(
        left_in("OperatorsName", "(0008,1070)", files=4), left_in("ReferringPhysicianName", "(0008,0090)")
    )
    assert fix.message == "A name stands in an attribute of PSN. Clear it."
    assert [spot.place for spot in fix.spots] == [
        "Operators Name (0008,1070)",
        "Referring Physician Name (0008,0090)",
    ]
    assert fix.spots[0].files == ("CT, series 2, images 1 to 4",)


def test_what_is_wrong_with_one_attribute_is_told_once_by_the_worst() -> None:
    (fix,) = fixes(
        left_in("OtherPatientIDs", "(0010,1000)"), left_in("OtherPatientIDs", "(0010,1000)", "PSN105")
    )
    assert fix.codes == ("PSN101", "PSN105")
    assert fix.spots[0].place == "Other Patient IDs (0010,1000)"


def test_a_second_finding_in_more_files_is_not_hidden_by_the_first() -> None:
    told = fixes(
        left_in("PatientComments", "(0010,4000)", files=1),
        left_in("PatientComments", "(0010,4000)", "PSN117"),
    )
    assert [fix.codes for fix in told] == [("PSN101",), ("PSN117",)]


def test_what_is_in_every_file_lists_none() -> None:
    (fix,) = fixes(left_in("OperatorsName", "(0008,1070)"), files_in_all=3)
    assert fix.spots[0].files == ("all 3 files",)


def test_every_finding_is_in_the_json_however_few_are_told() -> None:
    source, subject = SAMPLES["name-left"], SAMPLES["name-left"].subjects[0]
    found = (left_in("OtherPatientIDs", "(0010,1000)"), left_in("OtherPatientIDs", "(0010,1000)", "PSN105"))
    verdict = replace(subject.verdict, findings=found)
    made = build_submission_report(replace(source, subjects=(replace(subject, verdict=verdict),)))
    assert [item["code"] for item in json.loads(render_json(made))["subjects"][0]["findings"]] == [
        "PSN101",
        "PSN105",
    ]
    assert len(made.subjects[0].to_fix) == 1


def test_what_asks_nothing_lists_no_files() -> None:
    made = report("complete").subjects[0]
    assert (made.to_know, made.noted[0].spots[0].files) == ((), ())


def test_a_first_filing_is_not_told_as_an_addition() -> None:
    subject = sample_awaiting("123-1002")
    first = build_submission_report(replace(SAMPLES["awaiting"], subjects=(subject,)))
    assert first.subjects[0].changes[0] == "1,804 files filed."
    assert report("complete").subjects[0].changes[0] == "1 file added to what was filed before."


def test_what_is_held_is_said_to_be_there() -> None:
    missing = report("name-left").subjects[0].missing
    assert {line.found for line in missing} == {"arrived, held"}
    assert all(line.is_held and not line.steps for line in missing)


def problem_on(count: int, numbers: list[int]) -> Problem:
    """The problem of a finding that counts `count` files and lists these images of one series."""
    refs = tuple(InstanceRef(number, "CT", 2, number) for number in numbers)
    finding = Finding("GEO101", "123-1001", count=count, instances=refs)
    judged = JudgedFinding(finding, Severity.BLOCK, Scope.SUBJECT, Effect.HOLD, "Message.", "Action.")
    return problems_of([judged], StepsShelf(load_texts(), "", ""), {})[0]


@pytest.mark.parametrize(
    ("count", "numbers", "more"),
    [
        (190, list(range(1, 21)), 170),  # one run of 20 images is shown
        (190, list(range(1, 41, 2)), 184),  # six images of twenty are shown
        (9, list(range(1, 19, 2)), 3),
        (40, [1, 2, 3], 0),  # found 40 times in three files: none is left out
    ],
)
def test_files_left_out_are_counted_from_all_that_have_the_finding(
    count: int, numbers: list[int], more: int
) -> None:
    assert problem_on(count, numbers).more == more


def with_missing(
    outcome: Outcome, held: tuple[str, ...], findings: tuple[JudgedFinding, ...] = ()
) -> SubmissionReport:
    """A report on one subject that lacks its dose and its plan."""
    subject, source = sample_awaiting("123-1002"), SAMPLES["awaiting"]
    lacking = (MissingObject("rtdose", "1", "none"), MissingObject("rtplan", "1", "none"))
    verdict = replace(
        subject.verdict,
        outcome=outcome,
        completeness=Completeness(CompletenessState.AWAITING, lacking),
        findings=findings,
    )
    subjects = (replace(subject, verdict=verdict, held_objects=held),)
    whole = replace(source.verdict, outcome=outcome, subjects=(verdict,))
    return build_submission_report(
        replace(source, subjects=subjects, verdict=whole, object_titles={"rtdose": "dose cube"})
    )


def test_what_arrived_and_is_held_is_not_asked_for_again() -> None:
    dose, plan = with_missing(Outcome.ACCEPTED, ("rtdose",)).subjects[0].missing
    assert (dose.found, dose.is_held, dose.steps) == ("arrived, held", True, "")
    assert dose.how == "Arrived in an earlier zip and waits for a decision. No need to send it again."
    assert (plan.found, plan.is_held, plan.how) == ("none", False, "")
    assert plan.steps


def test_a_held_subject_says_what_of_it_arrived() -> None:
    dose, plan = with_missing(Outcome.HELD, ("rtdose",)).subjects[0].missing
    assert dose.is_held and not dose.how  # the first line says that nothing of this patient was filed
    assert plan.steps


def test_where_all_that_is_missing_is_held_nothing_is_to_be_sent() -> None:
    made = with_missing(Outcome.ACCEPTED, ("rtdose", "rtplan"))
    assert made.headline == (
        "Received and filed: 123-1002; the dose cube and the treatment plan arrived before,"
        " and a decision on that is awaited."
    )
    assert made.lead.startswith("What you sent is safely filed. You need not send anything")
    assert not any(line.steps for line in made.subjects[0].missing)


def test_what_is_still_expected_is_said_once() -> None:
    def unsent(title: str) -> JudgedFinding:
        finding = Finding("CMP104", "123-1002", detail={"title": title})
        return JudgedFinding(finding, Severity.WARN, Scope.SUBJECT, Effect.NONE, title, "Send it.")

    made = with_missing(Outcome.ACCEPTED, (), (unsent("dose cube"), unsent("MR")))
    assert [problem.message for problem in made.subjects[0].to_know] == ["MR"]


def test_arrived_objects_stand_in_the_order_of_a_treatment() -> None:
    lines = report("complete").subjects[0].arrived
    assert [line.kind for line in lines][:5] == [
        "planning-ct",
        "rtstruct",
        "rtplan",
        "rtdose",
        "image-guidance",
    ]
    assert lines[4].amount == "1,672 images in 19 series"


def test_one_held_subject_does_not_hide_the_others() -> None:
    made = report("batch")
    assert made.lead.startswith("123-1001 and 123-1002 were filed and need not be sent again.")
    assert [subject.tone for subject in made.subjects] == [Tone.HELD, Tone.AWAITING, Tone.COMPLETE]


def test_only_review_findings_ask_nothing_of_the_site() -> None:
    assert "a person in the trial team has to look" in report("to-be-looked-at").lead


@pytest.mark.parametrize("code", load_codes().values(), ids=lambda code: code.code)
def test_every_code_that_stops_data_gives_a_reason_for_the_first_line(code: FindingCode) -> None:
    finding = Finding(code.code, "123-1001", "(0008,1070)", "", {}, 3, (InstanceRef(1, "RTPLAN", 1, 1),))
    reason = reason_of(
        JudgedFinding(finding, code.severity, code.scope, code.effect, phrase(code.message, finding), ""),
        load_texts(),
    )
    assert 8 < len(reason) <= 110
    assert not reason.endswith(".")
    assert "{" not in reason


def source_of_4000_instances() -> SubmissionReportInput:
    series = tuple(ArrivedSeries("image-guidance", "CT", n, 1, n, n, "xvi") for n in range(4_000))
    refs = tuple(InstanceRef(n + 1, "CT", n, n) for n in range(20))
    findings = tuple(
        JudgedFinding(
            Finding(f"GEO{n:03d}", "123-1002", "(0020,0032)", "ImagePositionPatient", {}, 4_000, refs),
            Severity.WARN,
            Scope.SUBJECT,
            Effect.NONE,
            f"Something is odd in place {n}.",
            "Look at it.",
        )
        for n in range(100)
    )
    subject = sample_awaiting("123-1002")
    subject = replace(subject, arrived=series, verdict=replace(subject.verdict, findings=findings))
    return replace(SAMPLES["awaiting"], subjects=(subject,))


def test_a_report_of_4000_instances_is_made_in_every_format() -> None:
    made = build_submission_report(source_of_4000_instances())
    assert all((render_html(made), render_json(made), render_text(made)))
    assert len(made.subjects) == 1


def test_a_withdrawn_patient_is_asked_for_nothing() -> None:
    made = report("withdrawn")
    assert made.headline == "123-1005 is withdrawn from the trial: nothing was filed."
    assert made.lead.endswith("Please send nothing more for this study ID.")
    (subject,) = made.subjects
    assert (subject.to_fix, subject.to_know, subject.noted, subject.steps) == ((), (), (), ())
    assert "send it again" not in render_text(made)


def test_a_slip_in_the_study_id_is_one_thing_to_put_right() -> None:
    source = SAMPLES["study-id-wrong"]
    subject = source.subjects[0]
    name = left_in("PatientName", "(0010,0010)")
    verdict = replace(subject.verdict, findings=(name, *subject.verdict.findings))
    subjects, whole = (replace(subject, verdict=verdict),), replace(source.verdict, subjects=(verdict,))
    made = build_submission_report(replace(source, subjects=subjects, verdict=whole))
    assert made.headline.endswith("Did you mean 123-1001?")
    assert [fix.codes for fix in made.subjects[0].to_fix] == [("SID101",)]
    assert [finding.code for finding in made.subjects[0].findings] == ["SID101", "PSN101"]


def test_a_name_beside_a_slip_in_the_study_id_comes_first() -> None:
    source = SAMPLES["study-id-wrong"]
    subject = source.subjects[0]
    name = left_in("OperatorsName", "(0008,1070)")
    verdict = replace(subject.verdict, findings=(name, *subject.verdict.findings))
    whole = replace(source.verdict, subjects=(verdict,))
    made = build_submission_report(
        replace(source, subjects=(replace(subject, verdict=verdict),), verdict=whole)
    )
    assert made.headline == "We could not accept one patient's data: a name is still in a CT image."


def test_nothing_at_all_is_rejected_and_said_so() -> None:
    made = report("no-dicom")
    assert made.outcome == Outcome.REJECTED.value
    assert "Nothing was filed." in made.lead


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        ((("rtdose", "none"),), "the dose cube"),
        ((("rtdose", "none that is whole"),), "the dose cube"),
        ((("planning-ct", "1 present"), ("planning-ct", "97 present")), "more of the planning CT"),
        ((("rtstruct", "none of that name"),), "more of the structure set"),
        ((("rtstruct", "1 other structure set"), ("rtstruct", "none")), "the structure set"),
        (
            tuple((kind, "none") for kind in ("planning-ct", "rtstruct", "rtplan", "rtdose", "reg")),
            "the planning CT, the structure set, the treatment plan and 2 more",
        ),
    ],
)
def test_the_first_line_names_each_missing_object_once(
    missing: tuple[tuple[str, str], ...], words: str
) -> None:
    objects = [MissingObject(kind, "1", found) for kind, found in missing]
    assert missing_in_words(objects, load_texts()) == words
