"""An independent judge of what the archive wrote: ocfl-py."""

from __future__ import annotations

from pathlib import Path

from ocfl.storage_root import StorageRoot
from ocfl.validator import Validator


def ocfl_faults(subjects: Path) -> str:
    """Return what ocfl-py says against a storage root and its objects, digests included; empty: nothing."""
    faults = []
    for path in sorted(subjects.iterdir()):
        if path.is_dir():
            validator = Validator(log_warnings=False, check_digests=True)
            if not validator.validate_object(str(path)):
                faults.append(f"{path.name}: {validator.status_str()}")
    root = StorageRoot(root=str(subjects))
    if not root.validate(validate_objects=False):
        faults.append("storage root")
    return "\n".join(faults)
