"""The index of a share's reports, newest first."""

from __future__ import annotations

from itertools import groupby

from ingest.reports.page import render_page
from ingest.reports.plain_text import clean
from ingest.reports.ports import IndexEntry, Parcel
from ingest.reports.texts import load_texts


def render_index(parcel: Parcel) -> str:
    """Return `index.html`: every report of the share with its answer, by month."""
    entries = sorted(parcel.index, key=lambda entry: (entry.received, entry.submission_id), reverse=True)
    statuses = load_texts().statuses
    months = [
        (month, [_line(entry, statuses[entry.tone.value].text) for entry in group])
        for month, group in groupby(entries, lambda entry: f"{entry.received:%B %Y}")
    ]
    return render_page(
        "index.html.j2",
        months=months,
        trial_name=clean(parcel.trial_name),
        site_name=clean(parcel.site_name),
        quality_page=parcel.quality_page,
    )


def _line(entry: IndexEntry, status: str) -> dict[str, object]:
    return {
        "submission_id": clean(entry.submission_id),
        "received": entry.received,
        "headline": clean(entry.headline),
        "tone": entry.tone,
        "status": status,
    }
