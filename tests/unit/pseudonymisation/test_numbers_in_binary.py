"""Text where numbers in binary belong, and numbers that look like text by chance."""

from __future__ import annotations

import array
import struct
from pathlib import Path

import pytest

from tests.corpus.dicom_parts import LITTLE, ct
from tests.inspections import inspect_here, request_for, zip_of

pytestmark = pytest.mark.fast

TEXT = b"WILLIAMSON, JOHN 12/03/1951 NHS 943 476 5919"
PLACES = [
    ("US", 0x00281101),
    ("OW", 0x00281201),
    ("SS", 0x00189219),
    ("UL", 0x00081161),
    ("SL", 0x00186020),
    ("AT", 0x00280009),
    ("FD", 0x00189073),
]


def codes_of(folder: Path, tag: int, vr: str, value: bytes) -> set[str]:
    data = ct(extra={tag: LITTLE.element(tag, vr, value)})
    where = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
    found = inspect_here(request_for(zip_of({"123-1001/a.dcm": data}), folder)).inspection.findings
    return {finding.code for finding in found if finding.where == where}


@pytest.mark.parametrize(("vr", "tag"), PLACES)
@pytest.mark.parametrize("around", [b"", bytes(400)])
def test_text_is_read(tmp_path: Path, vr: str, tag: int, around: bytes) -> None:
    assert {"PSN113", "PSN104"} <= codes_of(tmp_path, tag, vr, around + TEXT + around + bytes(4))


@pytest.mark.parametrize(("vr", "width"), [("UL", 4), ("AT", 4), ("FD", 8)])
@pytest.mark.parametrize("missing", [0, 2])
def test_bytes_that_are_no_whole_count_of_numbers_are_looked_at(
    tmp_path: Path, vr: str, width: int, missing: int
) -> None:
    value = bytes(range(1, 3 * width + 1 - missing))
    assert codes_of(tmp_path, dict(PLACES)[vr], vr, value) == ({"PSN311"} if missing else set())


@pytest.mark.parametrize("high", range(0x20, 0x7F, 3))
def test_ramp_of_a_table_is_no_text(tmp_path: Path, high: int) -> None:
    ramp = array.array("H", range(high << 8, (high + 2) << 8)).tobytes()
    assert codes_of(tmp_path, 0x00281201, "OW", ramp) == set()


def test_decimals_are_no_text(tmp_path: Path) -> None:
    values = struct.pack("<300d", *(number * 0.37 - 41 for number in range(300)))
    assert codes_of(tmp_path, 0x00189073, "FD", values) == set()
