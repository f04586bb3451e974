"""A name and a number in every VR that holds text, at every depth: each is held where it stands."""

from __future__ import annotations

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from tests.corpus.planted.bases import base, saved
from tests.corpus.planted.driver import flagged, judge_members

NAME, NUMBER = "Smith John", "9434765919"
#: An attribute of each VR that is text, a number in text, or bytes; what it can hold of the two.
ATTRIBUTES = {
    "AE": (0x00080055, NAME),
    "CS": (0x00180015, "SMITH"),
    "LO": (0x00321060, NAME),
    "LT": (0x00204000, NAME),
    "PN": (0x00081050, "Smith^John"),
    "SH": (0x300A0002, NAME),
    "ST": (0x300A000E, NAME),
    "UC": (0x00189004, NAME),
    "UT": (0x0040A160, NAME),
    "UR": (0x00081190, "http://pacs/smith_john"),
    "DS": (0x00181050, NUMBER),
    "IS": (0x00200013, NUMBER),
    "UI": (0x00080014, f"1.2.826.{NUMBER}.1"),
    "DA": (0x00080022, "Smith"),
    "TM": (0x00080032, "Smith"),
    "DT": (0x0008002A, "Smith"),
    "AS": (0x00101010, "Smith"),
    "OB": (0x00420011, NAME.encode()),
    "UN": (0x00091010, NAME.encode()),
}
#: A public sequence, and a private one.
SEQUENCES = (0x00400275, 0x00291010)


def planted(vr: str, depth: int, sequence: int) -> tuple[bytes, str]:
    """A CT with the value in so many sequences, and the place as findings write it."""
    tag, value = ATTRIBUTES[vr]
    dataset = here = base("CT")
    where = ""
    for _ in range(depth):
        if sequence >> 16 & 1:
            here.add_new(sequence & 0xFFFF0000 | 0x10, "LO", "ACME TOOLS")
        here.add_new(sequence, "SQ", Sequence([Dataset()]))
        here = here[sequence].value[0]
        where += f"({sequence >> 16:04X},{sequence & 0xFFFF:04X})[0]>"
    if tag >> 16 & 1:
        here.add_new(tag & 0xFFFF0000 | 0x10, "LO", "ACME TOOLS")
    here.add_new(tag, vr, value)
    return saved(dataset), f"{where}({tag >> 16:04X},{tag & 0xFFFF:04X})"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("sequence", SEQUENCES, ids=["public", "private"])
@pytest.mark.parametrize("depth", [0, 1, 2, 3])
@pytest.mark.parametrize("vr", ATTRIBUTES)
def test_what_identifies_is_held_in_every_vr_at_every_depth(vr: str, depth: int, sequence: int) -> None:
    data, where = planted(vr, depth, sequence)
    _, judgement = judge_members([("123-1001/a.dcm", data)])
    found = flagged(judgement, "block", "review")
    wanted = {
        "PSN104",
        "PSN402",
        "PSN101",
        "PSN102",
        "PSN113",
        "PSN114",
        "PSN111",
        "PSN302",
        "PSN309",
        "PSN117",
    }
    assert any(item.where == where and item.code in wanted for item in found), found
