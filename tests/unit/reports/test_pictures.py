"""Pictures: what is broken or missing is drawn, said in the alternative text, and not by colour alone."""

from dataclasses import replace
from xml.etree import ElementTree

from ingest.model.picture import (
    FractionCalendar,
    FractionDay,
    GraphNode,
    NodeState,
    ReferenceGraph,
    SliceMark,
    SliceState,
    SliceStrip,
)
from ingest.reports.pictures.calendar import draw_calendar
from ingest.reports.pictures.graph import MOST_IN_ROW, draw_graph
from ingest.reports.pictures.strip import draw_strip
from ingest.reports.sample_pictures import sample_pictures

WHOLE, BROKEN = sample_pictures(), sample_pictures(is_whole=False)


def test_a_broken_link_is_crossed_out_and_said() -> None:
    picture = draw_graph(BROKEN.graph, "g")
    assert picture is not None
    assert picture.svg.count('class="broken-cross"') == 2
    assert "2 links are broken." in picture.caption
    assert "Structure set drawn on Planning CT: the link is broken" in picture.description
    assert "(91 of 98)" in picture.description


def test_a_whole_graph_has_no_cross() -> None:
    picture = draw_graph(WHOLE.graph, "g")
    assert picture is not None
    assert "broken-cross" not in picture.svg


def test_a_crowded_row_keeps_what_is_broken_and_counts_the_rest() -> None:
    nodes = tuple(GraphNode(f"rtdose-{n}", "rtdose", f"Dose {n}", NodeState.PRESENT, 1) for n in range(30))
    picture = draw_graph(ReferenceGraph(nodes), "g")
    assert picture is not None
    assert picture.svg.count("<rect") == MOST_IN_ROW
    assert "26 more objects not drawn." in picture.caption


def test_the_gap_is_hatched_and_labelled() -> None:
    picture = draw_strip(BROKEN.strips[0], "s")
    assert picture is not None
    assert "7 missing" in picture.svg
    assert "url(#s-hatch)" in picture.svg
    assert picture.caption == "91 of 98 slices are here; 7 missing."
    assert "7 slices are missing between 178 and 200 mm" in picture.description


def test_slices_whose_place_is_not_known_are_shown_beside_the_strip() -> None:
    strip = SliceStrip("planning-ct", "CT", 1, None, (SliceMark(0.0, SliceState.PRESENT),), 1, 98, 97)
    picture = draw_strip(strip, "s")
    assert picture is not None
    assert "97 not here" in picture.svg


def test_a_strip_of_thousands_of_slices_stays_small() -> None:
    marks = tuple(SliceMark(n * 0.5, SliceState.PRESENT) for n in range(4000))
    picture = draw_strip(replace(WHOLE.strips[0], marks=marks, present=4000), "s")
    assert picture is not None
    assert len(picture.svg) < 3000


def test_the_calendar_shows_weeks_and_no_date() -> None:
    picture = draw_calendar(BROKEN.calendar, "c")  # type: ignore[arg-type]
    assert picture is not None
    assert picture.caption == "20 planned, 20 delivered, imaged on 16 days."
    assert "Week 1, Wed: fraction 1 delivered and imaged." in picture.description
    assert "imaged without registration" in picture.description
    assert "2026" not in picture.svg


def test_days_that_are_no_dates_are_left_out() -> None:
    days = (FractionDay("", 1, True), FractionDay("20261399", 2, True), FractionDay("garbage!", 3, True))
    assert draw_calendar(FractionCalendar(3, 3, 0, days), "c") is None


def test_every_picture_is_whole_xml_with_a_title_and_a_description() -> None:
    drawn = [
        draw_graph(BROKEN.graph, "a"),
        draw_strip(BROKEN.strips[0], "b"),
        draw_calendar(BROKEN.calendar, "c"),
    ]  # type: ignore[arg-type]
    for picture in drawn:
        assert picture is not None
        root = ElementTree.fromstring(str(picture.svg))
        names = [child.tag.rpartition("}")[2] for child in root]
        assert names[:2] == ["title", "desc"]
        assert root.get("role") == "img"


def test_nothing_known_is_nothing_drawn() -> None:
    assert draw_graph(ReferenceGraph(), "g") is None
    assert draw_strip(SliceStrip("planning-ct", "CT", 1, None, (), 0), "s") is None
