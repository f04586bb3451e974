"""Any data set, written in any way, is walked to the same elements."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.dicom.content import digest_content
from tests.corpus.dicom_parts import BIG, BIG_ENDIAN, EXPLICIT, IMPLICIT, LITTLE, PLAIN, Writing, outside
from tests.dicom_readings import values_of, walked

_SYNTAX = {LITTLE: EXPLICIT, PLAIN: IMPLICIT, BIG_ENDIAN: BIG}
_LEAVES = {0x00080060: "CS", 0x00100010: "PN", 0x00181030: "LO", 0x00200013: "IS", 0x00204000: "LT"}
_SEQUENCES = (0x00081140, 0x00081115, 0x300A00B0)


@dataclass(frozen=True)
class Sequence:
    """Items of a sequence, each a data set; written with or without declared lengths."""

    items: tuple[dict[int, bytes | Sequence], ...]
    is_open: bool
    are_items_open: bool


values = st.binary(max_size=12).map(lambda raw: raw + b" " * (len(raw) & 1))


def datasets(children: st.SearchStrategy[bytes | Sequence]) -> st.SearchStrategy[dict[int, bytes | Sequence]]:
    leaves = st.dictionaries(st.sampled_from(sorted(_LEAVES)), values, max_size=4)
    nested = st.dictionaries(st.sampled_from(_SEQUENCES), children, max_size=2)
    return st.tuples(leaves, nested).map(lambda both: {**both[0], **both[1]})


def sequences(children: st.SearchStrategy[bytes | Sequence]) -> st.SearchStrategy[Sequence]:
    return st.builds(
        Sequence, st.lists(datasets(children), max_size=3).map(tuple), st.booleans(), st.booleans()
    )


leaf_only = st.builds(Sequence, st.just(()), st.booleans(), st.booleans())
trees = datasets(st.recursive(leaf_only, sequences, max_leaves=8))


def write(writing: Writing, dataset: dict[int, bytes | Sequence]) -> bytes:
    out = b""
    for tag in sorted(dataset):
        value = dataset[tag]
        if isinstance(value, Sequence):
            items = [writing.item(write(writing, item), is_open=value.are_items_open) for item in value.items]
            out += writing.sequence(tag, *items, is_open=value.is_open)
        else:
            out += writing.element(tag, _LEAVES[tag], value)
    return out


def expected(dataset: dict[int, bytes | Sequence], above: str = "") -> dict[str, bytes]:
    out: dict[str, bytes] = {}
    for tag, value in dataset.items():
        where = f"{above}({tag >> 16:04X},{tag & 0xFFFF:04X})"
        if isinstance(value, Sequence):
            for index, item in enumerate(value.items):
                out.update(expected(item, f"{where}[{index}]>"))
        else:
            out[where] = value
    return out


_FIRST = 0x00080016


def written(writing: Writing, dataset: dict[int, bytes | Sequence]) -> bytes:
    """Return a file of the data set, which begins with a SOP class."""
    first = writing.element(_FIRST, "UI", b"1.2 ")
    return outside(_SYNTAX[writing]) + first + write(writing, dataset)


@given(trees)
@settings(max_examples=200, deadline=None)
def test_every_element_is_seen_in_every_writing(dataset: dict[int, bytes | Sequence]) -> None:
    digests = set()
    for writing in _SYNTAX:
        found = walked(written(writing, dataset))
        assert found.is_whole
        assert values_of(found) == {"(0008,0016)": b"1.2 ", **expected(dataset)}
        digests.add(digest_content(found, ""))
    assert len(digests) == 1


@given(trees, st.integers(min_value=1, max_value=200))
@settings(max_examples=200, deadline=None)
def test_cut_inside_the_last_element_is_seen(dataset: dict[int, bytes | Sequence], count: int) -> None:
    data = written(LITTLE, dataset) + LITTLE.element(0x7FE00010, "OW", bytes(200))
    assert not walked(data[:-count]).is_whole
