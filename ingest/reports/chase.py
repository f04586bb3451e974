"""Lists as CSV for a spreadsheet: cells are text, never formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from ingest.reports.plain_text import csv_cell
from ingest.reports.site_report import SiteReport


def chase_csv(report: SiteReport) -> str:
    """Return the chase list. Lines end in CR LF (RFC 4180); the byte order mark lets Excel read UTF-8."""
    header = ("site", "study_id", "object", "title", "expected", "found", "awaited_since", "days")
    rows = (
        (
            report.site_number,
            line.subject_id,
            line.object,
            line.title,
            line.expected,
            line.found,
            line.since,
            line.days,
        )
        for line in report.chase
    )
    return write_csv(header, rows)


def write_csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Return rows as CSV, every cell neutralised."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([csv_cell(cell) for cell in row] for row in rows)
    return "\ufeff" + text.getvalue()
