"""Writing a few first-level attributes into a file by splicing: every other byte stays as it came.

The pixel data is not touched, nothing is decoded and written again; a deflated data set is deflated again.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from struct import Struct

from ingest.dicom.dictionary import vr_of
from ingest.dicom.elements import Element, header_of
from ingest.dicom.walk import Walk

_UL = {False: Struct("<I"), True: Struct(">I")}
_US = {False: Struct("<H"), True: Struct(">H")}
_PIECE = 1 << 20

#: begin, end, bytes to stand there.
Edit = tuple[int, int, bytes]


class Stamped:
    """A file's bytes with edits, in pieces, so that a large one is not copied whole."""

    def __init__(self, found: Walk, edits: list[Edit]) -> None:
        self._found = found
        self._edits = edits

    @property
    def is_changed(self) -> bool:
        """Does any byte differ from what was sent?"""
        return bool(self._edits)

    def pieces(self) -> Iterator[bytes]:
        """Yield the file's bytes."""
        if self._found.outside.is_deflated:
            yield self._found.data[: self._found.outside.begin]
            yield from self._deflate()
        else:
            yield from self._spliced(0)

    def _spliced(self, position: int) -> Iterator[bytes]:
        data = self._found.data
        for begin, end, replacement in self._edits:
            yield data[position:begin]
            yield replacement
            position = end
        for start in range(position, len(data), _PIECE):
            yield data[start : start + _PIECE]

    def _deflate(self) -> Iterator[bytes]:
        stream = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        for piece in self._spliced(self._found.outside.begin):
            yield stream.compress(piece)
        yield stream.flush()


def stamp(found: Walk, values: Mapping[int, str]) -> Stamped:
    """Return the file with first-level attributes set to `values` (tag → ASCII text); "" leaves one alone.

    found: a file walked whole. Raises UnicodeEncodeError for text that is not ASCII.
    """
    edits: list[Edit] = []
    wanted = {tag: _padded(text) for tag, text in values.items() if text}
    is_stamped = all(found.raw(tag) == value for tag, value in wanted.items())
    if is_stamped and not found.found.disordered:
        return Stamped(found, edits)
    present: set[int] = set()
    first_level = [element for element in found.elements if element[3] is None]
    for element in first_level:
        tag = element[0].tag
        if tag in wanted:
            present.add(tag)
            if found.data[element[1] : element[2]] != wanted[tag]:
                edits.append((header_of(element), element[2], _element(found, tag, wanted[tag])))
    for tag in sorted(wanted.keys() - present):
        place = next((header_of(element) for element in first_level if element[0].tag > tag), _end(found))
        edits.append((place, place, _element(found, tag, wanted[tag])))
    edits.extend(_group_lengths(found, first_level, edits))
    return Stamped(found, sorted(edits, key=lambda edit: edit[:2]))


def _padded(text: str) -> bytes:
    raw = text.encode("ascii")
    return raw + b" " * (len(raw) & 1)


def _end(found: Walk) -> int:
    return found.trailing[0] if found.trailing else len(found.data)


def _element(found: Walk, tag: int, value: bytes) -> bytes:
    encoding = found.outside.encoding
    u16, u32 = _US[encoding.is_big].pack, _UL[encoding.is_big].pack
    head = u16(tag >> 16) + u16(tag & 0xFFFF)
    if encoding.width == 4:
        return head + u32(len(value)) + value
    return head + vr_of(tag).encode("ascii") + u16(len(value)) + value


def _group_lengths(found: Walk, first_level: list[Element], edits: list[Edit]) -> list[Edit]:
    """Return edits of the group lengths (gggg,0000), retired but still written, of the groups edited."""
    grown: dict[int, int] = {}
    for begin, end, replacement in edits:
        group = int.from_bytes(replacement[:2], "big" if found.outside.encoding.is_big else "little")
        grown[group] = grown.get(group, 0) + len(replacement) - (end - begin)
    out: list[Edit] = []
    for path, begin, end, _ in first_level:
        delta = grown.get(path.tag >> 16, 0)
        if path.tag & 0xFFFF == 0 and end - begin == 4 and delta:
            number = _UL[found.outside.encoding.is_big]
            length = number.unpack_from(found.data, begin)[0] + delta
            if 0 <= length < 1 << 32:
                out.append((begin, end, number.pack(length)))
    return out
