"""Passages: first-level elements in a row that stand in one file after another with the same bytes.

The slices of a series differ in a dozen elements of 160. How elements are walked depends on their bytes and
on three things before them: the encoding, the last tag, the creators of private blocks (PS3.5 7.8.1). Where
bytes stand that were walked before, one comparison tells these elements and all within them.

What is remembered never decides what is found: a passage is used where every byte of it is there, and it is
what the element loop made of those bytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ingest.dicom.buffer import Buffer
from ingest.dicom.elements import Element, Elements, header_of, read_elements
from ingest.dicom.encodings import Encoding
from ingest.dicom.paths import PASSAGE, TagPath

#: First-level elements that are worth a comparison, and the most bytes of one.
_FEWEST = 3
_LONGEST = 4096
#: Files of more elements are no slices of a series; of as few walked one by one there is little to learn.
_MOST_ELEMENTS, _FEW_ELEMENTS = 2_000, 32


class Passage:
    """Elements in a row and all within them, as they were walked.

    first, last: tags of its first and last element.
    weight:      how many elements and items it has.
    needs:       creators that its private elements have before it, by the creator's tag.
    gives:       creators within it.
    content:     what the content digest takes of it; None until it was asked for.
    verdict:     what judging it gave, and for what; None until it was judged.
    """

    __slots__ = (
        "_elements", "_form", "_path", "_position", "content", "data", "first", "gives", "items", "last",
        "needs", "verdict", "weight",
    )  # fmt: skip

    def __init__(self, path: TagPath, walked: Elements, needs: dict[int, str]) -> None:
        at_top = [element[0] for element in walked.elements if element[3] is None]
        self.data: bytes = walked.data[:]
        self.first, self.last = path.tag, at_top[-1].tag
        self.needs = needs
        self.gives = {path.tag: walked.creators[path.tag] for path in at_top if path.is_creator}
        self.items = walked.items
        self.weight = len(walked.elements) + walked.items
        self.content: Any = None
        self.verdict: Any = None
        self._elements = walked.elements
        self._position = 0
        self._path = path
        self._form = path.form
        path.passage, path.form = self, PASSAGE
        path.tree.room -= len(self.data)

    def __len__(self) -> int:
        return len(self._elements)

    def fits(self, data: Buffer, position: int, limit: int, last: int, creators: dict[int, str]) -> bool:
        """Do these elements stand at `position`, after tag `last` and those creators?"""
        end = position + len(self.data)
        if end > limit or last >= self.first or data[position:end] != self.data:
            return False
        return all(creators.get(block, "") == creator for block, creator in self.needs.items())

    def take(self, out: Elements, position: int) -> None:
        """Add these elements, which stand at `position`, to what was found."""
        out.passages.append((len(out.elements), self))
        out.elements += self.at(position)
        out.items += self.items
        out.creators.update(self.gives)

    def at(self, position: int) -> list[Element]:
        """Return the elements as they stand at `position`. The list is the passage's own."""
        shift = position - self._position
        if shift:
            self._elements = [
                (path, begin + shift, end + shift, item) for path, begin, end, item in self._elements
            ]
            self._position = position
        return self._elements

    def forget(self) -> None:
        """Have its elements walked one by one again."""
        self._path.passage, self._path.form = None, self._form
        self._path.tree.room += len(self.data)


def learn_passages(
    out: Elements, root: TagPath, encoding: Encoding, maximum: int, maximum_depth: int
) -> None:
    """Make passages of what was walked one by one and stands as it stood in the file before."""
    one_by_one = len(out.elements) - sum(len(known) for _, known in out.passages)
    if out.problem or out.disordered or not _FEW_ELEMENTS < one_by_one <= _MOST_ELEMENTS:
        return
    starts = [start for start, _ in out.passages]
    ends = [start + len(known) for start, known in out.passages]
    for first, last in zip([0, *ends], [*starts, len(out.elements)], strict=True):
        for begin, end, paths in _unchanged(out, first, last):
            if end - begin > root.tree.room:
                continue
            walked, needs = Elements(out.data[begin:end]), _needs(paths)
            walked.creators.update(needs)
            read_elements(walked, 0, end - begin, root, encoding, maximum, maximum_depth)
            if not walked.problem and not walked.fragments:
                Passage(paths[0].base, walked, needs)


def _unchanged(out: Elements, first: int, last: int) -> Iterator[tuple[int, int, list[TagPath]]]:
    """Yield begin, end and paths of the elements in a row that are as they were, of those listed."""
    elements, data = out.elements, out.data
    at_top = [element for element in elements[first:last] if element[3] is None]
    bounds = [header_of(element) for element in at_top]
    bounds.append(header_of(elements[last]) if last < len(elements) else out.position)
    row: list[TagPath] = []
    for place, (path, _, _, _) in enumerate(at_top):
        begin, end = bounds[place], bounds[place + 1]
        seen = hash(data[begin:end]) if end - begin <= _LONGEST else None
        if seen is not None and seen == path.seen:
            row.append(path)
        else:
            if len(row) >= _FEWEST:
                yield bounds[place - len(row)], begin, row
            row = []
        path.seen = seen
    if len(row) >= _FEWEST:
        yield bounds[-1 - len(row)], bounds[-1], row


def _needs(paths: list[TagPath]) -> dict[int, str]:
    """Return the creators that first-level elements in a row have from before them, by the creator's tag."""
    own: set[int] = set()
    needs: dict[int, str] = {}
    for path in paths:
        if path.is_creator:
            own.add(path.tag)
        elif path.is_private and path.block not in own:
            needs[path.block] = path.creator
    return needs
