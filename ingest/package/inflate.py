"""Stored, deflate and Deflate64: pieces of a member's bytes, never more than was declared.

Deflate is read by ISA-L where it is installed, else by zlib; Deflate64 (Windows Explorer above 2 GB) by
inflate64.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Protocol, cast

from ingest.package.contents import Member
from ingest.package.source import OutOfTime, Source

try:
    from isal import igzip_lib, isal_zlib

    HAS_ISAL = True
except ImportError:  # no wheel for this machine
    HAS_ISAL = False

__all__ = [
    "METHODS",
    "STORED",
    "UNREADABLE_METHODS",
    "Unreadable",
    "crc32",
    "inflate_at_once",
    "new_inflater",
    "pieces",
]

STORED = 0
DEFLATED = 8
DEFLATED64 = 9
METHODS = frozenset({STORED, DEFLATED, DEFLATED64})

#: The finding code of each method that is known and not read; any other is PKG213.
UNREADABLE_METHODS = {14: "PKG209", 98: "PKG210", 93: "PKG211", 20: "PKG211", 12: "PKG212"}

#: Read from the file at a time, and given out at most.
_PIECE_IN = 1 << 20
_PIECE_OUT = 4 << 20
#: Deflate64 can make 29,000 bytes of one, and inflate64 has no cap on what it gives out.
_PIECE_IN_64 = 1 << 10


#: Of pieces, where no inflater has counted.
crc32: Callable[..., int] = isal_zlib.crc32 if HAS_ISAL else zlib.crc32
_DeflateError: type[Exception] = cast(type[Exception], igzip_lib.error) if HAS_ISAL else zlib.error
_DEFLATE_ERRORS = (_DeflateError, zlib.error, EOFError)


class Unreadable(Exception):
    """A member that cannot be read; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Inflater(Protocol):
    """What ISA-L's decompressor offers."""

    @property
    def eof(self) -> bool:
        """The stream has ended."""
        ...

    @property
    def needs_input(self) -> bool:
        """Nothing more can be given out without more input."""
        ...

    @property
    def unused_data(self) -> bytes:
        """What was given behind the stream's end."""
        ...

    @property
    def crc(self) -> int:
        """The CRC-32 of what was given out so far."""
        ...

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take `data` in and give out at most `max_length` bytes."""
        ...


class ZlibInflater:
    """zlib in the manner of ISA-L's decompressor."""

    def __init__(self) -> None:
        self._stream = zlib.decompressobj(-zlib.MAX_WBITS)
        self.crc = 0

    @property
    def eof(self) -> bool:
        """The stream has ended."""
        return self._stream.eof

    @property
    def needs_input(self) -> bool:
        """Nothing more can be given out without more input."""
        return not self._stream.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        """What was given behind the stream's end."""
        return self._stream.unused_data

    def decompress(self, data: bytes, max_length: int) -> bytes:
        """Take `data` in and give out at most `max_length` bytes."""
        piece = self._stream.decompress(self._stream.unconsumed_tail + data, max_length)
        self.crc = zlib.crc32(piece, self.crc)
        return piece


def new_inflater() -> Inflater:
    """Return a decompressor for one raw deflate stream."""
    if not HAS_ISAL:
        return ZlibInflater()
    inflater: Inflater = igzip_lib.IgzipDecompressor(flag=igzip_lib.DECOMP_GZIP_NO_HDR, hist_bits=15)
    return inflater


def inflate_at_once(packed: bytes, size: int, inflater: Inflater | None = None) -> bytes:
    """Return the bytes of a deflated member that has `size` of them; no CRC is checked. Raises Unreadable."""
    inflater = inflater or new_inflater()
    try:
        data = inflater.decompress(packed, size + 1)
        if not inflater.eof and len(data) <= size:
            data += inflater.decompress(b"", size + 1 - len(data))
    except _DEFLATE_ERRORS:
        raise Unreadable("PKG202") from None
    if len(data) > size:
        raise Unreadable("PKG203")
    if not inflater.eof:
        raise Unreadable("PKG202")
    if inflater.unused_data:
        raise Unreadable("PKG205" if len(data) == size else "PKG202")
    return data


def pieces(source: Source, member: Member) -> Iterator[bytes]:
    """Yield a member's bytes, no more than its declared size. Raises Unreadable. The CRC is the caller's."""
    streams = {STORED: _stored, DEFLATED: _deflated, DEFLATED64: _deflated64}
    left = member.size
    try:
        for piece in streams[member.method](source, member):
            left -= len(piece)
            if left < 0:
                raise Unreadable("PKG203")
            if piece:
                yield piece
    except Unreadable as unreadable:
        # A damaged stream may end early by chance; only behind a whole one are bytes hidden.
        raise Unreadable("PKG202" if left > 0 and unreadable.code == "PKG205" else unreadable.code) from None
    if left:
        raise Unreadable("PKG204")


def _packed(source: Source, member: Member, step: int) -> Iterator[bytes]:
    """Yield the member's bytes as they stand in the file."""
    end = member.data_offset + member.compressed_size
    for place in range(member.data_offset, end, step):
        try:
            packed = source.read_at(place, min(step, end - place))
        except OutOfTime:
            raise Unreadable("PKG126") from None
        if not packed:
            raise Unreadable("PKG202")
        yield packed


def _stored(source: Source, member: Member) -> Iterator[bytes]:
    return _packed(source, member, _PIECE_IN)


def _deflated(source: Source, member: Member) -> Iterator[bytes]:
    inflater = new_inflater()
    try:
        for packed in _packed(source, member, _PIECE_IN):
            if inflater.eof:
                raise Unreadable("PKG205")
            yield inflater.decompress(packed, _PIECE_OUT)
            while not inflater.eof and not inflater.needs_input:
                yield inflater.decompress(b"", _PIECE_OUT)
        if not inflater.eof:
            yield inflater.decompress(b"", _PIECE_OUT)
    except _DEFLATE_ERRORS:
        raise Unreadable("PKG202") from None
    if not inflater.eof:
        raise Unreadable("PKG202")
    if inflater.unused_data:
        raise Unreadable("PKG205")


def _in_small_pieces(packed: Iterator[bytes], size: int) -> Iterator[bytes]:
    """Yield pieces of 1 KiB, the last 1 KiB byte by byte: inflate64 does not say what it left over."""
    left = size
    for large in packed:
        place = 0
        while place < len(large):
            step = max(1, min(_PIECE_IN_64, left - _PIECE_IN_64))
            piece = large[place : place + step]
            place += len(piece)
            left -= len(piece)
            yield piece


def _deflated64(source: Source, member: Member) -> Iterator[bytes]:
    import inflate64  # rare, and slow to import

    inflater = inflate64.Inflater()
    try:
        for packed in _in_small_pieces(_packed(source, member, _PIECE_IN), member.compressed_size):
            if inflater.eof:
                raise Unreadable("PKG205")
            yield inflater.inflate(packed)
    except ValueError:
        raise Unreadable("PKG202") from None
    if not inflater.eof:
        raise Unreadable("PKG202")
