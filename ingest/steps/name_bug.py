"""What may be said of an exception that nobody expected."""

from __future__ import annotations

import traceback
from pathlib import Path


def name_bug(error: BaseException) -> str:
    """Return what may be said of an unexpected exception: its class, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"
