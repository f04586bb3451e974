"""The outside of a DICOM file (PS3.10 chapter 7): preamble, file meta, where the data set begins."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field
from struct import error as StructError  # noqa: N812
from struct import pack

from ingest.dicom import faults
from ingest.dicom.buffer import Buffer
from ingest.dicom.dictionary import is_known
from ingest.dicom.elements import Element
from ingest.dicom.encodings import EXPLICIT_BIG, EXPLICIT_LITTLE, IMPLICIT_LITTLE, Encoding
from ingest.dicom.faults import Fault
from ingest.dicom.paths import VRS, HeaderError, TagPath, grow, tag_from
from ingest.model.finding import PREAMBLE

IMPLICIT_UID = "1.2.840.10008.1.2"
EXPLICIT_UID = "1.2.840.10008.1.2.1"
DEFLATED_UIDS = frozenset({"1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.205"})
BIG_ENDIAN_UID = "1.2.840.10008.1.2.2"
_STANDARD = "1.2.840.10008.1.2."
_PROGRAMS = (
    b"MZ",
    b"\x7fELF",
    b"#!",
    b"\xca\xfe\xba\xbe",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"PK\x03\x04",
)
_GROUP_LENGTH = 0x00020000
#: Floor of what a deflated data set may grow to, whatever the ratio.
_INFLATE_FLOOR = 16 * 1024 * 1024


@dataclass(slots=True)
class Outside:
    """What surrounds the data set. `data` is the file's bytes, with a deflated data set inflated.

    preamble: end of the preamble (128, or 0 where there is none).
    meta:     elements of group 0002, walked in `data`.
    begin:    where the data set begins in `data`.
    end:      where it ends at the latest; what follows a deflated stream is behind it and no part of it.
    """

    data: Buffer
    preamble: int = 0
    meta: list[Element] = field(default_factory=list)
    begin: int = 0
    end: int = 0
    syntax_uid: str = ""
    encoding: Encoding = EXPLICIT_LITTLE
    is_deflated: bool = False
    is_bare: bool = False
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_dicom(self) -> bool:
        """Is there any data set to walk?"""
        return not any(fault.is_fatal for fault in self.faults)


def read_outside(data: Buffer, root: TagPath, inflate_to: int, ratio: int) -> Outside:
    """Read preamble and file meta; choose the encoding; inflate a deflated data set to at most its cap.

    root:       path of file meta.
    inflate_to: bytes that a deflated data set may have; `ratio` times its size is the other cap.
    """
    out = Outside(data, end=len(data))
    if data[128:132] == b"DICM":
        out.preamble = 128
        _check_preamble(data[:128], out.faults)
        _read_meta(out, 132, root)
    elif data[:4] == b"DICM":
        out.faults.append(Fault(faults.NO_PREAMBLE))
        _read_meta(out, 4, root)
    elif data[:4] == b"\x02\x00\x00\x00" and data[4:6] in VRS:
        out.faults.append(Fault(faults.NO_PREAMBLE))
        _read_meta(out, 0, root)
    if not out.meta:
        if out.is_dicom:
            _read_bare(out)
        return out
    _choose_encoding(out)
    if out.is_deflated:
        _inflate(out, inflate_to, ratio)
    return out


def _check_preamble(preamble: bytes, found: list[Fault]) -> None:
    if preamble.count(0) == 128:
        return
    is_program = preamble.startswith(_PROGRAMS)
    found.append(Fault(faults.PREAMBLE_PROGRAM if is_program else faults.PREAMBLE_NOT_ZERO, PREAMBLE))


def _read_meta(out: Outside, pos: int, root: TagPath) -> None:
    """Walk group 0002, always explicit VR little endian (PS3.10 7.1), whatever its group length says."""
    data, declared_end = out.data, -1
    u16, u32 = EXPLICIT_LITTLE.u16, EXPLICIT_LITTLE.u32
    while data[pos : pos + 2] == b"\x02\x00":
        try:
            path = root.children.get(data[pos : pos + 6]) or grow(root, data[pos : pos + 6], False, False)
            start = pos + (12 if path.long_form else 8)
            length = (u32(data, start - 4) if path.long_form else u16(data, start - 2))[0]
        except (HeaderError, StructError):
            out.faults.append(Fault(faults.MALFORMED, "file meta", is_fatal=True))
            break
        if start + length > len(data):
            out.faults.append(Fault(faults.TRUNCATED, "file meta", is_fatal=True))
            break
        pos = start + length
        out.meta.append((path, start, pos, None))
        if path.tag == _GROUP_LENGTH and (length, path.vr) != (4, "UL"):
            out.faults.append(Fault(faults.MALFORMED, "file meta (0002,0000)", is_fatal=True))
            break
        if path.tag == _GROUP_LENGTH:
            declared_end = pos + u32(data, start)[0]
    out.begin = pos
    _check_once(out)
    if declared_end not in (-1, pos) and out.is_dicom:
        out.faults.append(
            Fault(faults.META_LENGTH, "file meta (0002,0000)", "FileMetaInformationGroupLength")
        )


def _check_once(out: Outside) -> None:
    """Each element of file meta stands once: of two, one program takes the first and another the last."""
    seen: set[int] = set()
    for path, _, _, _ in out.meta:
        if path.tag in seen:
            place = f"file meta ({path.tag >> 16:04X},{path.tag & 0xFFFF:04X})"
            out.faults.append(Fault(faults.REPEATED_ELEMENT, place, path.keyword, {"elements": 2}))
            return
        seen.add(path.tag)


def meta_value(out: Outside, tag: int) -> str:
    """Return the text of a file meta element without padding, empty where it is absent."""
    for path, start, stop, _ in out.meta:
        if path.tag == tag:
            return out.data[start:stop].decode("latin-1").strip(" \0")
    return ""


def _choose_encoding(out: Outside) -> None:
    uid = out.syntax_uid = meta_value(out, 0x00020010)
    place = ("file meta (0002,0010)", "TransferSyntaxUID")
    guess = _guess(out.data, out.begin)
    out.is_deflated = uid in DEFLATED_UIDS
    if uid == IMPLICIT_UID:
        out.encoding = IMPLICIT_LITTLE
    elif uid == BIG_ENDIAN_UID:
        out.encoding = EXPLICIT_BIG
    elif not uid.startswith(_STANDARD):
        out.encoding = guess or EXPLICIT_LITTLE
        out.faults.append(Fault(faults.UNKNOWN_TRANSFER_SYNTAX, *place))
        return
    if guess is not None and guess is not out.encoding and not out.is_deflated:
        out.encoding = guess
        out.faults.append(Fault(faults.WRONG_TRANSFER_SYNTAX, *place))


def _guess(data: Buffer, pos: int) -> Encoding | None:
    """Return the encoding that the first element of a data set shows, None where it shows none."""
    head = data[pos : pos + 8]
    if len(head) < 8:
        return None
    for is_big, explicit, implicit in ((False, EXPLICIT_LITTLE, IMPLICIT_LITTLE), (True, EXPLICIT_BIG, None)):
        tag = tag_from(head, is_big)
        if tag >> 16 in (0x0008, 0x0004, 0x0010) and is_known(tag):
            return explicit if head[4:6] in VRS else implicit
    return None


def _read_bare(out: Outside) -> None:
    """A data set without file meta, as some old systems write it: only where it begins as one must."""
    guess = _guess(out.data, out.begin)
    if guess is None or out.data[out.begin : out.begin + 2] not in (b"\x08\x00", b"\x00\x08"):
        out.faults[:] = [Fault(faults.NOT_DICOM, is_fatal=True)]
        return
    out.is_bare = True
    out.encoding = guess
    out.syntax_uid = {4: IMPLICIT_UID, 6: EXPLICIT_UID}[guess.width] if not guess.is_big else BIG_ENDIAN_UID
    out.faults.append(Fault(faults.NO_FILE_META, "file meta"))


def _inflate(out: Outside, inflate_to: int, ratio: int) -> None:
    deflated = memoryview(out.data)[out.begin :]
    cap = min(inflate_to, max(_INFLATE_FLOOR, len(deflated) * ratio))
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = stream.decompress(deflated, cap)
    except zlib.error:
        out.faults.append(Fault(faults.DEFLATE_BROKEN, is_fatal=True))
        return
    if stream.unconsumed_tail and not stream.eof:
        out.faults.append(Fault(faults.INFLATES_TOO_FAR, is_fatal=True))
    elif not stream.eof:
        out.faults.append(Fault(faults.TRUNCATED, is_fatal=True))
    else:
        # What follows the stream stays in view, as bytes after the data set; one NUL is padding (PS3.5 A.5).
        out.end = out.begin + len(inflated)
        rest = b"" if _is_end_mark(stream.unused_data, inflated) else stream.unused_data
        out.data = out.data[: out.begin] + inflated + rest


def _is_end_mark(rest: bytes, inflated: bytes) -> bool:
    """Is this padding, or gzip's checksum and length, which some writers leave behind the stream?"""
    return rest in (b"", b"\0") or rest == pack("<II", zlib.crc32(inflated), len(inflated) & 0xFFFFFFFF)
