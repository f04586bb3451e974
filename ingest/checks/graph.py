"""The reference graph of a subject, for the report: objects as nodes, references as counted links."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from ingest.checks.index import SubjectIndex
from ingest.checks.kinds import IMAGE_KINDS
from ingest.checks.links import LinkCount, Links
from ingest.model.instance import InstanceFacts
from ingest.model.picture import (
    GraphLink,
    GraphNode,
    LinkState,
    NodeState,
    ObjectRow,
    ObjectState,
    ReferenceGraph,
)
from ingest.model.review import ObjectKind

#: Drawn as one node, however many there are.
_TOGETHER = frozenset({ObjectKind.IMAGE_GUIDANCE, ObjectKind.REG, ObjectKind.RTRECORD, ObjectKind.RTIMAGE})
_NOT_DRAWN = frozenset({ObjectKind.LOCALISER, ObjectKind.OTHER})
#: More than so many of a kind are drawn as one node.
_MOST_OF_A_KIND = 4

_TITLES = {
    ObjectKind.PLANNING_CT: "planning CT",
    ObjectKind.IMAGE_GUIDANCE: "image guidance",
    ObjectKind.RTSTRUCT: "RTSTRUCT",
    ObjectKind.RTPLAN: "RTPLAN",
    ObjectKind.RTDOSE: "RTDOSE",
    ObjectKind.REG: "REG",
    ObjectKind.RTRECORD: "RTRECORD",
    ObjectKind.RTIMAGE: "RTIMAGE",
    ObjectKind.MR: "MR",
    ObjectKind.PET: "PET",
}
_LABELS = {
    ObjectKind.RTDOSE: "calculated for",
    ObjectKind.RTPLAN: "planned on",
    ObjectKind.RTSTRUCT: "drawn on",
    ObjectKind.REG: "registers",
    ObjectKind.RTRECORD: "delivered",
    ObjectKind.RTIMAGE: "taken for",
}
_WORST_FIRST = (LinkState.CONTRADICTED, LinkState.MISSING, LinkState.NOT_VERIFIABLE, LinkState.RESOLVED)


@dataclass(slots=True)
class _Node:
    key: str
    kind: ObjectKind
    found: int = 0
    wanted: set[str] = field(default_factory=set)
    series_numbers: set[int | None] = field(default_factory=set)


def draw_graph(index: SubjectIndex, links: Links, rows: tuple[ObjectRow, ...]) -> ReferenceGraph:
    """Return the graph; expected objects that are not there are nodes too."""
    canvas = _Canvas(index)
    for (source, target), count in links.counts.items():
        canvas.add_link(source, target, count, links)
    for need in links.needs.values():
        canvas.add_need(need.series_uid, need.kind, need.wanted)
    for row in rows:
        if row.state is ObjectState.AWAITED and row.found.startswith("none"):
            canvas.add_absent(ObjectKind(row.kind))
    return canvas.finish()


class _Canvas:
    """Nodes and links as they are gathered."""

    def __init__(self, index: SubjectIndex) -> None:
        self._index = index
        self._nodes: dict[str, _Node] = {}
        self._node_of: dict[str, _Node] = {}
        self._links: dict[tuple[str, str], LinkCount] = {}
        for kind in ObjectKind:
            if kind not in _NOT_DRAWN:
                self._add_kind(kind)

    def _add_kind(self, kind: ObjectKind) -> None:
        instances = self._index.of_kind(kind)
        by_series = kind in IMAGE_KINDS
        ids = dict.fromkeys(facts.series_uid if by_series else facts.sop_instance_uid for facts in instances)
        together = kind in _TOGETHER or len(ids) > _MOST_OF_A_KIND
        keys = {
            uid: kind.value if together else f"{kind.value}-{number}" for number, uid in enumerate(ids, 1)
        }
        for facts in instances:
            self._add_instance(facts, kind, keys[facts.series_uid if by_series else facts.sop_instance_uid])

    def _add_instance(self, facts: InstanceFacts, kind: ObjectKind, key: str) -> None:
        node = self._nodes.setdefault(key, _Node(key, kind))
        node.found += 1
        node.series_numbers.add(facts.series_number)
        self._node_of[facts.sop_instance_uid] = node
        if kind in IMAGE_KINDS:
            self._node_of[facts.series_uid] = node

    def add_link(self, source: str, target: str, count: LinkCount, links: Links) -> None:
        """Add references from an instance to an instance or a series."""
        start = self._node_of.get(source)
        if start is None:
            return
        end = self._node_of.get(target)
        if end is None:
            need = links.needs.get(target)
            kind = need.kind if need else links.absent_kinds.get(target, ObjectKind.IMAGE_GUIDANCE)
            end = self.add_absent(kind)
        total = self._links.setdefault((start.key, end.key), LinkCount())
        total.total += count.total
        total.resolved += count.resolved
        total.is_contradicted |= count.is_contradicted

    def add_need(self, series_uid: str, kind: ObjectKind, wanted: set[str]) -> None:
        """Add the images that structures refer to."""
        node = self._node_of.get(series_uid) or self.add_absent(kind)
        node.wanted |= wanted

    def add_absent(self, kind: ObjectKind) -> _Node:
        """Return the node of what is not there; there is one a kind."""
        key = f"{kind.value}-absent"
        return self._nodes.setdefault(key, _Node(key, kind))

    def finish(self) -> ReferenceGraph:
        """Return the graph, nodes in the order of kinds."""
        order = list(ObjectKind)
        nodes = sorted(self._nodes.values(), key=lambda node: (order.index(node.kind), node.key))
        drawn = [
            GraphLink(
                source,
                target,
                _LABELS.get(self._nodes[source].kind, "refers to"),
                count.state,
                count.total,
                count.resolved,
            )
            for (source, target), count in self._links.items()
        ]
        drawn.sort(key=lambda link: (_WORST_FIRST.index(link.state), link.source, link.target))
        counts = Counter(node.kind for node in nodes)
        return ReferenceGraph(tuple(_draw_node(node, counts[node.kind]) for node in nodes), tuple(drawn))


def _draw_node(node: _Node, of_kind: int) -> GraphNode:
    expected = len(node.wanted) or None
    if not node.found:
        state = NodeState.ABSENT
    elif expected is not None and node.found < expected:
        state = NodeState.PARTIAL
    else:
        state = NodeState.PRESENT
    number = next(iter(node.series_numbers)) if len(node.series_numbers) == 1 else None
    return GraphNode(
        key=node.key,
        kind=node.kind.value,
        title=_TITLES[node.kind],
        state=state,
        found=node.found,
        expected=expected,
        series_number=number if of_kind > 1 else None,
    )
