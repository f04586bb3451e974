"""Any zip that can be written is read back; any bytes at all end in findings."""

import io
import zipfile
import zlib
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.package import inflate
from ingest.package.inflate import Unreadable, ZlibInflater, inflate_at_once
from tests.corpus.outcome import read_zip
from tests.corpus.zip_parts import DEFLATED, DEFLATED64, STORED, UTF8, Lies, Part, build

names = st.lists(
    st.text("abcdefghijklmnopqrstuvwxyzäöß0123456789_- ", min_size=1, max_size=12).map(
        lambda text: f"x{text}x"
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda text: text.casefold(),
)
contents = st.binary(min_size=1, max_size=3000).map(lambda data: bytes(128) + b"DICM" + data)


@st.composite
def parts(draw: st.DrawFn) -> list[Part]:
    """Draw members that real zips have."""
    return [
        Part(
            name.encode(),
            draw(contents),
            draw(st.sampled_from([STORED, DEFLATED, DEFLATED64])),
            flags=UTF8,
            comment=draw(st.binary(max_size=9)),
            descriptor=draw(st.sampled_from(["", "marked32", "bare32", "marked64", "bare64"])),
            zip64=draw(st.booleans()),
        )
        for name in draw(names)
    ]


@settings(max_examples=150, deadline=None)
@given(parts(), st.binary(max_size=40).filter(lambda comment: b"PK" not in comment), st.booleans())
def test_written_zip_is_read_back(members: list[Part], comment: bytes, is_zip64: bool) -> None:
    with TemporaryDirectory() as folder:
        reading = read_zip(build(members, Lies(comment=comment, zip64=is_zip64)), Path(folder))
    assert reading.codes == frozenset()
    assert reading.contents == tuple(part.data for part in members)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.text("abc/d.-_1", min_size=1, max_size=9), contents, min_size=1, max_size=5))
def test_what_is_read_is_what_zipfile_reads(files: dict[str, bytes]) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    with TemporaryDirectory() as folder:
        reading = read_zip(out.getvalue(), Path(folder))
    assert reading.codes or sorted(reading.contents) == sorted(files.values())


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06"]))
def test_any_bytes_end_in_findings(data: bytes, start: bytes) -> None:
    with TemporaryDirectory() as folder:
        reading = read_zip(start + data, Path(folder))
    assert reading.codes
    assert reading.contents == ()


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=2000), st.integers(0, 2100), st.integers(0, 255), st.booleans())
def test_both_inflaters_say_the_same(data: bytes, place: int, value: int, is_long: bool) -> None:
    """ISA-L and zlib differ in speed only: what one reads, the other reads, and to the same bytes."""
    data = data * 20 if is_long else data
    stream = zlib.compressobj(6, zlib.DEFLATED, -15)
    packed = bytearray(stream.compress(data) + stream.flush())
    packed[place % len(packed)] = value
    outcomes = [_outcome(bytes(packed), len(data), with_isal) for with_isal in (True, False)]
    assert outcomes[0] == outcomes[1]


def _outcome(packed: bytes, size: int, with_isal: bool) -> object:
    inflater = inflate.new_inflater() if with_isal else ZlibInflater()
    try:
        return inflate_at_once(packed, size, inflater)
    except Unreadable as unreadable:
        return "damaged" if unreadable.code in ("PKG202", "PKG203") else unreadable.code
