"""What the package room says of bytes: the shortest way from an input to its codes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingest.package.gate import is_unfinished, open_package
from ingest.package.nested import unwrap
from ingest.package.read import MemberBytes, MemberReader
from ingest.trial.definition import Limits


@dataclass(frozen=True)
class Reading:
    """All codes that were found, the contents of the members that were read, and whether it is unfinished."""

    codes: frozenset[str]
    contents: tuple[bytes, ...]
    is_unfinished: bool


def read_zip(data: bytes, folder: Path, limits: Limits | None = None) -> Reading:
    """Open `data` as a package, unwrap it and read every member that counts as data."""
    limits = limits or Limits()
    path = folder / "package.zip"
    path.write_bytes(data)
    package = unwrap(open_package(path, limits), limits, folder)
    codes = {finding.code for finding in package.findings}
    contents = []
    with MemberReader(package, limits, folder) as reader:
        for member in package.data_members:
            found = reader.read(member)
            if isinstance(found, MemberBytes):
                with found:
                    contents.append(bytes(found.data))
            else:
                codes.add(found.code)
    return Reading(frozenset(codes), tuple(contents), is_unfinished(package, reader.is_broken_off))
