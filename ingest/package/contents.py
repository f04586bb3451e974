"""What the gate says of a zip: its members and its faults."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from ingest.model.finding import Finding

#: The kind of a member that is read; any other kind is counted and left alone.
DATA = "data"


@dataclass(frozen=True, slots=True)
class Member:
    """One entry of the central directory. `name` may identify a patient: it never leaves inspection.

    ordinal:     place in the central directory, from 1.
    size:        bytes when inflated, as declared.
    method:      compression method, APPNOTE 4.4.5.
    kind:        `data`, `directory` or one of `kinds.py`.
    data_offset: where the compressed bytes start in the file.
    notes:       texts in extra fields that travel with the member; comment: the one it has in the directory.
    refusal:     finding code why the member will not be read; empty: it will.
    """

    ordinal: int
    name: str
    size: int
    compressed_size: int
    crc: int
    method: int
    kind: str
    data_offset: int
    notes: tuple[bytes, ...] = ()
    refusal: str = ""
    comment: bytes = b""


@dataclass(frozen=True, slots=True)
class Package:
    """A zip whose structure was looked at; nothing of it has been inflated.

    entries:       members that the central directory has, directories included.
    members:       in the order of the central directory; empty where `is_readable` is False.
    kinds:         members that are not read as data, counted by kind.
    comment:       the zip's comment.
    is_readable:   the structure is whole: what the members' offsets and sizes say can be relied on.
    gaps:          begin and end of stretches of a refused zip that belong to no member.
    is_broken_off: it looks like an upload that has not finished.
    depth:         0, or 1 for a zip that was taken out of another.
    wrapper:       that other zip.
    inflated:      bytes that were inflated to get at it.
    """

    path: Path
    size: int
    findings: tuple[Finding, ...]
    entries: int = 0
    members: tuple[Member, ...] = ()
    kinds: Mapping[str, int] = field(default_factory=dict)
    comment: bytes = b""
    is_readable: bool = False
    is_broken_off: bool = False
    gaps: tuple[tuple[int, int], ...] = ()
    depth: int = 0
    wrapper: Package | None = None
    inflated: int = 0

    @property
    def data_members(self) -> tuple[Member, ...]:
        """The members that are to be read."""
        return tuple(member for member in self.members if member.kind == DATA)
