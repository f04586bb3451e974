"""However long a text is and whatever it repeats, judging it takes time in proportion to its length."""

from pathlib import Path

import pytest

from tests.corpus.dicom_parts import LITTLE, ct
from tests.corpus.zip_makers import plain
from tests.inspections import inspect_here, request_for, zip_of

#: Judged in the square of its length, a text of these tests takes minutes: it is stopped as one that hangs.
_stopped_if_it_hangs = pytest.mark.timeout(90)
_UNITS = ["X", "x ", "9", "a1", "1.", "A^", "a@", "Dr ", "a.", "/", "é", "(", "O'", "1 Jan "]


@_stopped_if_it_hangs
@pytest.mark.slow
@pytest.mark.parametrize("unit", _UNITS)
def test_long_value_is_judged_to_its_end(unit: str, tmp_path: Path) -> None:
    text = (unit * 120_000)[:120_000]
    extra = {
        0x00104000: LITTLE.text(0x00104000, "UT", text),
        0x00080005: LITTLE.text(0x80005, "CS", "ISO_IR 192"),
    }
    found = inspect_here(request_for(zip_of({"a.dcm": ct(extra=extra)}), tmp_path))
    assert found.inspection.package.instances == 1


@_stopped_if_it_hangs
@pytest.mark.slow
@pytest.mark.parametrize("unit", _UNITS)
def test_long_comment_is_judged_to_its_end(unit: str, tmp_path: Path) -> None:
    comment = unit.encode() * 70_000
    found = inspect_here(request_for(plain(comment[:0xFFFF]), tmp_path))
    assert found.inspection.package.members == 2


def test_what_macos_adds_does_not_read_like_a_name(tmp_path: Path) -> None:
    members = {"CT/1.dcm": ct(), "__MACOSX/CT/._1.dcm": b"m", "__MACOSX/._1.dcm": b"m"}
    assert "PSN602" not in inspect_here(request_for(zip_of(members), tmp_path)).codes


def test_name_beside_what_macos_adds_is_seen(tmp_path: Path) -> None:
    members = {"CT/1.dcm": ct(), "__MACOSX/Margaret Thompson/._1.dcm": b"m"}
    assert "PSN602" in inspect_here(request_for(zip_of(members), tmp_path)).codes
