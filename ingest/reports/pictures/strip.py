"""The slice strip: a series along its normal, with the gap marked."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby

from markupsafe import Markup

from ingest.model.picture import SliceMark, SliceState, SliceStrip
from ingest.reports.pictures.svg import Picture, drawing, element, hatching, label, path, sentences
from ingest.reports.plain_text import counted

_LEFT, _RIGHT, _TOP, _DEEP = 8.0, 412.0, 30.0, 40.0
_WIDTH = 420.0  # as wide as the other pictures: on a phone no gap lies out of sight
_FREE = 92.0  # kept free at the right for images whose place is not known
#: Single slices are drawn up to this many; more run together in one block.
_MOST_TICKS = 150
_FEW_GAPS = 4


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring slices of one state; mm from the first slice."""

    state: SliceState
    start: float
    end: float
    count: int


def draw_strip(strip: SliceStrip, key: str) -> Picture | None:
    """Return the picture of one series, None where no slice has a place."""
    if not strip.marks:
        return None
    step = strip.spacing or 1.0
    runs = _runs(strip.marks, step)
    scale = _Scale(strip, step)
    caption, description = _caption(strip, runs), _describe(strip, runs)
    height = _TOP + _DEEP + 46
    parts = [
        hatching(key),
        *(_draw_run(run, scale, key) for run in runs),
        *_ticks(strip.marks, scale, step),
        *_gap_labels(runs, scale),
        *_unplaced(strip, key),
        *_structures(strip, scale),
        *_axis(strip, scale),
    ]
    title = f"{strip.title}: where its slices lie"
    return Picture(drawing(key, _WIDTH, height, title, description, *parts), title, caption, description)


class _Scale:
    """mm along the normal → place in the picture."""

    def __init__(self, strip: SliceStrip, step: float) -> None:
        positions = [mark.position for mark in strip.marks]
        self._low, high = min(positions) - step / 2, max(positions) + step / 2
        self.right = _RIGHT - (_FREE if strip.unplaced else 0.0)
        self._factor = (self.right - _LEFT) / max(high - self._low, 1e-6)

    def at(self, position: float) -> float:
        """Return x, never outside the strip."""
        return min(max(_LEFT + (position - self._low) * self._factor, _LEFT), self.right)


def _runs(marks: tuple[SliceMark, ...], step: float) -> list[_Run]:
    runs = []
    for state, group in groupby(marks, lambda mark: mark.state):
        places = [mark.position for mark in group]
        runs.append(_Run(state, min(places) - step / 2, max(places) + step / 2, len(places)))
    return runs


def _draw_run(run: _Run, scale: _Scale, key: str) -> Markup:
    x1, x2 = scale.at(run.start), scale.at(run.end)
    is_missing = run.state is SliceState.MISSING
    return element(
        "rect",
        x=x1,
        y=_TOP - (5 if is_missing else 0),
        width=max(x2 - x1, 2.0),
        height=_DEEP + (10 if is_missing else 0),
        class_=f"slice slice-{run.state.value}",
        fill=f"url(#{key}-hatch)" if is_missing else None,
    )


def _ticks(marks: tuple[SliceMark, ...], scale: _Scale, step: float) -> list[Markup]:
    if len(marks) > _MOST_TICKS:
        return []
    edges = [scale.at(mark.position + step / 2) for mark in marks[:-1] if mark.state is SliceState.PRESENT]
    lines = path(*(command for x in edges for command in (("M", x, _TOP), ("L", x, _TOP + _DEEP))))
    return [element("path", d=lines, class_="slice-tick")] if edges else []


def _gap_labels(runs: list[_Run], scale: _Scale) -> list[Markup]:
    """Say how many are missing above each gap; where there are many gaps, the caption alone says it."""
    gaps = [run for run in runs if run.state is SliceState.MISSING]
    if not 0 < len(gaps) <= _FEW_GAPS:
        return []
    labels = []
    for gap in gaps:
        middle = (scale.at(gap.start) + scale.at(gap.end)) / 2
        x = min(max(middle, 50.0), scale.right - 50.0)
        labels.append(label(x, _TOP - 12, f"{gap.count} missing", "gap-label", "middle"))
    return labels


def _unplaced(strip: SliceStrip, key: str) -> list[Markup]:
    if not strip.unplaced:
        return []
    x = _RIGHT - _FREE + 14
    return [
        element(
            "rect",
            x=x,
            y=_TOP,
            width=_FREE - 14,
            height=_DEEP,
            class_="slice slice-missing",
            fill=f"url(#{key}-hatch)",
        ),
        label(_RIGHT, _TOP - 12, f"{strip.unplaced:,} not here", "gap-label", "end"),
    ]


def _structures(strip: SliceStrip, scale: _Scale) -> list[Markup]:
    """Return the bracket under the slices on which structures are drawn."""
    if strip.structures_from is None or strip.structures_to is None:
        return []
    x1, x2 = scale.at(strip.structures_from), scale.at(strip.structures_to)
    y = _TOP + _DEEP + 10
    bracket = path(("M", x1, y - 5), ("L", x1, y), ("L", x2, y), ("L", x2, y - 5))
    return [
        element("path", d=bracket, class_="bracket"),
        label(
            min(max((x1 + x2) / 2, 90.0), scale.right - 90.0),
            y + 15,
            "structures are drawn here",
            "axis-label",
            "middle",
        ),
    ]


def _axis(strip: SliceStrip, scale: _Scale) -> list[Markup]:
    y = _TOP + _DEEP + 40
    last = max(mark.position for mark in strip.marks)
    return [
        label(_LEFT, y, "first slice", "axis-label"),
        label(scale.right, y, f"{last:.0f} mm", "axis-label", "end"),
    ]


def _caption(strip: SliceStrip, runs: list[_Run]) -> str:
    missing = sum(run.count for run in runs if run.state is SliceState.MISSING) + strip.unplaced
    double = sum(run.count for run in runs if run.state is SliceState.DUPLICATE)
    here = counted(strip.present, "slice is here", "slices are here")
    if strip.expected:
        here = f"{strip.present:,} of {counted(strip.expected, 'slice is here', 'slices are here')}"
    said = [f"{here}; {missing:,} missing" if missing else f"{here}, without a gap"]
    if double:
        said.append(counted(double, "place holds two slices", "places hold two slices"))
    return sentences(said)


def _describe(strip: SliceStrip, runs: list[_Run]) -> str:
    said = [_caption(strip, runs)]
    if strip.spacing:
        said.append(f"Slices lie {strip.spacing:g} mm apart")
    for run in [run for run in runs if run.state is SliceState.MISSING][:20]:
        gap = counted(run.count, "slice is missing", "slices are missing")
        said.append(f"{gap} between {run.start:.0f} and {run.end:.0f} mm from the first slice")
    if strip.unplaced:
        said.append(f"{strip.unplaced:,} are referred to and not here; where they lie is not known")
    if strip.structures_from is not None and strip.structures_to is not None:
        said.append(f"Structures are drawn from {strip.structures_from:.0f} to {strip.structures_to:.0f} mm")
    return sentences(said)
