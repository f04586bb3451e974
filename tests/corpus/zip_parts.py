"""A zip written field by field, so that any field can be made to lie."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field

import inflate64

STORED, DEFLATED, DEFLATED64 = 0, 8, 9
HAS_DESCRIPTOR = 1 << 3
UTF8 = 1 << 11
FULL16, FULL32 = 0xFFFF, 0xFFFFFFFF
UNIX = 3

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_CENTRAL = struct.Struct("<4sHHHHHHIIIHHHHHII")
_END = struct.Struct("<4sHHHHIIH")
_END64 = struct.Struct("<4sQHHIIQQQQ")
_LOCATOR = struct.Struct("<4sIQI")


@dataclass
class Part:
    """One member. `local` and `central` override fields of one header; None in `packed`: packed by `method`.

    before:       bytes that stand before the local header (a gap).
    descriptor:   `""` none, else `marked32`, `bare32`, `marked64`, `bare64`.
    zip64:        sizes are told in the zip64 extra field of both headers.
    offset:       the local header's place as the central header tells it; None: where it is.
    is_listed, is_written: whether the central, the local header is written at all.
    """

    name: bytes = b"ct.dcm"
    data: bytes = b""
    method: int = DEFLATED
    packed: bytes | None = None
    flags: int = 0
    extra: bytes = b""
    local_extra: bytes | None = None
    comment: bytes = b""
    attributes: int = 0
    system: int = 0
    local: dict[str, int | bytes] = field(default_factory=dict)
    central: dict[str, int | bytes] = field(default_factory=dict)
    before: bytes = b""
    descriptor: str = ""
    descriptor_values: tuple[int, int, int] | None = None
    zip64: bool = False
    offset: int | None = None
    is_listed: bool = True
    is_written: bool = True

    def body(self) -> bytes:
        """Return the member's compressed bytes."""
        return pack(self.data, self.method) if self.packed is None else self.packed


@dataclass
class Lies:
    """What the end of the zip says besides the truth. Overrides are by field name; None: as it is."""

    prefix: bytes = b""
    suffix: bytes = b""
    before_directory: bytes = b""
    after_directory: bytes = b""
    comment: bytes = b""
    is_prefix_known: bool = False
    zip64: bool = False
    entries: int | None = None
    entries_here: int | None = None
    directory_size: int | None = None
    directory_offset: int | None = None
    disk: int = 0
    locator_offset: int | None = None
    end64_extension: bytes = b""
    end64_entries: int | None = None
    locator_disks: int = 1


def pack(data: bytes, method: int) -> bytes:
    """Return `data` as the method packs it; methods that are not known here keep it as it is."""
    if method == DEFLATED:
        stream = zlib.compressobj(6, zlib.DEFLATED, -15)
        return stream.compress(data) + stream.flush()
    if method == DEFLATED64:
        deflater = inflate64.Deflater()
        packed: bytes = deflater.deflate(data) + deflater.flush()
        return packed
    return data


def extra_field(kind: int, value: bytes) -> bytes:
    """Return one extra field."""
    return struct.pack("<HH", kind, len(value)) + value


def build(parts: list[Part], lies: Lies | None = None) -> bytes:
    """Return the zip that these parts and lies make."""
    lies = lies or Lies()
    out = bytearray(lies.prefix)
    start = 0 if lies.is_prefix_known else len(lies.prefix)
    directory = bytearray()
    for part in parts:
        out += part.before
        offset = len(out) - start
        if part.is_written:
            out += _local(part)
        if part.is_listed:
            directory += _central(part, offset if part.offset is None else part.offset)
    out += lies.before_directory
    place = len(out) - start
    out += directory + lies.after_directory
    out += _ends(lies, sum(part.is_listed for part in parts), len(directory), place, len(out) - start)
    return bytes(out + lies.comment + lies.suffix)


def _local(part: Part) -> bytes:
    body = part.body()
    flags = part.flags | (HAS_DESCRIPTOR if part.descriptor else 0)
    told = (zlib.crc32(part.data), len(body), len(part.data))
    crc, packed, size = (0, 0, 0) if part.descriptor else told
    extra = part.extra if part.local_extra is None else part.local_extra
    if part.zip64:
        extra = extra_field(1, struct.pack("<QQ", size, packed)) + extra
        packed = size = FULL32
    values = {
        "version": 20,
        "flags": flags,
        "method": part.method,
        "crc": crc,
        "packed": packed,
        "size": size,
        "name": part.name,
        "extra": extra,
    } | part.local
    header = _LOCAL.pack(
        b"PK\x03\x04",
        values["version"],
        values["flags"],
        values["method"],
        0,
        0x21,
        values["crc"],
        values["packed"],
        values["size"],
        len(values["name"]),
        len(values["extra"]),
    )
    return header + values["name"] + values["extra"] + body + _descriptor(part, told)


def _descriptor(part: Part, told: tuple[int, int, int]) -> bytes:
    if not part.descriptor:
        return b""
    crc, packed, size = part.descriptor_values or told
    values = struct.pack("<IQQ" if part.descriptor.endswith("64") else "<III", crc, packed, size)
    return (b"PK\x07\x08" if part.descriptor.startswith("marked") else b"") + values


def _central(part: Part, offset: int) -> bytes:
    size, packed, extra = len(part.data), len(part.body()), part.extra
    if part.zip64:
        extra = extra_field(1, struct.pack("<QQQ", size, packed, offset)) + extra
        size = packed = offset = FULL32
    flags = part.flags | (HAS_DESCRIPTOR if part.descriptor else 0)
    values = {
        "flags": flags,
        "method": part.method,
        "crc": zlib.crc32(part.data),
        "packed": packed,
        "size": size,
        "name": part.name,
        "extra": extra,
        "comment": part.comment,
        "disk": 0,
        "offset": offset,
        "extra_length": -1,
        "name_length": -1,
    } | part.central
    name_length = len(values["name"]) if values["name_length"] < 0 else values["name_length"]
    extra_length = len(values["extra"]) if values["extra_length"] < 0 else values["extra_length"]
    header = _CENTRAL.pack(
        b"PK\x01\x02",
        part.system << 8 | 20,
        20,
        values["flags"],
        values["method"],
        0,
        0x21,
        values["crc"],
        values["packed"],
        values["size"],
        name_length,
        extra_length,
        len(values["comment"]),
        values["disk"],
        0,
        part.attributes,
        values["offset"],
    )
    return header + values["name"] + values["extra"] + values["comment"]


def _ends(lies: Lies, entries: int, size: int, offset: int, place: int) -> bytes:
    entries = entries if lies.entries is None else lies.entries
    size = size if lies.directory_size is None else lies.directory_size
    offset = offset if lies.directory_offset is None else lies.directory_offset
    before = b""
    if lies.zip64:
        counted = entries if lies.end64_entries is None else lies.end64_entries
        before = _END64.pack(
            b"PK\x06\x06", 44 + len(lies.end64_extension), 45, 45, 0, 0, counted, counted, size, offset
        )
        before += lies.end64_extension
        located = place if lies.locator_offset is None else lies.locator_offset
        before += _LOCATOR.pack(b"PK\x06\x07", 0, located, lies.locator_disks)
        if lies.end64_entries is None:
            entries, size, offset = FULL16, FULL32, FULL32
    return before + _END.pack(
        b"PK\x05\x06",
        lies.disk,
        lies.disk,
        (entries if lies.entries_here is None else lies.entries_here) & FULL16,
        entries & FULL16,
        size,
        offset,
        len(lies.comment),
    )
