"""Where the real DICOM lies that tests read: beside the repository, never inside it."""

import os
from pathlib import Path

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"

REAL_DATA = Path(os.environ.get("HAMLET_SHARED_DATA", _BESIDE))
if not (REAL_DATA / "LICENSES.md").exists():
    raise FileNotFoundError(f"The real data is not at {REAL_DATA}; set HAMLET_SHARED_DATA to its folder.")
