"""Originals: the zips as they were downloaded, private, kept for as long as the trial file says.

`originals/S000123/` holds `package.zip` and `name`, the name that the zip had on its share. That name may
identify a patient: it is read for the inspection process alone.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from ingest.archive.disk import (
    discard,
    move_directory,
    remove_tree,
    sync_directory,
    worldly_faults,
    write_file,
)
from ingest.archive.places import Places
from ingest.archive.room import require_room
from ingest.package.writeback import begin_to_write

PACKAGE, NAME = "package.zip", "name"
#: Bytes of a download after which the disk begins, so that `keep` has little left to wait for.
_WRITE_EVERY = 4 << 20


class BytesGone(LookupError):
    """The bytes are no longer held: retention or a person removed them."""


@dataclass(frozen=True, slots=True)
class Original:
    """A downloaded zip. `name`: as on its share; for the inspection process alone."""

    path: Path
    name: str = field(repr=False)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class Receiving:
    """A download under way: nothing is kept unless `keep` was called."""

    def __init__(self, path: Path) -> None:
        self._file = open(path, "xb", buffering=0, opener=_private)  # noqa: SIM115 - closed by `close`
        self.is_kept = False
        self._unwritten = 0

    def write(self, piece: bytes) -> None:
        """Append bytes. Raises TransientError, NoRoom."""
        with worldly_faults("writing an original"):
            view = memoryview(piece)
            while view:
                view = view[self._file.write(view) :]
        self._unwritten += len(piece)
        if self._unwritten >= _WRITE_EVERY:
            begin_to_write(self._file.fileno())
            self._unwritten = 0

    def keep(self) -> None:
        """Make the bytes last; called once the download is known to be whole."""
        with worldly_faults("keeping an original"):
            os.fsync(self._file.fileno())
        self.is_kept = True

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Originals:
    """The originals of one archive."""

    def __init__(self, places: Places) -> None:
        self._places = places

    @contextmanager
    def receive(self, submission_id: str, name: str, size: int) -> Iterator[Receiving]:
        """Give a sink for a download of `size` bytes; kept whole, in the place of an earlier one.

        Raises NoRoom, TransientError.
        """
        require_room(self._places.originals, size)
        draft = self._places.originals / f".{submission_id}~{secrets.token_hex(8)}"
        with worldly_faults("beginning an original"):
            draft.mkdir(mode=0o700)
            write_file(draft / NAME, name.encode("utf-8", "surrogatepass"))
            receiving = Receiving(draft / PACKAGE)
        try:
            yield receiving
            receiving.close()
            if receiving.is_kept:
                with worldly_faults("keeping an original"):
                    sync_directory(draft)
                    self._keep(draft, self._folder(submission_id))
        finally:
            receiving.close()
            discard(draft)

    def open(self, submission_id: str) -> Original:
        """Return a submission's original. Raises BytesGone."""
        folder = self._folder(submission_id)
        try:
            name = (folder / NAME).read_bytes().decode("utf-8", "surrogatepass")
        except FileNotFoundError:
            raise BytesGone("the original is no longer held") from None
        if not (folder / PACKAGE).is_file():
            raise BytesGone("the original is no longer held")
        return Original(folder / PACKAGE, name)

    def has(self, submission_id: str) -> bool:
        """Whether a submission's original is held."""
        folder = self._folder(submission_id)
        return (folder / PACKAGE).is_file() and (folder / NAME).is_file()

    def held(self) -> list[str]:
        """Return the submissions whose originals are held."""
        return sorted(path.name for path in self._places.originals.iterdir() if not path.name.startswith("."))

    def remove(self, submission_id: str) -> bool:
        """Delete a submission's original (retention, purge); return whether there was one."""
        folder = self._folder(submission_id)
        if not folder.exists():
            return False
        with worldly_faults("removing an original"):
            remove_tree(folder)
            sync_directory(self._places.originals)
        return True

    @contextmanager
    def spool(self, submission_id: str, size: int) -> Iterator[Path]:
        """Give the path of a package of `size` bytes that is made for a moment. Raises NoRoom."""
        require_room(self._places.originals, size)
        draft = self._places.originals / f".{submission_id}~{secrets.token_hex(8)}"
        with worldly_faults("making a package"):
            draft.mkdir(mode=0o700)
        try:
            yield draft / PACKAGE
        finally:
            discard(draft)

    def drafts(self) -> list[Path]:
        """Return downloads and packages in the making, those that dead workers left among them."""
        return sorted(self._places.originals.glob(".*~*"))

    def remove_drafts(self, submission_id: str) -> None:
        """Remove what dead workers left of a submission; none may be at it. Raises TransientError."""
        with worldly_faults("removing a download"):
            for draft in self._places.originals.glob(f".{submission_id}~*"):
                remove_tree(draft)
            sync_directory(self._places.originals)

    def _keep(self, draft: Path, folder: Path) -> None:
        """Keep a draft; what is in its place stays whole until each file is replaced in one rename."""
        if not folder.is_dir():
            move_directory(draft, folder)
            return
        for name in (NAME, PACKAGE):
            (draft / name).replace(folder / name)
        sync_directory(folder)

    def _folder(self, submission_id: str) -> Path:
        return self._places.originals / submission_id
