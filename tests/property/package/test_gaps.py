"""Bytes of a zip that belong to no member: found wherever they are, and chance in them is nobody."""

from __future__ import annotations

import struct
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.package.gaps import find_gaps, read_gaps
from ingest.package.gate import open_package
from ingest.package.source import Source
from ingest.trial.definition import Limits
from tests.corpus.zip_parts import DEFLATED, STORED, Part, build
from tests.judges import make_judge

BYTES = st.binary(max_size=200).filter(lambda data: b"PK" not in data and not data.startswith(b"P"))


def gaps_of(data: bytes, folder: str) -> list[tuple[int, bytes]]:
    path = Path(folder) / "x.zip"
    path.write_bytes(data)
    with Source(path, 1e12) as source:
        found = find_gaps(source)
    return [(item.offset, item.data) for item in read_gaps(path, found, 1e12)]


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.tuples(BYTES, st.binary(min_size=1, max_size=60)), min_size=1, max_size=5),
    BYTES,
    BYTES,
    st.sampled_from([STORED, DEFLATED]),
    st.sampled_from(["", "marked32", "bare32"]),
)
def test_every_gap_is_found_and_nothing_else(
    members: list[tuple[bytes, bytes]], last: bytes, behind: bytes, method: int, descriptor: str
) -> None:
    """Members are pulled apart: the directory tells where they stand, with gaps of any bytes before each."""
    parts = [
        Part(b"%d.dcm" % at, data, method, descriptor=descriptor) for at, (_, data) in enumerate(members)
    ]
    plain = build(parts)
    end = plain.rindex(b"PK\5\6")
    size, start = struct.unpack_from("<II", plain, end + 12)
    directory = bytearray(plain[start : start + size])
    out, expected, place = bytearray(), [], 0
    for gap, _ in members:
        (offset,) = struct.unpack_from("<I", directory, place + 42)
        following = place + 46 + sum(struct.unpack_from("<HHH", directory, place + 28))
        stop = struct.unpack_from("<I", directory, following + 42)[0] if following < size else start
        if gap:
            expected.append((len(out), gap))
        out += gap
        struct.pack_into("<I", directory, place + 42, len(out))
        out += plain[offset:stop]
        place = following
    if last:
        expected.append((len(out), last))
    out += last
    at = len(out)
    out += directory + plain[end : end + 16] + struct.pack("<I", at) + b"\0\0"
    if behind:
        expected.append((len(out), behind))
    out += behind
    with TemporaryDirectory() as folder:
        assert gaps_of(bytes(out), folder) == expected
        package = open_package(Path(folder) / "x.zip", Limits())
        is_taken_for_another = any(
            item.code < "PKG100" and item.code != "PKG004" for item in package.findings
        )
        assert bool(package.gaps) == bool(expected) or package.is_broken_off or is_taken_for_another


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 300), st.binary(max_size=30))
def test_whatever_the_bytes_looking_for_gaps_ends(noise: bytes, at: int, more: bytes) -> None:
    plain = build([Part(b"a.dcm", b"abc" * 9, DEFLATED), Part(b"b.dcm", b"abc" * 9, STORED, zip64=True)])
    with TemporaryDirectory() as folder:
        for data in (noise, plain[:at] + noise + plain[at:] + more, plain[at:] + noise, noise + plain[:at]):
            for offset, read in gaps_of(data, folder):
                assert data[offset:].startswith(read[:1]) and read


@pytest.mark.parametrize(
    "run", [b",oyZfH^zfWl", b"]K,?KN^rK", b"TplM^OpH", b'\\"=E.OtU', b"3uHa^Qy*(", b"DogBE", b"EcK_poc"]
)
def test_runs_that_chance_has_made_are_nobody(run: bytes) -> None:
    judge = make_judge(package_name="batch-1.zip")
    judge.judge_gap(7, b"\x8f\xe2\x01" + run + b"\x00\x97\xfd" * 9, is_whole=True)
    assert not judge.finish().findings


@pytest.mark.parametrize(
    "run", [b"SMITH^JOHN", b"Okafor^Adaeze", b"Khan^Ali^^Mr", b"x=MCALLISTER^IAN", b"Sarah Okafor"]
)
def test_names_among_bytes_are_somebody(run: bytes) -> None:
    judge = make_judge(package_name="batch-1.zip")
    judge.judge_gap(7, b"\x8f\xe2\x01" + run + b"\x00\x97\xfd" * 9, is_whole=True)
    assert judge.finish().findings


@settings(max_examples=200, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 20_000), st.sampled_from([0, 3, 40]))
def test_chance_is_nobody(chance, size: int, zeros: int) -> None:  # type: ignore[no-untyped-def]
    judge = make_judge(package_name="batch-1.zip")
    judge.judge_gap(7, chance.randbytes(size) + bytes(zeros) + chance.randbytes(9), is_whole=True)
    assert not judge.finish().findings
