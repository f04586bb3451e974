"""The central directory, entry by entry, and the extra fields of both headers (APPNOTE 4.3.12, 4.5)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.package.ends import End
from ingest.package.faults import Refused
from ingest.package.source import Source
from ingest.trial.definition import Limits

_ENTRY = struct.Struct("<4sHHHHHHIIIHHHHHII")
_ENTRY_MARK = b"PK\x01\x02"

#: Bytes of directory read at most: room for 200,000 members with long names.
LARGEST_DIRECTORY = 48 * 1024**2

SENTINEL = 0xFFFFFFFF
ZIP64 = 0x0001
UNICODE_NAME = 0x7075
AES = 0x9901
STRONG_ENCRYPTION = 0x0017
#: Real members have up to five or so.
_MOST_FIELDS = 16
#: Extra fields that are looked at again when the layout is known.
_KEPT = {UNICODE_NAME, AES, STRONG_ENCRYPTION}
#: Extra fields that hold times, owners' numbers, sizes or a certificate's place, but no text.
#: Words all the same: more letters in a row than a time or a number makes by chance.
_WORDS = re.compile(rb"[A-Za-z][A-Za-z ,.^-]{6,}")
_WORDLESS = {ZIP64, *_KEPT, 0x000A, 0x5455, 0x5855, 0x7855, 0x7875, 0xCAFE, 0xA11E}


@dataclass(slots=True)
class Entry:
    """One central header, with zip64's values in place of the sentinels. `raw_name` as it stands."""

    ordinal: int
    flags: int
    method: int
    crc: int
    compressed_size: int
    size: int
    raw_name: bytes
    header_offset: int
    attributes: int
    extras: dict[int, bytes]
    notes: tuple[bytes, ...]
    comment: bytes = b""
    data_offset: int = 0


def read_directory(source: Source, end: End, limits: Limits) -> list[Entry]:
    """Return every entry. Raises Refused where the directory is not exactly what the end record says."""
    if end.entries > limits.members:
        raise Refused("PKG118", found=end.entries, limit=limits.members)
    if end.directory_size > LARGEST_DIRECTORY:
        raise Refused("PKG121", limit=LARGEST_DIRECTORY // 1024**2)
    start = end.directory_end - end.directory_size
    if start < 0:
        raise Refused("PKG110")
    data = source.read_at(start, end.directory_size)
    entries: list[Entry] = []
    place = 0
    while place < len(data):
        if not data.startswith(_ENTRY_MARK, place) or place + _ENTRY.size > len(data):
            raise Refused("PKG110", place=(start + place, start + place + _ENTRY.size))
        if len(entries) >= end.entries:
            raise Refused("PKG111")
        entry, place = _read_entry(data, place, len(entries) + 1)
        entries.append(entry)
    if len(entries) != end.entries:
        raise Refused("PKG111")
    return entries


def _read_entry(data: bytes, place: int, ordinal: int) -> tuple[Entry, int]:
    (_, _, _, flags, method, _, _, crc, packed, size, name_length, extra_length, comment_length, disk, _,
     attributes, offset) = _ENTRY.unpack_from(data, place)  # fmt: skip
    names = place + _ENTRY.size
    extra_at = names + name_length
    comment_at = extra_at + extra_length
    after = comment_at + comment_length
    if after > len(data):
        raise Refused("PKG110", ordinal=ordinal)
    extras = read_extras(data[extra_at:comment_at], ordinal) if extra_length else {}
    if SENTINEL in (size, packed, offset) or disk == 0xFFFF:
        size, packed, offset, disk = _widen(extras.get(ZIP64, b""), size, packed, offset, disk, ordinal)
    if disk:
        raise Refused("PKG010")
    notes, extras = sift(extras) if extras else ((), extras)
    raw_name = data[names:extra_at]
    comment = data[comment_at:after]
    entry = Entry(
        ordinal, flags, method, crc, packed, size, raw_name, offset, attributes, extras, notes, comment
    )
    return entry, after


def _widen(
    field: bytes, size: int, packed: int, offset: int, disk: int, ordinal: int
) -> tuple[int, int, int, int]:
    """Return the values with zip64's in place of each sentinel; its order is fixed, APPNOTE 4.5.3."""
    numbers = _numbers(field)
    try:
        size = next(numbers) if size == SENTINEL else size
        packed = next(numbers) if packed == SENTINEL else packed
        offset = next(numbers) if offset == SENTINEL else offset
    except StopIteration:
        raise Refused("PKG115", ordinal=ordinal) from None
    return size, packed, offset, int.from_bytes(field[-4:], "little") if disk == 0xFFFF else disk


def _numbers(field: bytes) -> Iterator[int]:
    for place in range(0, len(field) - 7, 8):
        yield int.from_bytes(field[place : place + 8], "little")


def widen_local(field: bytes, size: int, packed: int, ordinal: int) -> tuple[int, int]:
    """Return a local header's sizes with zip64's in place of the sentinels."""
    return _widen(field, size, packed, 0, 0, ordinal)[:2]


def read_extras(data: bytes, ordinal: int) -> dict[int, bytes]:
    """Return the extra fields by their id. Zeros at the end are padding.

    Raises Refused where lengths lie, a field that must be unique is not, or there are too many.
    """
    fields: dict[int, bytes] = {}
    place = 0
    for _ in range(_MOST_FIELDS):
        if place + 4 > len(data):
            break
        kind, length = data[place] | data[place + 1] << 8, data[place + 2] | data[place + 3] << 8
        after = place + 4 + length
        if after > len(data) or (kind in fields and kind in (ZIP64, UNICODE_NAME, AES)):
            raise Refused("PKG116", ordinal=ordinal)
        if kind or length:
            fields[kind] = fields.get(kind, b"") + data[place + 4 : after]
        place = after
    if any(data[place:]):
        raise Refused("PKG116", ordinal=ordinal)
    return fields


def sift(extras: dict[int, bytes]) -> tuple[tuple[bytes, ...], dict[int, bytes]]:
    """Return the values of the fields that may hold text, and the fields that are needed later on."""
    texts = tuple(
        value for kind, value in extras.items() if value and (kind not in _WORDLESS or _WORDS.search(value))
    )
    return texts, {kind: value for kind, value in extras.items() if kind in _KEPT}
