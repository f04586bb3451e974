"""First-time-right, month by month."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from ingest.reports.pictures.svg import Picture, drawing, element, hatching, label, sentences
from ingest.reports.site_report import MonthRate

TITLE = "Right the first time, month by month"

_STEP, _BAR, _TOP, _HIGH, _LEFT = 58.0, 34.0, 26.0, 120.0, 16.0


def draw_trend(months: Sequence[MonthRate], trend: str, key: str) -> Picture | None:
    """Return bars of patients by month, the part that was right at once filled; None of a single month."""
    if len(months) < 2:
        return None
    most = max(item.total for item in months)
    width = _LEFT * 2 + _STEP * max(len(months), 6)
    bars = [part for place, item in enumerate(months) for part in _bar(place, item, most, key)]
    caption = sentences([f"{sum(m.right for m in months)} of {sum(m.total for m in months)}, {trend}"])
    words = [f"{item.month:%B %Y}: {item.right} of {item.total}" for item in months]
    description = sentences([caption, *words])
    base = element("path", d=f"M{_LEFT} {_TOP + _HIGH} H{width - _LEFT}", class_="link")
    legend = _legend(_TOP + _HIGH + 52, key)
    svg = drawing(key, width, _TOP + _HIGH + 66, TITLE, description, hatching(key), *bars, base, *legend)
    return Picture(svg, TITLE, caption, description)


def _bar(place: int, item: MonthRate, most: int, key: str) -> list[Markup]:
    x = _LEFT + place * _STEP + (_STEP - _BAR) / 2
    whole, right = _HIGH * item.total / most, _HIGH * item.right / most
    foot = _TOP + _HIGH
    return [
        element(
            "rect",
            x=x,
            y=foot - whole,
            width=_BAR,
            height=whole,
            class_="slice slice-missing",
            fill=f"url(#{key}-hatch)",
        ),
        element("rect", x=x, y=foot - right, width=_BAR, height=right, class_="slice-present"),
        label(x + _BAR / 2, foot - whole - 7, f"{item.right}/{item.total}", "axis-label", "middle"),
        label(x + _BAR / 2, foot + 18, f"{item.month:%b %y}", "axis-label", "middle"),
    ]


def _legend(y: float, key: str) -> list[Markup]:
    return [
        element("rect", x=_LEFT, y=y - 12, width=16, height=14, class_="slice-present"),
        label(_LEFT + 24, y, "accepted as it came", "axis-label"),
        element(
            "rect",
            x=_LEFT + 170,
            y=y - 12,
            width=16,
            height=14,
            class_="slice slice-missing",
            fill=f"url(#{key}-hatch)",
        ),
        label(_LEFT + 194, y, "held or sent again", "axis-label"),
    ]
