"""Have the system begin to write to the disk while more is still read: whoever syncs waits less then.

A hint, and no promise: what must last is synced. Linux only; elsewhere nothing happens.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Callable
from functools import cache

_WRITE = 2  # SYNC_FILE_RANGE_WRITE of sync_file_range(2): begin to write, wait for nothing


def begin_to_write(descriptor: int) -> None:
    """Have what an open file holds so far written to the disk soon."""
    call = _sync_file_range()
    if call is not None:
        call(descriptor, 0, 0, _WRITE)


@cache
def _sync_file_range() -> Callable[..., int] | None:
    if not sys.platform.startswith("linux"):
        return None
    call = getattr(ctypes.CDLL(None), "sync_file_range", None)
    if call is not None:
        call.argtypes = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)
        call.restype = ctypes.c_int
    return call
