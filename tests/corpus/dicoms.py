"""Hostile and sound DICOM files: each hostile one is named for the code that it must raise."""

from __future__ import annotations

from functools import partial

from ingest.trial.definition import Limits
from tests.corpus.cases import Hostile, Sound
from tests.corpus.dicom_parts import (
    BIG,
    BIG_ENDIAN,
    CT,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    LITTLE,
    PIXELS,
    PLAIN,
    RLE,
    RTPLAN,
    RTSTRUCT,
    UNDEFINED,
    ct,
    deflate,
    encapsulated,
    header,
    meta,
    outside,
)

_NAME = 0x00100010
_SEQUENCE = 0x00081140
_PRIVATE = 0x00291010


def _half_deflated(plain: int) -> bytes:
    """Return a deflated CT whose last bytes stand behind the stream as they are."""
    body = ct(before=b"")
    return outside(DEFLATED) + deflate(body[:-plain]) + body[-plain:]


def _with_group_length(vr: bytes, length: int) -> bytes:
    """Return a CT whose (0002,0000) has another VR or length than its own."""
    told = b"\x02\x00\x00\x00UL\x04\x00"
    return ct().replace(told, told[:4] + vr + length.to_bytes(2, "little"), 1)


def _nested(depth: int) -> bytes:
    content = b""
    for _ in range(depth):
        content = LITTLE.sequence(_SEQUENCE, LITTLE.item(content, is_open=True), is_open=True)
    return content


def _flat(sop_class: str, modality: str, *sequences: int) -> bytes:
    """An RT object of empty sequences."""
    extra = {tag: LITTLE.sequence(tag) for tag in sequences}
    file = ct(
        pixels=None, extra=extra, x00080016=sop_class, x00080060=modality, x00280010=None, x00280011=None
    )
    return outside(EXPLICIT, sop_class=sop_class) + file[len(outside(EXPLICIT)) :]


def _cut(count: int) -> bytes:
    return ct()[:-count]


def _in_sequence(content: bytes) -> bytes:
    return ct(extra={_SEQUENCE: LITTLE.element(_SEQUENCE, "SQ", content)})


def _compressed(*fragments: bytes, **changes: str | int | None) -> bytes:
    return ct(pixels=None, syntax=RLE, tail=encapsulated(*fragments), before=outside(RLE), **changes)


HOSTILE_DICOMS: tuple[Hostile, ...] = (
    Hostile("DCM102", "nothing", lambda: b""),
    Hostile("DCM102", "text", lambda: b"Dear colleague, please find the scans of our patient." * 10),
    Hostile("DCM102", "text-that-begins-like-a-tag", lambda: b"\x08\x00\x05\x00" + b"not DICOM " * 40),
    Hostile("DCM102", "picture", lambda: b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(500)),
    Hostile("DCM102", "zeros", lambda: bytes(4096)),
    Hostile("DCM102", "mark-in-the-wrong-place", lambda: bytes(100) + b"DICM" + bytes(100)),
    Hostile("DCM103", "in-pixels", partial(_cut, 5)),
    Hostile("DCM103", "in-file-meta", lambda: ct()[:170]),
    Hostile("DCM103", "after-file-meta", lambda: outside(EXPLICIT)),
    Hostile("DCM103", "in-a-header", lambda: ct()[: len(ct()) - len(PIXELS) - 4]),
    Hostile(
        "DCM103",
        "four-gigabytes-declared",
        lambda: ct(pixels=None, tail=LITTLE.element(0x7FE00010, "OW", PIXELS, 0xFFFFFFF0)),
    ),
    Hostile(
        "DCM103",
        "open-sequence",
        lambda: ct(pixels=None, tail=LITTLE.element(0x7FE00010, "OB", LITTLE.item(b""), UNDEFINED)),
    ),
    Hostile("DCM103", "implicit", lambda: ct(writing=PLAIN, syntax=IMPLICIT)[:-1]),
    Hostile("DCM103", "big-endian", lambda: ct(writing=BIG_ENDIAN, syntax=BIG)[:-1]),
    Hostile("DCM103", "deflated", lambda: ct(syntax=DEFLATED)[:-3]),
    Hostile("DCM104", "unknown-vr", lambda: ct(extra={_NAME: b"\x10\x00\x10\x00QQ\x02\x00AB"})),
    Hostile(
        "DCM104", "item-longer-than-its-sequence", lambda: _in_sequence(b"\xfe\xff\x00\xe0\xff\x00\x00\x00")
    ),
    Hostile(
        "DCM104",
        "element-longer-than-its-item",
        lambda: _in_sequence(LITTLE.item(LITTLE.element(0x00081155, "UI", b"1.2", 200))),
    ),
    Hostile("DCM104", "text-where-an-item-should-be", lambda: _in_sequence(b"John Smith, ward 7")),
    Hostile("DCM104", "stray-item-end", lambda: _in_sequence(LITTLE.item(LITTLE.end(0xE00D)))),
    Hostile(
        "DCM104",
        "item-never-ends",
        lambda: _in_sequence(b"\xfe\xff\x00\xe0\xff\xff\xff\xff" + header()[0x00080060]),
    ),
    Hostile(
        "DCM104",
        "unknown-value-of-open-length",
        lambda: ct(extra={_PRIVATE: LITTLE.element(_PRIVATE, "UN", b"John Smith", UNDEFINED)}),
    ),
    Hostile(
        "DCM104", "file-meta-with-unknown-vr", lambda: bytes(128) + b"DICM\x02\x00\x10\x00qq\x04\x001.2 "
    ),
    Hostile("DCM104", "meta-length-that-swallows-what-follows", lambda: _with_group_length(b"UL", 70)),
    Hostile("DCM104", "meta-length-that-is-a-uid", lambda: _with_group_length(b"UI", 4)),
    Hostile("DCM103", "deflate-that-ends-early-and-is-completed-by-plain-bytes", lambda: _half_deflated(14)),
    Hostile("DCM105", "two-hundred-sequences", lambda: ct(extra={_SEQUENCE: _nested(200)})),
    Hostile("DCM105", "ten-thousand-sequences", lambda: ct(extra={_SEQUENCE: _nested(10_000)})),
    Hostile("DCM106", "empty-items", lambda: _in_sequence(LITTLE.item(b"") * 3000), Limits(elements=2000)),
    Hostile(
        "DCM106", "elements", lambda: ct(tail=header()[0x00080060] * 3000, pixels=None), Limits(elements=2000)
    ),
    Hostile("DCM107", "deflate-bomb", lambda: outside(DEFLATED) + deflate(bytes(40_000_000), 9)),
    Hostile("DCM108", "deflate-of-noise", lambda: outside(DEFLATED) + b"\x07" + bytes(range(256))),
    Hostile("DCM109", "bare-explicit", lambda: ct(before=b"")),
    Hostile("DCM109", "bare-implicit", lambda: ct(before=b"", writing=PLAIN)),
    Hostile("DCM109", "bare-big-endian", lambda: ct(before=b"", writing=BIG_ENDIAN)),
    Hostile("DCM110", "no-transfer-syntax", lambda: ct(before=outside(""))),
    Hostile("DCM110", "private-transfer-syntax", lambda: ct(before=outside("1.2.840.113619.5.2"))),
    Hostile("DCM111", "explicit-that-is-implicit", lambda: ct(writing=PLAIN)),
    Hostile("DCM111", "little-that-is-big", lambda: ct(writing=BIG_ENDIAN)),
    Hostile("DCM201", "text-after-pixels", lambda: ct(tail=b"Patient: John Smith, born 1 May 1950")),
    Hostile("DCM201", "element-after-pixels", lambda: ct(tail=header()[_NAME])),
    Hostile("DCM201", "zip-after-pixels", lambda: ct(tail=b"PK\x03\x04" + bytes(60))),
    Hostile("DCM201", "after-implicit", lambda: ct(writing=PLAIN, syntax=IMPLICIT, tail=b"John Smith\n")),
    Hostile("DCM201", "after-deflated", lambda: ct(syntax=DEFLATED) + b"John Smith of 7 High Street"),
    Hostile("DCM201", "zeros-that-fill-no-block", lambda: ct(tail=bytes(3))),
    Hostile("DCM201", "command-after-data", lambda: ct(tail=bytes(8), pixels=None)),
    Hostile("DCM201", "three-bytes", lambda: ct(tail=b"JS\n")),
    Hostile("DCM204", "windows-program", lambda: b"MZ\x90\x00" + b"\x01" * 124 + ct()[128:]),
    Hostile("DCM204", "unix-program", lambda: b"\x7fELF\x02\x01" + bytes(122) + ct()[128:]),
    Hostile("DCM204", "script", lambda: b"#!/bin/sh\nexit\n" + bytes(113) + ct()[128:]),
    Hostile(
        "DCM205",
        "two-uids-in-file-meta",
        lambda: ct(before=outside(EXPLICIT, extra=LITTLE.text(0x00020003, "UI", "2.25.99"))),
    ),
    Hostile(
        "DCM205",
        "two-names",
        lambda: ct(extra={_NAME: header()[_NAME] + LITTLE.text(_NAME, "PN", "Smith^John")}),
    ),
    Hostile(
        "DCM205",
        "two-ids-apart",
        lambda: ct(pixels=None, tail=header()[0x00100020] + LITTLE.element(0x7FE00010, "OW", PIXELS)),
    ),
    Hostile("DCM104", "command-in-front", lambda: ct(extra={0: LITTLE.element(0, "UL", bytes(4))})),
    Hostile(
        "DCM208",
        "name-before-charset",
        lambda: ct(extra={0x00080005: header()[_NAME], _NAME: LITTLE.text(0x00080005, "CS", "ISO_IR 100")}),
    ),
    Hostile(
        "DCM208",
        "tag-changed-on-the-way",
        lambda: ct(extra={0x00080050: LITTLE.text(0x00080E50, "SH", "1"), 0x00080060: header()[0x00080060]}),
    ),
    Hostile("DCM301", "class", lambda: ct(before=outside(EXPLICIT, sop_class=RTPLAN))),
    Hostile("DCM302", "instance", lambda: ct(before=outside(EXPLICIT, uid="2.25.999"))),
    Hostile("DCM303", "mr-that-is-ct", lambda: ct(x00080060="MR")),
    Hostile("DCM304", "no-class", lambda: ct(x00080016=None)),
    Hostile("DCM304", "no-instance", lambda: ct(x00080018=None)),
    Hostile("DCM304", "no-series", lambda: ct(x0020000E=None)),
    Hostile("DCM304", "no-modality", lambda: ct(x00080060=None)),
    Hostile("DCM305", "path-for-a-uid", lambda: ct(x00080018="../../etc/passwd")),
    Hostile("DCM305", "words-for-a-uid", lambda: ct(x0020000D="scan of Smith")),
    Hostile("DCM305", "seventy-digits", lambda: ct(x0020000E="2." + "1" * 70)),
    Hostile("DCM306", "structures-without-contours", lambda: _flat(RTSTRUCT, "RTSTRUCT", 0x30060020)),
    Hostile(
        "DCM306",
        "structures-without-observations",
        lambda: _flat(RTSTRUCT, "RTSTRUCT", 0x30060020, 0x30060039),
    ),
    Hostile("DCM401", "no-pixels", lambda: ct(pixels=None)),
    Hostile("DCM402", "half-the-pixels", lambda: ct(pixels=PIXELS[:16])),
    Hostile("DCM402", "empty-pixels", lambda: ct(pixels=b"")),
    Hostile("DCM402", "more-frames-than-pixels", lambda: ct(x00280008="3")),
    Hostile("DCM403", "text-behind-the-pixels", lambda: ct(pixels=PIXELS + b"John Smith")),
    Hostile("DCM404", "no-rows", lambda: ct(x00280010=None)),
    Hostile("DCM404", "no-bits", lambda: ct(x00280100=None)),
    Hostile("DCM405", "no-frame", _compressed),
    Hostile("DCM405", "one-frame-of-three", lambda: _compressed(b"\0\1", x00280008="3")),
    Hostile("DCM406", "native-that-says-compressed", lambda: ct(before=outside(RLE))),
    Hostile("DCM406", "compressed-that-says-native", lambda: ct(pixels=None, tail=encapsulated(b"\0\1"))),
)

#: Files that are kept; `codes` is what is mentioned all the same.
SOUND_DICOMS: tuple[Sound, ...] = (
    Sound("explicit", ct, ()),
    Sound("implicit", lambda: ct(writing=PLAIN, syntax=IMPLICIT), ()),
    Sound("big-endian", lambda: ct(writing=BIG_ENDIAN, syntax=BIG), ()),
    Sound("deflated", lambda: ct(syntax=DEFLATED), ()),
    Sound("deflated-padded", lambda: ct(syntax=DEFLATED) + b"\0", ()),
    Sound("compressed", lambda: _compressed(b"\0\1"), ()),
    Sound("open-sequences", lambda: ct(extra={_SEQUENCE: _nested(20)}), ()),
    Sound("trailing-padding-element", lambda: ct(tail=LITTLE.element(0xFFFCFFFC, "OB", bytes(100))), ()),
    Sound("pixels-padded-to-even", lambda: ct(pixels=bytes(10), x00280010=3, x00280011=3, x00280100=8), ()),
    Sound("zeros-to-a-whole-block", lambda: ct(tail=bytes(-len(ct()) % 512)), (), frozenset({"DCM202"})),
    Sound("tiff-preamble", lambda: b"II*\0" + b"\1" * 124 + ct()[128:], (), frozenset({"DCM203"})),
    Sound("no-preamble", lambda: ct(before=b"DICM" + meta(EXPLICIT)), (), frozenset({"DCM207"})),
    Sound("meta-alone", lambda: ct(before=meta(EXPLICIT)), (), frozenset({"DCM207"})),
    Sound(
        "structures-without-approval",
        lambda: _flat(RTSTRUCT, "RTSTRUCT", 0x30060020, 0x30060039, 0x30060080),
        (),
        frozenset({"DCM308"}),
    ),
    Sound("meta-length", lambda: ct(before=outside(EXPLICIT, length=999)), (), frozenset({"DCM113"})),
    Sound(
        "out-of-order-in-an-item",
        lambda: _in_sequence(
            LITTLE.item(LITTLE.text(0x00081155, "UI", "1.2") + LITTLE.text(0x00081150, "UI", CT))
        ),
        (),
        frozenset({"DCM206"}),
    ),
    Sound(
        "private-in-an-item-creator-outside",
        lambda: ct(
            extra={
                0x00290010: LITTLE.text(0x00290010, "LO", "SIEMENS MEDCOM HEADER"),
                _PRIVATE: LITTLE.text(_PRIVATE, "LO", "1"),
                0x00400275: LITTLE.sequence(
                    0x00400275, LITTLE.item(LITTLE.text(_PRIVATE, "LO", "SMITH^JOHN"))
                ),
            }
        ),
        (),
    ),
    Sound(
        "private-class",
        lambda: ct(
            x00080016="1.3.12.2.1107.5.9.1", before=outside(EXPLICIT, sop_class="1.3.12.2.1107.5.9.1")
        ),
        (),
        frozenset({"DCM307"}),
    ),
)

#: A DICOMDIR by another name: mentioned, not read, not kept.
FILE_SET = Hostile(
    "DCM112",
    "directory-by-another-name",
    lambda: ct(before=outside(EXPLICIT, sop_class="1.2.840.10008.1.3.10")),
)
