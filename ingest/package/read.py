"""Reading members: each inflated once, under caps that are counted while it streams, its CRC checked."""

from __future__ import annotations

import errno
import mmap
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.model.closing import Closing
from ingest.model.errors import TransientError
from ingest.model.finding import Finding, InstanceRef
from ingest.package import magic
from ingest.package.contents import Member, Package
from ingest.package.gate import deadline_for
from ingest.package.inflate import DEFLATED, STORED, Unreadable, crc32, inflate_at_once, new_inflater, pieces
from ingest.package.source import OutOfTime, Source
from ingest.trial.definition import Limits

#: A larger member is inflated into a file and mapped, so that memory stays flat.
SPOOL_FROM = 64 * 1024**2

#: What an upload with a hole in it looks like from inside a member.
_BROKEN_OFF = frozenset({"PKG201", "PKG202", "PKG203", "PKG204"})


@dataclass(slots=True)
class MemberBytes(Closing):
    """A member's bytes: `bytes`, or a mapped file that is sliced, searched and hashed like them. Close it."""

    member: Member
    data: bytes | mmap.mmap
    spooled: Path | None = None

    def close(self) -> None:
        """Give the memory back."""
        if isinstance(self.data, mmap.mmap):
            self.data.close()
        self.data = b""
        if self.spooled is not None:
            self.spooled.unlink(missing_ok=True)


class MemberReader(Closing):
    """Reads the members of one package, one at a time. Close it, or use it in a `with`.

    bytes_read:    inflated so far.
    is_broken_off: a member failed in the way of an upload that has not finished.
    """

    def __init__(self, package: Package, limits: Limits, spool: Path, deadline: float | None = None) -> None:
        self._deadline = deadline_for(limits) if deadline is None else deadline
        self._source = Source(package.path, self._deadline)
        self._limits = limits
        self._spool = spool
        self._is_upload = not package.depth
        self.bytes_read = package.inflated
        self.is_broken_off = package.is_broken_off

    def close(self) -> None:
        """Close the package's file."""
        self._source.close()

    def read(self, member: Member) -> MemberBytes | Finding:
        """Return the member's bytes, or the finding why they cannot be had.

        Raises TransientError where there is no room for a large member, OSError where it cannot be read.
        """
        try:
            self._check(member)
            found = (
                self._large(member) if member.size > SPOOL_FROM else MemberBytes(member, self._small(member))
            )
            if found.data[128:132] != b"DICM" and magic.is_archive(found.data[: magic.HEAD]):
                found.close()
                raise Unreadable("PKG214")
        except OutOfTime:
            return Finding("PKG126", instances=(InstanceRef(member.ordinal),))
        except Unreadable as unreadable:
            self.is_broken_off |= self._is_upload and unreadable.code in _BROKEN_OFF
            return Finding(unreadable.code, instances=(InstanceRef(member.ordinal),))
        return found

    def spool(self, member: Member, path: Path) -> None:
        """Write the member's bytes to `path`. Raises Unreadable, TransientError where the disk is full."""
        check = 0
        try:
            with path.open("wb") as file:
                for piece in self._timed(member):
                    check = crc32(piece, check)
                    file.write(piece)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise TransientError("no room to inflate a large member") from None
            raise
        if check != member.crc:
            raise Unreadable("PKG201")

    def peek(self, member: Member, count: int) -> bytes:
        """Return the first bytes of a member, as far as its first piece has them. Raises Unreadable."""
        if member.refusal:
            return b""
        return next(pieces(self._source, member), b"")[:count]

    def _check(self, member: Member) -> None:
        if member.refusal:
            raise Unreadable(member.refusal)
        if time.monotonic() > self._deadline:
            raise Unreadable("PKG126")
        if self.bytes_read + member.size > self._limits.inflated_bytes:
            raise Unreadable("PKG119")

    def _timed(self, member: Member) -> Iterator[bytes]:
        """Yield the member's pieces, counted, until the time is up."""
        for piece in pieces(self._source, member):
            if time.monotonic() > self._deadline:
                raise Unreadable("PKG126")
            self.bytes_read += len(piece)
            yield piece

    def _small(self, member: Member) -> bytes:
        is_whole = member.compressed_size <= SPOOL_FROM
        if member.method == DEFLATED and is_whole:
            packed = self._source.read_at(member.data_offset, member.compressed_size)
            inflater = new_inflater()
            data = inflate_at_once(packed, member.size, inflater)
            check = inflater.crc
            self.bytes_read += len(data)
        elif member.method == STORED and is_whole:
            # In one piece: to join pieces takes twice the memory.
            data = self._source.read_at(member.data_offset, member.compressed_size)
            check = crc32(data)
            self.bytes_read += len(data)
        else:
            data = b"".join(self._timed(member))
            check = crc32(data)
        if len(data) != member.size:
            raise Unreadable("PKG204")
        if check != member.crc:
            raise Unreadable("PKG201")
        return data

    def _large(self, member: Member) -> MemberBytes:
        path = self._spool / f"{member.ordinal}.inflated"
        try:
            self.spool(member, path)
            with path.open("rb") as file:
                return MemberBytes(member, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ), path)
        except BaseException as error:
            path.unlink(missing_ok=True)
            if isinstance(error, OSError) and error.errno == errno.ENOMEM:
                raise Unreadable("PKG206") from None
            raise
