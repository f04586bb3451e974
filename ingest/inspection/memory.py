"""What a package took of the heap is given back to the system before the next, where the C library can."""

from __future__ import annotations

import ctypes
import sys


def give_back_memory() -> None:
    """Return what is free in the heap to the system (glibc's malloc_trim); elsewhere nothing happens."""
    if not sys.platform.startswith("linux"):
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
