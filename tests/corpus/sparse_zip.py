"""Zips of many gigabytes that cost no room on the disk: stored members whose rest is a hole in the file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO

from tests.corpus.zip_parts import FULL32, STORED, Lies, Part, build, extra_field


@dataclass(frozen=True)
class SparseMember:
    """A member: `head`, then `zeros` bytes of nothing; `crc` of both."""

    name: bytes
    head: bytes
    zeros: int = 0
    crc: int = 0


def write_sparse(file: BinaryIO, members: Iterable[SparseMember], *, knows_zip64: bool = True) -> None:
    """Write a stored zip; without zip64 every place is told in 32 bits, whatever is lost of it."""
    central = bytearray()
    entries = 0
    for member in members:
        size = len(member.head) + member.zeros
        told = {"crc": member.crc, "packed": size, "size": size}
        offset = file.tell()
        one = build(
            [Part(member.name, b"", STORED, local=dict(told), central=dict(told), offset=offset & FULL32)]
        )
        at = one.index(b"PK\x01\x02")
        file.write(one[:at] + member.head)
        file.seek(member.zeros, 1)
        entry = one[at : one.rindex(b"PK\x05\x06")]
        central += _wide(entry, offset) if knows_zip64 else entry
        entries += 1
    file.truncate()
    place = file.tell()
    file.write(central)
    if knows_zip64:
        ends = Lies(
            zip64=True,
            entries=entries,
            directory_size=len(central),
            directory_offset=place,
            locator_offset=place + len(central),
        )
    else:
        ends = Lies(
            entries=entries,
            entries_here=entries,
            directory_size=len(central),
            directory_offset=place & FULL32,
        )
    file.write(build([], ends))


def _wide(entry: bytes, offset: int) -> bytes:
    """Return a central header with its offset told in zip64's field."""
    wide = extra_field(1, offset.to_bytes(8, "little"))
    return entry[:30] + len(wide).to_bytes(2, "little") + entry[32:42] + b"\xff" * 4 + entry[46:] + wide
