"""Bytes of a file → every element to its last byte. Faults are values; nothing the bytes say raises."""

from __future__ import annotations

from collections.abc import Iterator

from ingest.dicom import faults
from ingest.dicom.buffer import Buffer, is_zero
from ingest.dicom.dictionary import keyword_of, tag_text
from ingest.dicom.elements import Element, Elements, Item, read_elements
from ingest.dicom.faults import Fault
from ingest.dicom.part10 import Outside, meta_value, read_outside
from ingest.dicom.passages import learn_passages
from ingest.dicom.paths import PathTree, TagPath
from ingest.model.finding import TRAILING_BYTES
from ingest.trial.definition import Limits

MEDIA_STORAGE_DIRECTORY = "1.2.840.10008.1.3.10"
#: Old systems fill files up to whole blocks.
_BLOCK = 512
#: Groups 0000 (commands) and 0002 (file meta) are no part of a data set (PS3.5 7.1); 0004 is a DICOMDIR's.
_FIRST_OF_DATA = 0x00040000
_PROBLEMS = {
    "truncated": faults.TRUNCATED,
    "malformed": faults.MALFORMED,
    "too-deep": faults.TOO_DEEP,
    "too-many": faults.TOO_MANY_ELEMENTS,
}


class Walk:
    """A file walked: what surrounds the data set, its elements in file order, its faults.

    data:     the bytes that positions speak of (the file's own, unless its data set is deflated).
    elements: of the data set, at every depth; file meta is in `outside.meta`.
    top:      tag → element of the data set's first level; of repeated ones the last.
    trailing: begin and end of what follows the data set, None where nothing does.
    has_inner_charsets: an item of this file, or of one walked before it, may have a (0008,0005) of its own.
    is_whole: False: the file is left out of what is filed.
    """

    __slots__ = ("data", "elements", "faults", "found", "has_inner_charsets", "outside", "top", "trailing")

    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        self.data = outside.data
        self.faults: list[Fault] = list(outside.faults)
        self.found = Elements(outside.data)
        self.elements: list[Element] = self.found.elements
        self.top: dict[int, Element] = {}
        self.trailing: tuple[int, int] | None = None
        self.has_inner_charsets = False

    @property
    def is_whole(self) -> bool:
        """Was every element read, to the end of the file?"""
        return not any(fault.is_fatal for fault in self.faults)

    @property
    def is_dicom(self) -> bool:
        """Is this DICOM at all, whole or not?"""
        return not any(fault.code == faults.NOT_DICOM for fault in self.faults)

    def raw(self, tag: int) -> bytes:
        """Return the value bytes of a top-level element, b"" where it is absent."""
        element = self.top.get(tag)
        return self.data[element[1] : element[2]] if element else b""

    def text(self, tag: int) -> str:
        """Return the first-level text of a code-like VR (CS, UI, DA, IS), without padding."""
        return self.raw(tag).decode("latin-1").strip(" \0")

    def preamble(self) -> bytes:
        """Return the bytes before `DICM`."""
        return self.data[: self.outside.preamble]


def walk(data: Buffer, tree: PathTree, limits: Limits) -> Walk:
    """Walk the whole of `data`.

    tree: tag paths shared by the files of a package; a walk adds to it.
    """
    outside = read_outside(data, tree.meta, limits.member_bytes, limits.ratio)
    found = Walk(outside)
    if not outside.is_dicom:
        return found
    if meta_value(outside, 0x00020002) == MEDIA_STORAGE_DIRECTORY:
        found.faults.append(Fault(faults.FILE_SET, is_fatal=True))
    encoding = outside.encoding
    root = tree.implicit_little if encoding.width == 4 else tree.explicit_little
    if encoding.is_big:
        root = tree.explicit_big
    read_elements(
        found.found, outside.begin, outside.end, root, encoding, limits.elements, limits.element_depth
    )
    learn_passages(found.found, root, encoding, limits.elements, limits.element_depth)
    found.top = {element[0].tag: element for element in found.elements if element[3] is None}
    found.has_inner_charsets = tree.has_inner_charsets
    if found.top and min(found.top) < _FIRST_OF_DATA:
        found.faults.append(Fault(faults.MALFORMED, tag_text(min(found.top)), is_fatal=True))
    _judge_end(found)
    _judge_order(found)
    if outside.is_bare and 0x00080016 not in found.top:
        found.faults[:] = [Fault(faults.NOT_DICOM, is_fatal=True)]
    return found


def _judge_end(found: Walk) -> None:
    """Say how the walk ended: at the end of the file, before it, or with bytes left over."""
    problem, position = found.found.problem, found.found.position
    if problem == "trailing" and not found.elements:
        found.faults.append(Fault(faults.MALFORMED, is_fatal=True))
    elif problem == "trailing":
        _judge_rest(found, position)
    elif problem:
        path, item = found.found.problem_path, found.found.problem_at
        where = where_of(path, item) if path is not None else where_of_item(item)
        found.faults.append(Fault(_PROBLEMS[problem], where, path.keyword if path else "", is_fatal=True))
    elif not found.elements:
        found.faults.append(Fault(faults.TRUNCATED, is_fatal=True))
    if found.outside.end < len(found.data) and found.trailing is None:
        _judge_rest(found, found.outside.end)


def _judge_rest(found: Walk, begin: int) -> None:
    """Say that bytes follow the data set, from `begin` to the end of the file."""
    end = len(found.data)
    found.trailing = (begin, end)
    # Else they may be the end of a value that has grown, pushed out of it: a dose cube ends in zeros.
    is_padding = not end % _BLOCK and is_zero(found.data, begin, end)
    code = faults.TRAILING_ZEROS if is_padding else faults.TRAILING_BYTES
    found.faults.append(Fault(code, TRAILING_BYTES, detail={"bytes": end - begin}))


def _judge_order(found: Walk) -> None:
    """Elements stand in ascending order, each once (PS3.5 7.1).

    One that is repeated can hide a value; so can one out of its place, from programs that read no further. In
    items, where vendors' own lists are careless, that is mentioned only.
    """
    disordered = found.found.disordered
    if not disordered:
        return
    places = {(path.tag, id(item)) for path, _, _, item in disordered}
    counts: dict[tuple[int, int], int] = {}
    for path, _, _, item in found.elements:
        key = (path.tag, id(item))
        if key in places:
            counts[key] = counts.get(key, 0) + 1
    repeated = [element for element in disordered if counts.get((element[0].tag, id(element[3])), 0) > 1]
    at_top = [element for element in disordered if element[3] is None]
    for code, elements in (
        (faults.REPEATED_ELEMENT, repeated),
        (faults.OUT_OF_PLACE, at_top),
        (faults.DISORDERED, disordered),
    ):
        if elements:
            path, _, _, item = elements[0]
            detail = {"elements": len(elements)}
            found.faults.append(Fault(code, where_of(path, item), path.keyword, detail))
            return


def where_of(path: TagPath, item: Item | None) -> str:
    """Return an element's place with item indices, `(300A,00B0)[0]>(0008,0080)`."""
    if path.parent is path.tree.meta:
        return f"file meta {tag_text(path.tag)}"
    above = where_of_item(item)
    return f"{above}>{tag_text(path.tag)}" if above else tag_text(path.tag)


def where_of_item(item: Item | None) -> str:
    """Return an item's place, `(300A,00B0)[0]`; empty for the data set itself."""
    parts: list[str] = []
    while item is not None:
        above, sequence, index, _ = item
        parts.append(f"{tag_text(sequence.tag)}[{index}]")
        item = above
    return ">".join(reversed(parts))


def all_elements(found: Walk) -> Iterator[Element]:
    """Yield file meta's elements, then the data set's."""
    yield from found.outside.meta
    yield from found.elements


def keyword_at(path: TagPath) -> str:
    """Return the keyword of a path's own tag."""
    return path.keyword or keyword_of(path.tag)
