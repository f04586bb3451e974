"""DICOM files put together byte by byte, so that every byte can lie."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

IMPLICIT = "1.2.840.10008.1.2"
EXPLICIT = "1.2.840.10008.1.2.1"
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG = "1.2.840.10008.1.2.2"
RLE = "1.2.840.10008.1.2.5"
CT = "1.2.840.10008.5.1.4.1.1.2"
RTSTRUCT = "1.2.840.10008.5.1.4.1.1.481.3"
RTPLAN = "1.2.840.10008.5.1.4.1.1.481.5"
UID = "2.25.1234"
LONG = frozenset({"OB", "OW", "OF", "OD", "SQ", "UC", "UN", "UR", "UT"})
UNDEFINED = 0xFFFFFFFF


@dataclass(frozen=True)
class Writing:
    """How elements are written."""

    is_explicit: bool = True
    is_big: bool = False

    @property
    def order(self) -> str:
        """struct's mark of the byte order."""
        return ">" if self.is_big else "<"

    def element(self, tag: int, vr: str, value: bytes, length: int | None = None) -> bytes:
        """Return an element; `length` lies about its value's."""
        size = len(value) if length is None else length
        head = struct.pack(self.order + "HH", tag >> 16, tag & 0xFFFF)
        if not self.is_explicit:
            return head + struct.pack(self.order + "I", size) + value
        if vr in LONG:
            return head + vr.encode() + b"\0\0" + struct.pack(self.order + "I", size) + value
        return head + vr.encode() + struct.pack(self.order + "H", size) + value

    def text(self, tag: int, vr: str, text: str) -> bytes:
        """Return an element of text, padded to even length."""
        value = text.encode()
        return self.element(tag, vr, value + (b"\0" if vr == "UI" else b" ") * (len(value) & 1))

    def number(self, tag: int, value: int) -> bytes:
        """Return a US element."""
        return self.element(tag, "US", struct.pack(self.order + "H", value))

    def item(self, content: bytes, is_open: bool = False) -> bytes:
        """Return an item, of undefined length where `is_open`."""
        mark = struct.pack(self.order + "HH", 0xFFFE, 0xE000)
        if not is_open:
            return mark + struct.pack(self.order + "I", len(content)) + content
        return mark + struct.pack(self.order + "I", UNDEFINED) + content + self.end(0xE00D)

    def end(self, number: int) -> bytes:
        """Return a delimiter: 0xE00D of an item, 0xE0DD of a sequence."""
        return struct.pack(self.order + "HHI", 0xFFFE, number, 0)

    def sequence(self, tag: int, *items: bytes, is_open: bool = False) -> bytes:
        """Return a sequence of items made by `item`."""
        content = b"".join(items)
        if not is_open:
            return self.element(tag, "SQ", content)
        return self.element(tag, "SQ", content + self.end(0xE0DD), UNDEFINED)


LITTLE = Writing()
PLAIN = Writing(is_explicit=False)
BIG_ENDIAN = Writing(is_big=True)


def meta(
    syntax: str, sop_class: str = CT, uid: str = UID, extra: bytes = b"", length: int | None = None
) -> bytes:
    """Return file meta information; `length` lies about it."""
    body = LITTLE.element(0x00020001, "OB", b"\0\1")
    body += LITTLE.text(0x00020002, "UI", sop_class) + LITTLE.text(0x00020003, "UI", uid)
    body += (LITTLE.text(0x00020010, "UI", syntax) if syntax else b"") + extra
    size = len(body) if length is None else length
    return LITTLE.element(0x00020000, "UL", struct.pack("<I", size)) + body


def outside(syntax: str, preamble: bytes = bytes(128), **told: object) -> bytes:
    """Return preamble, `DICM` and file meta."""
    return preamble + b"DICM" + meta(syntax, **told)  # type: ignore[arg-type]


#: What a small CT says, by tag: VR and value (text, or a number for US).
CT_HEADER: Mapping[int, tuple[str, str | int]] = {
    0x00080016: ("UI", CT),
    0x00080018: ("UI", UID),
    0x00080060: ("CS", "CT"),
    0x00100010: ("PN", "123-1001"),
    0x00100020: ("LO", "123-1001"),
    0x0020000D: ("UI", "2.25.1"),
    0x0020000E: ("UI", "2.25.2"),
    0x00200011: ("IS", "3"),
    0x00200013: ("IS", "7"),
    0x00280002: ("US", 1),
    0x00280010: ("US", 4),
    0x00280011: ("US", 4),
    0x00280100: ("US", 16),
}
PIXELS = bytes(range(32))


def header(writing: Writing = LITTLE, **changes: str | int | None) -> dict[int, bytes]:
    """Return the CT's elements by tag; `changes` are by tag as `x00080060`, None: left out."""
    told = dict(CT_HEADER)
    for name, value in changes.items():
        tag = int(name[1:], 16)
        if value is None:
            told.pop(tag)
        else:
            told[tag] = (told[tag][0] if tag in told else "LO", value)
    return {
        tag: writing.number(tag, value) if isinstance(value, int) else writing.text(tag, vr, value)
        for tag, (vr, value) in sorted(told.items())
    }


def ct(
    *,
    writing: Writing = LITTLE,
    syntax: str = EXPLICIT,
    pixels: bytes | None = PIXELS,
    extra: Mapping[int, bytes] | None = None,
    tail: bytes = b"",
    before: bytes | None = None,
    **changes: str | int | None,
) -> bytes:
    """Return a small CT file.

    extra: written elements by tag, in place or beside the header's. tail: after everything.
    before: in place of preamble and file meta.
    """
    elements = {**header(writing, **changes), **(extra or {})}
    if pixels is not None:
        elements[0x7FE00010] = writing.element(0x7FE00010, "OW", pixels)
    body = b"".join(elements[tag] for tag in sorted(elements)) + tail
    if syntax == DEFLATED:
        body = deflate(body)
    return (outside(syntax) if before is None else before) + body


def deflate(body: bytes, level: int = 6) -> bytes:
    """Return a raw deflate stream."""
    stream = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return stream.compress(body) + stream.flush()


def encapsulated(*fragments: bytes) -> bytes:
    """Return pixel data in fragments, with an empty offset table."""
    items = b"".join(LITTLE.item(fragment) for fragment in (b"", *fragments))
    return LITTLE.element(0x7FE00010, "OB", items + LITTLE.end(0xE0DD), UNDEFINED)


def another(uid: str, **changes: str | int | None) -> bytes:
    """Return a small CT of another SOP Instance UID."""
    return ct(before=outside(EXPLICIT, uid=uid), **{"x00080018": uid, **changes})
