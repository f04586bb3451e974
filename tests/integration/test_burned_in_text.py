"""Text burned into pictures, read by the real Tesseract; and what is said where there is none."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest

from ingest.inspection import pixel_text
from tests.corpus.planted.blind import base_of
from tests.inspections import Inspected, inspect_here, request_for, zip_of

pytestmark = pytest.mark.services

ROWS, COLUMNS, SCALE = 128, 512, 5
#: Letters of five by seven dots, a row a number.
FONT = {
    "S": (15, 16, 16, 14, 1, 1, 30),
    "M": (17, 27, 21, 21, 17, 17, 17),
    "I": (14, 4, 4, 4, 4, 4, 14),
    "T": (31, 4, 4, 4, 4, 4, 4),
    "H": (17, 17, 17, 31, 17, 17, 17),
    "J": (7, 2, 2, 2, 2, 18, 12),
    "O": (14, 17, 17, 17, 17, 17, 14),
    "N": (17, 25, 21, 19, 17, 17, 17),
    " ": (0,) * 7,
}


@pytest.fixture(autouse=True)
def _look_again() -> Iterator[None]:
    pixel_text.find_reader.cache_clear()
    yield
    pixel_text.find_reader.cache_clear()


def drawn(text: str) -> bytes:
    """A picture of 8 bits with the text in bright letters on a dark ground."""
    pixels = bytearray(b"\x10" * (ROWS * COLUMNS))
    for place, letter in enumerate(text):
        for y, row in enumerate(FONT[letter]):
            for x in range(5):
                if row & (16 >> x):
                    for line in range(SCALE):
                        start = (40 + y * SCALE + line) * COLUMNS + 30 + (place * 6 + x) * SCALE
                        pixels[start : start + SCALE] = b"\xf0" * SCALE
    return bytes(pixels)


def inspected(tmp_path: Path, kind: str, text: str, bits: int = 8) -> Inspected:
    pixels = drawn(text)
    dataset = base_of(kind)
    dataset.Rows, dataset.Columns = ROWS, COLUMNS
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit, dataset.PixelRepresentation = bits - 1, 0
    dataset.PixelData = pixels if bits == 8 else b"".join(bytes((0, value)) for value in pixels)
    dataset["PixelData"].VR = "OB" if bits == 8 else "OW"
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    return inspect_here(request_for(zip_of({"1.dcm": buffer.getvalue()}), tmp_path))


@pytest.mark.parametrize(("kind", "bits"), [("RTIMAGE", 16), ("SC", 8), ("SC", 16)])
def test_a_name_burned_into_a_picture_is_read(tmp_path: Path, kind: str, bits: int) -> None:
    found = inspected(tmp_path, kind, "SMITH JOHN", bits)
    codes = {finding.code for finding in found.inspection.findings if finding.where == "(7FE0,0010)"}
    assert "PSN317" in codes
    assert codes & {"PSN113", "PSN114"}
    assert found.inspection.coverage.pixels_checked == 1
    assert "text in pixels" not in found.inspection.coverage.not_checked


@pytest.mark.parametrize("frame", [0, 2, 4])
def test_a_name_in_the_first_middle_or_last_of_several_frames_is_read(tmp_path: Path, frame: int) -> None:
    dataset = base_of("SC")
    dataset.Rows, dataset.Columns, dataset.NumberOfFrames = ROWS, COLUMNS, 5
    dataset.BitsAllocated = dataset.BitsStored = 8
    dataset.HighBit, dataset.PixelRepresentation = 7, 0
    dataset.PixelData = b"".join(drawn("SMITH JOHN" if at == frame else "") for at in range(5))
    dataset["PixelData"].VR = "OB"
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    found = inspect_here(request_for(zip_of({"1.dcm": buffer.getvalue()}), tmp_path))
    assert found.of("PSN317")
    assert found.inspection.coverage.pixels_checked == 1


def test_an_empty_picture_says_nothing_and_is_looked_at_by_a_person_all_the_same(tmp_path: Path) -> None:
    found = inspected(tmp_path, "RTIMAGE", "")
    assert not found.of("PSN317")
    assert found.of("PSN315")
    assert "text in pixels" not in found.inspection.coverage.not_checked


def test_a_picture_of_a_scanner_is_not_read(tmp_path: Path) -> None:
    found = inspected(tmp_path, "CT", "SMITH JOHN", 16)
    assert not found.of("PSN317")
    assert found.inspection.coverage.pixels_checked == 0


def test_without_the_program_it_is_said_what_was_not_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    found = inspected(tmp_path, "RTIMAGE", "SMITH JOHN")
    assert not found.of("PSN317")
    assert found.of("PSN315")
    assert found.inspection.coverage.not_checked["text in pixels"] == 1
    assert found.inspection.coverage.pixels_checked == 0
