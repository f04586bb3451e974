"""A small disk of its own that can be filled to the last byte: a tmpfs, which only root can mount."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.archive.room import RESERVE

#: The reserve that the service leaves free, and room to work in.
SIZE = RESERVE + 192 * 1024 * 1024
_BALLAST = "ballast"


class SmallDisk:
    """A mounted file system of `SIZE` bytes."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def fill(self) -> None:
        """Leave no byte free."""
        with (self.path / _BALLAST).open("ab", buffering=0) as ballast, contextlib.suppress(OSError):
            while True:
                free = os.statvfs(self.path)
                os.posix_fallocate(ballast.fileno(), ballast.tell(), max(4096, free.f_bavail * free.f_bsize))
                ballast.seek(0, os.SEEK_END)

    def relieve(self) -> None:
        """Take away what filled it."""
        (self.path / _BALLAST).unlink(missing_ok=True)


@contextmanager
def small_disk(path: Path) -> Iterator[SmallDisk]:
    """Mount a small disk at `path` for the length of the block. Needs root, as CI has it."""
    path.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0700", "none", str(path)], check=True)
    try:
        yield SmallDisk(path)
    finally:
        subprocess.run(["umount", "-l", str(path)], check=True)
