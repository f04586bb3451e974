"""A zip of 20 GB and 10,000 members is admitted by the default caps, and memory stays flat."""

import zlib
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import pytest

from ingest.inspection.client import Inspector
from ingest.model.instance import InstanceFacts
from tests.corpus.dicom_parts import LITTLE, another
from tests.corpus.zip_parts import STORED, Lies, Part, build
from tests.inspections import request_for

pytestmark = pytest.mark.release

MEMBERS, SIDE = 10_000, 1024
PIXELS = bytes(2 * SIDE * SIDE)


def header_of(number: int) -> bytes:
    """Return a CT up to its pixels, which are zeros."""
    small = another(f"2.25.{number}", x00280010=SIDE, x00280011=SIDE)
    head = small[: small.index(b"\xe0\x7f\x10\x00")]
    return head + LITTLE.element(0x7FE00010, "OW", b"", len(PIXELS))


def write_sparse(file: BinaryIO, members: int) -> None:
    """Write a stored zip64 whose pixels are holes in the file: it costs no room on the disk."""
    central = bytearray()
    for number in range(1, members + 1):
        head, name = header_of(number), b"123-1001/CT/%05d.dcm" % number
        crc, size = zlib.crc32(PIXELS, zlib.crc32(head)), len(head) + len(PIXELS)
        told = {"crc": crc, "packed": size, "size": size}
        offset = file.tell()
        one = build([Part(name, b"", STORED, local=dict(told), central=dict(told), offset=0)])
        at = one.index(b"PK\x01\x02")
        file.write(one[:at] + head)
        file.seek(len(PIXELS), 1)
        central += _wide(one[at : one.rindex(b"PK\x05\x06")], offset)
    place = file.tell()
    file.write(central)
    told = Lies(
        zip64=True,
        entries=members,
        directory_size=len(central),
        directory_offset=place,
        locator_offset=place + len(central),
    )
    file.write(build([], told))


def _wide(entry: bytes, offset: int) -> bytes:
    """Return a central header with its offset told in zip64's field."""
    field = b"\x01\x00\x08\x00" + offset.to_bytes(8, "little")
    return entry[:30] + len(field).to_bytes(2, "little") + entry[32:42] + b"\xff" * 4 + entry[46:] + field


def test_twenty_gigabytes_are_read_and_memory_stays_flat(tmp_path: Path) -> None:
    request = request_for(b"", tmp_path)
    with Path(request.package_path).open("wb") as file:
        write_sparse(file, MEMBERS)
    assert Path(request.package_path).stat().st_size > MEMBERS * len(PIXELS)
    bare = replace(request, staging_dir=None, package_sha256="00" * 32)
    facts: list[InstanceFacts] = []
    with Inspector(memory_limit=512 * 1024**2) as inspector:
        inspection = inspector.inspect(bare, facts.extend)
        status = Path(f"/proc/{inspector.pid}/status").read_text()
    assert inspection.package.instances == len(facts) == MEMBERS
    assert not [finding.code for finding in inspection.findings if finding.code.startswith(("PKG", "DCM"))]
    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
    assert peak < 256
