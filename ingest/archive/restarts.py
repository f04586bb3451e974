"""Whether this machine has been running since a folder was written: if not, unsynced bytes may be lost.

After a power cut a file that was never synced may be there at its full length with other bytes in it. What
was written since the machine started is what reading shows; what was written before, or on another machine
that may have stopped since, must be hashed before it is relied upon.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

MARK = "machine-run"
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@cache
def machine_run() -> str:
    """Return what names this run of the machine; nothing where the system does not tell."""
    try:
        return _BOOT_ID.read_text("ascii").strip()
    except OSError:
        return ""


def mark(folder: Path) -> None:
    """Note in a folder that it is written in this run of the machine."""
    (folder / MARK).write_text(machine_run(), "ascii")


def is_of_this_run(folder: Path) -> bool:
    """Whether the folder was written in this run of the machine, for certain."""
    try:
        found = (folder / MARK).read_bytes()
    except OSError:
        return False
    return bool(found) and found == machine_run().encode()
