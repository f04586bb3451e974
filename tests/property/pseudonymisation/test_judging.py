"""Whatever the bytes: judging ends, raises nothing, and what it says holds none of them."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.checks.pseudonymisation.charset import UndecodableText, decode
from ingest.checks.pseudonymisation.container import ContainerMember
from ingest.checks.pseudonymisation.glance import is_clean_at_a_glance
from ingest.checks.pseudonymisation.judge import PackageJudge
from ingest.checks.pseudonymisation.national_numbers import find_national_numbers, has_check_digit
from ingest.checks.pseudonymisation.numbers import is_number_text, is_short_number
from ingest.checks.pseudonymisation.places import Places
from ingest.checks.pseudonymisation.rules import load_rules
from ingest.checks.pseudonymisation.values import judge_value
from ingest.model.finding import InstanceRef
from ingest.trial.load import load_default_trial
from tests.judges import make_judge

TRIAL = load_default_trial()
VRS = [*load_rules().by_vr, "ZZ"]
PATHS = [
    "(0002,0102)",
    "(0008,0005)",
    "(0008,1030)",
    "(0010,0010)",
    "(0010,0020)",
    "(0010,0030)",
    "(0029,0010)",
    "(0029,1010)",
    "(300A,00B0)>(0008,0080)",
    "(0400,0561)>(0400,0550)>(0010,0010)",
    "(6000,3000)",
    "(FFFC,FFFC)",
]
CHARSETS = [(), ("ISO_IR 100",), ("ISO_IR 192",), ("", "ISO 2022 IR 87"), ("NONSENSE",)]


def begin_judging(name: str = "x.zip") -> PackageJudge:
    judge = make_judge(package_name=name)
    judge.begin_instance(InstanceRef(1), "123-1001", "123-1001", "", frozenset({"123-1001"}))
    return judge


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(PATHS), st.sampled_from(VRS), st.binary(max_size=200), st.sampled_from(CHARSETS))
def test_no_value_raises_an_exception(path: str, vr: str, value: bytes, charset: tuple[str, ...]) -> None:
    judge = begin_judging()
    judge.judge(path, vr, value, charset, lambda: path)
    judge.judge_preamble(value[:128])
    judge.judge_trailing(value)
    judge.end_instance()
    judge.finish()


@settings(max_examples=1000, deadline=None)
@given(
    st.sampled_from(["(0008,0018)", "(0002,0003)", "(0020,0013)", "(0400,0561)>(0008,0018)", "(0029,1010)"]),
    st.sampled_from(["UI", "IS", "DS"]),
    st.from_regex(
        rb"(2\.25|1\.2\.840\.10008|1\.2\.246\.352)?[.0-9]{0,24}(9434765919)?[0-9\\ A-]{0,9}\0?",
        fullmatch=True,
    ),
    st.booleans(),
)
def test_what_is_clean_at_a_glance_is_clean_when_judged(
    path: str, vr: str, value: bytes, knows: bool
) -> None:
    context = begin_judging()._context
    if knows:
        context.known_numbers.add("123456")
    place = Places(load_rules()).get(path, vr)
    if is_clean_at_a_glance(context, place, value):
        judged = judge_value(context, place, value, (), "")
        assert judged is None or (not judged.raised.codes and not judged.raised.identifiers)
        assert judged is None or (judged.text == "" and not judged.not_checked)


@settings(max_examples=1000, deadline=None)
@given(st.from_regex(rb" ?-?[0-9]{1,4}(\.[0-9]{1,8})?[ \0]?", fullmatch=True), st.sampled_from(["", "ACME"]))
def test_of_short_numbers_in_private_elements_all_say_the_same(value: bytes, creator: str) -> None:
    if is_short_number(value):
        context, place = begin_judging()._context, Places(load_rules()).get("(0021,1010)", "UN")
        judged = judge_value(context, place, value, (), creator)
        assert judged is not None
        assert (judged.raised.codes, judged.raised.identifiers) == ({"PSN301": {}}, [])
        assert not judged.not_checked


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.text(max_size=40), st.binary(max_size=60), st.binary(max_size=40))
def test_no_container_raises_an_exception(zip_name: str, name: str, comment: bytes, extra: bytes) -> None:
    judge = begin_judging(zip_name)
    judge.end_instance()
    judge.judge_container(comment, [ContainerMember(1, name, comment, extra, "1.2.3", ("1.2",))])
    judge.finish()


@settings(max_examples=150, deadline=None)
@given(st.text("BCDFGHJKLMNPQRSTVWXZ", min_size=9, max_size=14), st.sampled_from(PATHS), st.sampled_from(VRS))
def test_findings_hold_nothing_of_the_value(word: str, path: str, vr: str) -> None:
    judge = begin_judging(f"{word}.zip")
    judge.judge("(0010,0010)", "PN", f"{word}^ANNA".encode(), (), lambda: "(0010,0010)")
    judge.judge(path, vr, word.encode(), (), lambda: path)
    judge.judge_container(word.encode(), [ContainerMember(1, f"{word}/1.dcm")])
    assert word not in repr(judge.finish()).upper()


@settings(max_examples=200, deadline=None)
@given(
    st.integers(400_000_000, 499_999_999),
    st.sampled_from(["", " ", "-", ".", "  "]),
    st.sampled_from(["", "plan ", "NHS "]),
)
def test_an_issued_number_is_found_however_it_is_spaced(first_nine: int, separator: str, before: str) -> None:
    found = [f"{first_nine}{digit}" for digit in range(10) if has_check_digit(f"{first_nine}{digit}")]
    for number in found:
        text = before + separator.join((number[:3], number[3:6], number[6:]))
        assert number in find_national_numbers(text)


@given(st.binary(max_size=60), st.sampled_from(CHARSETS))
def test_decoding_gives_text_or_says_that_it_cannot(value: bytes, charset: tuple[str, ...]) -> None:
    try:
        assert isinstance(decode(value, charset), str)
    except UndecodableText:
        assert not value.isascii() or b"\x1b" in value


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), max_size=8))
def test_numbers_written_out_are_numbers(values: list[float]) -> None:
    assert is_number_text("\\".join(map(str, values)).encode())
