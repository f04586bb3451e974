"""All pictures of one subject, in the order in which the report shows them."""

from __future__ import annotations

from ingest.model.picture import SliceState, SliceStrip, SubjectPictures
from ingest.reports.pictures.calendar import draw_calendar
from ingest.reports.pictures.graph import draw_graph
from ingest.reports.pictures.strip import draw_strip
from ingest.reports.pictures.svg import Picture

#: A subject may have forty scans of image guidance; a report draws the strips of so many series.
MOST_STRIPS = 6


def draw_subject(pictures: SubjectPictures, anchor: str) -> tuple[Picture, ...]:
    """Return a subject's pictures; `anchor` makes their ids unique on the page."""
    strips = sorted(pictures.strips, key=lambda strip: (strip.kind != "planning-ct", not _has_gap(strip)))
    drawn = [draw_graph(pictures.graph, f"{anchor}-graph")]
    if pictures.calendar is not None:
        drawn.append(draw_calendar(pictures.calendar, f"{anchor}-calendar"))
    drawn += [
        draw_strip(strip, f"{anchor}-strip-{number}") for number, strip in enumerate(strips[:MOST_STRIPS])
    ]
    return tuple(picture for picture in drawn if picture is not None)


def _has_gap(strip: SliceStrip) -> bool:
    return strip.unplaced > 0 or any(mark.state is SliceState.MISSING for mark in strip.marks)
