"""The fraction calendar: planned, delivered, imaged. It shows weeks and weekdays, never a date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from markupsafe import Markup

from ingest.model.picture import FractionCalendar, FractionDay
from ingest.reports.pictures.svg import Picture, drawing, element, hatching, label, sentences
from ingest.reports.plain_text import counted

_CELL_W, _CELL_H, _SIDE, _HEAD = 56.0, 40.0, 74.0, 26.0
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
TITLE = "Fractions, week by week"

#: At most so many weeks are drawn.
MOST_WEEKS = 30


@dataclass(frozen=True, slots=True)
class _Cell:
    """One day: `row` among the weeks that are drawn, `week` from 1 since the first day."""

    row: int
    week: int
    weekday: int
    day: FractionDay


def draw_calendar(calendar: FractionCalendar, key: str) -> Picture | None:
    """Return the picture of a course, None where no day is known."""
    cells, left_out = _cells(calendar)
    if not cells:
        return None
    rows = max(cell.row for cell in cells) + 1
    columns = 7 if any(cell.weekday > 4 for cell in cells) else 5
    width, height = _SIDE + columns * _CELL_W + 8, _HEAD + rows * _CELL_H + 74
    caption = _caption(calendar, left_out)
    description = sentences([caption, *(_cell_words(cell) for cell in cells)])
    parts = [
        hatching(key),
        *(
            label(_SIDE + (index + 0.5) * _CELL_W, 17, _WEEKDAYS[index], "axis-label", "middle")
            for index in range(columns)
        ),
        *_week_names(cells),
        *_grid(rows, columns),
        *(_draw_day(cell) for cell in cells),
        *_legend(_HEAD + rows * _CELL_H + 24),
    ]
    svg = drawing(key, width, height, TITLE, description, *parts)
    return Picture(svg, TITLE, caption, description)


def _cells(calendar: FractionCalendar) -> tuple[list[_Cell], int]:
    days = [(found, day) for day in calendar.days if (found := _read(day.date))]
    days.sort(key=lambda pair: pair[0])
    if not days:
        return [], 0
    monday = days[0][0] - timedelta(days=days[0][0].weekday())
    weeks = sorted({(found - monday).days // 7 for found, _ in days})
    rows = {week: row for row, week in enumerate(weeks[:MOST_WEEKS])}
    cells = [
        _Cell(rows[week], week + 1, found.weekday(), day)
        for found, day in days
        if (week := (found - monday).days // 7) in rows
    ]
    return cells, len(days) - len(cells)


def _read(text: str) -> date | None:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def _week_names(cells: list[_Cell]) -> list[Markup]:
    names = {cell.row: cell.week for cell in cells}
    return [
        label(4, _HEAD + (row + 0.5) * _CELL_H + 5, f"Week {week}", "axis-label")
        for row, week in names.items()
    ]


def _grid(rows: int, columns: int) -> list[Markup]:
    return [
        element(
            "rect",
            x=_SIDE + x * _CELL_W,
            y=_HEAD + y * _CELL_H,
            width=_CELL_W,
            height=_CELL_H,
            class_="day-cell",
        )
        for y in range(rows)
        for x in range(columns)
    ]


def _draw_day(cell: _Cell) -> Markup:
    x, y = _SIDE + cell.weekday * _CELL_W, _HEAD + cell.row * _CELL_H
    day, parts = cell.day, []
    if day.is_delivered:
        parts.append(_delivered(x + 18, y + 21))
    if day.images:
        parts.append(_imaged(x + 39, y + 21, is_registered=day.registered >= day.images))
    if day.fraction is not None:
        parts.append(label(x + 18, y + 25, str(day.fraction), "fraction-number", "middle"))
    return element("g", *parts)


def _delivered(x: float, y: float) -> Markup:
    return element("rect", x=x - 12, y=y - 11, width=24, height=22, rx=4, class_="day-delivered")


def _imaged(x: float, y: float, *, is_registered: bool) -> Markup:
    return element("circle", cx=x, cy=y, r=7, class_="day-imaged" if is_registered else "day-unregistered")


def _legend(y: float) -> list[Markup]:
    return [
        _delivered(18, y - 5),
        label(38, y, "delivered, with its fraction number", "axis-label"),
        _imaged(18, y + 17, is_registered=True),
        label(38, y + 22, "imaged", "axis-label"),
        _imaged(118, y + 17, is_registered=False),
        label(136, y + 22, "imaged, no registration", "axis-label"),
    ]


def _caption(calendar: FractionCalendar, left_out: int) -> str:
    planned = "planned fractions are not known" if calendar.planned is None else f"{calendar.planned} planned"
    said = f"{planned}, {calendar.delivered} delivered, imaged on {counted(calendar.imaged, 'day')}"
    return sentences(
        [said[:1].upper() + said[1:], f"{counted(left_out, 'later day')} not drawn" if left_out else ""]
    )


def _cell_words(cell: _Cell) -> str:
    day = cell.day
    what = []
    if day.is_delivered:
        what.append("fraction delivered" if day.fraction is None else f"fraction {day.fraction} delivered")
    if day.images:
        what.append("imaged" if day.registered >= day.images else "imaged without registration")
    return f"Week {cell.week}, {_WEEKDAYS[cell.weekday]}: {' and '.join(what) or 'nothing'}"
