"""Bytes of a zip that belong to no member are judged: what identifies there makes the zip identifiable."""

from __future__ import annotations

import random
import struct
from pathlib import Path

import pytest

from ingest.inspection import package_pass
from ingest.model.verdict import Outcome
from ingest.package import gaps
from ingest.package.gate import open_package
from ingest.package.source import Source
from ingest.steps.incident import identifies
from ingest.trial.definition import Limits
from tests.builders import build_case, zip_instances
from tests.corpus.zip_parts import STORED, Part, build
from tests.inspections import Inspected, inspect_here, request_for

CODE = "PSN609"
SOUND = zip_instances(build_case("123-1001", ct_slices=1, fractions=1))
NHS = b"943 476 5919"
LEAKS = {
    "name": b"Patient: Whitcombe, Jane",
    "nhs": b"NHS " + NHS,
    "born": b"JANE SMITH 12/03/1958",
    "mail": b"From: jane.whitcombe@example.org",
    "utf-16": "Jane Whitcombe 12/03/1958".encode("utf-16-le"),
    "among bytes": bytes(range(128, 200)) + b"\0Smith^Jane\0" + bytes(range(128, 255)),
    "number among bytes": random.Random(1).randbytes(300) + b"\0\0" + NHS + b"\0\0" + bytes(300),
}


def inspect(data: bytes, tmp_path: Path) -> Inspected:
    return inspect_here(request_for(data, tmp_path, name="batch-1.zip"))


def with_gap(package: bytes, gap: bytes, at: str) -> bytes:
    """Put bytes before the zip, before its directory or behind its end."""
    if at == "behind":
        return package + gap
    if at == "before":
        return gap + package
    end = package.rindex(b"PK\5\6")
    (start,) = struct.unpack_from("<I", package, end + 16)
    moved = struct.pack("<I", start + len(gap))
    return package[:start] + gap + package[start : end + 16] + moved + package[end + 20 :]


def offset_of(package: bytes, at: str) -> int:
    end = package.rindex(b"PK\5\6")
    return {"before": 0, "directory": struct.unpack_from("<I", package, end + 16)[0], "behind": end + 22}[at]


@pytest.mark.parametrize("at", ["before", "directory", "behind"])
@pytest.mark.parametrize("leak", LEAKS)
def test_an_identifier_that_belongs_to_no_member_is_found_at_its_place(
    leak: str, at: str, tmp_path: Path
) -> None:
    done = inspect(with_gap(SOUND, LEAKS[leak], at), tmp_path)
    (found,) = done.of(CODE)
    assert (found.subject, found.where) == (None, f"zip gap at offset {offset_of(SOUND, at)}")
    verdict = done.verdict
    assert verdict.outcome is Outcome.REJECTED
    assert any(identifies(item) for item in verdict.findings)
    assert "PKG" in {code[:3] for code in done.codes}
    assert LEAKS[leak].decode("latin-1") not in repr(done.inspection)


def test_a_gap_between_two_members_and_one_of_them_alone(tmp_path: Path) -> None:
    first, second = Part(b"a.dcm", b"x" * 50, STORED), Part(b"b.dcm", b"y" * 50, STORED)
    plain = build([first, second])
    start = plain.index(b"PK\3\4", 4)
    end = plain.rindex(b"PK\5\6")
    second_entry = plain.index(b"PK\1\2", plain.index(b"PK\1\2") + 4)
    gap = b"Whitcombe, Jane 12/03/1958"
    data = bytearray(plain)
    struct.pack_into("<I", data, second_entry + 42, start + len(gap))
    struct.pack_into("<I", data, end + 16, struct.unpack_from("<I", plain, end + 16)[0] + len(gap))
    done = inspect(bytes(data[:start] + gap + data[start:]), tmp_path)
    assert [item.where for item in done.of(CODE)] == [f"zip gap at offset {start}"]
    assert "PKG108" in done.codes


def test_several_gaps_are_told_apart(tmp_path: Path) -> None:
    data = with_gap(with_gap(SOUND, b"Jane Whitcombe", "directory"), NHS, "before") + b"\0\0Smith^John\0\0"
    assert len(inspect(data, tmp_path).of(CODE)) == 3


@pytest.mark.parametrize("at", ["before", "directory", "behind"])
@pytest.mark.parametrize(
    "gap",
    [
        b"\0" * 700,
        b"\1\2\3",
        b"kernel B30f 120 kV",
        b"PTV_6000 boost",
        random.Random(3).randbytes(5000),
        SOUND,
    ],
    ids=["zeros", "few", "technical", "label", "random", "a zip"],
)
def test_what_identifies_nobody_raises_no_finding_of_pseudonymisation(
    gap: bytes, at: str, tmp_path: Path
) -> None:
    codes = inspect(with_gap(SOUND, gap, at), tmp_path).codes
    assert not {code for code in codes if code.startswith("PSN")}
    assert {code for code in codes if code.startswith("PKG")}


def test_a_program_that_unpacks_itself_names_its_maker_and_no_patient(tmp_path: Path) -> None:
    stub = b"MZ\x90\0" + bytes(60) + b"7-Zip Copyright Igor Pavlov\0support@example.com\0" + bytes(100)
    assert CODE not in inspect(stub + SOUND, tmp_path).codes
    assert CODE in inspect(stub + NHS + b"\0" + SOUND, tmp_path).codes


def test_a_zip_without_gaps_is_not_looked_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr("ingest.package.gate.find_gaps", never)
    monkeypatch.setattr(package_pass, "read_gaps", never)
    assert inspect(SOUND, tmp_path).inspection.package.instances > 0


def test_of_a_long_gap_both_ends_are_read_and_the_rest_is_counted(tmp_path: Path) -> None:
    filling = b"\xff" * 300_000
    for gap in (b"Jane Whitcombe " + filling, filling + b" Jane Whitcombe"):
        done = inspect(with_gap(SOUND, gap, "directory"), tmp_path)
        assert done.of(CODE)
        assert done.inspection.coverage.not_checked["bytes that belong to no file"] == 1
    done = inspect(with_gap(SOUND, filling + b" Jane Whitcombe " + filling, "directory"), tmp_path)
    assert not done.of(CODE)
    assert done.inspection.coverage.not_checked == {"bytes that belong to no file": 1}


def test_no_more_than_a_megabyte_is_read_of_all_gaps(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"a" * 40_000_000)
    stretches = [(at, at + 200_000) for at in range(0, 40_000_000, 200_000)]
    read = list(gaps.read_gaps(path, stretches, deadline=1e12))
    assert len(read) == len(stretches)
    assert sum(len(item.data) for item in read) <= 1024 * 1024 + len(stretches)
    assert len(read[0].data) == 2 * 64 * 1024 + 1
    assert not any(item.is_whole for item in read)
    assert "aaa" not in repr(read[0])


def test_ever_so_many_gaps_are_as_one_in_the_end(tmp_path: Path) -> None:
    stretches = list(gaps._join(iter([(at * 10, at * 10 + 3) for at in range(5000)])))
    assert (len(stretches), stretches[-1]) == (1001, (10_000, 49_993))


@pytest.mark.parametrize("flavour", ["zip64", "descriptor", "comment"])
def test_gaps_are_found_in_zips_of_every_flavour(flavour: str, tmp_path: Path) -> None:
    from tests.corpus.zip_parts import Lies

    part = Part(b"a.dcm", b"x" * 400, STORED, descriptor="marked32" if flavour == "descriptor" else "")
    plain = build(
        [part, Part(b"b.dcm", b"y" * 40, STORED, zip64=flavour == "zip64")],
        Lies(comment=b"said" if flavour == "comment" else b"", zip64=flavour == "zip64"),
    )
    path = tmp_path / "x.zip"
    path.write_bytes(b"Jane Whitcombe" + plain)
    with Source(path, 1e12) as source:
        found = gaps.find_gaps(source)
    assert found[0] == (0, 14)
    assert len(found) == (2 if flavour == "comment" else 1)
    assert open_package(path, Limits()).gaps == found
    assert open_package(path, Limits()).findings[0].code in ("PKG106", "PKG110")


def test_what_is_no_zip_at_all_has_no_gaps(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    for data in (b"", b"PK\5\6", b"Jane Whitcombe", b"PK\3\4" + bytes(100), b"PK\5\6" + b"\xff" * 18):
        path.write_bytes(data)
        with Source(path, 1e12) as source:
            assert gaps.find_gaps(source) == ()
