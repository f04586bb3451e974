"""Private elements of known makers: the VRs that each should have. Data alone; it says nothing of values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

#: Marks an element that TCIA's curators keep.
_KEPT: Final = "+"


@dataclass(frozen=True, slots=True)
class KnownElement:
    """An element of a known maker. `is_kept`: TCIA's curators keep it, whatever it says."""

    vrs: frozenset[str]
    is_kept: bool


@dataclass(frozen=True, slots=True)
class MakersElements:
    """Known elements by creator, each creator's read when it is first met.

    lines: creator → `ggggxxee:VR ggggxxee:VR/VR+ …`.
    """

    lines: Mapping[str, str]
    _read: dict[str, dict[str, KnownElement]] = field(default_factory=dict, compare=False, repr=False)

    def get(self, creator: str, element: str) -> KnownElement | None:
        """Return what is known of an element (ggggxxee) of a creator, None where it is not known."""
        known = self._read.get(creator)
        if known is None:
            line = self.lines.get(creator)
            if line is None:
                return None
            known = self._read[creator] = dict(map(_read_element, line.split()))
        return known.get(element)

    def count(self) -> tuple[int, int, int]:
        """Return how many creators, elements, and elements that are kept there are."""
        marks = [element for line in self.lines.values() for element in line.split()]
        return len(self.lines), len(marks), sum(mark.endswith(_KEPT) for mark in marks)


def read_makers_elements(text: str, more: Mapping[str, Iterable[str]]) -> MakersElements:
    """Read the generated list (creator, tab, elements), and the curated one, which goes before it."""
    lines = dict(line.split("\t", 1) for line in text.splitlines())
    for creator, elements in more.items():
        own = {element.partition(":")[0]: element for element in lines.get(creator, "").split()}
        own.update({element.partition(":")[0]: element for element in elements})
        lines[creator] = " ".join(own.values())
    return MakersElements(lines)


def _read_element(text: str) -> tuple[str, KnownElement]:
    element, _, vrs = text.partition(":")
    return element, KnownElement(frozenset(vrs.removesuffix(_KEPT).split("/")), vrs.endswith(_KEPT))
