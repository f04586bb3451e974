"""The end of a zip: its one end record, with zip64's where there is one (APPNOTE 4.3.14–16)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from ingest.package import magic
from ingest.package.faults import Refused
from ingest.package.source import Source

END_MARK = b"PK\x05\x06"
_END = struct.Struct("<4sHHHHIIH")
_LOCATOR = struct.Struct("<4sIQI")
_END64 = struct.Struct("<4sQHHIIQQQQ")
_MARK64 = b"PK\x06\x06"
_LOCATOR_MARK = b"PK\x06\x07"
_TAIL = _END.size + 0xFFFF
#: How far from its end a file is searched for the end of a zip that more than a comment follows.
_LONGEST_LOOK = 64 * 1024**2
_STEP = 1024**2
_TAPE_BLOCK = 10240

#: What follows the record's own size field when it has no extensible data.
_END64_REST = _END64.size - 12


@dataclass(frozen=True, slots=True)
class End:
    """Where the central directory is. `directory_end` is where the end record (or zip64's) starts."""

    entries: int
    directory_offset: int
    directory_size: int
    directory_end: int
    comment: bytes


def find_end(source: Source) -> End:
    """Return what the one end record says.

    Raises Refused where there is none or more than one, where bytes follow it, where it is a part of a split
    zip, and where zip64's record contradicts it.
    """
    tail = source.read_at(max(0, source.size - _TAIL), _TAIL)
    base = source.size - len(tail)
    candidates = [place for place in _places(tail) if place + _END.size <= len(tail)]
    if not any(_after(tail, place) == len(tail) for place in candidates):
        tail = _without_padding(source.size, tail, candidates)
    exact = [place for place in candidates if _after(tail, place) == len(tail)]
    if not exact:
        _refuse_without_end(source, tail, base, candidates)
    place = exact[0]
    if END_MARK in tail[place + 4 :] or any(_after(tail, other) == place for other in candidates):
        raise Refused("PKG104")
    return _read_end(source, tail[place:], base + place)


def _places(tail: bytes) -> list[int]:
    found, place = [], tail.find(END_MARK)
    while place >= 0:
        found.append(place)
        place = tail.find(END_MARK, place + 1)
    return found


def _after(tail: bytes, place: int) -> int:
    """Return where the record at `place` ends, its comment included."""
    return place + _END.size + int.from_bytes(tail[place + 20 : place + 22], "little")


def _without_padding(file_size: int, tail: bytes, candidates: list[int]) -> bytes:
    """Return the tail without the zeros that fill the file up to whole blocks of a tape.

    libarchive (`bsdtar --format zip -cf -`, macOS's too) writes them to a pipe. They hold nothing.
    """
    if file_size % _TAPE_BLOCK or not candidates:
        return tail
    end = _after(tail, candidates[-1])
    return tail if tail[end:].strip(b"\0") or len(tail) - end >= _TAPE_BLOCK else tail[:end]


def _refuse_without_end(source: Source, tail: bytes, base: int, candidates: list[int]) -> None:
    head = source.read_at(0, magic.HEAD)
    if not source.size:
        raise Refused("PKG002", is_broken_off=True)
    other = magic.identify(head)
    if other:
        raise Refused(other)
    if candidates and _ends_a_zip(tail, base, candidates[-1], source.size):
        raise Refused("PKG105")
    if head.startswith(magic.LOCAL_HEADER) and _ends_further_up(source):
        raise Refused("PKG105")
    is_begun = head.startswith((magic.LOCAL_HEADER[: len(head)], END_MARK))
    if is_begun or not head.strip(b"\0"):
        raise Refused("PKG001", is_broken_off=True)
    raise Refused("PKG004")


def _ends_a_zip(tail: bytes, base: int, place: int, file_size: int) -> bool:
    """Tell whether the record closes a zip that starts where the file starts and has bytes behind it."""
    _, _, _, _, _, size, offset, _ = _END.unpack_from(tail, place)
    return base + _after(tail, place) < file_size and (offset + size == base + place or offset == 0xFFFFFFFF)


def _ends_further_up(source: Source) -> bool:
    """Tell whether the zip has an end of its own that more bytes follow than a comment can have."""
    stop = max(0, source.size - _LONGEST_LOOK)
    for start in range(max(0, source.size - _STEP), stop - _STEP, -_STEP):
        start = max(start, stop)
        piece = source.read_at(start, _STEP + _END.size)
        places = [place for place in _places(piece) if place + _END.size <= len(piece)]
        if any(_ends_a_zip(piece, start, place, source.size) for place in places):
            return True
    return False


def ends_with_zip(source: Source, end: int) -> bool:
    """Tell whether the bytes before `end` close with an end record of their own."""
    tail = source.read_at(max(0, end - _TAIL), min(end, _TAIL))
    return any(_after(tail, place) == len(tail) for place in _places(tail) if place + _END.size <= len(tail))


def _read_end(source: Source, record: bytes, place: int) -> End:
    _, disk, first_disk, here, entries, size, offset, _ = _END.unpack_from(record)
    comment = record[_END.size :]
    if not offset and not comment and place and source.read_at(0, 4) == magic.LOCAL_HEADER:
        # Its last bytes are zeros: the last block of the upload has not arrived.
        raise Refused("PKG003", is_broken_off=True)
    located = source.read_at(place - _LOCATOR.size, _LOCATOR.size) if place >= _LOCATOR.size else b""
    if located.startswith(_LOCATOR_MARK):
        plain = (disk, first_disk, here, entries, size, offset)
        return _read_end64(source, located, place - _LOCATOR.size, plain, comment)
    if disk or first_disk:
        raise Refused("PKG010", place=(place, place + _END.size))
    if here != entries:
        raise Refused("PKG111", place=(place, place + _END.size))
    return End(entries, offset, size, place, comment)


def _read_end64(source: Source, located: bytes, locator: int, plain: tuple[int, ...], comment: bytes) -> End:
    _, record_disk, claimed, disks = _LOCATOR.unpack(located)
    place = locator - _END64.size
    record = source.read_at(place, _END64.size) if place >= 0 else b""
    if not record.startswith(_MARK64):
        raise Refused("PKG115", place=(max(0, place), locator))
    _, rest, _, _, disk, first_disk, here, entries, size, offset = _END64.unpack(record)
    if record_disk or disks > 1 or disk or first_disk or here != entries:
        raise Refused("PKG010", place=(place, locator))
    if rest != _END64_REST or claimed > place:
        raise Refused("PKG115", place=(place, locator))
    if claimed < place:
        raise Refused("PKG107" if magic.identify(source.read_at(0, magic.HEAD)) == "PKG014" else "PKG106")
    # A value of the plain record that is not the sentinel must agree with zip64's.
    limits = (0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF)
    for said, real, sentinel in zip(plain, (0, 0, here, entries, size, offset), limits, strict=True):
        if said not in (real, sentinel):
            raise Refused("PKG115", place=(place, locator))
    return End(entries, offset, size, place, comment)
