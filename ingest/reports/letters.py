"""E-mails made of reports: a fixed subject with no more of a patient than the study ID, text and HTML."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ingest.model.route import ShareAddress
from ingest.reports.content import subjects_in_words
from ingest.reports.page import render_page
from ingest.reports.plain_text import clean
from ingest.reports.ports import Attachment, IndexEntry, Letter, Parcel
from ingest.reports.render import compose_text, render_html, render_json, wrap_lines
from ingest.reports.report import SubmissionReport, Tone

# Mail programs know no style sheets worth the name: the colours of report.css, written out.
_COLOURS = {
    Tone.COMPLETE: "#00643a",
    Tone.AWAITING: "#1c4f8a",
    Tone.FILED: "#3d5563",
    Tone.HELD: "#a5101f",
    Tone.REJECTED: "#6b1026",
}


@dataclass(frozen=True, slots=True)
class Band:
    """The answer at the head of an e-mail."""

    tone: Tone
    status: str
    headline: str


def letter_of(report: SubmissionReport, key: str, recipients: tuple[str, ...]) -> Letter:
    """Return the e-mail of a report; `key` is the outbox id."""
    known = subjects_in_words(report)
    subject = f"{report.trial_name}: report {report.submission_id}" + (f" on {known}" if known else "")
    band = Band(report.tone, report.status, report.headline)
    return make_letter(key, recipients, subject, band, compose_text(report), report.reported)


def make_letter(
    key: str,
    recipients: tuple[str, ...],
    subject: str,
    band: Band,
    text: str,
    date: datetime,
    attachments: tuple[Attachment, ...] = (),
) -> Letter:
    """Return an e-mail whose text begins with the band's headline."""
    line = clean(subject, 200)
    body = text.removeprefix(band.headline).strip()
    html = render_page(
        "email.html.j2",
        subject=line,
        colour=_COLOURS[band.tone],
        status=band.status,
        headline=band.headline,
        body=body,
    )
    return Letter(key, recipients, line, wrap_lines(text), html, date, attachments)


def parcel_of(
    report: SubmissionReport,
    share: ShareAddress,
    *,
    key: str,
    recipients: tuple[str, ...] = (),
    revision: int = 1,
    index: tuple[IndexEntry, ...] = (),
    notice_id: str = "",
    quality_page: str = "",
    is_unfinished: bool = False,
) -> Parcel:
    """Return a report rendered for every way back.

    index:         all reports of the share, this one included.
    is_unfinished: the upload never became whole; an uploader is told so, whatever its part was found to be.
    """
    return Parcel(
        submission_id=report.submission_id,
        share=share,
        outcome="unfinished" if is_unfinished else report.outcome,
        package_sha256=report.receipt.sha256,
        revision=revision,
        html=render_html(report),
        json=render_json(report),
        letter=letter_of(report, key, recipients),
        index=index or (index_entry(report),),
        trial_name=report.trial_name,
        site_name=report.site,
        notice_id=notice_id,
        quality_page=quality_page,
    )


def index_entry(report: SubmissionReport) -> IndexEntry:
    """Return a report's line in its share's index."""
    return IndexEntry(report.submission_id, report.received, report.headline, report.tone)
