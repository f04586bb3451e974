"""What the inspection child may not do: use more memory or CPU than its share, dump core, reach a network.

Limits are POSIX's; on Windows the parent's clock alone bounds the child.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from typing import Any

_CLONE_NEWNET = 0x40000000
_CLONE_NEWUSER = 0x10000000


def limit_memory(maximum: int) -> None:
    """Bound the memory that this process can fill (Linux: without mapped files), else its address space."""
    if sys.platform == "win32":
        return
    import resource

    kind = resource.RLIMIT_DATA if sys.platform.startswith("linux") else resource.RLIMIT_AS
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(kind, (maximum, maximum))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_cpu(seconds: float) -> None:
    """Bound the CPU time of the work that begins now; beyond it the system ends this process."""
    if sys.platform == "win32":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = int(time.process_time() + seconds) + 1
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))


def forbid_network() -> None:
    """Leave the network where the system lets a process do so, and refuse every socket in any case."""
    _leave_network()

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith("socket."):
            raise PermissionError("the inspection process has no network")

    sys.addaudithook(refuse)


def _leave_network() -> None:
    """unshare(2): a network namespace of its own holds no interface but a loopback that is down."""
    if not sys.platform.startswith("linux"):
        return
    import ctypes

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_CLONE_NEWNET) != 0 and os.geteuid() != 0:
        libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET)
