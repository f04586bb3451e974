"""A zip of 20 GB and 10,000 members is admitted by the default caps, and memory stays flat."""

import zlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.inspection.client import Inspector
from ingest.model.instance import InstanceFacts
from tests.corpus.dicom_parts import LITTLE, another
from tests.corpus.sparse_zip import SparseMember, write_sparse
from tests.inspections import request_for

pytestmark = pytest.mark.release

MEMBERS, SIDE = 10_000, 1024
PIXELS = bytes(2 * SIDE * SIDE)


def header_of(number: int) -> bytes:
    """Return a CT up to its pixels, which are zeros."""
    small = another(f"2.25.{number}", x00280010=SIDE, x00280011=SIDE)
    head = small[: small.index(b"\xe0\x7f\x10\x00")]
    return head + LITTLE.element(0x7FE00010, "OW", b"", len(PIXELS))


def slices(count: int) -> Iterator[SparseMember]:
    """Yield CTs whose pixels are holes in the file."""
    for number in range(1, count + 1):
        head = header_of(number)
        crc = zlib.crc32(PIXELS, zlib.crc32(head))
        yield SparseMember(b"123-1001/CT/%05d.dcm" % number, head, len(PIXELS), crc)


def test_twenty_gigabytes_are_read_and_memory_stays_flat(tmp_path: Path) -> None:
    request = request_for(b"", tmp_path)
    with Path(request.package_path).open("wb") as file:
        write_sparse(file, slices(MEMBERS))
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
