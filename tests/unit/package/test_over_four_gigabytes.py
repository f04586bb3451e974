"""Zips of more than 4 GiB: with zip64, and as macOS's Archive Utility writes them, with places in 32 bits."""

import zlib
from pathlib import Path

import pytest

from ingest.package.contents import Package
from ingest.package.gate import open_package
from ingest.package.read import MemberBytes, MemberReader
from ingest.trial.definition import Limits
from tests.corpus.sparse_zip import SparseMember, write_sparse
from tests.corpus.zip_makers import DICOM, OTHER

pytestmark = pytest.mark.fast

HALF = 3 * 1024**3
FIRST = SparseMember(b"1.dcm", DICOM, crc=zlib.crc32(DICOM))
LAST = SparseMember(b"2.dcm", OTHER, crc=zlib.crc32(OTHER))


def package_of(folder: Path, *members: SparseMember, knows_zip64: bool) -> Package:
    path = folder / "large.zip"
    with path.open("wb") as file:
        write_sparse(file, members, knows_zip64=knows_zip64)
    return open_package(path, Limits())


def contents(package: Package, spool: Path) -> list[bytes]:
    """Return the bytes of the first and the last member."""
    with MemberReader(package, Limits(), spool) as reader:
        found = [reader.read(member) for member in (package.members[0], package.members[-1])]
        return [bytes(item.data) for item in found if isinstance(item, MemberBytes)]


@pytest.mark.parametrize("knows_zip64", [True, False])
@pytest.mark.parametrize("between", [2, 3])
def test_members_behind_four_gigabytes_are_found(tmp_path: Path, between: int, knows_zip64: bool) -> None:
    fillers = [SparseMember(b"%d.raw" % number, b"", HALF) for number in range(between)]
    package = package_of(tmp_path, FIRST, *fillers, LAST, knows_zip64=knows_zip64)
    assert package.findings == ()
    assert contents(package, tmp_path) == [DICOM, OTHER]
    assert package.members[-1].data_offset > between * HALF


def test_four_gigabytes_before_a_zip_are_not_taken_for_lost_places(tmp_path: Path) -> None:
    path = tmp_path / "prefixed.zip"
    with path.open("wb") as file:
        write_sparse(file, [FIRST, LAST], knows_zip64=False)
        file.flush()
        whole = path.read_bytes()
        file.seek(0)
        file.truncate()
        file.write(whole[:-22])
        file.seek(1 << 32)
        file.write(whole)
    assert [finding.code for finding in open_package(path, Limits()).findings] == ["PKG108"]


def test_members_out_of_order_and_without_zip64_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    fillers = [SparseMember(b"%d.raw" % number, b"", HALF) for number in range(2)]
    with path.open("wb+") as file:
        write_sparse(file, [FIRST, *fillers, LAST], knows_zip64=False)
        end = file.tell()
        file.seek(2 * HALF)
        tail = file.read()
        entries = tail[tail.index(b"PK\x01\x02") : -22]
        second = entries.index(b"PK\x01\x02", 4)
        file.seek(end - 22 - len(entries))
        file.write(entries[second:] + entries[:second])
    assert [finding.code for finding in open_package(path, Limits()).findings] == ["PKG106"]
