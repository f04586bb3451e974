"""The reference graph: who refers to whom, CT–RTSTRUCT–RTPLAN–RTDOSE–REG, the broken link marked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from ingest.model.picture import GraphLink, GraphNode, LinkState, NodeState, ReferenceGraph
from ingest.reports.pictures.svg import (
    Picture,
    cross,
    drawing,
    element,
    label,
    path,
    sentences,
    shorten,
)
from ingest.reports.plain_text import counted
from ingest.reports.texts import load_texts

# What stands on which row, top first: images, what is drawn on them, the plan, what comes of the plan.
_ROWS = {
    "planning-ct": 0,
    "mr": 0,
    "pet": 0,
    "image-guidance": 0,
    "rtstruct": 1,
    "reg": 1,
    "rtplan": 2,
    "rtdose": 3,
    "rtrecord": 3,
    "rtimage": 3,
}
TITLE = "How the files refer to each other"

#: At most so many nodes stand in one row; the rest are counted.
MOST_IN_ROW = 4

_WIDTH, _HEIGHT = 172.0, 52.0
_GAP_X, _GAP_Y, _MARGIN = 56.0, 62.0, 10.0
# Free at the left for words on the first column's lines; how far from a middle slanting lines end.
_LEFT, _ASIDE = 26.0, 52.0
_BROKEN = (LinkState.MISSING, LinkState.CONTRADICTED)
_STATE_WORDS = {NodeState.ABSENT: "not here", NodeState.HELD: "arrived, held"}


@dataclass(frozen=True, slots=True)
class _Box:
    x: float
    y: float
    row: int

    @property
    def middle(self) -> float:
        return self.x + _WIDTH / 2


def draw_graph(graph: ReferenceGraph, key: str) -> Picture | None:
    """Return the picture of a reference graph, None where there is nothing to draw."""
    if not graph.nodes:
        return None
    rows = _rows(graph)
    boxes = _place(rows)
    shown = {node.key: node for row in rows for node in row}
    links = [link for link in graph.links if link.source in boxes and link.target in boxes]
    width = max(box.x for box in boxes.values()) + _WIDTH + _MARGIN
    height = max(box.y for box in boxes.values()) + _HEIGHT + _MARGIN
    left_out = len(graph.nodes) - len(shown)
    description = _describe(graph, left_out)
    parts = [
        *(_draw_line(boxes[link.source], boxes[link.target], link) for link in links),
        *(_draw_node(node, boxes[node.key]) for node in shown.values()),
        *(_draw_mark(boxes[link.source], boxes[link.target], link) for link in links),
    ]
    svg = drawing(key, width, height, TITLE, description, *parts)
    return Picture(svg, TITLE, _caption(graph, left_out), description)


def _rows(graph: ReferenceGraph) -> list[list[GraphNode]]:
    """Return the nodes row by row; where a row is too long, nodes with a broken link stay."""
    troubled = {end for link in graph.links if link.state in _BROKEN for end in (link.source, link.target)}
    rows: dict[int, list[GraphNode]] = {}
    for node in graph.nodes:
        rows.setdefault(_ROWS.get(node.kind, 4), []).append(node)
    order = list(_ROWS)
    kept = []
    for number in sorted(rows):
        first = sorted(rows[number], key=lambda node: node.key not in troubled)[:MOST_IN_ROW]
        kept.append(sorted(first, key=lambda node: order.index(node.kind) if node.kind in order else 99))
    return kept


def _place(rows: Sequence[Sequence[GraphNode]]) -> Mapping[str, _Box]:
    return {
        node.key: _Box(_LEFT + column * (_WIDTH + _GAP_X), _MARGIN + number * (_HEIGHT + _GAP_Y), number)
        for number, row in enumerate(rows)
        for column, node in enumerate(row)
    }


def _draw_node(node: GraphNode, box: _Box) -> Markup:
    frame = element(
        "rect", x=box.x, y=box.y, width=_WIDTH, height=_HEIGHT, rx=8, class_=f"node node-{node.state.value}"
    )
    inner = element(
        "rect", x=box.x + 4, y=box.y + 4, width=_WIDTH - 8, height=_HEIGHT - 8, rx=5, class_="node-inner"
    )
    return element(
        "g",
        frame,
        *([inner] if node.state is NodeState.HELD else []),
        label(box.middle, box.y + 22, shorten(node.title, 20), "node-title", "middle"),
        label(box.middle, box.y + 41, _amount(node), "node-amount", "middle"),
    )


def _amount(node: GraphNode) -> str:
    words = load_texts().object_words(node.kind)
    if node.state in _STATE_WORDS:
        return _STATE_WORDS[node.state]
    if node.expected is not None and node.found < node.expected:
        return f"{node.found:,} of {counted(node.expected, words.one, words.many)}"
    return counted(node.found, words.one, words.many)


def _draw_line(source: _Box, target: _Box, link: GraphLink) -> Markup:
    style = {LinkState.RESOLVED: "link", LinkState.NOT_VERIFIABLE: "link link-unknown"}.get(
        link.state, "link link-broken"
    )
    return element("path", d=_curve(source, target), class_=style)


def _curve(source: _Box, target: _Box) -> str:
    """Return the line from the source's edge to the target's; past another row it bows to the side."""
    if source.row == target.row:
        start, end = (source.x, target.x + _WIDTH) if source.x > target.x else (source.x + _WIDTH, target.x)
        y = source.y + _HEIGHT / 2
        return path(("M", start, y), ("L", end, y))
    if abs(source.row - target.row) == 1:
        x1, y1, x2, y2 = _ends(source, target)
        return path(("M", x1, y1), ("L", x2, y2))
    is_upward = source.row > target.row
    y1 = source.y if is_upward else source.y + _HEIGHT
    y2 = target.y + _HEIGHT if is_upward else target.y
    # The gap right of both boxes is free of other boxes.
    x1, x2 = source.middle + _ASIDE, target.middle + _ASIDE
    bow = max(source.x, target.x) + _WIDTH + _GAP_X * 0.45
    return path(("M", x1, y1), ("C", bow, y1 - 20, bow, y2 + 20, x2, y2))


def _ends(source: _Box, target: _Box) -> tuple[float, float, float, float]:
    """Return where a line between neighbouring rows begins and ends: slanting ones keep off the middles."""
    is_upward = source.row > target.row
    y1 = source.y if is_upward else source.y + _HEIGHT
    y2 = target.y + _HEIGHT if is_upward else target.y
    aside = 0.0 if source.x == target.x else _ASIDE if source.x > target.x else -_ASIDE
    return (source.middle - aside, y1, target.middle + aside, y2)


def _draw_mark(source: _Box, target: _Box, link: GraphLink) -> Markup:
    """Return the words on a line, and its cross where it is broken."""
    x, y, anchor = _mark_place(source, target)
    is_broken = link.state in _BROKEN
    lines = [f"{link.label} ?" if link.state is LinkState.NOT_VERIFIABLE else link.label]
    if is_broken and 0 < link.resolved < link.total:
        lines.append(f"{link.resolved:,} of {link.total:,}")
    away = (14 if is_broken else 8) * (-1 if anchor == "end" else 1)
    top = y + 5 - 8 * (len(lines) - 1)
    class_ = "link-label link-label-broken" if is_broken else "link-label"
    words = [label(x + away, top + 16 * n, line, class_, anchor) for n, line in enumerate(lines)]
    return element("g", *([cross(x, y)] if is_broken else []), *words)


def _mark_place(source: _Box, target: _Box) -> tuple[float, float, str]:
    """Return where the words of a line stand, and which of their ends is there."""
    if source.row == target.row:
        left = min(source.x, target.x) + _WIDTH
        return (left + _GAP_X / 2 - 8, source.y + _HEIGHT / 2 - 14, "start")
    if abs(source.row - target.row) > 1:
        bow = max(source.x, target.x) + _WIDTH + _GAP_X * 0.3
        return (bow, (source.y + target.y + _HEIGHT) / 2, "start")
    x1, y1, x2, y2 = _ends(source, target)
    if x1 == x2:
        return (x1, (y1 + y2) / 2, "end" if source.x == _LEFT else "start")
    # Near the source, on the outer side: the middle belongs to the upright lines.
    return (x1 + 0.3 * (x2 - x1), y1 + 0.3 * (y2 - y1) - 7, "start" if x1 > x2 else "end")


def _caption(graph: ReferenceGraph, left_out: int) -> str:
    broken = sum(link.state in _BROKEN for link in graph.links)
    said = (
        f"{counted(broken, 'link is', 'links are')} broken"
        if broken
        else "Every link that can be checked holds"
    )
    return sentences([said, f"{counted(left_out, 'more object')} not drawn" if left_out else ""])


def _describe(graph: ReferenceGraph, left_out: int) -> str:
    titles = {node.key: node.title for node in graph.nodes}
    said = [f"{node.title}: {_amount(node)}" for node in graph.nodes[:40]]
    for link in graph.links[:60]:
        source, target = titles.get(link.source, "An object"), titles.get(link.target, "another object")
        said.append(f"{source} {link.label} {target}: {_link_words(link)}")
    return sentences([*said, f"{left_out} more not drawn" if left_out else ""])


def _link_words(link: GraphLink) -> str:
    words = {
        LinkState.RESOLVED: "the link holds",
        LinkState.MISSING: "the link is broken, what it names is not here",
        LinkState.CONTRADICTED: "the link is broken, what it names does not fit",
        LinkState.NOT_VERIFIABLE: "the link cannot be checked",
    }[link.state]
    return f"{words} ({link.resolved:,} of {link.total:,})" if link.total > 1 else words
