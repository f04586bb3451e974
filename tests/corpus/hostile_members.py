"""Zips with members that cannot be read."""

from __future__ import annotations

import random
from functools import partial

from tests.corpus.cases import Hostile
from tests.corpus.zip_makers import DICOM, MIB, OTHER, Build, one, plain, tiny
from tests.corpus.zip_parts import DEFLATED, DEFLATED64, STORED, Part, build, pack


def flipped(**fields: object) -> bytes:
    """Return a zip of one member with a byte of its data changed."""
    data = bytearray(build([Part(b"ct1.dcm", DICOM, **fields), Part(b"ct2.dcm", OTHER)]))
    data[60] ^= 0x55
    return bytes(data)


def told_size(size: int, **fields: object) -> Build:
    """Return the maker of a zip whose first member says this size, in both headers."""
    return one(local={"size": size}, central={"size": size}, **fields)


def with_junk(method: int) -> Build:
    """Return the maker of a zip whose first member has bytes behind the end of its stream."""
    return one(method=method, packed=pack(DICOM, method) + b"hidden text")


HOSTILE_MEMBERS = [
    Hostile("PKG201", "stored-byte-flipped", partial(flipped, method=STORED)),
    Hostile("PKG201", "checksum-of-another", one(local={"crc": 7}, central={"crc": 7})),
    Hostile("PKG202", "deflate-block-broken", one(packed=b"\x07" + b"\xff" * 60)),
    Hostile("PKG202", "deflate-cut", one(packed=pack(DICOM, DEFLATED)[:-9])),
    Hostile("PKG202", "deflate64-cut", one(method=DEFLATED64, packed=pack(DICOM, DEFLATED64)[:-9])),
    Hostile("PKG202", "deflate64-broken", one(method=DEFLATED64, packed=b"\x07" + b"\xff" * 60)),
    Hostile("PKG202", "hole-in-deflated-data", lambda: deflated_hole()),
    Hostile("PKG203", "says-less-than-it-is", told_size(20)),
    Hostile("PKG203", "deflate64-says-less", told_size(20, method=DEFLATED64)),
    Hostile("PKG204", "says-more-than-it-is", told_size(5000)),
    Hostile("PKG204", "stored-says-more", told_size(5000, method=STORED)),
    Hostile("PKG204", "deflate64-says-more", told_size(5000, method=DEFLATED64)),
    Hostile("PKG205", "behind-deflate", with_junk(DEFLATED)),
    Hostile("PKG205", "behind-deflate64", with_junk(DEFLATED64)),
    Hostile("PKG206", "larger-than-allowed", plain, tiny(member_bytes=1000)),
    Hostile(
        "PKG207", "bomb", lambda: build([Part(b"ct1.dcm", bytes(24 * MIB)), Part(b"n.dcm", _noise(), STORED)])
    ),
    Hostile(
        "PKG207",
        "deflate64-bomb",
        lambda: build([Part(b"ct1.dcm", bytes(24 * MIB), DEFLATED64), Part(b"n.dcm", _noise(), STORED)]),
    ),
    Hostile("PKG208", "empty", one(data=b"", method=STORED)),
    Hostile("PKG209", "lzma", one(method=14)),
    Hostile("PKG210", "ppmd", one(method=98)),
    Hostile("PKG211", "zstd", one(method=93)),
    Hostile("PKG212", "bzip2", one(method=12)),
    Hostile("PKG213", "imploded", one(method=6)),
    Hostile("PKG214", "zip-beside-data", one(data=plain())),
    Hostile("PKG214", "7z-inside", one(data=b"7z\xbc\xaf\x27\x1c" + bytes(40))),
]


def _noise() -> bytes:
    return random.Random(5).randbytes(300_000)


def deflated_hole() -> bytes:
    """Return a zip whose first member has zeros in the middle of its stream."""
    body = bytearray(pack(_noise(), DEFLATED))
    body[1000:70_000] = bytes(69_000)
    return build([Part(b"ct1.dcm", _noise(), packed=bytes(body)), Part(b"ct2.dcm", OTHER)])
