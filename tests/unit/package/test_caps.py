"""Caps are counted while members stream, memory stays flat, nothing is inflated before the gate looked."""

import errno
import mmap
from pathlib import Path
from typing import Any

import inflate64
import pytest

from ingest.model.errors import TransientError
from ingest.model.finding import Finding
from ingest.package import inflate, read
from ingest.package.contents import Package
from ingest.package.gate import open_package
from ingest.package.nested import unwrap
from ingest.package.read import MemberBytes, MemberReader
from ingest.trial.definition import Limits
from tests.corpus.cases import Sound
from tests.corpus.outcome import read_zip
from tests.corpus.sound_zips import SOUND_ZIPS
from tests.corpus.zip_makers import DICOM, OTHER, nested, plain
from tests.corpus.zip_parts import DEFLATED, DEFLATED64, STORED, Lies, Part, build
from tests.corpus.zips import HOSTILE_ZIPS

pytestmark = pytest.mark.slow


def package_of(data: bytes, folder: Path, limits: Limits | None = None) -> Package:
    path = folder / "package.zip"
    path.write_bytes(data)
    return open_package(path, limits or Limits())


def test_gate_inflates_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def explode(*_: object) -> None:
        raise AssertionError("inflated")

    monkeypatch.setattr(inflate, "new_inflater", explode)
    monkeypatch.setattr(inflate64, "Inflater", explode)
    for case in HOSTILE_ZIPS:
        package_of(case.build(), tmp_path, case.limits)


def test_twenty_gigabytes_and_ten_thousand_members_are_within_the_defaults() -> None:
    limits = Limits()
    assert limits.zip_bytes > 20 * 1024**3
    assert limits.inflated_bytes > 60 * 1024**3
    assert limits.members > 10_000


def test_more_members_than_16_bits_count_are_read_with_zip64(tmp_path: Path) -> None:
    data = build([Part(b"%d" % number, b"x", STORED) for number in range(66_000)], Lies(zip64=True))
    package = package_of(data, tmp_path)
    assert package.findings == ()
    assert len(package.members) == 66_000


@pytest.mark.parametrize("method", [STORED, DEFLATED, DEFLATED64])
def test_large_member_is_mapped_from_a_file_that_goes_away(
    method: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "SPOOL_FROM", 500)
    package = package_of(build([Part(b"1", DICOM, method)]), tmp_path)
    with MemberReader(package, Limits(), tmp_path) as reader:
        found = reader.read(package.members[0])
        assert isinstance(found, MemberBytes)
        assert isinstance(found.data, mmap.mmap)
        assert found.data[:] == DICOM
        found.close()
    assert [path.name for path in tmp_path.iterdir()] == ["package.zip"]


@pytest.mark.parametrize(
    "case", [case for case in HOSTILE_ZIPS if case.code < "PKG209"], ids=lambda case: case.title
)
def test_hostile_member_is_refused_in_pieces_too(
    case: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "SPOOL_FROM", 16)
    monkeypatch.setattr(inflate, "_PIECE_IN", 64)
    monkeypatch.setattr(inflate, "_PIECE_OUT", 100)
    assert case.code in read_zip(case.build(), tmp_path, case.limits).codes


@pytest.mark.parametrize("case", SOUND_ZIPS, ids=lambda case: case.name)
@pytest.mark.parametrize("has_isal", [True, False])
def test_sound_zip_is_read_in_pieces_and_without_isal(
    case: Sound, has_isal: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inflate, "HAS_ISAL", has_isal)
    monkeypatch.setattr(read, "SPOOL_FROM", 16)
    monkeypatch.setattr(inflate, "_PIECE_IN", 4096)
    monkeypatch.setattr(inflate, "_PIECE_OUT", 1024)
    assert read_zip(case.build(), tmp_path).contents == case.contents


def test_full_disk_is_a_passing_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(read, "SPOOL_FROM", 16)
    package = package_of(plain(), tmp_path)
    with MemberReader(package, Limits(), tmp_path) as reader:
        monkeypatch.setattr(reader, "_timed", full)
        with pytest.raises(TransientError):
            reader.read(package.members[0])


def test_inflated_bytes_are_counted_over_all_members(tmp_path: Path) -> None:
    package = package_of(plain(), tmp_path)
    with MemberReader(package, Limits(inflated_bytes=len(DICOM) + 10), tmp_path) as reader:
        first, second = (reader.read(member) for member in package.members)
        assert isinstance(first, MemberBytes)
        assert isinstance(second, Finding) and second.code == "PKG119"
        assert reader.bytes_read == len(DICOM)


def test_inner_zip_counts_towards_what_is_inflated(tmp_path: Path) -> None:
    package = unwrap(package_of(nested(1), tmp_path), Limits(), tmp_path)
    with MemberReader(package, Limits(), tmp_path) as reader:
        assert reader.bytes_read == len(plain())


def test_time_runs_out_within_a_member(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "SPOOL_FROM", 16)
    package = package_of(plain(), tmp_path)
    with MemberReader(package, Limits(), tmp_path) as reader:
        ticks = iter([0.0, 1e12, 1e12])
        monkeypatch.setattr(read.time, "monotonic", lambda: next(ticks))
        found = reader.read(package.members[0])
    assert isinstance(found, Finding) and found.code == "PKG126"


def test_unreadable_member_spoils_no_other(tmp_path: Path) -> None:
    broken = Part(b"1", DICOM, packed=b"\x07" + b"\xff" * 60)
    reading = read_zip(build([broken, Part(b"2", OTHER)]), tmp_path)
    assert reading.codes == {"PKG202"}
    assert reading.contents == (OTHER,)


def test_gate_has_a_deadline(tmp_path: Path) -> None:
    package = package_of(plain(), tmp_path, Limits(seconds=-1.0))
    assert [finding.code for finding in package.findings] == ["PKG126"]
    assert not package.is_readable


def test_a_nested_zip_has_the_deadline_of_the_zip_around_it(tmp_path: Path) -> None:
    package = package_of(nested(1), tmp_path)
    assert [finding.code for finding in unwrap(package, Limits(), tmp_path, 0.0).findings] == []
    with MemberReader(package, Limits(), tmp_path, 0.0) as reader:
        found = reader.read(package.members[0])
    assert isinstance(found, Finding)
    assert found.code == "PKG126"
