"""The element loop: every element of a data set, to its last byte, without recursion and without copies.

PS3.5 chapter 7. An element is a tuple (path, begin, end, item): the value is `data[begin:end]`. An item is
a tuple (item above, sequence, index, depth), None at the top. Sequences are elements with an empty value.
"""

from __future__ import annotations

from struct import error as StructError  # noqa: N812  (an exception of the standard library)
from typing import TYPE_CHECKING, Any

from ingest.dicom.buffer import Buffer
from ingest.dicom.dictionary import is_known
from ingest.dicom.encodings import IMPLICIT_LITTLE, UNDEFINED, Encoding
from ingest.dicom.nesting import AS_IMPLICIT, PLAIN, SAME, look_closer
from ingest.dicom.paths import (
    IMPLICIT,
    LONG,
    PASSAGE,
    PRIVATE,
    SEQUENCE,
    SHORT,
    HeaderError,
    TagPath,
    TooManyPathsError,
    grow,
    tag_from,
)

if TYPE_CHECKING:
    from ingest.dicom.passages import Passage

Item = tuple[Any, TagPath, int, int]
Element = tuple[TagPath, int, int, Item | None]

ITEM_DELIMITER = 0xFFFEE00D
PIXEL_DATA = 0x7FE00010
#: Pixel data, in integers, floats or doubles.
PIXEL_TAGS = frozenset({0x7FE00008, 0x7FE00009, PIXEL_DATA})


class Elements:
    """What a walk over a data set found, and where and why it ended.

    position:   first byte not walked (the end, where nothing is wrong).
    problem:    empty, or `truncated`, `malformed`, `overrun`, `trailing`, `too-deep`, `too-many`.
    problem_at: item in which the walk ended, and the path it was at, if any.
    disordered: elements whose tag is not above the one before it in the same data set.
    fragments:  begin and end of each fragment of encapsulated elements, by the element's begin.
    passages:   those that were recognised, each with the place of its first element in `elements`.
    creators:   of the first level's private blocks, by the creator's tag; those before the walk may be given.
    """

    __slots__ = (
        "creators", "data", "disordered", "elements", "fragments", "items", "passages", "position", "problem",
        "problem_at", "problem_path",
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
        self.passages: list[tuple[int, Passage]] = []
        self.creators: dict[int, str] = {}


def header_of(element: Element) -> int:
    """Return where an element's header begins."""
    path, begin, _, _ = element
    return begin - (12 if path.long_form else 8)


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
    short, long, implicit, private, sequence_form, passage_form = (
        SHORT, LONG, IMPLICIT, PRIVATE, SEQUENCE, PASSAGE,
    )  # fmt: skip
    pos, limit, last = begin, end, -1
    parent = root
    children = root.children
    item: Item | None = None
    is_open = is_closed = is_entering = seq_open = False
    creators = out.creators
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
                elif form == passage_form:
                    known = path.passage
                    room = maximum - len(elements) - out.items
                    if known.fits(data, pos, limit, last, creators) and known.weight <= room:
                        known.take(out, pos)
                        pos, last = pos + len(known.data), known.last
                    else:
                        known.forget()
                    continue
                elif path.tag == ITEM_DELIMITER:
                    if not is_open:
                        raise _WalkError("malformed")
                    pos += 8
                    is_closed = True
                    break
                else:
                    variant = path.variants.get(creators.get(path.block, "")) if form == private else None
                    if form == sequence_form:
                        start, nested = pos + (12 if path.long_form else 8), SAME
                        length = u32(data, start - 4)[0]
                        stop = -1 if length == UNDEFINED else start + length
                    elif variant is not None and variant.long_form is False and variant.vr != "UN":
                        path, start, nested = variant, pos + 8, PLAIN
                        stop = start + u16(data, pos + 6)[0]
                    else:
                        path, start, stop, nested = look_closer(data, pos, limit, path, creators, encoding)
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
                        if nested == AS_IMPLICIT:
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
