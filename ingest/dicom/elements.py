"""The element loop: every element of a data set, to its last byte, without recursion and without copies.

PS3.5 chapter 7. An element is a tuple (path, begin, end, item): the value is `data[begin:end]`. An item is
a tuple (item above, sequence, index, depth), None at the top. Sequences are elements with an empty value.
"""

from __future__ import annotations

from struct import Struct
from struct import error as StructError  # noqa: N812  (an exception of the standard library)
from typing import Any, NamedTuple

from ingest.dicom.buffer import Buffer
from ingest.dicom.dictionary import is_known
from ingest.dicom.paths import (
    IMPLICIT,
    LONG,
    PRIVATE,
    SHORT,
    HeaderError,
    TagPath,
    TooManyPathsError,
    grow,
    tag_from,
)

Item = tuple[Any, TagPath, int, int]
Element = tuple[TagPath, int, int, Item | None]

UNDEFINED = 0xFFFFFFFF
ITEM_DELIMITER = 0xFFFEE00D
PIXEL_DATA = 0x7FE00010
_PLAIN, _SAME, _AS_IMPLICIT = range(3)


class Encoding(NamedTuple):
    """How a data set is written: header width (6: explicit VR), byte order, and the marks of items."""

    width: int
    is_big: bool
    u16: Any
    u32: Any
    item: bytes
    end_of_sequence: bytes


EXPLICIT_LITTLE = Encoding(
    6, False, Struct("<H").unpack_from, Struct("<I").unpack_from, b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
)
IMPLICIT_LITTLE = EXPLICIT_LITTLE._replace(width=4)
EXPLICIT_BIG = Encoding(
    6, True, Struct(">H").unpack_from, Struct(">I").unpack_from, b"\xff\xfe\xe0\x00", b"\xff\xfe\xe0\xdd"
)


class Elements:
    """What a walk over a data set found, and where and why it ended.

    position:   first byte not walked (the end, where nothing is wrong).
    problem:    empty, or `truncated`, `malformed`, `overrun`, `trailing`, `too-deep`, `too-many`.
    problem_at: item in which the walk ended, and the path it was at, if any.
    disordered: elements whose tag is not above the one before it in the same data set.
    fragments:  begin and end of each fragment of encapsulated elements, by the element's begin.
    """

    __slots__ = (
        "data", "disordered", "elements", "fragments", "items", "position", "problem", "problem_at",
        "problem_path",
    )  # fmt: skip

    def __init__(self, data: Buffer) -> None:
        self.data = data
        self.elements: list[Element] = []
        self.items = 0
        self.position = 0
        self.problem = ""
        self.problem_at: Item | None = None
        self.problem_path: TagPath | None = None
        self.disordered: list[Element] = []
        self.fragments: dict[int, list[tuple[int, int]]] = {}


class _WalkError(Exception):
    """The walk cannot go on; the argument is the problem's name."""


def read_elements(
    out: Elements,
    begin: int,
    end: int,
    root: TagPath,
    encoding: Encoding,
    maximum: int,
    maximum_depth: int,
) -> None:
    """Walk `out.data[begin:end]` as one data set and fill `out`. Never raises on what the bytes say.

    One loop on purpose: a call for each element or item would double its time.
    """
    data = out.data
    elements = out.elements
    append = elements.append
    width, is_big, u16, u32, item_mark, _ = encoding
    short, long, implicit, private = SHORT, LONG, IMPLICIT, PRIVATE
    pos, limit, last = begin, end, -1
    parent = root
    children = root.children
    item: Item | None = None
    is_open = is_closed = is_entering = seq_open = False
    creators: dict[int, str] = {}
    sequence, seq_limit, index = root, end, 0
    stack: list[Any] = []
    path: TagPath | None = None
    try:
        while True:
            while pos < limit:
                key = data[pos : pos + width]
                path = children.get(key)
                if path is None:
                    path = grow(parent, key, width == 4, is_big)
                form = path.form
                if form == short:
                    start = pos + 8
                    stop = start + u16(data, pos + 6)[0]
                elif form == long:
                    start = pos + 12
                    stop = start + u32(data, pos + 8)[0]
                elif form == implicit:
                    start = pos + 8
                    stop = start + u32(data, pos + 4)[0]
                elif path.tag == ITEM_DELIMITER:
                    if not is_open:
                        raise _WalkError("malformed")
                    pos += 8
                    is_closed = True
                    break
                else:
                    known = path.variants.get(creators.get(path.block, "")) if form == private else None
                    if known is not None and known.long_form is False and known.vr != "UN":
                        path, start, nested = known, pos + 8, _PLAIN
                        stop = start + u16(data, pos + 6)[0]
                    else:
                        path, start, stop, nested = _look_closer(data, pos, limit, path, creators, encoding)
                    if nested:
                        if path.tag <= last:
                            _note_disorder(out, (path, start, start, item), last, maximum)
                        if stop > limit:
                            raise _WalkError("overrun")
                        if len(stack) >= maximum_depth:
                            raise _WalkError("too-deep")
                        append((path, start, start, item))
                        stack.append((
                            parent, limit, is_open, item, creators, path.tag, encoding, sequence, seq_limit,
                            seq_open, index,
                        ))  # fmt: skip
                        sequence, index, pos = path, 0, start
                        seq_open = stop < 0
                        seq_limit = limit if seq_open else stop
                        if nested == _AS_IMPLICIT:
                            encoding = IMPLICIT_LITTLE
                            width, is_big, u16, u32, item_mark, _ = encoding
                        is_entering = True
                        break
                tag = path.tag
                if tag <= last:
                    _note_disorder(out, (path, start, stop, item), last, maximum)
                if stop > limit:
                    stop = _fragments(out, path, start, stop, limit, encoding)
                last = tag
                append((path, start, stop, item))
                pos = stop
            if is_entering:
                is_entering = False
            elif not stack:
                out.position = pos
                return
            elif is_closed:
                is_closed = False
            elif is_open:
                raise _WalkError("overrun")
            # The next item of the sequence, or its end.
            mark = data[pos : pos + 4] if pos < seq_limit or seq_open else b""
            if mark == item_mark and pos < seq_limit:
                length = u32(data, pos + 4)[0]
                pos += 8
                is_open = length == UNDEFINED
                limit = seq_limit if is_open else pos + length
                if limit > seq_limit or pos > limit:
                    raise _WalkError("overrun")
                item = (stack[-1][3], sequence, index, len(stack))
                index += 1
                out.items += 1
                parent = sequence
                children = sequence.children
                creators = {}
                last = -1
                if len(elements) + out.items > maximum:
                    raise _WalkError("too-many")
                continue
            if seq_open:
                if mark != encoding.end_of_sequence:
                    raise _WalkError("overrun" if pos >= seq_limit or len(mark) < 4 else "malformed")
                pos += 8
                if pos > seq_limit:
                    raise _WalkError("overrun")
            elif mark:
                raise _WalkError("malformed")
            (
                parent, limit, is_open, item, creators, last, encoding, sequence, seq_limit, seq_open, index,
            ) = stack.pop()  # fmt: skip
            children = parent.children
            width, is_big, u16, u32, item_mark, _ = encoding
    except _WalkError as broken:
        problem = str(broken)
    except HeaderError:
        path = None
        problem = "malformed"
    except StructError:
        problem = "overrun"
    except TooManyPathsError:
        problem = "too-many"
    out.position = pos
    out.problem_at = item if not is_entering else (item, sequence, index, len(stack))
    out.problem_path = path
    if not stack and problem in ("overrun", "malformed"):
        is_next = _can_be_next(data[pos : pos + 4], last, creators, is_big)
        problem = {"overrun": "truncated"}.get(problem, problem) if is_next else "trailing"
    elif problem == "overrun":
        problem = "truncated" if limit == end else "malformed"
    out.problem = problem


def _can_be_next(mark: bytes, last: int, creators: dict[int, str], is_big: bool) -> bool:
    """Tell a cut from garbage: at the top level, what cannot be the next tag is no part of the data set."""
    tag = tag_from(mark, is_big)
    if len(mark) < 4 or tag <= last:
        return False
    if tag >> 16 & 1:
        return 0x10 <= tag & 0xFFFF <= 0xFF or (tag & 0xFFFF0000 | tag >> 8 & 0xFF) in creators
    return is_known(tag)


def _note_disorder(out: Elements, element: Element, last: int, maximum: int) -> None:
    """Record an element out of order. After the pixel data, at the top, it is no part of the data set."""
    path, _, _, item = element
    if item is None and (last >= PIXEL_DATA or path.tag < 0x40000 or not (path.is_known or path.is_private)):
        raise _WalkError("trailing")
    out.disordered.append(element)
    if len(out.elements) > maximum:
        raise _WalkError("too-many")


def _look_closer(
    data: Buffer, pos: int, limit: int, path: TagPath, creators: dict[int, str], encoding: Encoding
) -> tuple[TagPath, int, int, int]:
    """Return (path, begin, end, how it is nested) of a sequence, a private element or one of unknown VR.

    The end is -1 for an undefined length. Bytes of unknown VR are a sequence in implicit VR where they hold
    whole items (PS3.5 6.2.2, CP 246), else a plain value.
    """
    if path.long_form is False:
        start = pos + 8
        stop = start + encoding.u16(data, pos + 6)[0]
        length = stop - start
    else:
        start = pos + (8 if path.long_form is None else 12)
        length = encoding.u32(data, start - 4)[0]
        stop = -1 if length == UNDEFINED else start + length
    if path.is_private:
        path = _with_creator(data, start, stop, path, creators)
    if path.vr == "SQ":
        return path, start, stop, _SAME
    if path.vr != "UN":
        return path, start, stop if stop >= 0 else start + UNDEFINED, _PLAIN
    if stop < 0:
        return path, start, stop, _AS_IMPLICIT
    if length >= 8 and stop <= limit and holds_items(data, start, stop):
        return path, start, stop, _AS_IMPLICIT
    return path, start, stop, _PLAIN


def _with_creator(data: Buffer, start: int, stop: int, path: TagPath, creators: dict[int, str]) -> TagPath:
    if path.is_creator:
        value = data[start : min(stop, start + 64)] if stop >= 0 else b""
        creators[path.tag] = value.decode("latin-1").strip(" \0")
        return path
    return path.with_creator(creators.get(path.block, ""))


def _fragments(out: Elements, path: TagPath, start: int, stop: int, limit: int, encoding: Encoding) -> int:
    """Return the end of an encapsulated value (PS3.5 A.4) and record its fragments."""
    if stop - start != UNDEFINED or path.vr not in ("OB", "OW"):
        raise _WalkError("overrun")
    found: list[tuple[int, int]] = []
    data, pos = out.data, start
    while pos + 8 <= limit:
        mark = data[pos : pos + 4]
        length = encoding.u32(data, pos + 4)[0]
        pos += 8
        if mark == encoding.end_of_sequence:
            out.fragments[start] = found
            return pos
        if mark != encoding.item:
            raise _WalkError("malformed")
        if length > limit - pos:
            raise _WalkError("overrun")
        found.append((pos, pos + length))
        pos += length
    raise _WalkError("overrun")


def holds_items(data: Buffer, begin: int, end: int) -> bool:
    """Are these bytes whole items in implicit VR little endian, and nothing else?

    Values whose VR the dictionary does not know are stepped over, so that nested guesses cost nothing twice.
    """
    _, _, _, u32, item_mark, sequence_end = IMPLICIT_LITTLE
    ends: list[tuple[bool, bool, int]] = [(True, False, end)]  # (holds items, undefined length, limit)
    pos = begin
    while ends:
        in_items, is_open, limit = ends[-1]
        if pos >= limit:
            if is_open or pos > limit:
                return False
            ends.pop()
            continue
        if pos + 8 > limit:
            return False
        tag, length = data[pos : pos + 4], u32(data, pos + 4)[0]
        pos += 8
        stop = pos + length
        if tag == (sequence_end if in_items else b"\xfe\xff\x0d\xe0"):
            if not is_open:
                return False
            ends.pop()
        elif in_items:
            if tag != item_mark or len(ends) > 128:
                return False
            if length != UNDEFINED and stop > limit:
                return False
            ends.append((False, length == UNDEFINED, limit if length == UNDEFINED else stop))
        elif length == UNDEFINED:
            ends.append((True, True, limit))
        else:
            pos = stop
    return pos == end
