"""Makers of small zips, sound but for the fields that are given."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

from ingest.trial.definition import Limits
from tests.corpus.zip_parts import Lies, Part, build, extra_field

#: Looks like DICOM from the outside: preamble, prefix, a first element, something that compresses.
DICOM = bytes(128) + b"DICM" + b"\x02\x00\x00\x00UL\x04\x00\x00\x00\x00\x00" + bytes(range(256)) * 4
OTHER = bytes(128) + b"DICM" + b"\x02\x00\x00\x00UL\x04\x00\x01\x00\x00\x00" + bytes(reversed(range(256))) * 3
MIB = 1024**2

Build = Callable[[], bytes]


def one(**fields: object) -> Build:
    """Return the maker of a zip of two members, the first one spoiled in these fields."""
    return lambda: build([Part(**({"name": b"ct1.dcm", "data": DICOM} | fields)), Part(b"ct2.dcm", OTHER)])


def two(first: bytes, second: bytes, **fields: object) -> Build:
    """Return the maker of a zip of two members of these names; `fields` go to both."""
    return lambda: build([Part(first, DICOM, **fields), Part(second, OTHER, **fields)])


def ending(**lies: object) -> Build:
    """Return the maker of a zip of two sound members whose end lies."""
    return lambda: build([Part(b"ct1.dcm", DICOM), Part(b"ct2.dcm", OTHER)], Lies(**lies))


def plain(comment: bytes = b"") -> bytes:
    """Return a sound zip of two members."""
    return build([Part(b"ct1.dcm", DICOM), Part(b"ct2.dcm", OTHER)], Lies(comment=comment))


def nested(times: int, **fields: object) -> bytes:
    """Return a zip in a zip, so many times."""
    data = plain()
    for _ in range(times):
        data = build([Part(b"inner.zip", data, **fields)])
    return data


def unicode_path(
    raw: bytes, name: str, local_says: str | None = None, crc: int | None = None, flags: int = 0
) -> bytes:
    """Return a zip whose first member has a Unicode path field (0x7075)."""

    def path_field(text: str) -> bytes:
        check = zlib.crc32(raw) if crc is None else crc
        return extra_field(0x7075, b"\x01" + struct.pack("<I", check) + text.encode())

    part = Part(raw, DICOM, flags=flags, extra=path_field(name), local_extra=path_field(local_says or name))
    return build([part, Part(b"ct2.dcm", OTHER)])


def tiny(**limits: int) -> Limits:
    """Return limits of which some are small."""
    return Limits(**limits)
