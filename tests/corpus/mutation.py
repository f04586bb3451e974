"""Mutations for the fuzzers: blind ones, and for zips such as hit the structure."""

from __future__ import annotations

import random

_INTERESTING = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
_MARKS = (b"PK\x01\x02", b"PK\x03\x04", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"PK\x07\x08")
#: The longest of the fixed headers.
_HEADER = 56


def mutate(data: bytes, rng: random.Random) -> bytes:
    """Return `data` with one to four mutations; the same generator state gives the same bytes."""
    spoiled = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        rng.choice(_MUTATIONS)(spoiled, rng)
    return bytes(spoiled)


def _place(data: bytearray, rng: random.Random) -> int:
    return rng.randrange(len(data) + 1)


def _stretch(data: bytearray, rng: random.Random) -> slice:
    start = _place(data, rng)
    return slice(start, min(len(data), start + rng.choice((1, 2, 4, 16, 64, 512, 4096))))


def _flip_bit(data: bytearray, rng: random.Random) -> None:
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _write_byte(data: bytearray, rng: random.Random) -> None:
    if data:
        data[rng.randrange(len(data))] = rng.randrange(256)


def _write_number(data: bytearray, rng: random.Random) -> None:
    place = _place(data, rng)
    width = rng.choice((1, 2, 4, 8))
    data[place : place + width] = (rng.choice(_INTERESTING) & (1 << 8 * width) - 1).to_bytes(width, "little")


def _spoil_header(data: bytearray, rng: random.Random) -> None:
    """Write a number into one of the zip's own headers."""
    starts = [start for mark in _MARKS for start in _starts(data, mark)]
    if not starts:
        return _write_number(data, rng)
    place = rng.choice(starts) + rng.randrange(_HEADER)
    width = rng.choice((1, 2, 4))
    number = rng.choice((*_INTERESTING, rng.randrange(1 << 16), len(data)))
    data[place : place + width] = (number & (1 << 8 * width) - 1).to_bytes(width, "little")
    return None


def _starts(data: bytearray, mark: bytes) -> list[int]:
    found, place = [], data.find(mark)
    while place >= 0:
        found.append(place)
        place = data.find(mark, place + 1)
    return found


def _truncate(data: bytearray, rng: random.Random) -> None:
    del data[_place(data, rng) :]


def _delete(data: bytearray, rng: random.Random) -> None:
    del data[_stretch(data, rng)]


def _insert(data: bytearray, rng: random.Random) -> None:
    place = _place(data, rng)
    data[place:place] = rng.randbytes(rng.choice((1, 2, 4, 16, 300)))


def _zero(data: bytearray, rng: random.Random) -> None:
    stretch = _stretch(data, rng)
    data[stretch] = bytes(stretch.stop - stretch.start)


def _copy(data: bytearray, rng: random.Random) -> None:
    """Repeat a stretch elsewhere: a header twice, an end record in the middle."""
    stretch = bytes(data[_stretch(data, rng)])
    place = _place(data, rng)
    data[place:place] = stretch


def _move(data: bytearray, rng: random.Random) -> None:
    stretch = _stretch(data, rng)
    taken = bytes(data[stretch])
    del data[stretch]
    place = _place(data, rng)
    data[place:place] = taken


def _append(data: bytearray, rng: random.Random) -> None:
    data += rng.choice((b"\0", b"\r\n", b"PK\x05\x06" + bytes(18), rng.randbytes(40)))


_MUTATIONS = (
    _flip_bit,
    _write_byte,
    _write_number,
    _spoil_header,
    _spoil_header,
    _spoil_header,
    _truncate,
    _delete,
    _insert,
    _zero,
    _copy,
    _move,
    _append,
)
