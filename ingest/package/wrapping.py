"""Zips of more than 4 GiB by writers that know no zip64, macOS's Archive Utility before all.

Such a writer tells every place in 32 bits, whatever is lost of it. Places that grow along the directory can
be made whole again: where one is less than the one before it, 4 GiB were lost in between. `check_layout` then
finds every member there, end to end from the first byte of the file, or refuses the zip.
"""

from __future__ import annotations

from dataclasses import replace

from ingest.package.directory import Entry
from ingest.package.ends import End

_LOST = 1 << 32


def restore_places(end: End, entries: list[Entry]) -> End:
    """Return the end record with the directory's true place, and set each entry's `header_offset` to its own.

    A zip whose directory is where the end record says stays as it is.
    """
    lost = end.directory_end - end.directory_size - end.directory_offset
    if lost <= 0 or lost % _LOST:
        return end
    before = added = 0
    for entry in entries:
        told = entry.header_offset
        added += _LOST if told < before else 0
        entry.header_offset += added
        before = told
    return replace(end, directory_offset=end.directory_offset + lost)
