"""However long a text is and whatever it repeats, judging it takes time in proportion to its length."""

import time
from pathlib import Path

import pytest

from tests.corpus.dicom_parts import LITTLE, ct
from tests.corpus.zip_makers import plain
from tests.inspections import inspect_here, request_for, zip_of

#: Judged in the square of its length, a text of these tests takes minutes.
_SECONDS = 10.0
_UNITS = ["X", "x ", "9", "a1", "1.", "A^", "a@", "Dr ", "a.", "/", "é", "(", "O'", "1 Jan "]


@pytest.mark.slow
@pytest.mark.parametrize("unit", _UNITS)
def test_long_value_is_judged_soon(unit: str, tmp_path: Path) -> None:
    text = (unit * 60_000)[:60_000]
    began = time.process_time()
    extra = {
        0x00104000: LITTLE.text(0x00104000, "UT", text),
        0x00080005: LITTLE.text(0x80005, "CS", "ISO_IR 192"),
    }
    found = inspect_here(request_for(zip_of({"a.dcm": ct(extra=extra)}), tmp_path))
    assert time.process_time() - began < _SECONDS
    assert found.inspection.package.instances == 1


@pytest.mark.slow
@pytest.mark.parametrize("unit", _UNITS)
def test_long_comment_is_judged_soon(unit: str, tmp_path: Path) -> None:
    comment = unit.encode() * 70_000
    began = time.process_time()
    inspect_here(request_for(plain(comment[:0xFFFF]), tmp_path))
    assert time.process_time() - began < _SECONDS


def test_what_macos_adds_does_not_read_like_a_name(tmp_path: Path) -> None:
    members = {"CT/1.dcm": ct(), "__MACOSX/CT/._1.dcm": b"m", "__MACOSX/._1.dcm": b"m"}
    assert "PSN602" not in inspect_here(request_for(zip_of(members), tmp_path)).codes


def test_name_beside_what_macos_adds_is_seen(tmp_path: Path) -> None:
    members = {"CT/1.dcm": ct(), "__MACOSX/Margaret Thompson/._1.dcm": b"m"}
    assert "PSN602" in inspect_here(request_for(zip_of(members), tmp_path)).codes
