"""Members on their way to the archive: written once, for nobody else to read, hashed in the same pass."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.dicom.buffer import Buffer
from ingest.dicom.content import digest_pixels, end_content
from ingest.dicom.facts import Digests
from ingest.dicom.stamp import Stamped
from ingest.dicom.walk import Walk
from ingest.model.errors import TransientError
from ingest.package.read import MemberBytes
from ingest.package.writeback import begin_to_write

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

_PIECE = 1 << 20
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


def stage_member(
    folder: Path | None, ordinal: int, got: MemberBytes, found: Walk, stamped: Stamped, content: Hash
) -> tuple[Digests, int]:
    """Write a member's bytes, stamped, and return all its digests and the size written; `got` is closed then.

    content: the content digest as `begin_content` left it.
    """
    with got:
        pixels = digest_pixels(found)
        if stamped.is_changed:
            sent = sha256(got.data).hexdigest()
            filed, size = stage_pieces(folder, ordinal, stamped.pieces())
        else:
            sent, size = stage_pieces(folder, ordinal, _pieces(got.data))
            filed = sent
        return Digests(sent, filed, end_content(content, pixels), pixels), size


def stage_pieces(folder: Path | None, ordinal: int, pieces: Iterable[bytes]) -> tuple[str, int]:
    """Write `<ordinal>.dcm` and return its sha256 and size. No folder: nothing is written.

    Not flushed to the disk: filing does that, and hashes it again where the machine stopped in between
    (`archive.restarts`). Raises TransientError.
    """
    digest, size = sha256(), 0
    try:
        descriptor = _create(folder, ordinal) if folder is not None else None
        try:
            for piece in pieces:
                digest.update(piece)
                size += len(piece)
                if descriptor is not None:
                    _write_all(descriptor, piece)
            if descriptor is not None:
                begin_to_write(descriptor)
        finally:
            if descriptor is not None:
                os.close(descriptor)
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, "unknown")
        raise TransientError(f"a staged file cannot be written: {name}") from None
    return digest.hexdigest(), size


def _create(folder: Path, ordinal: int) -> int:
    return os.open(folder / f"{ordinal}.dcm", _FLAGS, 0o600)


def _write_all(descriptor: int, piece: bytes) -> None:
    rest = memoryview(piece)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def _pieces(data: Buffer) -> Iterator[bytes]:
    if isinstance(data, bytes):
        yield data
        return
    for start in range(0, len(data), _PIECE):
        yield data[start : start + _PIECE]
