"""One writer a subject on one machine: a second guard beneath the ledger's lease."""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from ingest.model.errors import TransientError

if sys.platform != "win32":
    import fcntl

    def _try_lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

else:

    def _try_lock(descriptor: int) -> bool:
        raise TransientError("the archive is kept on POSIX file systems only")


_PAUSE = 0.02


@contextlib.contextmanager
def subject_lock(folder: Path, subject_id: str, wait: float) -> Iterator[None]:
    """Hold the lock that a subject shares with one in 256 others; the kernel frees it when a process dies.

    The file's name says nothing of the subject, so that it need never be removed. Raises TransientError when
    another holds it for longer than `wait` seconds.
    """
    name = hashlib.sha256(subject_id.encode()).hexdigest()[:2]
    descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        limit = time.monotonic() + wait
        while not _try_lock(descriptor):
            if time.monotonic() > limit:
                raise TransientError("another worker is writing to this subject")
            time.sleep(_PAUSE)
        yield
    finally:
        # Whatever close(2) says, the descriptor is gone and the lock with it.
        with contextlib.suppress(OSError):
            os.close(descriptor)
