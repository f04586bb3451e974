"""Writing that lasts: a function returns when what it did has reached the disk, or raises.

A file's bytes last once the file is synced, its name once the directory is. Nothing here overwrites.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType

from ingest.archive.order import NoRoom
from ingest.model.errors import TransientError

#: Errors of link(2) that mean "not between these two", not "something is wrong".
_NO_LINK = {errno.EXDEV, errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_CHUNK = 1 << 20
#: Modes of what is filed, whatever the umask: for all whom the archive's own folder lets in.
READ_ONLY, OPEN_FOLDER = 0o444, 0o755


class SyncError(OSError):
    """fsync failed: the bytes of this file may be lost although reading still shows them."""


@contextlib.contextmanager
def worldly_faults(doing: str) -> Iterator[None]:
    """Turn an OSError into a TransientError that names no path: paths may carry data."""
    try:
        yield
    except OSError as error:
        name = errno.errorcode.get(error.errno or 0, type(error).__name__)
        kind = NoRoom if error.errno in _NO_ROOM else TransientError
        raise kind(f"{doing}: {name}") from None


def is_read_only(path: Path) -> bool:
    """Whether the file system is mounted so that nothing can be written below `path`."""
    try:
        return bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    except FileNotFoundError:
        return False


def sync_directory(path: Path) -> None:
    """Make the names in a directory last."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_file(path: Path, data: bytes) -> None:
    """Write a new read-only file. The caller syncs its directory."""
    descriptor = _create(path)
    try:
        _write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def place_file(source: Path, target: Path) -> bool:
    """Give `source` the further name `target`, read-only and synced; copy where links are not to be had.

    Returns whether it was linked. Raises SyncError where the source's bytes may be lost, FileNotFoundError
    where there is no source. The caller syncs the target's directory.
    """
    is_linked = link_file(source, target)
    if is_linked:
        sync_file(target)
    return is_linked


def link_file(source: Path, target: Path) -> bool:
    """Give `source` the further name `target`, read-only; copy, and sync, where links are not to be had.

    Returns whether it was linked: then it is not synced yet. Raises FileNotFoundError.
    """
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINK:
            raise
        copy_file(source, target)
        return False
    os.chmod(target, READ_ONLY)  # noqa: PTH101 - called for every member
    return True


def sync_file(path: Path) -> None:
    """Make a file's bytes and mode last. Raises SyncError."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise SyncError(error.errno, "fsync") from None
    finally:
        os.close(descriptor)


def copy_file(source: Path, target: Path) -> None:
    """Copy into a new read-only file and sync it. The caller syncs its directory."""
    reader = os.open(source, os.O_RDONLY)
    try:
        writer = _create(target)
        try:
            while chunk := os.read(reader, _CHUNK):
                _write_all(writer, chunk)
            os.fsync(writer)
        finally:
            os.close(writer)
    finally:
        os.close(reader)


def _create(path: Path) -> int:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, READ_ONLY)
    os.chmod(path, READ_ONLY)  # noqa: PTH101 - the umask may have taken some of it
    return descriptor


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def make_directory(path: Path, mode: int) -> None:
    """Create a directory with this mode, whatever the umask. Raises FileExistsError."""
    path.mkdir(mode=mode)
    path.chmod(mode)


def make_directories(root: Path, relative: Path, made: dict[Path, None]) -> Path:
    """Create `root/relative` step by step; each directory that is new is added to `made`, outer first."""
    path = root
    for part in relative.parts:
        path = path / part
        if path not in made:
            make_directory(path, OPEN_FOLDER)
            made[path] = None
    return path


def sync_tree(made: dict[Path, None]) -> None:
    """Sync the directories of `make_directories`, inner ones first."""
    for path in reversed(made):
        sync_directory(path)


def move_directory(source: Path, target: Path) -> None:
    """Move a whole directory in one rename, and make it last. Raises FileExistsError where there is one."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            raise FileExistsError(errno.EEXIST, "the target is there") from None
        raise
    sync_directory(target.parent)
    sync_directory(source.parent)


def replace_file(target: Path, data: bytes, workshop: Path) -> None:
    """Put `data` in the place of `target`: written in `workshop`, then one rename. Same file system."""
    temporary = workshop / f"{target.parent.name}~{secrets.token_hex(8)}"
    write_file(temporary, data)
    temporary.rename(target)
    sync_directory(target.parent)


def discard(path: Path) -> None:
    """Remove a file or a tree, as far as it goes; what stays is swept away by the next recovery."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with contextlib.suppress(OSError):
            path.unlink()


def remove_tree(path: Path) -> None:
    """Remove a folder and all that is in it; nothing happens where it is gone. Raises OSError: some stays."""
    shutil.rmtree(path, onerror=_raise_unless_gone)


def _raise_unless_gone(
    _call: Callable[..., object], _path: str, fault: tuple[type[BaseException], BaseException, TracebackType]
) -> None:
    """Raise what rmtree met, but where somebody else has just removed the same."""
    if not isinstance(fault[1], FileNotFoundError):
        raise fault[1]


def digest_file(path: Path) -> str:
    """Return the sha256 of a file, in hex."""
    with path.open("rb", buffering=0) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_bytes(data: bytes) -> str:
    """Return the sha256 of bytes, in hex."""
    return hashlib.sha256(data).hexdigest()
