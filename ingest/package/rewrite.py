"""A package written anew without some of its members: what is taken out is nowhere in the new file."""

from __future__ import annotations

import zipfile
from collections.abc import Collection
from hashlib import sha256
from mmap import mmap
from pathlib import Path

from ingest.model.finding import Finding
from ingest.package.gate import open_package
from ingest.package.nested import unwrap
from ingest.package.read import MemberReader
from ingest.trial.definition import Limits

#: Every member gets this time: what the sender's file system said of it is not kept.
_TIME = (1980, 1, 1, 0, 0, 0)


def rewrite_package(path: Path, keep: Collection[str], target: Path, limits: Limits, spool: Path) -> int:
    """Write the members whose sha256 is in `keep` into a new zip at `target`; return how many.

    They are named by their place; names, comments and whatever else the sender wrote are left out. What
    cannot be read is left out too: nobody can say whose it is. Raises TransientError, OSError.
    """
    package = unwrap(open_package(path, limits), limits, spool)
    kept = 0
    with (
        MemberReader(package, limits, spool) as reader,
        zipfile.ZipFile(target, "x", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
    ):
        for member in package.data_members:
            got = reader.read(member)
            if isinstance(got, Finding):
                continue
            with got:
                if sha256(got.data).hexdigest() in keep:
                    kept += 1
                    _write(new, f"{kept:06}.dcm", got.data)
    return kept


def _write(new: zipfile.ZipFile, name: str, data: bytes | mmap) -> None:
    info = zipfile.ZipInfo(name, _TIME)
    info.compress_type = zipfile.ZIP_DEFLATED
    with new.open(info, "w", force_zip64=True) as file:
        file.write(data)
