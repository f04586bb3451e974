"""Whatever slices come after one another: what passages tell is what an element-by-element walk finds."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from ingest.dicom.content import digest_content
from ingest.dicom.facts import NOT_YET, instance_ref, read_facts
from ingest.dicom.paths import PathTree
from ingest.dicom.soundness import SOP_CLASS, check_soundness
from ingest.dicom.walk import Walk, walk, where_of, where_of_item
from ingest.inspection.judging import ElementJudging
from ingest.trial.definition import Limits
from tests.corpus.dicom_parts import (
    BIG,
    BIG_ENDIAN,
    EXPLICIT,
    IMPLICIT,
    LITTLE,
    PLAIN,
    UNDEFINED,
    Writing,
    header,
    outside,
)
from tests.corpus.mutation import mutate
from tests.judges import make_judge

_ID = "123-1001"
_SYNTAX = {LITTLE: EXPLICIT, PLAIN: IMPLICIT, BIG_ENDIAN: BIG}
_CREATOR, _OTHER_CREATOR, _CHARSET, _ITEMS = 0x00290010, 0x00290011, 0x00080005, 0x00081140
_TEXTS = (0x00080070, 0x00081030, 0x00081090, 0x00104000, 0x00181030, 0x00204000, 0x00291010, 0x00291110)
_NUMBERS = range(0x00181100, 0x00181118)
_PRIVATE_NUMBERS = range(0x00291020, 0x00291028)
_VALUES = [
    b"",
    b"1.5 ",
    b"-12.25",
    b"Abdomen ",
    b"SMITH^J ",
    b"4010232137",
    b"ISO_IR 100",
    bytes(6),
    b"\xe9\xff",
]

Elements = dict[int, bytes]
Edit = Callable[[Writing, Elements], None]
#: Edits, do they last, and a seed where the slice's bytes are spoiled as well.
Slice = tuple[list[Edit], bool, int | None]


def first_slice(writing: Writing) -> Elements:
    """Return a header of 60 elements: private blocks, a sequence, unknown values that hold items."""
    inner = writing.text(0x00081150, "UI", "1.2") + writing.text(0x00291010, "LO", "its creator is not here")
    hidden = PLAIN.item(PLAIN.text(0x00100010, "PN", "Smith^John"))
    return {
        **header(writing),
        _CHARSET: writing.text(_CHARSET, "CS", "ISO_IR 192"),
        _ITEMS: writing.sequence(_ITEMS, writing.item(inner, is_open=True), writing.item(b""), is_open=True),
        _CREATOR: writing.text(_CREATOR, "LO", "ACME 1.1"),
        _OTHER_CREATOR: writing.text(_OTHER_CREATOR, "LO", "OTHER"),
        0x00291130: writing.element(0x00291130, "UN", hidden),
        **{tag: writing.text(tag, "LO", "Abdomen") for tag in _TEXTS},
        **{tag: writing.text(tag, "DS", "1.5") for tag in _NUMBERS},
        **{tag: writing.text(tag, "UN", "2.25") for tag in _PRIVATE_NUMBERS},
        0x7FE00010: writing.element(0x7FE00010, "OW", bytes(range(32))),
    }


def set_value(tag: int, value: bytes) -> Edit:
    def edit(writing: Writing, elements: Elements) -> None:
        vr = "LO" if tag in (*_TEXTS, _CREATOR, _OTHER_CREATOR) else "DS" if tag in _NUMBERS else "UN"
        elements[tag] = writing.element(tag, "CS" if tag == _CHARSET else vr, value)

    return edit


def set_inner(value: bytes, has_charset: bool) -> Edit:
    def edit(writing: Writing, elements: Elements) -> None:
        own = writing.text(_CHARSET, "CS", "ISO_IR 100") if has_charset else b""
        content = own + writing.element(0x00081155, "UI", value)
        elements[_ITEMS] = writing.sequence(_ITEMS, writing.item(content))

    return edit


def leave_out(tag: int) -> Edit:
    return lambda writing, elements: elements.pop(tag, None) and None


def repeat(tag: int) -> Edit:
    def edit(writing: Writing, elements: Elements) -> None:
        elements[tag] = elements.get(tag, b"") * 2

    return edit


def echo(writing: Writing, elements: Elements) -> None:
    """Have all from the first private element to the pixels stand there twice."""
    elements[0x7FDF0000] = b"".join(
        elements[tag] for tag in sorted(elements) if 0x00200013 < tag < 0x7FE00010
    )


def more_items(writing: Writing, elements: Elements) -> None:
    elements[0x00081110] = writing.sequence(0x00081110, *[writing.item(b"")] * 3)


def in_fragments(tag: int) -> Edit:
    def edit(writing: Writing, elements: Elements) -> None:
        content = writing.item(b"") + writing.item(b"\0\1") + writing.end(0xE0DD)
        elements[tag] = writing.element(tag, "OB", content, UNDEFINED)

    return edit


_TAGS = [_CHARSET, _CREATOR, _OTHER_CREATOR, *_TEXTS, *_NUMBERS, *_PRIVATE_NUMBERS]
edits = st.one_of(
    st.builds(set_value, st.sampled_from(_TAGS), st.sampled_from(_VALUES)),
    st.builds(
        set_value, st.sampled_from([_CREATOR, _OTHER_CREATOR]), st.sampled_from([b"ACME 1.1", b"OTHER "])
    ),
    st.builds(set_inner, st.sampled_from(_VALUES), st.booleans()),
    st.builds(leave_out, st.sampled_from([*_TAGS, _ITEMS, 0x00100010, 0x7FE00010])),
    st.builds(in_fragments, st.sampled_from([0x00291118, 0x7FE00010])),
    st.sampled_from([echo, more_items]),
    st.builds(repeat, st.sampled_from([_CREATOR, *_TEXTS])),
)
slices = st.tuples(st.lists(edits, max_size=4), st.booleans(), st.none() | st.none() | st.integers(0, 10**6))


def series(writing: Writing, told: Sequence[Slice]) -> list[bytes]:
    """Return the files of slices that were edited, one after another."""
    elements, out = first_slice(writing), []
    for number, (changes, is_lasting, seed) in enumerate(told):
        own = dict(elements)
        own[0x00200013] = writing.text(0x00200013, "IS", str(number * 7))
        for change in changes:
            change(writing, own)
        body = b"".join(own[tag] for tag in sorted(own))
        out.append(outside(_SYNTAX[writing]) + (body if seed is None else mutate(body, random.Random(seed))))
        elements = own if is_lasting else elements
    return out


def without_passages() -> PathTree:
    tree = PathTree()
    tree.room = 0
    return tree


def said(found: Walk) -> list[Any]:
    """Return all that a walk says, in a form that can be compared across trees."""
    out = found.found
    return [
        [_element(element) for element in found.elements],
        [_element(element) for element in out.disordered],
        {tag: _element(element) for tag, element in found.top.items()},
        (out.items, out.position, out.problem, out.fragments, found.trailing, found.faults),
        out.problem_path.text if out.problem_path else "",
        where_of_item(out.problem_at),
        check_soundness(found),
    ]


def _element(element: Any) -> tuple[Any, ...]:
    path, begin, end, item = element
    return path.text, path.vr, path.creator, where_of(path, item), len(item or ()) and item[3], begin, end


class Reading:
    """All that inspection makes of slices, through one tree of paths."""

    def __init__(self, tree: PathTree) -> None:
        self._tree = tree
        self._judge = make_judge()
        self._judging = ElementJudging(self._judge)
        self.recognised = 0

    def read(self, data: bytes, ordinal: int, limits: Limits) -> list[Any]:
        """Return what is said of one slice."""
        found = walk(data, self._tree, limits)
        self.recognised += len(found.found.passages)
        out = said(found)
        if not found.is_whole:
            return out
        ref = instance_ref(found, ordinal)
        self._judge.begin_instance(ref, _ID, found.text(0x00100020), found.text(SOP_CLASS), frozenset({_ID}))
        facts = read_facts(found, ordinal, _ID, len(data), NOT_YET, lambda _: True)
        return [
            *out,
            self._judging.judge(found),
            self._judge.end_instance(),
            facts,
            digest_content(found, ""),
        ]

    def conclude(self) -> tuple[Any, ...]:
        """Return what is said of all of them."""
        return self._judge.finish(), self._judge.values_to_look_at(), self._judge.identifying_uids


_UNCHANGED: Slice = ([], False, None)
#: With three items more it has too many where the last item begins.
_OF_MORE_ITEMS: Slice = ([more_items], False, None)
_UNDER_ANOTHER: Slice = ([set_value(_CREATOR, b"OTHER ")], False, None)


@example(LITTLE, [*[_UNCHANGED] * 3, _OF_MORE_ITEMS], 66)
@example(LITTLE, [_UNCHANGED, *[_UNCHANGED, _UNDER_ANOTHER] * 4], 10**6)
@example(PLAIN, [_UNCHANGED, *[_UNCHANGED, _UNDER_ANOTHER, _UNDER_ANOTHER] * 3], 10**6)
@given(st.sampled_from(list(_SYNTAX)), st.lists(slices, min_size=3, max_size=8), st.sampled_from([10**6, 66]))
@settings(max_examples=250, deadline=None)
def test_passages_say_what_the_elements_say(writing: Writing, told: list[Slice], most: int) -> None:
    quick, plain = Reading(PathTree()), Reading(without_passages())
    limits = Limits(elements=most)
    for ordinal, data in enumerate(series(writing, told), 1):
        assert quick.read(data, ordinal, limits) == plain.read(data, ordinal, limits)
    assert quick.conclude() == plain.conclude()
    assert plain.recognised == 0


def test_passages_are_recognised_from_the_third_slice_on() -> None:
    for writing in _SYNTAX:
        reading = Reading(PathTree())
        counts = []
        for ordinal, data in enumerate(series(writing, [_UNCHANGED] * 5), 1):
            reading.read(data, ordinal, Limits())
            counts.append(reading.recognised)
        assert counts == [0, 0, 2, 4, 6]


def test_what_is_remembered_has_a_bound() -> None:
    tree, chance = PathTree(), random.Random(5)
    whole = tree.room
    for number, group in enumerate(range(0x0031, 0x0081, 2)):
        elements = first_slice(LITTLE)
        for tag in range(group << 16 | 0x1001, group << 16 | 0x1031):
            elements[tag] = LITTLE.element(tag, "UN", chance.randbytes(600))
        for own in range(3):
            tag = group << 16 | 0x1000
            elements[tag] = LITTLE.element(tag, "UN", bytes([number, own]))
            walk(outside(EXPLICIT) + b"".join(elements[tag] for tag in sorted(elements)), tree, Limits())
    assert 0 <= tree.room < whole // 4
