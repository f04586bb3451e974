"""What lies beside the storage root for those who read the archive without this program."""

from __future__ import annotations

from importlib.resources import files

from ingest.archive.disk import replace_file
from ingest.archive.places import Places

VERIFIER, README = "verify_archive.py", "README.txt"


def hand_out(places: Places) -> None:
    """Put the verifier and a short description beside the storage root, where they are not those of today."""
    room = files("ingest.archive")
    sources = {VERIFIER: room / VERIFIER, README: room / "data" / README}
    for name, source in sources.items():
        target, data = places.root / name, source.read_bytes()
        if not target.is_file() or target.read_bytes() != data:
            replace_file(target, data, places.building)
