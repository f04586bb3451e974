"""Words of the data belong to an attacker: none becomes markup, a header, a formula or a hidden character."""

import json
import re
import unicodedata
from dataclasses import replace

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.model.finding import Effect, Finding, InstanceRef, JudgedFinding, Scope, Severity
from ingest.model.picture import GraphNode, NodeState, ObjectRow, ObjectState, ReferenceGraph, SubjectPictures
from ingest.model.verdict import Completeness, CompletenessState, MissingObject, Outcome
from ingest.reports.content import build_submission_report
from ingest.reports.inputs import ArrivedSeries, SubmissionReportInput
from ingest.reports.letters import letter_of
from ingest.reports.mail import compose
from ingest.reports.plain_text import clean, csv_cell
from ingest.reports.render import render_html, render_json, render_text
from ingest.reports.sample_pictures import sample_pictures
from ingest.reports.samples import sample_awaiting, sample_submissions
from tests.property.reports.hostile import EMAIL_TAGS, HEADERS, hostile, skeleton

SAMPLE = sample_submissions()["awaiting"]


def source_of(words: str) -> SubmissionReportInput:
    """A report in which every text that could come from data is `words`."""
    finding = Finding("REF110", "123-1001", words, words, {}, 1, (InstanceRef(1, words, 1, None),))
    judged = JudgedFinding(finding, Severity.BLOCK, Scope.SUBJECT, Effect.HOLD, words, words)
    missing = (MissingObject(words, words, words),)
    subject = sample_awaiting("123-1002")
    verdict = replace(
        subject.verdict,
        label=words,
        subject_id=words or None,
        outcome=Outcome.HELD,
        completeness=Completeness(CompletenessState.AWAITING, missing),
        findings=(judged,),
    )
    pictures = SubjectPictures(
        graph=ReferenceGraph((GraphNode("a", words, words, NodeState.PRESENT, 1),)),
        strips=tuple(replace(strip, title=words) for strip in sample_pictures().strips),
        objects=(ObjectRow(words, words, words, words, ObjectState.AWAITED, words),),
    )
    subject = replace(
        subject,
        verdict=verdict,
        arrived=(ArrivedSeries(words, words, 1, 1, system=words),),
        near_miss=words,
        pictures=pictures,
        held_objects=(words,),
        resolved=(words,),
    )
    return replace(
        SAMPLE,
        site_name=words,
        site_number=words,
        trial_name=words,
        trial_title=words,
        program_version=words,
        contact=words,
        subjects=(subject,),
        verdict=replace(SAMPLE.verdict, subjects=(verdict,), findings=(judged,), outcome=Outcome.HELD),
        package=replace(SAMPLE.package, display_name=words, kinds={words: 1}),
        coverage=replace(SAMPLE.coverage, not_checked={words: 1}),
    )


PLAIN = skeleton(render_html(build_submission_report(source_of("word"))))


@settings(max_examples=120, deadline=None)
@given(hostile)
def test_hostile_words_add_no_markup_to_a_page(words: str) -> None:
    page = skeleton(render_html(build_submission_report(source_of(words))))
    assert page.tags <= PLAIN.tags | {"a", "dd", "dt"}
    assert page.attributes <= PLAIN.attributes | {"href"}
    assert all(target.startswith(("#", "mailto:")) for target in page.targets)


@settings(max_examples=120, deadline=None)
@given(hostile)
def test_no_hidden_character_reaches_any_output(words: str) -> None:
    made = build_submission_report(source_of(words))
    data = json.dumps(json.loads(render_json(made)), ensure_ascii=False)
    for output in (render_html(made), render_text(made), data):
        hidden = {char for char in output if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
        assert hidden <= {"\n"}


@settings(max_examples=80, deadline=None)
@given(hostile)
def test_hostile_words_add_no_header_to_an_email(words: str) -> None:
    letter = letter_of(build_submission_report(source_of(words)), "key", ("a@example.org",))
    message = compose(letter, "sender@example.org")
    assert set(message.keys()) == HEADERS
    assert str(message["To"]) == "a@example.org"
    assert skeleton(letter.html).tags <= EMAIL_TAGS


@given(st.text())
@example("0\r\x1b 0")
def test_clean_text_is_one_visible_line_and_stays_so(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp") for char in once)


@given(st.one_of(st.text(), st.text().map(lambda text: f"={text}")))
def test_a_cell_never_begins_as_a_formula(text: str) -> None:
    cell = csv_cell(text)
    assert not re.match(r"[=+\-@\t\r\n]", unicodedata.normalize("NFKC", cell[:1]))
