"""The data managers' pages, lists and e-mails, made of hostile words."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings

from ingest.model.finding import Severity
from ingest.reports.chase import chase_csv
from ingest.reports.mail import compose
from ingest.reports.morning import build_morning, morning_letter
from ingest.reports.ports import Attachment
from ingest.reports.qa_inputs import (
    ArrivalLine,
    AwaitedObject,
    FindingTally,
    HeldLine,
    MorningInput,
    OverdueLine,
    SilentSite,
    SiteReportInput,
    TrialReportInput,
    WaitingLine,
)
from ingest.reports.qa_samples import MADE, sample_morning, sample_site, sample_trial
from ingest.reports.site_render import render_site_html, render_site_json, render_site_text, site_letter
from ingest.reports.site_report import build_site_report
from ingest.reports.trial_report import (
    build_trial_report,
    overdue_csv,
    render_trial_html,
    render_trial_json,
    render_trial_text,
    trial_letter,
)
from tests.property.reports.hostile import EMAIL_TAGS, HEADERS, hostile, skeleton

LONG_AGO = MADE - timedelta(days=400)


def site_of(words: str) -> SiteReportInput:
    """A site's report in which every text is `words`."""
    row = replace(
        sample_site(1).subjects[0],
        subject_id=words,
        held_since=LONG_AGO,
        awaited=(AwaitedObject(words, words, words, date(2026, 1, 1)),),
    )
    return replace(
        sample_site(1),
        site_number=words,
        site_name=words,
        objects=((words, words), ("rtplan", words)),
        subjects=(row,),
        findings=(FindingTally(words, Severity.BLOCK, words, words, 1, 1, MADE),),
        held=(HeldLine(words, words, words, LONG_AGO, (words,), words),),
        trial_name=words,
        trial_title=words,
        program_version=words,
        contact=words,
    )


def trial_of(words: str) -> TrialReportInput:
    """A trial report in which every text is `words`."""
    source = sample_trial(2)
    return replace(
        source,
        trial_name=words,
        trial_title=words,
        program_version=words,
        sites=tuple(replace(site, name=words, number=words) for site in source.sites),
        overdue=(OverdueLine(words, words, words, date(2026, 1, 1)),),
    )


def morning_of(words: str) -> MorningInput:
    """A morning on which every text is `words`."""
    return replace(
        sample_morning(),
        trial_name=words,
        arrivals=(ArrivalLine(words, words, None, words),),
        held=(HeldLine(words, words, words, LONG_AGO, (words,), words),),
        stuck=(WaitingLine(words, words, LONG_AGO),),
        unfinished=(WaitingLine(words, words, LONG_AGO),),
        silent_sites=(SilentSite(words, words, None),),
    )


PLAIN = skeleton(render_site_html(build_site_report(site_of("word"))))
PLAIN_TRIAL = skeleton(render_trial_html(build_trial_report(trial_of("word"))))


@settings(max_examples=80, deadline=None)
@given(hostile)
def test_hostile_words_add_no_markup_to_the_managers_pages(words: str) -> None:
    site = skeleton(render_site_html(build_site_report(site_of(words))))
    trial = skeleton(render_trial_html(build_trial_report(trial_of(words))))
    assert site.tags <= PLAIN.tags | {"a"}
    assert site.attributes <= PLAIN.attributes | {"href"}
    assert trial.tags <= PLAIN_TRIAL.tags
    assert trial.attributes <= PLAIN_TRIAL.attributes
    assert all(target.startswith(("#", "mailto:")) for target in (*site.targets, *trial.targets))
    assert not any(re.match(r"mailto:.*[?&\s\"'<>]", target) for target in site.targets)


@settings(max_examples=80, deadline=None)
@given(hostile)
def test_no_hidden_character_reaches_the_managers(words: str) -> None:
    site, trial = build_site_report(site_of(words)), build_trial_report(trial_of(words))
    letter = morning_letter(build_morning(morning_of(words)), "key", ("a@example.org",))
    outputs = (
        render_site_html(site),
        render_site_text(site),
        json.dumps(json.loads(render_site_json(site)), ensure_ascii=False),
        render_trial_html(trial),
        render_trial_text(trial),
        json.dumps(json.loads(render_trial_json(trial)), ensure_ascii=False),
        letter.text,
        letter.html,
    )
    for output in outputs:
        hidden = {char for char in output if unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp")}
        assert hidden <= {"\n"}


@settings(max_examples=80, deadline=None)
@given(hostile)
def test_no_cell_of_a_list_begins_as_a_formula(words: str) -> None:
    lists = (
        chase_csv(build_site_report(site_of(words))),
        overdue_csv(build_trial_report(trial_of(words))),
    )
    for text in lists:
        header, row = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
        assert len(header) == len(row)
        assert not any(re.match(r"[=+\-@\t\r\n]", unicodedata.normalize("NFKC", cell[:1])) for cell in row)


@settings(max_examples=60, deadline=None)
@given(hostile)
def test_hostile_words_add_no_header_to_the_managers_emails(words: str) -> None:
    attached = (Attachment("chase-list.csv", "text/csv", b"x"),)
    letters = (
        site_letter(build_site_report(site_of(words)), "key", ("a@example.org",), attached),
        trial_letter(build_trial_report(trial_of(words)), "key", ("a@example.org",), attached),
        morning_letter(build_morning(morning_of(words)), "key", ("a@example.org",)),
    )
    for letter in letters:
        message = compose(letter, "sender@example.org")
        assert set(message.keys()) == HEADERS
        assert str(message["To"]) == "a@example.org"
        assert skeleton(letter.html).tags <= EMAIL_TAGS
