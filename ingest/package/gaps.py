"""Bytes of a refused zip that belong to no member: before the first, between members, behind the end record.

The gate refuses such a zip; what lies there may identify a patient all the same. This looks for it once the
zip is refused, never in one that is whole, and forgives what the gate does not: it wants every stretch, and
relies on none. Nothing is inflated.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ingest.package import magic
from ingest.package.ends import END_MARK
from ingest.package.source import OutOfTime, Source

#: Faults of a zip's structure, in which bytes may stand where none belong: whichever of them is met first.
OF_GAPS: Final = frozenset({"PKG004", *(f"PKG{number}" for number in range(104, 116))})
#: Of each gap the first and the last bytes are read, and of all gaps no more than so many.
_AT_EACH_END: Final = 64 * 1024
_MOST_BYTES: Final = 1024 * 1024
#: Gaps that are told apart; what lies behind the last of them counts as one.
_MOST_GAPS: Final = 1000

_END = struct.Struct("<4sHHHHIIH")
_LOCATOR = struct.Struct("<4sIQI")
_END64 = struct.Struct("<4sQHHIIQQQQ")
_ENTRY = struct.Struct("<4sHHHHHHIIIHHHHHII")
_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_ENTRY_MARK: Final = b"PK\x01\x02"
_MARK64: Final = b"PK\x06\x06"
_SENTINEL: Final = 0xFFFFFFFF
_HAS_DESCRIPTOR: Final = 1 << 3
_DESCRIPTOR_MARK: Final = b"PK\x07\x08"
#: CRC and sizes of 4 or of 8 bytes.
_DESCRIPTORS: Final = (struct.Struct("<III"), struct.Struct("<IQQ"))
#: How far from its end a file is searched for an end record, and how much of a directory is read.
_LONGEST_LOOK: Final = 64 * 1024**2
_STEP: Final = 1024**2
_LARGEST_DIRECTORY: Final = 48 * 1024**2

Stretch = tuple[int, int]


@dataclass(frozen=True, slots=True)
class GapBytes:
    """What was read of a gap. `data`: its first and last bytes; it never leaves inspection."""

    offset: int
    data: bytes
    is_whole: bool

    def __repr__(self) -> str:
        return f"GapBytes({self.offset})"


@dataclass(frozen=True, slots=True)
class _Told:
    """What a central header says of its member. `said`: CRC, packed size, size, as a descriptor has them."""

    offset: int
    flags: int
    said: tuple[int, int, int]


def find_gaps(source: Source) -> tuple[Stretch, ...]:
    """Return begin and end of each stretch that belongs to no member, in the order of the file.

    Where no end record is found, nothing tells members from other bytes: then there are none.
    """
    try:
        end = _last_end(source)
        return () if end is None else tuple(_join(_between(source, *end)))
    except OutOfTime:
        return ()


def read_gaps(path: Path, gaps: Iterable[Stretch], deadline: float) -> Iterator[GapBytes]:
    """Yield what is read of the gaps, within limits. Raises OSError where the file cannot be read."""
    left = _MOST_BYTES
    with Source(path, deadline) as source:
        for begin, end in gaps:
            length = end - begin
            half = min(_AT_EACH_END, left // 2)
            try:
                if length <= 2 * half:
                    data = source.read_at(begin, length)
                else:
                    data = source.read_at(begin, half) + b"\0" + source.read_at(end - half, half)
            except OutOfTime:
                data, half = b"", 0
            left -= min(length, 2 * half)
            yield GapBytes(begin, data, length <= 2 * half)


def _last_end(source: Source) -> tuple[int, int, int] | None:
    """Return where the last directory begins and ends, and where the end record behind it does."""
    stop = max(0, source.size - _LONGEST_LOOK)
    reached = source.size
    while reached > stop:
        start = max(stop, reached - _STEP)
        piece = source.read_at(start, reached - start + _END.size)
        place = piece.rfind(END_MARK)
        while place >= 0:
            found = _read_end(source, piece[place : place + _END.size], start + place)
            if found is not None:
                return found
            place = piece.rfind(END_MARK, 0, place)
        reached = start
    return None


def _read_end(source: Source, record: bytes, place: int) -> tuple[int, int, int] | None:
    """Return where the directory is that an end record at `place` tells of, None where there is none."""
    if len(record) < _END.size:
        return None
    _, _, _, _, entries, size, _, _ = _END.unpack(record)
    directory_end = place
    located = source.read_at(place - _LOCATOR.size, _LOCATOR.size) if place >= _LOCATOR.size else b""
    if located.startswith(b"PK\x06\x07"):
        directory_end = place - _LOCATOR.size - _END64.size
        told = source.read_at(directory_end, _END64.size) if directory_end >= 0 else b""
        if not told.startswith(_MARK64):
            return None
        _, _, _, _, _, _, _, entries, size, _ = _END64.unpack(told)
    begin = directory_end - size
    if begin < 0 or (entries and source.read_at(begin, 4) != _ENTRY_MARK):
        return None
    return begin, directory_end, place + _END.size


def _between(source: Source, begin: int, directory_end: int, end: int) -> Iterator[Stretch]:
    """Yield what lies before, between and behind members; with the end record's own comment."""
    reached = 0
    for start, stop in sorted(_members(source, begin, directory_end)):
        if start > reached:
            yield reached, start
        reached = max(reached, stop)
    if begin > reached:
        yield reached, begin
    if source.size > end:
        yield end, source.size


def _members(source: Source, begin: int, directory_end: int) -> Iterator[Stretch]:
    """Yield begin and end of each member whose local header stands where the directory has it."""
    directory = source.read_at(begin, min(directory_end - begin, _LARGEST_DIRECTORY))
    every = list(_entries(directory))
    shift = _shift(source, every, begin)
    for told in every:
        start = told.offset + shift
        header = source.read_at(start, _LOCAL.size)
        if not header.startswith(magic.LOCAL_HEADER) or len(header) < _LOCAL.size:
            continue
        fields = _LOCAL.unpack(header)
        stop = start + _LOCAL.size + fields[9] + fields[10] + told.said[1]
        yield start, stop + (_descriptor(source, stop, told) if told.flags & _HAS_DESCRIPTOR else 0)


def _entries(directory: bytes) -> Iterator[_Told]:
    """Yield what each central header says, as far as they follow one another."""
    place = 0
    while directory.startswith(_ENTRY_MARK, place) and place + _ENTRY.size <= len(directory):
        fields = _ENTRY.unpack_from(directory, place)
        names, extras, comment = fields[10], fields[11], fields[12]
        extra = directory[place + _ENTRY.size + names : place + _ENTRY.size + names + extras]
        packed, size, offset = _widened(extra, fields[8], fields[9], fields[16])
        yield _Told(offset, fields[3], (fields[7], packed, size))
        place += _ENTRY.size + names + extras + comment


def _widened(extra: bytes, packed: int, size: int, offset: int) -> tuple[int, int, int]:
    """Return packed size, size and offset with zip64's in place of the sentinels (APPNOTE 4.5.3)."""
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, place)
        field = extra[place + 4 : place + 4 + length]
        if kind == 1:
            values = [int.from_bytes(field[at : at + 8], "little") for at in range(0, len(field) - 7, 8)]
            if size == _SENTINEL and values:
                size = values.pop(0)
            if packed == _SENTINEL and values:
                packed = values.pop(0)
            if offset == _SENTINEL and values:
                offset = values.pop(0)
        place += 4 + length
    return packed, size, offset


def _shift(source: Source, told: list[_Told], begin: int) -> int:
    """Return how far behind the places that the directory tells the members stand."""
    if not told:
        return 0
    first = min(entry.offset for entry in told)
    if source.read_at(first, 4) == magic.LOCAL_HEADER and first < begin:
        return 0
    reach = source.read_at(0, min(begin, _STEP))
    place = reach.find(magic.LOCAL_HEADER)
    return place - first if place >= 0 else 0


def _descriptor(source: Source, place: int, told: _Told) -> int:
    """Return how long the data descriptor at `place` is: it says what the directory says of the member."""
    window = source.read_at(place, len(_DESCRIPTOR_MARK) + _DESCRIPTORS[-1].size)
    marked = len(_DESCRIPTOR_MARK) if window.startswith(_DESCRIPTOR_MARK) else 0
    for start in {marked, 0}:
        for layout in _DESCRIPTORS:
            if start + layout.size <= len(window) and layout.unpack_from(window, start) == told.said:
                return start + layout.size
    return 0


def _join(stretches: Iterator[Stretch]) -> Iterator[Stretch]:
    """Yield the stretches; those beyond the most that are told apart are one."""
    rest: Stretch | None = None
    for number, stretch in enumerate(stretches):
        if number < _MOST_GAPS:
            yield stretch
        else:
            rest = (rest[0] if rest else stretch[0], stretch[1])
    if rest:
        yield rest
