"""Zips that contradict themselves or are too much: refused as a whole."""

from __future__ import annotations

import struct
from functools import partial

from ingest.trial.definition import Limits
from tests.corpus.cases import Hostile
from tests.corpus.zip_makers import DICOM, MIB, OTHER, ending, nested, one, plain, tiny, unicode_path
from tests.corpus.zip_parts import DEFLATED, FULL32, STORED, UTF8, Part, build, extra_field, pack


def directory_without(field_at: int, value: bytes) -> bytes:
    """Return a zip with bytes of its first central header replaced."""
    data = bytearray(plain())
    start = data.index(b"PK\x01\x02")
    data[start + field_at : start + field_at + len(value)] = value
    return bytes(data)


def full_overlap() -> bytes:
    """Return a zip whose many entries are one and the same member, as in Fifield's bomb."""
    kernel = Part(b"k.dcm", bytes(20000))
    others = [Part(b"k.dcm", bytes(20000), is_written=False, offset=0) for _ in range(200)]
    return build([kernel, *others])


def quoted_overlap() -> bytes:
    """Return a zip where the first member's data holds the second's header (CVE-2024-0450)."""
    inner = build([Part(b"b.dcm", bytes(20000), is_listed=False)])
    inner = inner[: inner.index(b"PK\x05\x06")]
    body = b"\x00" + struct.pack("<HH", 30 + 5, 0xFFFF ^ 35) + inner
    outer = Part(b"a.dcm", bytes(20000), packed=body)
    return build([outer, Part(b"b.dcm", bytes(20000), is_written=False, offset=30 + 5 + 5)])


def reaching_into_directory() -> bytes:
    """Return a zip whose last member ends behind the start of the directory."""
    body = pack(OTHER, DEFLATED)
    told = {"packed": len(body) + 20}
    return build([Part(b"ct1.dcm", DICOM), Part(b"ct2.dcm", OTHER, local=told, central=told)])


def doubled_end() -> bytes:
    """Return a zip with its end record twice."""
    data = plain()
    return data + data[data.rindex(b"PK\x05\x06") :]


def end_in_comment() -> bytes:
    """Return a zip whose comment is an end record of another directory."""
    fake = struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 0, 0, 0, 0, 0)
    return plain(comment=fake)


def descriptor_lies() -> bytes:
    """Return a zip whose data descriptor tells another size."""
    return build([Part(b"ct1.dcm", DICOM, descriptor="marked32", descriptor_values=(1, 2, 3))])


HOSTILE_STRUCTURES = [
    Hostile("PKG101", "zipcrypto", one(flags=1)),
    Hostile(
        "PKG102", "aes-256", one(method=99, flags=1, extra=extra_field(0x9901, b"\x02\x00AE\x03\x08\x00"))
    ),
    Hostile("PKG103", "strong-encryption", one(flags=1 | 1 << 6, extra=extra_field(0x17, bytes(8)))),
    Hostile("PKG103", "masked-headers", one(flags=1 | 1 << 13)),
    Hostile("PKG104", "end-record-twice", doubled_end),
    Hostile("PKG104", "end-record-in-the-comment", end_in_comment),
    Hostile("PKG104", "two-zips-joined", lambda: plain() + plain(b"second")),
    Hostile("PKG104", "two-zips-joined-offsets-mended", ending(prefix=plain(), is_prefix_known=True)),
    Hostile("PKG105", "text-behind", ending(suffix=b"\r\n-- sent by mail gateway --\r\n")),
    Hostile("PKG105", "more-behind-than-a-comment", ending(suffix=b"junk " * 40_000)),
    Hostile("PKG105", "zeros-that-fill-no-block", ending(suffix=bytes(700))),
    Hostile("PKG105", "text-in-the-padding", lambda: (plain() + b"hidden").ljust(10240, b"\0")),
    Hostile("PKG105", "one-byte-behind", ending(suffix=b"\n")),
    Hostile("PKG105", "script-behind-zip64", ending(suffix=b"<script>", zip64=True)),
    Hostile("PKG106", "text-before", ending(prefix=b"Content-Type: application/zip\r\n\r\n")),
    Hostile("PKG106", "pdf-polyglot", ending(prefix=b"%PDF-1.7\n%\xe2\xe3\n", is_prefix_known=True)),
    Hostile("PKG106", "dicom-polyglot", ending(prefix=DICOM, is_prefix_known=True)),
    Hostile("PKG106", "text-before-zip64", ending(prefix=b"hello", zip64=True)),
    Hostile(
        "PKG106",
        "unlisted-member-first",
        lambda: build([Part(b"x", DICOM, is_listed=False), Part(b"y", OTHER)]),
    ),
    Hostile("PKG107", "exe-before", ending(prefix=b"MZ\x90\x00" + bytes(200))),
    Hostile("PKG107", "exe-before-offsets-mended", ending(prefix=b"MZ" + bytes(200), is_prefix_known=True)),
    Hostile("PKG107", "exe-before-zip64", ending(prefix=b"MZ" + bytes(200), zip64=True)),
    Hostile("PKG107", "shell-script-before", ending(prefix=b"#!/bin/sh\nexit\n")),
    Hostile(
        "PKG108",
        "between-members",
        lambda: build([Part(b"a", DICOM), Part(b"b", OTHER, before=b"hidden text")]),
    ),
    Hostile("PKG108", "before-the-directory", ending(before_directory=b"hidden text")),
    Hostile(
        "PKG108",
        "unlisted-member-between",
        lambda: build([Part(b"a", DICOM), Part(b"x", DICOM, is_listed=False), Part(b"b", OTHER)]),
    ),
    Hostile(
        "PKG108",
        "unlisted-member-last",
        lambda: build([Part(b"a", DICOM), Part(b"x", OTHER, is_listed=False)]),
    ),
    Hostile("PKG109", "full-overlap", full_overlap),
    Hostile("PKG109", "quoted-overlap", quoted_overlap),
    Hostile("PKG109", "into-the-directory", reaching_into_directory),
    Hostile("PKG110", "signature-wrong", lambda: directory_without(0, b"PK\x01\x03")),
    Hostile("PKG110", "name-runs-over", one(central={"name_length": 60000})),
    Hostile("PKG110", "bytes-behind-it", ending(after_directory=b"\x01" * 30, directory_size=60)),
    Hostile("PKG110", "larger-than-the-file", ending(directory_size=1_000_000)),
    Hostile("PKG110", "offset-behind-it", ending(directory_offset=4_000_000)),
    Hostile("PKG111", "two-counts", ending(entries_here=1)),
    Hostile("PKG111", "one-too-few", ending(entries=1)),
    Hostile("PKG111", "one-too-many", ending(entries=3)),
    Hostile("PKG112", "other-name", one(local={"name": b"ct9.dcm"})),
    Hostile("PKG112", "other-size", one(local={"size": 10})),
    Hostile("PKG112", "other-checksum", one(local={"crc": 10})),
    Hostile("PKG112", "other-method", one(local={"method": STORED})),
    Hostile("PKG112", "other-flags", one(local={"flags": 1})),
    Hostile("PKG112", "other-unicode-name", lambda: unicode_path(b"\xe4.dcm", "ä.dcm", local_says="ö.dcm")),
    Hostile("PKG112", "utf8-flag-in-one-header-only", one(name="ä.dcm".encode(), local={"flags": UTF8})),
    Hostile("PKG113", "local-signature-wrong", lambda: b"PK\x03\x05" + plain()[4:]),
    Hostile("PKG114", "descriptor-lies", descriptor_lies),
    Hostile("PKG115", "field-missing", one(central={"size": FULL32})),
    Hostile(
        "PKG115", "no-record-before-locator", ending(zip64=True, end64_extension=b"", locator_offset=2**40)
    ),
    Hostile("PKG115", "record-with-an-extension", ending(zip64=True, end64_extension=b"hidden text")),
    Hostile("PKG115", "two-counts", ending(zip64=True, end64_entries=3)),
    Hostile("PKG116", "lengths-run-over", one(extra=b"\x55\x54\xff\x00abc")),
    Hostile("PKG116", "rest-that-is-no-field", one(extra=b"xyz")),
    Hostile("PKG116", "zip64-twice", one(extra=extra_field(1, bytes(8)) * 2)),
    Hostile("PKG117", "larger-than-allowed", plain, tiny(zip_bytes=200)),
    Hostile("PKG118", "more-members-than-allowed", plain, tiny(members=1)),
    Hostile("PKG118", "70,000-members-told", ending(zip64=True, entries=70_000_000)),
    Hostile("PKG119", "declared-larger-than-allowed", plain, tiny(inflated_bytes=1000)),
    Hostile(
        "PKG120",
        "many-members-of-nothing",
        lambda: build([Part(f"{n}.dcm".encode(), bytes(3 * MIB)) for n in range(8)]),
    ),
    Hostile("PKG121", "directory-of-a-gigabyte", ending(directory_size=1 << 30)),
    Hostile("PKG122", "no-members", lambda: build([])),
    Hostile("PKG123", "folders-only", lambda: build([Part(b"CT/", method=STORED)])),
    Hostile(
        "PKG123",
        "leftovers-only",
        lambda: build([Part(b"__MACOSX/._ct1.dcm", b"x" * 40), Part(b".DS_Store", b"y")]),
    ),
    Hostile("PKG124", "zip-in-zip-in-zip", partial(nested, 2)),
    Hostile("PKG124", "no-depth-allowed", partial(nested, 1), tiny(depth=0)),
    Hostile("PKG126", "no-time-left", plain, Limits(seconds=-1.0)),
]
