"""Zips as real programs make them: each must be read whole, byte for byte."""

from __future__ import annotations

import io
import stat
import zipfile
from functools import partial

from tests.corpus.cases import Sound
from tests.corpus.zip_makers import DICOM, MIB, OTHER, nested, one, plain, two, unicode_path
from tests.corpus.zip_parts import DEFLATED64, STORED, UNIX, UTF8, Lies, Part, build, extra_field

_TIMES = extra_field(0x5455, b"\x03" + bytes(8)) + extra_field(
    0x7875, b"\x01\x04" + bytes(4) + b"\x04" + bytes(4)
)
_NTFS = extra_field(0x000A, bytes(4) + b"\x01\x00\x18\x00" + bytes(24))


def streamed() -> bytes:
    """Return what Python's zipfile writes to a pipe: data descriptors, nothing known beforehand."""

    class Pipe(io.RawIOBase):
        """Bytes that can be appended to and nothing else."""

        def __init__(self) -> None:
            self.written = bytearray()

        def writable(self) -> bool:
            return True

        def write(self, data: object) -> int:
            self.written += bytes(data)  # type: ignore[call-overload]
            return memoryview(data).nbytes  # type: ignore[arg-type]

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (("ct1.dcm", DICOM), ("ct2.dcm", OTHER)):
            with archive.open(name, "w", force_zip64=name == "ct2.dcm") as member:
                member.write(data)
    return bytes(pipe.written)


def with_leftovers() -> bytes:
    """Return a zip with everything that systems and exports leave beside the data."""
    extras = (
        b"__MACOSX/._ct1.dcm CT/._ct2.dcm .DS_Store CT/Thumbs.db desktop.ini DICOMDIR autorun.inf "
        b"viewer/Viewer.exe viewer/lib.jar index.html report.pdf notes.txt"
    ).split()
    return build(
        [Part(b"CT/", method=STORED), *(Part(name, b"x" * 30) for name in extras), Part(b"CT/1", DICOM)]
    )


def folders_of_macos() -> bytes:
    """Return a zip that macOS makes of a zip: the zip and a shadow of it."""
    return build(
        [Part(b"inner.zip", plain()), Part(b"__MACOSX/", method=STORED), Part(b"__MACOSX/._inner.zip", b"m")]
    )


def from_pipe() -> bytes:
    """Return what Info-ZIP makes of its standard input: a member `-` that has the pipe's mode."""
    return build([Part(b"-", DICOM, attributes=(stat.S_IFIFO | 0o600) << 16, system=UNIX)])


def listed_backwards() -> bytes:
    """Return a zip whose directory has another order than the file."""
    data = plain()
    first, second = data.index(b"PK\x01\x02"), data.rindex(b"PK\x01\x02")
    end = data.rindex(b"PK\x05\x06")
    return data[:first] + data[second:end] + data[first:second] + data[end:]


_BOTH = (DICOM, OTHER)
_MARKED = DICOM + b"".join(
    b"PK" + mark + bytes(30) for mark in (b"\1\2", b"\3\4", b"\5\6", b"\6\6", b"\6\7", b"\7\x08")
)

SOUND_ZIPS: tuple[Sound, ...] = (
    Sound("deflated", plain, _BOTH),
    Sound("stored", two(b"1", b"2", method=STORED), _BOTH),
    Sound("deflate64", two(b"1", b"2", method=DEFLATED64), _BOTH),
    *(
        Sound(f"descriptor-{kind}", two(b"1", b"2", descriptor=kind), _BOTH)
        for kind in ("marked32", "bare32", "marked64", "bare64")
    ),
    Sound("descriptor-and-one-size-known", one(descriptor="marked32", local={"size": len(DICOM)}), _BOTH),
    Sound("streamed-by-python", streamed, _BOTH),
    Sound("zip64-members", two(b"1", b"2", zip64=True), _BOTH),
    Sound("zip64-streamed", two(b"1", b"2", zip64=True, descriptor="marked64"), _BOTH),
    Sound("zip64-end", lambda: build([Part(b"1", DICOM), Part(b"2", OTHER)], Lies(zip64=True)), _BOTH),
    Sound("comment", partial(plain, b"Exported for the trial, week 47"), _BOTH),
    Sound("comment-of-full-length", partial(plain, b"." * 0xFFFF), _BOTH),
    Sound("member-comments", two(b"1", b"2", comment=b"phase 2"), _BOTH),
    Sound("listed-backwards", listed_backwards, (OTHER, DICOM)),
    Sound(
        "unix-modes",
        two(b"1", b"2", attributes=(stat.S_IFREG | 0o644) << 16, system=UNIX, extra=_TIMES),
        _BOTH,
    ),
    Sound("one-file-by-info-zip-from-a-pipe", from_pipe, (DICOM,)),
    Sound("padded-to-a-tape-block-by-libarchive", lambda: plain().ljust(10240, b"\0"), _BOTH),
    Sound("windows-times", two(b"1", b"2", extra=_NTFS, local_extra=b""), _BOTH),
    Sound("padded-extra-field", one(local_extra=bytes(3)), _BOTH),
    Sound("names-in-cp437", two(b"\x81ste.dcm", b"\x84ste.dcm"), _BOTH),
    Sound("names-in-utf8", two("Äste/1".encode(), "Äste/2".encode(), flags=UTF8), _BOTH),
    Sound("unicode-path-field", partial(unicode_path, b"\x84.dcm", "ä.dcm"), _BOTH),
    Sound("dots-and-spaces", two(b"./Plan 1. Phase/RT v1.0 (2).dcm", b"a..b/..c.dcm"), _BOTH),
    Sound("same-name-in-two-folders", two(b"CT/1.dcm", b"ct/2.dcm"), _BOTH),
    Sound("marks-of-a-zip-in-the-data", lambda: build([Part(b"1", _MARKED, STORED)]), (_MARKED,)),
    Sound("zeros", lambda: build([Part(b"1", DICOM + bytes(3 * MIB))]), (DICOM + bytes(3 * MIB),)),
    Sound(
        "leftovers",
        with_leftovers,
        (DICOM,),
        frozenset({"PKG301", "PKG302", "PKG303", "PKG304", "PKG305", "PKG306", "PKG307"}),
    ),
    Sound("zip-in-zip", partial(nested, 1), _BOTH, frozenset({"PKG308"})),
    Sound("stored-zip-in-zip", partial(nested, 1, method=STORED), _BOTH, frozenset({"PKG308"})),
    Sound("zip-in-zip-by-macos", folders_of_macos, _BOTH, frozenset({"PKG301", "PKG308"})),
)
