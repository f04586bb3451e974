"""Reports for data managers: rates, chase list, what a site needs, what waits for a person."""

import csv
import io
import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from ingest.model.verdict import CompletenessState
from ingest.reports.chase import chase_csv
from ingest.reports.morning import build_morning, morning_letter
from ingest.reports.qa_inputs import AwaitedObject, SiteReportInput, SubjectRow
from ingest.reports.qa_samples import MADE, sample_morning, sample_site, sample_trial
from ingest.reports.report import Tone
from ingest.reports.site_render import render_site_html, render_site_json, render_site_text, site_letter
from ingest.reports.site_report import build_site_report
from ingest.reports.trial_report import build_trial_report, overdue_csv, render_trial_html, render_trial_json

SITE = build_site_report(sample_site())


def test_the_first_line_counts_what_is_complete_awaited_and_held() -> None:
    assert SITE.headline == (
        "Northfield Hospital: 18 of 24 patients are complete, 5 things are still awaited"
        " and data of 2 patients are held."
    )
    assert (SITE.tone, SITE.complete, SITE.awaiting, SITE.held) == (Tone.HELD, 18, 4, 2)


def test_first_time_right_counts_only_subjects_with_data() -> None:
    none_yet = SubjectRow("123-9999", sample_site().subjects[0].completeness)
    report = build_site_report(replace(sample_site(), subjects=(*sample_site().subjects, none_yet)))
    assert (report.right, report.first_time_all, report.nothing_yet) == (SITE.right, 24, 1)


def test_a_withdrawn_subject_is_not_chased() -> None:
    rows = tuple(replace(row, is_withdrawn=True) for row in sample_site().subjects)
    report = build_site_report(replace(sample_site(), subjects=rows))
    assert (report.chase, report.withdrawn, report.subjects) == ((), 24, 0)


def test_the_longest_awaited_comes_first() -> None:
    days = [line.days for line in SITE.chase]
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize(
    ("early", "late", "trend"),
    [
        (0, 10, "better than before"),
        (10, 0, "worse than before"),
        (10, 10, "about the same as before"),
    ],
)
def test_the_trend_compares_halves(early: int, late: int, trend: str) -> None:
    base = sample_site().subjects[0]
    rows = tuple(
        replace(
            base,
            subject_id=f"123-{number}",
            first_received=MADE - timedelta(days=200 if number < 10 else 10),
            is_first_time_right=number % 10 < (early if number < 10 else late),
        )
        for number in range(20)
    )
    assert build_site_report(replace(sample_site(), subjects=rows)).trend == trend


def test_few_submissions_make_no_trend() -> None:
    assert build_site_report(sample_site(4)).trend == "too few to tell a trend"


def test_a_site_without_data_has_no_rate() -> None:
    report = build_site_report(sample_site(0))
    assert (report.rate, report.median_days) == (None, None)
    assert report.headline == "Northfield Hospital: nothing has been received yet."
    assert "–" in render_site_html(report)
    assert "nothing received yet" in render_site_text(report)


def test_the_chase_list_is_a_spreadsheet_without_formulas() -> None:
    hostile = AwaitedObject("rtdose", "=1+1", "@SUM(A1)", date(2026, 1, 1))
    source: SiteReportInput = sample_site(1)
    source = replace(source, subjects=(replace(source.subjects[0], awaited=(hostile,)),))
    text = chase_csv(build_site_report(source))
    assert text.startswith("\ufeff")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert rows[0][0] == "site"
    assert rows[1][4:6] == ["'=1+1", "'@SUM(A1)"]


def test_every_subject_stands_in_the_matrix_with_words_not_only_colour() -> None:
    page = render_site_html(SITE)
    assert page.count('<td class="cell-awaited">awaited</td>') == 4
    assert all(row.subject_id in page for row in SITE.matrix)


def test_the_json_has_the_chase_list() -> None:
    data = json.loads(render_site_json(SITE))
    assert len(data["chase"]) == len(SITE.chase)
    assert data["schema"] == 1


def test_a_site_report_by_email_has_a_fixed_subject() -> None:
    assert site_letter(SITE, "k", ("a@example.org",)).subject == "Hamlet.rt: data quality of site 123"


def test_500_subjects_are_all_in_the_report() -> None:
    report = build_site_report(sample_site(500))
    assert all(
        (render_site_html(report), render_site_json(report), render_site_text(report), chase_csv(report))
    )


def test_sites_are_ranked_by_what_they_need() -> None:
    report = build_trial_report(sample_trial())
    assert [site.number for site in report.sites] == ["128", "126", "127", "125", "124", "123"]
    assert "has never sent anything" in next(site for site in report.sites if site.number == "127").needs[-1]
    assert report.sites[-1].needs == ()
    assert report.headline == "53 of 132 patients are complete; 5 sites need attention."


def test_the_trial_report_is_rendered_in_every_form() -> None:
    report = build_trial_report(sample_trial())
    assert "Sites, by what they need" in render_trial_html(report)
    assert len(json.loads(render_trial_json(report))["overdue"]) == 8
    assert overdue_csv(report).count("\r\n") == 9


def test_a_trial_without_an_enrolment_list_counts_what_it_has() -> None:
    source = sample_trial()
    sites = tuple(replace(site, enrolled=None) for site in source.sites)
    report = build_trial_report(replace(source, sites=sites))
    assert report.enrolled is None
    assert report.headline.startswith("53 of 89 patients are complete")


def test_the_morning_begins_with_what_needs_a_person() -> None:
    report = build_morning(sample_morning())
    assert report.headline == (
        "2 zips since the last e-mail; 1 submission is stuck, 2 held,"
        " 1 report could not be delivered and the disk is filling up."
    )
    assert [section.title for section in report.sections] == [
        "Stuck",
        "Held, waiting for a decision",
        "Uploads that do not finish",
        "Arrived",
        "Silent sites",
        "Machine",
    ]


def test_what_is_held_is_counted_by_age_and_the_oldest_comes_first() -> None:
    held = build_morning(sample_morning()).sections[1].lines
    assert held[0] == "By age: 1 since yesterday and 1 for more than a month"
    assert held[1] == "Nobody has taken 1 of them"
    assert held[2].startswith("S000311 unidentified-1")


def test_a_quiet_morning_says_so() -> None:
    quiet = build_morning(
        replace(sample_morning(), held=(), stuck=(), undelivered=0, free_bytes=10**12, total_bytes=2 * 10**12)
    )
    assert quiet.headline == "2 zips since the last e-mail; nothing waits for a person."
    assert quiet.tone is Tone.COMPLETE


def test_a_long_list_is_cut_and_counted() -> None:
    source = sample_morning()
    report = build_morning(replace(source, arrivals=source.arrivals * 50))
    arrived = next(section for section in report.sections if section.title == "Arrived")
    assert (len(arrived.lines), arrived.more) == (40, 60)


def test_the_morning_email_has_a_fixed_subject() -> None:
    letter = morning_letter(build_morning(sample_morning()), "morning:2026-11-23", ("team@example.org",))
    assert letter.subject == "Hamlet.rt: morning report of 23 November 2026"
    assert letter.text.startswith("2 zips since the last e-mail;")


def test_a_complete_patient_of_whom_more_is_held_counts_as_complete() -> None:
    source = sample_site(3)
    first, *others = source.subjects
    disputed = replace(first, completeness=CompletenessState.COMPLETE, held_since=source.made, awaited=())
    report = build_site_report(replace(source, subjects=(disputed, *others)))
    plain = sum(row.completeness is CompletenessState.COMPLETE for row in others)
    assert report.complete == plain + 1
    row = next(row for row in report.matrix if row.subject_id == disputed.subject_id)
    assert (row.tone, row.status) == (Tone.HELD, "Complete; more is held")
