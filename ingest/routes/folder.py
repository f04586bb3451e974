"""A share that is a folder: local, mounted, or the drop folder of the egress route.

There is no lease to be had on a folder. On Linux the kernel says whether a program of this machine has the
file open for writing; writers on other machines show only by the file changing, so quiet and the CRCs decide
(docs/routes.md).
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from ingest.model.errors import TransientError
from ingest.model.route import Entry
from ingest.routes.names import check_report_path, parts_of, sort_entries
from ingest.routes.ports import (
    Changed,
    Gone,
    Lease,
    Listing,
    Moved,
    NotYet,
    NotYetReason,
    Properties,
    RefusedError,
)

_PIECE = 4 * 1024 * 1024
#: Never follows a link and never waits for a pipe; the flags that Windows lacks are nothing there.
_OPEN_FLAGS = (
    os.O_RDONLY
    | getattr(os, "O_NOFOLLOW", 0)
    | getattr(os, "O_NONBLOCK", 0)
    | getattr(os, "O_CLOEXEC", 0)
    | getattr(os, "O_BINARY", 0)
)
_NO_LINKS = frozenset(
    {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EINVAL}
)


class FolderStore:
    """A ShareStore on a folder."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def list_entries(self) -> Listing:
        """Return what lies in the folder. A link or a pipe is a stray file: it is never opened."""
        with _wrapped("list"), os.scandir(self._root) as found:
            return sort_entries(entry for each in found if (entry := _entry(each)) is not None)

    def properties(self, name: str) -> Properties | NotYet | Gone:
        """Return the file as it is now. A folder keeps no Content-MD5."""
        with _wrapped("look at"):
            try:
                return _properties(self._local(name).lstat())
            except FileNotFoundError:
                return Gone()

    def try_lease(self, name: str, lease_id: str) -> Lease | NotYet | Gone:
        """Find out whether a program of this machine is writing to the file; nothing is held."""
        del lease_id
        with _wrapped("open"):
            try:
                descriptor = os.open(self._local(name), _OPEN_FLAGS)
            except FileNotFoundError:
                return Gone()
            except PermissionError:
                if sys.platform == "win32":  # There a writer may shut out readers.
                    return NotYet(NotYetReason.OPEN)
                raise
            try:
                return NotYet(NotYetReason.OPEN) if _has_writer(descriptor) else Lease(name, "")
            finally:
                os.close(descriptor)

    def release(self, lease: Lease) -> None:
        """Nothing was held."""

    def break_lease(self, name: str) -> None:
        """Nothing can be held."""

    def download(
        self, name: str, sink: Callable[[bytes], object], expected: Properties, start: int = 0
    ) -> Changed | Gone | NotYet | None:
        """Read the file, and look before and after whether it is what was expected."""
        with _wrapped("read"):
            try:
                descriptor = os.open(self._local(name), _OPEN_FLAGS)
            except FileNotFoundError:
                return Gone()
        try:
            with _wrapped("read"):
                if _properties(os.fstat(descriptor)) != expected:
                    return Changed()
                os.lseek(descriptor, start, os.SEEK_SET)
            left = expected.size - start
            while left:
                with _wrapped("read"):
                    piece = os.read(descriptor, min(_PIECE, left))
                if not piece:
                    return Changed()
                sink(piece)
                left -= len(piece)
            return None if self.properties(name) == expected else Changed()
        finally:
            os.close(descriptor)

    def move(self, name: str, to: str, expected: Properties, lease: Lease | None = None) -> Moved:
        """Rename within the folder: a link and an unlink, which cannot overwrite, where links can be made."""
        del lease
        source, target = self._local(name), self._local(to)
        with _wrapped("move"):
            there, source_now = _state(target), _state(source)
            if source_now is None:
                return Moved.GONE if there is None else Moved.ALREADY
            if there is not None:
                if not os.path.samestat(there, source_now):
                    return Moved.TAKEN
                source.unlink()  # An earlier attempt died between its two halves.
                return Moved.MOVED
            if _properties(source_now) != expected:
                return Moved.CHANGED
            self._make_folders(to)
            return _rename(source, target)

    def write_report(self, path: str, data: bytes) -> None:
        """Write under a temporary name, then rename."""
        check_report_path(path)
        with _wrapped("write a report to"):
            self._make_folders(path)
            target = self._local(path)
            temporary = target.with_name(f".{target.name}.part")
            with temporary.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)

    def exists(self, path: str) -> bool:
        """Whether there is an ordinary file at `path`."""
        with _wrapped("look at"):
            state = _state(self._local(path))
            return state is not None and stat.S_ISREG(state.st_mode)

    def delete(self, path: str) -> bool:
        """Delete the file at `path`."""
        with _wrapped("delete from"):
            try:
                self._local(path).unlink()
            except FileNotFoundError:
                return False
            return True

    def snapshots(self) -> None:
        """A folder knows nothing of the snapshots of the disk it lies on."""
        return

    def list_snapshot(self, snapshot: str) -> tuple[Entry, ...]:
        """There is none."""
        del snapshot
        return ()

    def delete_snapshot(self, snapshot: str) -> None:
        """There is none."""

    def close(self) -> None:
        """Nothing is kept open."""

    def _local(self, path: str) -> Path:
        return self._root.joinpath(*parts_of(path))

    def _make_folders(self, path: str) -> None:
        """Make the folders above `path`; a link among them would lead out of the share."""
        folder = self._root
        for part in parts_of(path)[:-1]:
            folder = folder / part
            with suppress(FileExistsError):
                folder.mkdir()
            if folder.is_symlink():
                raise RefusedError("one of the service's own folders on the share is a link")


def _entry(found: os.DirEntry[str]) -> Entry | None:
    """Return the entry; None where it went away while the folder was read."""
    try:
        state = found.stat(follow_symlinks=False)
    except FileNotFoundError:
        return None
    seen = _properties(state)
    size = state.st_size if stat.S_ISREG(state.st_mode) else -1
    is_directory = stat.S_ISDIR(state.st_mode)
    return Entry(found.name, size, seen.file_id, seen.etag, seen.last_modified, is_directory)


def _properties(state: os.stat_result) -> Properties:
    """Make properties of what the file system says.

    The change time belongs to the ETag: programs that copy a file's times with it set its modification time
    back.
    """
    modified = datetime.fromtimestamp(state.st_mtime_ns // 1_000_000_000, UTC)
    etag = f"{state.st_mtime_ns:x}-{state.st_ctime_ns:x}"
    return Properties(state.st_size, f"{state.st_ino:x}", etag, modified)


def _state(path: Path) -> os.stat_result | None:
    try:
        return path.lstat()
    except FileNotFoundError:
        return None


def _rename(source: Path, target: Path) -> Moved:
    try:
        os.link(source, target, follow_symlinks=False)
    except FileExistsError:
        return Moved.TAKEN
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # No links here (a mount, FAT). Nobody else writes to the service's own folders, and the name is
        # unique.
        source.rename(target)
        return Moved.MOVED
    source.unlink()
    return Moved.MOVED


def _has_writer(descriptor: int) -> bool:
    """Whether a program of this machine has the file open for writing, as far as the kernel can say.

    A read lease is granted only while nobody does. It is given up at once; a writer that comes in between
    would make the kernel send a signal, so one is chosen that is ignored.
    """
    if sys.platform != "linux":
        return False
    import fcntl
    import signal

    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    with suppress(OSError):
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


@contextmanager
def _wrapped(doing: str) -> Iterator[None]:
    """Turn what the operating system says into words without the path."""
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "input/output error"
        kind = RefusedError if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS) else TransientError
        raise kind(f"could not {doing} the folder: {reason}") from None
