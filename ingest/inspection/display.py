"""What may be said of a zip from outside it: its digest, and its name where that gives nothing away."""

from __future__ import annotations

import re
from hashlib import sha256
from pathlib import Path

from ingest.checks.subject_id import read_zip_name
from ingest.trial.definition import Site, Trial

_PIECE = 1 << 20


def digest_file(path: Path) -> str:
    """Return a file's sha256 in hex."""
    digest = sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()


def display_name(name: str, trial: Trial, site: Site | None) -> str:
    """Return the zip's name where it may be shown: nothing but study IDs, or of the site's declared form."""
    stem = re.sub(r"\.zip$", "", name, flags=re.IGNORECASE)
    if (
        read_zip_name(name, trial.study_id, None).study_id is not None
        and "/" not in name
        and "\\" not in name
    ):
        return name
    parts = re.split(r"[ _,+]+", stem)
    if parts and all(trial.study_id.match(part) for part in parts):
        return name
    pattern = site.zip_name_pattern if site else None
    return name if pattern and re.fullmatch(pattern, name, re.ASCII) else ""
