"""Every text and every picture from sample data, in one folder, for review by the trial's physicists."""

from __future__ import annotations

from pathlib import Path

from ingest.checks.codes import load_codes
from ingest.reports.chase import chase_csv
from ingest.reports.content import build_submission_report
from ingest.reports.letters import letter_of
from ingest.reports.mail import compose
from ingest.reports.morning import build_morning, morning_letter
from ingest.reports.page import render_page
from ingest.reports.pictures.subject import draw_subject
from ingest.reports.pictures.trend import draw_trend
from ingest.reports.ports import Letter
from ingest.reports.qa_samples import sample_morning, sample_site, sample_trial
from ingest.reports.render import render_html, render_json, render_text
from ingest.reports.sample_pictures import sample_pictures
from ingest.reports.samples import sample_submissions
from ingest.reports.site_render import render_site_html, render_site_json, render_site_text
from ingest.reports.site_report import SiteReport, build_site_report
from ingest.reports.texts import load_texts
from ingest.reports.trial_report import build_trial_report, overdue_csv, render_trial_html, render_trial_json

_SENDER = "hamlet-ingest@example.org"
_TO = ("radiographer@example.org",)


def write_preview(folder: Path) -> tuple[Path, ...]:
    """Write the preview; return what was written, `index.html` first. What lay there under its names goes."""
    pages: dict[str, str | bytes] = {}
    answers: list[tuple[str, str]] = []
    for name, source in sample_submissions().items():
        report = build_submission_report(source)
        answers.append((f"submission-{name}", report.headline))
        pages[f"submission-{name}.html"] = render_html(report)
        pages[f"submission-{name}.json"] = render_json(report)
        pages[f"submission-{name}.txt"] = render_text(report)
        pages[f"submission-{name}.eml"] = _bytes(letter_of(report, f"preview:{name}", _TO))
    site = build_site_report(sample_site())
    pages |= _manager_pages(site)
    pages["texts.html"] = render_page("texts.html.j2", texts=load_texts(), codes=load_codes().values())
    pages["pictures.html"] = render_page("pictures.html.j2", groups=_pictures(site))
    index = render_page("preview.html.j2", answers=answers)
    folder.mkdir(parents=True, exist_ok=True)
    return tuple(_write(folder / name, text) for name, text in {"index.html": index, **pages}.items())


def _manager_pages(site: SiteReport) -> dict[str, str | bytes]:
    trial = build_trial_report(sample_trial())
    morning = morning_letter(build_morning(sample_morning()), "preview:morning", _TO)
    return {
        "site.html": render_site_html(site),
        "site.json": render_site_json(site),
        "site.txt": render_site_text(site),
        "site-chase.csv": chase_csv(site),
        "trial.html": render_trial_html(trial),
        "trial.json": render_trial_json(trial),
        "trial-overdue.csv": overdue_csv(trial),
        "morning.txt": morning.text,
        "morning.html": morning.html,
        "morning.eml": _bytes(morning),
    }


def _pictures(site: SiteReport) -> list[tuple[str, list[object]]]:
    trend = draw_trend(site.months, site.trend, "trend")
    return [
        ("Everything in order", list(draw_subject(sample_pictures(), "whole"))),
        ("With gaps and broken links", list(draw_subject(sample_pictures(is_whole=False), "broken"))),
        ("A site's trend", [trend] if trend else []),
    ]


def _bytes(letter: Letter) -> bytes:
    return compose(letter, _SENDER).as_bytes()


def _write(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path
