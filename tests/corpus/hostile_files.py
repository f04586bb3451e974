"""Files that are no whole zip: cut off, with holes, or something else altogether."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
from functools import partial

from tests.corpus.cases import Hostile
from tests.corpus.zip_makers import DICOM, ending, nested, one, plain
from tests.corpus.zip_parts import STORED, Part, build


def cut(at: float) -> bytes:
    """Return a zip that stops there."""
    data = plain()
    return data[: int(len(data) * at)]


def with_hole(start: int | float, length: int = 4096) -> bytes:
    """Return a zip of a stored, long member and others, with zeros from `start` on."""
    noise = random.Random(7).randbytes(6000)
    data = bytearray(
        build([Part(b"a.dcm", noise, STORED), Part(b"b.dcm", noise, STORED), Part(b"c.dcm", DICOM)])
    )
    place = int(start * len(data)) if isinstance(start, float) else start
    data[place : place + length] = bytes(min(length, len(data) - place))
    return bytes(data)


def hole_over_directory() -> bytes:
    """Return a zip whose list of files has not arrived, though its end has."""
    data = bytearray(plain())
    end = data.rindex(b"PK\x05\x06")
    start = data.index(b"PK\x01\x02")
    data[start - 600 : end] = bytes(end - start + 600)
    return bytes(data)


def tar_of(mode: str) -> bytes:
    """Return a tar archive, packed as the mode says."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:  # type: ignore[call-overload]
        info = tarfile.TarInfo("ct1.dcm")
        info.size = len(DICOM)
        archive.addfile(info, io.BytesIO(DICOM))
    return out.getvalue()


def old_tar() -> bytes:
    """Return a tar archive as it was written before POSIX gave it a mark."""
    head = bytearray(tar_of("w")[:512])
    head[257:] = bytes(255)
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head) + tar_of("w")[512:]


LOGIN_PAGE = b"\xef\xbb\xbf\r\n<!DOCTYPE html><html><head><title>Sign in</title></head><body></body></html>"

NOT_WHOLE_ZIPS = [
    Hostile("PKG001", "cut-in-the-middle", partial(cut, 0.5)),
    Hostile("PKG001", "cut-before-the-last-byte", lambda: plain()[:-1]),
    Hostile("PKG001", "cut-in-the-comment", lambda: plain(b"exported for the trial")[:-5]),
    Hostile("PKG001", "only-the-signature", lambda: b"PK\x03\x04"),
    Hostile("PKG001", "nothing-but-zeros", lambda: bytes(9000)),
    Hostile("PKG001", "cut-behind-a-stored-zip", lambda: nested(1, method=STORED)[: 40 + len(plain()) + 20]),
    Hostile("PKG002", "no-bytes", lambda: b""),
    Hostile("PKG003", "hole-over-a-local-header", partial(with_hole, 4000)),
    Hostile("PKG003", "hole-over-the-directory", hole_over_directory),
    Hostile("PKG004", "text", lambda: b"the export failed, see the log\r\n" * 40),
    Hostile("PKG005", "7z", lambda: b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(100)),
    Hostile("PKG006", "rar5", lambda: b"Rar!\x1a\x07\x01\x00" + bytes(100)),
    Hostile("PKG006", "rar4", lambda: b"Rar!\x1a\x07\x00" + bytes(100)),
    Hostile("PKG007", "tar-gz", partial(tar_of, "w:gz")),
    Hostile("PKG007", "gz", lambda: gzip.compress(DICOM)),
    Hostile("PKG008", "tar", partial(tar_of, "w")),
    Hostile("PKG009", "tar-bz2", partial(tar_of, "w:bz2")),
    Hostile("PKG009", "tar-xz", partial(tar_of, "w:xz")),
    Hostile("PKG009", "zst", lambda: b"\x28\xb5\x2f\xfd" + bytes(100)),
    Hostile("PKG009", "cab", lambda: b"MSCF" + bytes(100)),
    Hostile("PKG008", "tar-of-before-posix", old_tar),
    Hostile("PKG009", "compress", lambda: b"\x1f\x9d\x90" + bytes(100)),
    Hostile("PKG009", "lzh", lambda: b"\x20\x00-lh5-" + bytes(100)),
    Hostile("PKG010", "last-part-of-three", ending(disk=2)),
    Hostile("PKG010", "first-part", lambda: b"PK\x07\x08" + plain()[:600]),
    Hostile("PKG010", "split-marker-before-a-whole-zip", ending(prefix=b"PK00", is_prefix_known=True)),
    Hostile("PKG010", "member-on-another-part", one(central={"disk": 3})),
    Hostile("PKG010", "locator-of-several-parts", ending(zip64=True, locator_disks=4)),
    Hostile("PKG011", "login-page", lambda: LOGIN_PAGE),
    Hostile(
        "PKG011", "error-of-a-share", lambda: b'<?xml version="1.0"?><Error><Code>AuthenticationFailed</Code>'
    ),
    Hostile("PKG012", "pdf", lambda: b"%PDF-1.7\n" + bytes(300)),
    Hostile("PKG013", "dicom", lambda: DICOM),
    Hostile("PKG013", "dicom-without-preamble", lambda: b"\x08\x00\x05\x00CS\x0a\x00ISO_IR 100" + bytes(400)),
    Hostile("PKG014", "exe", lambda: b"MZ\x90\x00" + bytes(300)),
    Hostile("PKG014", "elf", lambda: b"\x7fELF\x02" + bytes(300)),
    Hostile("PKG015", "msg", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(300)),
]
