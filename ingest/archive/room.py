"""Whether there is room on the archive's file system."""

from __future__ import annotations

import shutil
from pathlib import Path

from ingest.archive.disk import worldly_faults
from ingest.archive.order import NoRoom

#: What is left free whatever arrives: the ledger, inventories and logs need it.
RESERVE = 256 * 1024 * 1024


def free_bytes(path: Path) -> int:
    """Return the bytes that may be written below `path`, the reserve left out. Raises TransientError."""
    with worldly_faults("measuring free space"):
        return max(0, shutil.disk_usage(path).free - RESERVE)


def require_room(path: Path, size: int) -> None:
    """Raise NoRoom where `size` bytes would not fit."""
    free = free_bytes(path)
    if size > free:
        raise NoRoom(f"the disk has room for {free // 2**20} MiB, and {-(-size // 2**20)} MiB are needed")
