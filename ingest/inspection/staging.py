"""Members on their way to the archive: written once, for nobody else to read, hashed in the same pass."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

from ingest.model.errors import TransientError

_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


def stage_pieces(folder: Path | None, ordinal: int, pieces: Iterable[bytes]) -> tuple[str, int]:
    """Write `<ordinal>.dcm` and return its sha256 and size. No folder: nothing is written.

    Not flushed to the disk: filing does that before it relies on it. Raises TransientError.
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
