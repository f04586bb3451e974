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
    hatching,
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

_WIDTH, _HEIGHT = 164.0, 52.0
_GAP_X, _GAP_Y, _MARGIN = 56.0, 58.0, 10.0
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
        hatching(key),
        *(_draw_line(boxes[link.source], boxes[link.target], link) for link in links),
        *(_draw_node(node, boxes[node.key], key) for node in shown.values()),
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
        node.key: _Box(_MARGIN + column * (_WIDTH + _GAP_X), _MARGIN + number * (_HEIGHT + _GAP_Y), number)
        for number, row in enumerate(rows)
        for column, node in enumerate(row)
    }


def _draw_node(node: GraphNode, box: _Box, key: str) -> Markup:
    fill = f"url(#{key}-hatch)" if node.state is NodeState.ABSENT else None
    frame = element(
        "rect",
        x=box.x,
        y=box.y,
        width=_WIDTH,
        height=_HEIGHT,
        rx=8,
        class_=f"node node-{node.state.value}",
        fill=fill,
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
    is_upward = source.row > target.row
    y1 = source.y if is_upward else source.y + _HEIGHT
    y2 = target.y + _HEIGHT if is_upward else target.y
    if abs(source.row - target.row) == 1:
        return path(
            ("M", source.middle, y1),
            ("C", source.middle, (y1 + y2) / 2, target.middle, (y1 + y2) / 2, target.middle, y2),
        )
    # The gap right of both boxes is free of other boxes.
    x1, x2 = source.middle + _WIDTH * 0.3, target.middle + _WIDTH * 0.3
    bow = max(source.x, target.x) + _WIDTH + _GAP_X * 0.45
    return path(("M", x1, y1), ("C", bow, y1 - 20, bow, y2 + 20, x2, y2))


def _draw_mark(source: _Box, target: _Box, link: GraphLink) -> Markup:
    """Return the words on a line, and its cross where it is broken."""
    x, y = _middle(source, target)
    text = link.label
    if link.state in _BROKEN and 0 < link.resolved < link.total:
        text = f"{text}: {link.resolved:,} of {link.total:,}"
    elif link.state is LinkState.NOT_VERIFIABLE:
        text = f"{text} ?"
    if link.state not in _BROKEN:
        return label(x + 8, y + 5, text, "link-label")
    return element("g", cross(x, y), label(x + 14, y + 5, text, "link-label link-label-broken"))


def _middle(source: _Box, target: _Box) -> tuple[float, float]:
    if source.row == target.row:
        left = min(source.x, target.x) + _WIDTH
        return (left + _GAP_X / 2 - 8, source.y + _HEIGHT / 2 - 14)
    if abs(source.row - target.row) == 1:
        return ((source.middle + target.middle) / 2, (source.y + target.y + _HEIGHT) / 2)
    bow = max(source.x, target.x) + _WIDTH + _GAP_X * 0.3
    return (bow, (source.y + target.y + _HEIGHT) / 2)


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
