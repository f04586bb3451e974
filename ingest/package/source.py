"""Bytes of a file by their place, without mapping it: a zip of 20 GB costs no address space."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

from ingest.model.closing import Closing

#: A hole left by an upload is at least this long: shares are written in blocks of 512 bytes or more.
_HOLE = bytes(512)
#: Reads at a place in one call; not on every system.
_PREAD: Callable[[int, int, int], bytes] | None = getattr(os, "pread", None)
_LONGEST_LOOK = 128 * 1024**2


class OutOfTime(Exception):
    """The time for the package is up."""


class Source(Closing):
    """A file open for reading at any offset. Close it, or use it in a `with`.

    deadline: by `time.monotonic()`; behind it every read raises OutOfTime.
    """

    def __init__(self, path: Path, deadline: float) -> None:
        self._file = path.open("rb", buffering=0)
        self._deadline = deadline
        self.size = self._file.seek(0, 2)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def read_at(self, offset: int, count: int) -> bytes:
        """Return up to `count` bytes from `offset`; fewer only at the end of the file. Raises OutOfTime."""
        if time.monotonic() > self._deadline:
            raise OutOfTime
        if count <= 0 or not 0 <= offset < self.size:
            return b""
        found = self._read(offset, count)
        if len(found) == count or offset + len(found) >= self.size:
            return found
        pieces = [found]
        reached = offset + len(found)
        while reached < offset + count and (piece := self._read(reached, offset + count - reached)):
            pieces.append(piece)
            reached += len(piece)
        return b"".join(pieces)

    def _read(self, offset: int, count: int) -> bytes:
        """Return what one call gives: up to `count` bytes."""
        if _PREAD is not None:
            return _PREAD(self._file.fileno(), count, offset)
        self._file.seek(offset)
        return self._file.read(count) or b""

    def has_hole(self, start: int, end: int) -> bool:
        """Tell whether a run of zeros as long as a block touches the stretch from `start` to `end`."""
        first = max(0, start - len(_HOLE))
        end = min(end, start + _LONGEST_LOOK)
        return _HOLE in self.read_at(first, end + len(_HOLE) - first)
