"""Where members lie: each local header as the directory says, end to end, without gaps or overlaps.

Checks every local header (APPNOTE 4.3.7) and data descriptor (4.3.9) against the central directory, in the
order of the file, with one small read for each member. A descriptor may have a signature or not and sizes of
4 or 8 bytes; which of the four it is follows from the distance to the next header.
"""

from __future__ import annotations

import struct

from ingest.package import magic
from ingest.package.directory import (
    AES,
    SENTINEL,
    UNICODE_NAME,
    ZIP64,
    Entry,
    read_extras,
    sift,
    widen_local,
)
from ingest.package.ends import End, ends_with_zip
from ingest.package.faults import Refused
from ingest.package.source import Source

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_DESCRIPTOR_MARK = b"PK\x07\x08"
_LONGEST_DESCRIPTOR = 24
#: Without signature: CRC and sizes of 4 or of 8 bytes.
_DESCRIPTORS = {12: struct.Struct("<III"), 20: struct.Struct("<IQQ")}
#: Names and extra fields are mostly shorter than this; longer ones cost a second read.
_GUESS = 192

HAS_DESCRIPTOR = 1 << 3
UTF8 = 1 << 11
#: Flags that both headers must agree on: encrypted, descriptor, patched data, strong, masked headers.
_AGREED = 1 | HAS_DESCRIPTOR | 1 << 5 | 1 << 6 | 1 << 13


def check_layout(source: Source, end: End, entries: list[Entry]) -> None:
    """Fill each entry's `data_offset` and add its local notes. Raises Refused at the first fault."""
    directory_start = end.directory_end - end.directory_size
    in_file_order = sorted(entries, key=lambda entry: entry.header_offset)
    _refuse_bytes_before(source, end, in_file_order)
    reached = 0
    previous: Entry | None = None
    for entry in in_file_order:
        if entry.header_offset < reached:
            raise Refused("PKG109", ordinal=entry.ordinal)
        distance = min(entry.header_offset - reached, _LONGEST_DESCRIPTOR + 1)
        window = source.read_at(reached, distance + _LOCAL.size + _GUESS)
        _close(previous, reached, entry.header_offset, window)
        reached = _open(source, entry, window, distance, directory_start)
        previous = entry
    if reached > directory_start:
        raise Refused("PKG109", ordinal=previous.ordinal if previous else None)
    _close(previous, reached, directory_start, source.read_at(reached, _LONGEST_DESCRIPTOR))


def _refuse_bytes_before(source: Source, end: End, in_file_order: list[Entry]) -> None:
    """Raise where the zip does not start where the file starts, whether its offsets know of it or not."""
    shift = end.directory_end - end.directory_size - end.directory_offset
    if shift < 0:
        raise Refused("PKG110")
    first = shift + (in_file_order[0].header_offset if in_file_order else end.directory_offset)
    if not first:
        return
    head = source.read_at(0, magic.HEAD)
    if head.startswith((magic.SPLIT_MARKER, magic.SINGLE_SEGMENT_MARKER)):
        raise Refused("PKG010")
    if magic.identify(head) == "PKG014":
        raise Refused("PKG107")
    if ends_with_zip(source, first):
        raise Refused("PKG104")
    # A zip that was cut off behind a zip stored in it looks like this as well.
    raise Refused("PKG106", is_broken_off=head.startswith(magic.LOCAL_HEADER))


def _open(source: Source, entry: Entry, window: bytes, place: int, directory_start: int) -> int:
    """Check the local header at `place` of `window`; return where the member's data ends in the file."""
    extent = (entry.header_offset, entry.header_offset + _LOCAL.size + len(entry.raw_name))
    if not window.startswith(magic.LOCAL_HEADER, place) or len(window) < place + _LOCAL.size:
        raise Refused("PKG113", ordinal=entry.ordinal, place=extent)
    _, _, flags, method, _, _, crc, packed, size, name_length, extra_length = _LOCAL.unpack_from(
        window, place
    )
    names = place + _LOCAL.size
    length = name_length + extra_length
    if names + length > len(window):
        window = source.read_at(entry.header_offset + _LOCAL.size, length)
        names = 0
    raw_name = window[names : names + name_length]
    if raw_name != entry.raw_name or method != entry.method or (flags ^ entry.flags) & _AGREED:
        raise Refused("PKG112", ordinal=entry.ordinal, place=extent)
    if (flags ^ entry.flags) & UTF8 and not raw_name.isascii():
        raise Refused("PKG112", ordinal=entry.ordinal, place=extent)
    extras: dict[int, bytes] = {}
    if extra_length:
        extras = read_extras(window[names + name_length : names + length], entry.ordinal)
        _take_extras(entry, extras)
    if SENTINEL in (size, packed) and ZIP64 in extras:
        size, packed = widen_local(extras[ZIP64], size, packed, entry.ordinal)
    # A streaming writer leaves what it does not know yet as zero and tells it in the descriptor.
    unknown = 0 if flags & HAS_DESCRIPTOR else None
    told = ((crc, entry.crc), (packed, entry.compressed_size), (size, entry.size))
    if any(here not in (there, unknown) for here, there in told):
        raise Refused("PKG112", ordinal=entry.ordinal, place=extent)
    entry.data_offset = entry.header_offset + _LOCAL.size + length
    data_end = entry.data_offset + entry.compressed_size
    if data_end > directory_start:
        raise Refused("PKG109", ordinal=entry.ordinal)
    return data_end


def _take_extras(entry: Entry, extras: dict[int, bytes]) -> None:
    """Raise where the local header has another name or encryption than the central one; keep texts."""
    name = extras.get(UNICODE_NAME)
    if name is not None and name != entry.extras.get(UNICODE_NAME, name):
        raise Refused("PKG112", ordinal=entry.ordinal)
    if (AES in extras) != (AES in entry.extras):
        raise Refused("PKG112", ordinal=entry.ordinal)
    if name is not None:
        entry.extras.setdefault(UNICODE_NAME, name)
    entry.notes += tuple(note for note in sift(extras)[0] if note not in entry.notes)


def _close(entry: Entry | None, data_end: int, next_start: int, window: bytes) -> None:
    """Check what lies between a member's data and the next header: nothing, or its data descriptor."""
    distance = next_start - data_end
    if not distance:
        return
    if entry is None or not entry.flags & HAS_DESCRIPTOR or distance not in (12, 16, 20, 24):
        raise Refused("PKG108", place=(data_end, min(next_start, data_end + _LONGEST_DESCRIPTOR)))
    found = window[:distance]
    unmarked = found.removeprefix(_DESCRIPTOR_MARK) if distance in (16, 24) else found
    layout = _DESCRIPTORS.get(len(unmarked))
    if layout is None or layout.unpack(unmarked) != (entry.crc, entry.compressed_size, entry.size):
        raise Refused("PKG114", ordinal=entry.ordinal, place=(data_end, next_start))
