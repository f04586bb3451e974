"""Whatever a private element says: what passes as technical would be held nowhere else."""

from __future__ import annotations

import random
import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.checks.codes import load_codes
from ingest.checks.pseudonymisation.numbers import is_plain_decimals, is_short_number
from ingest.checks.pseudonymisation.places import Places
from ingest.checks.pseudonymisation.raised import LET_THROUGH
from ingest.checks.pseudonymisation.rules import load_rules
from ingest.checks.pseudonymisation.technical import is_technical_text
from ingest.checks.pseudonymisation.text import judge_text
from ingest.checks.pseudonymisation.values import judge_value
from ingest.model.finding import InstanceRef, Severity
from tests.corpus.private_elements import CLEAN, LEAKED_TEXTS, Row
from tests.judges import make_judge

RULES = load_rules()
PLACES = Places(RULES)
STOPPING = {code for code, item in load_codes().items() if item.severity in (Severity.BLOCK, Severity.REVIEW)}
_judge = make_judge()
_judge.begin_instance(InstanceRef(1), "123-1001", "123-1001", "", frozenset({"123-1001"}))
CONTEXT = _judge._context

_chance = random.Random(7)
NAMES = sorted({*RULES.lexicon.common_surnames, *RULES.lexicon.common_given_names})
WORDS = sorted(
    {*RULES.makers_words, *RULES.words["series"], *RULES.words["plans"], *RULES.words["structures"]}
)
PART = st.one_of(
    st.sampled_from(NAMES).flatmap(lambda name: st.sampled_from([name, name.upper(), name.title()])),
    st.sampled_from(WORDS).flatmap(lambda word: st.sampled_from([word, word.upper(), word.title()])),
    st.from_regex(r"[0-9]{1,10}(\.[0-9]{1,4})?", fullmatch=True),
    st.from_regex(r"[A-Z]{1,3}[0-9]{0,4}", fullmatch=True),
    st.sampled_from(LEAKED_TEXTS),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=6),
)
TEXT = st.lists(
    st.tuples(PART, st.sampled_from(["", " ", "_", "-", "/", "\\", "^", ",", ":", ". "])), max_size=6
).map(lambda parts: "".join(part + after for part, after in parts))
TEXT_ROWS = [
    row
    for row in CLEAN
    if row[2] in ("CS", "SH", "LO", "ST", "LT", "UT") and row[:2] not in RULES.safe_private
]


def codes_of(row: Row) -> set[str]:
    creator, element, vr, value = row
    found = judge_value(CONTEXT, PLACES.get(f"({element[:4]},10{element[6:]})", vr), value, (), creator)
    return set() if found is None else set(found.raised.codes)


def would_be_held(text: str, *kinds: str) -> set[str]:
    return {
        code
        for kind in kinds
        for code in judge_text(text, kind, CONTEXT.text, CONTEXT.allowed).codes
        if code in STOPPING
    }


@settings(max_examples=1500, deadline=None)
@given(st.sampled_from(TEXT_ROWS), st.booleans(), TEXT)
def test_no_text_passes_that_a_label_would_be_held_for(row: Row, is_implicit: bool, text: str) -> None:
    creator, element, vr, _ = row
    codes = codes_of((creator, element, "UN" if is_implicit else vr, text.encode()))
    if LET_THROUGH in codes:
        assert not codes & STOPPING
        assert not would_be_held(text, "label", "comment", "personal", "private", "code", "device")


@settings(max_examples=1500, deadline=None)
@given(TEXT)
def test_a_text_is_technical_only_where_no_kind_of_text_would_be_held(text: str) -> None:
    if is_technical_text(CONTEXT, text):
        assert not would_be_held(text, "label", "comment", "code_meaning")
        words = set("".join(c if c.isalpha() else " " for c in text).lower().split())
        if not words <= RULES.makers_words:
            assert not would_be_held(text, "rt label", "beam label")


@settings(max_examples=600, deadline=None)
@given(st.sampled_from(NAMES), st.sampled_from(TEXT_ROWS), st.booleans())
def test_no_name_that_many_people_have_passes_alone(name: str, row: Row, is_implicit: bool) -> None:
    creator, element, vr, _ = row
    for text in (name.upper(), name.title(), f"{name.title()} {name[0].upper()}"):
        codes = codes_of((creator, element, "UN" if is_implicit else vr, text.encode()))
        assert codes & STOPPING or name in RULES.makers_words_alone


@settings(max_examples=1500, deadline=None)
@given(
    st.from_regex(rb"[ +-]?[0-9]{1,11}(\.[0-9]{0,11})?([eE]-?[0-9]{1,2})?(\\[0-9.]{1,11})*", fullmatch=True)
)
def test_numbers_that_pass_are_no_ones(value: bytes) -> None:
    for creator, element in (("SIEMENS MR HEADER", "0019xx0B"), ("RAYSEARCHLABS 2.0", "4001xx11")):
        for vr in ("DS", "UN"):
            codes = codes_of((creator, element, vr, value))
            assert (LET_THROUGH in codes) <= is_plain_decimals(value)
            if LET_THROUGH in codes:
                for item in value.decode().split("\\"):
                    assert not would_be_held(item, "label") & {
                        "PSN102",
                        "PSN104",
                        "PSN106",
                        "PSN107",
                        "PSN122",
                    }


@settings(max_examples=300, deadline=None)
@given(st.from_regex(rb" ?-?[0-9]{1,4}(\.[0-9]{1,8})?[ \0]?", fullmatch=True))
def test_of_short_numbers_of_an_element_all_say_the_same(value: bytes) -> None:
    """The loop over elements asks the judge for the first of them only."""
    for creator, element, vr in (("SIEMENS MR HEADER", "0019xx0B", "DS"), ("GEMS_PARM_01", "0043xx1E", "DS")):
        if is_short_number(value):
            assert codes_of((creator, element, "UN", value)) == {LET_THROUGH}
        if is_plain_decimals(value):
            assert codes_of((creator, element, vr, value)) == {LET_THROUGH}


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.floats(width=32, allow_nan=False), max_size=30),
    st.sampled_from([name for name in NAMES if len(name) > 4]),
    st.sampled_from(["ascii", "utf-16-le", "utf-16-be", "utf-32-le"]),
    st.booleans(),
)
def test_a_name_written_among_numbers_is_held(
    numbers: list[float], name: str, encoding: str, is_implicit: bool
) -> None:
    written = name.upper().encode(encoding)
    data = struct.pack(f"<{len(numbers)}f", *numbers) + written.ljust(-(-len(written) // 4) * 4, b"\0")
    assert codes_of(("IMPAC", "300Bxx94", "UN" if is_implicit else "FL", data)) & STOPPING
