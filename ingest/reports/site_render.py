"""A site's QA report as HTML, JSON and plain text; the chase list as CSV is in `ingest.reports.chase`."""

from __future__ import annotations

import json

from ingest.model.picture import ObjectState
from ingest.model.wire import to_wire
from ingest.reports.letters import Band, make_letter
from ingest.reports.page import render_page, render_plain
from ingest.reports.pictures.trend import draw_trend
from ingest.reports.ports import Attachment, Letter
from ingest.reports.render import SCHEMA_VERSION, wrap_lines
from ingest.reports.site_report import SiteReport

CELL_WORDS = {
    ObjectState.PRESENT: "yes",
    ObjectState.AWAITED: "awaited",
    ObjectState.WAIVED: "waived",
    ObjectState.OPTIONAL: "–",
    ObjectState.HELD: "held",
    ObjectState.NOT_VERIFIABLE: "?",
}


def render_site_html(report: SiteReport) -> str:
    """Return the report as one self-contained page."""
    trend = draw_trend(report.months, report.trend, "trend")
    return render_page("site.html.j2", report=report, trend=trend, words=CELL_WORDS)


def render_site_text(report: SiteReport) -> str:
    """Return the report as plain text, without the matrix."""
    return wrap_lines(render_plain("site.txt.j2", report=report))


def render_site_json(report: SiteReport) -> str:
    """Return everything of the report as JSON."""
    return json.dumps({"schema": SCHEMA_VERSION, **to_wire(report)}, ensure_ascii=False, indent=1) + "\n"


def site_letter(
    report: SiteReport, key: str, recipients: tuple[str, ...], attachments: tuple[Attachment, ...] = ()
) -> Letter:
    """Return the report as an e-mail; `key` is the outbox id."""
    band = Band(report.tone, "Data quality", report.headline)
    text = render_plain("site.txt.j2", report=report)
    subject = f"{report.trial_name}: data quality of site {report.site_number}"
    return make_letter(key, recipients, subject, band, text, report.made, attachments)
