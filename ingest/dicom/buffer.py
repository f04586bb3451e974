"""The bytes of a file: in memory, or mapped where it is large. Both are sliced alike; slices are bytes."""

from __future__ import annotations

import mmap

Buffer = bytes | mmap.mmap

_ZEROS = bytes(1 << 20)
_LOOK = 4096


def is_zero(data: Buffer, begin: int, end: int) -> bool:
    """Are these bytes all zero? Looked at in pieces, no further than the first that is not."""
    for start in range(begin, end, len(_ZEROS)):
        piece = data[start : min(end, start + len(_ZEROS))]
        if piece != _ZEROS[: len(piece)]:
            return False
    return True


def is_uniform(data: Buffer, begin: int, end: int) -> bool:
    """Is every 16-bit word the same? Looked at in pieces, no further than the first that differs."""
    if end - begin < 2:
        return False
    same = data[begin : begin + 2] * (_LOOK // 2)
    for start in range(begin, end, _LOOK):
        piece = data[start : min(end, start + _LOOK)]
        if piece != same[: len(piece)]:
            return False
    return True
