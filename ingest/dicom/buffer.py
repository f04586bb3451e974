"""The bytes of a file: in memory, or mapped where it is large. Both are sliced alike; slices are bytes."""

from __future__ import annotations

import mmap

Buffer = bytes | mmap.mmap

_ZEROS = bytes(1 << 20)


def is_zero(data: Buffer, begin: int, end: int) -> bool:
    """Are these bytes all zero? Looked at in pieces, no further than the first that is not."""
    for start in range(begin, end, len(_ZEROS)):
        piece = data[start : min(end, start + len(_ZEROS))]
        if piece != _ZEROS[: len(piece)]:
            return False
    return True
