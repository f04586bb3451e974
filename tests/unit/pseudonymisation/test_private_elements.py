"""Private elements of known makers: what is technical passes, a leak in the very same elements does not."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest

from ingest.checks.codes import load_codes
from ingest.checks.pseudonymisation.places import Places
from ingest.checks.pseudonymisation.rules import load_rules
from ingest.checks.pseudonymisation.technical import is_technical, is_technical_text
from ingest.checks.pseudonymisation.text import judge_text
from ingest.checks.pseudonymisation.values import JudgedValue, judge_value
from ingest.model.finding import InstanceRef, Severity
from ingest.model.inspection import Approval, ApprovalKind
from tests.corpus.private_elements import BY_MAKER, CLEAN, LEAKED_TEXTS, Row
from tests.judges import make_judge

LET_THROUGH, HELD = "PSN321", "PSN301"
_STOPPING = {
    code for code, item in load_codes().items() if item.severity in (Severity.BLOCK, Severity.REVIEW)
}
_TEXT_VRS = ("CS", "SH", "LO", "ST", "LT", "UT")
#: Of these the standard itself says that they are safe (PS3.15 Table E.3.10-1): they were never held.
SAFE = load_rules().safe_private
TEXTS = [row for row in CLEAN if row[2] in _TEXT_VRS and row[:2] not in SAFE]


def _context():  # type: ignore[no-untyped-def]
    judge = make_judge()
    judge.begin_instance(InstanceRef(1), "123-1001", "123-1001", "", frozenset({"123-1001"}))
    return judge._context


CONTEXT = _context()
PLACES = Places(load_rules())


def judged(creator: str, element: str, vr: str, value: bytes, below: str = "") -> JudgedValue:
    path = f"({element[:4]},10{element[6:]})" + below
    found = judge_value(CONTEXT, PLACES.get(path, vr), value, ("ISO_IR 100",), creator)
    assert found is not None
    return found


def passes(row: Row) -> bool:
    codes = judged(*row).raised.codes.keys()
    assert row[:2] in SAFE or (LET_THROUGH in codes) != (HELD in codes)
    return not codes & _STOPPING


def name_of(row: Row) -> str:
    return f"{row[0]}-{row[1]}-{row[2]}-{row[3][:24].decode('latin-1')}".encode("ascii", "replace").decode()


def test_there_are_elements_of_every_maker() -> None:
    assert all(len(rows) >= 5 for rows in BY_MAKER.values())
    creators, elements, kept = load_rules().makers_elements.count()
    assert (creators > 300, elements > 7000, kept > 1000) == (True, True, True)


@pytest.mark.parametrize("row", CLEAN, ids=name_of)
def test_a_clean_element_passes_in_explicit_and_in_implicit_vr(row: Row) -> None:
    creator, element, _, value = row
    assert passes(row)
    assert passes((creator, element, "UN", value))


@pytest.mark.parametrize("text", LEAKED_TEXTS)
def test_a_leak_in_the_very_same_elements_is_held(text: str) -> None:
    for creator, element, vr, clean in TEXTS:
        first = clean.strip().split(b"\\")[0]
        for value in (text.encode(), first + b" " + text.encode(), text.encode() + b"\\" + first):
            for written in (vr, "UN"):
                let_pass = passes((creator, element, written, value))
                assert not let_pass or _is_clean_together(text, value), (creator, element, written, value)


def _is_clean_together(text: str, value: bytes) -> bool:
    """A word of the trade that is a name too is one beside words of the trade: Dixon fat."""
    return value != text.encode() and text in ("DIXON", "Long Green", "K Long", "JS")


@pytest.mark.parametrize(
    "row", [row for row in CLEAN if row[2] not in _TEXT_VRS and row[:2] not in SAFE], ids=name_of
)
def test_text_where_numbers_or_uids_belong_is_held(row: Row) -> None:
    creator, element, vr, _ = row
    for text in (
        b"SMITH^JOHN  ",
        b"WHITCOMBE JANE  ",
        b"Jane Whitcombe was here ",
        b"Wi\0t\0c\0o\0m\0b\0e\0\0",
    ):
        for written in (vr, "UN"):
            assert not passes((creator, element, written, text)), written
    for text in (b"S\0M\0I\0T\0H\0\0\0", b"\0S\0M\0I\0T\0H\0\0", b"S\0\0\0M\0\0\0I\0\0\0T\0\0\0"):
        assert not passes((creator, element, "UN", text))


@pytest.mark.parametrize("value", [b"19480311", b"9434765919", b"482113", b"1234567", b"12\\482113"])
def test_a_number_that_may_be_a_persons_is_held_where_decimals_stand(value: bytes) -> None:
    for vr, element in (("IS", "0019xx14"), ("DS", "0019xx0B")):
        assert not passes(("SIEMENS MR HEADER", element, vr, value))
        assert not passes(("SIEMENS MR HEADER", element, "UN", value))


def test_another_vr_than_the_makers_own_is_held() -> None:
    for vr, value in (("LO", b"Fast"), ("UT", b"Fast"), ("OB", b"Fast"), ("PN", b"Fast"), ("AE", b"Fast")):
        assert not passes(("SIEMENS MR HEADER", "0019xx0F", vr, value))
    assert not passes(("SIEMENS MR HEADER", "0019xx0A", "UL", struct.pack("<I", 42)))
    assert not passes(("SIEMENS MR HEADER", "0019xx0A", "UN", b"\x01\0\0"))


def test_names_and_dates_are_never_let_through() -> None:
    known = load_rules().makers_elements
    vrs = {vr for creator in known.lines for item in known.lines[creator].split() for vr in _vrs(item)}
    assert vrs.isdisjoint({"PN", "DA", "DT", "AS", "AE", "UN", "UR"})
    assert not passes(("GEMS_PETD_01", "0009xx0D", "DT", b"20240304102145.00"))
    assert not passes(("RAYSEARCHLABS 2.0", "4001xx01", "DT", b"20210914112005"))
    assert not passes(("RAYSEARCHLABS 2.0", "4001xx67", "DA", b"20240304"))


def _vrs(item: str) -> list[str]:
    return item.partition(":")[2].removesuffix("+").split("/")


@pytest.mark.parametrize(
    ("creator", "element"),
    [
        ("ACME PHYSICS", "0029xx01"),
        ("SIEMENS MR HEADER", "0019xxFF"),
        ("siemens mr header", "0019xx0F"),
        ("", "0019xx0F"),
    ],
)
def test_what_no_dictionary_knows_is_held(creator: str, element: str) -> None:
    assert not passes((creator, element, "SH", b"Fast"))
    assert not passes((creator, element, "UN", b"Fast"))


def test_a_creators_element_of_another_creator_is_held() -> None:
    assert passes(("SIEMENS MR HEADER", "0019xx0F", "SH", b"Fast"))
    assert not passes(("SIEMENS CSA HEADER", "0019xx0F", "SH", b"Fast"))


def test_bytes_that_nobody_understands_are_held() -> None:
    csa = b"SV10\4\3\2\1" + b"tPatientName\0Smith^John\0" * 3
    assert not passes(("SIEMENS CSA HEADER", "0029xx10", "OB", csa))
    assert not passes(("SIEMENS CSA HEADER", "0029xx10", "OB", bytes(range(1, 200))))
    assert not passes(("MIM Software Inc.", "3773xx18", "UN", b"Others"))


_XML = "<ExtendedVAPlanInterface><Beam><FieldOrder>{}</FieldOrder></Beam></ExtendedVAPlanInterface>"


@pytest.mark.parametrize(
    "text",
    [
        _XML.format("Smith"),
        _XML.format("19480311"),
        _XML.format("<Smith/>"),
        _XML.format("<Whitcombe>1</Whitcombe>"),
        _XML.format('<Field Name="Jane"/>'),
        _XML.format('<Field xmlns="http://example.org/jane"/>'),
        _XML.format('<Field xmlns="http://varian.com/?q=smith"/>'),
        _XML.format("<!-- Jane Smith -->"),
        _XML.format("<![CDATA[Smith]]>"),
        _XML.format("&#83;mith"),
        "<Smith John>",
        "Smith" + _XML.format("1"),
        _XML.format("1") + "Smith",
    ],
)
def test_markup_passes_only_where_it_says_technical_things(text: str) -> None:
    place = ("Varian Medical Systems VISION 3253", "3253xx00")
    assert passes((*place, "OB", _XML.format("1").encode()))
    for vr in ("OB", "UN"):
        assert not passes((*place, vr, text.encode()))


def test_public_elements_within_a_known_private_sequence_pass_by_their_own_rules() -> None:
    creator, sequence = "Philips Imaging DD 001", "2001xx5F"

    def is_let(tag: str, vr: str, value: bytes) -> bool:
        codes = judged(creator, sequence, vr, value, f">{tag}").raised.codes.keys()
        return not codes & _STOPPING

    assert is_let("(0008,1155)", "UI", b"1.2.840.10008.1.2\0")
    assert is_let("(0018,0023)", "CS", b"3D")
    assert not is_let("(0010,0010)", "PN", b"123-1001")
    assert not is_let("(0008,1030)", "LO", b"Smith")
    assert not is_let("(0008,0020)", "DA", b"20240304")
    assert not is_let("(2001,1033)", "CS", b"RL")  # a private one within: whose, is not known
    codes = judged("ACME", "2001xx5F", "CS", b"3D", ">(0018,0023)").raised.codes.keys()
    assert HELD in codes


def test_a_private_element_within_a_private_sequence_is_held() -> None:
    creator, element, vr, value = next(row for row in TEXTS if row[1] == "0019xx08")
    step = f"({element[:4]},10{element[6:]})"
    path = f"{step}[0]>{step}"
    found = judge_value(CONTEXT, PLACES.get(path, vr), value, ("ISO_IR 100",), creator)
    assert found is not None
    assert HELD in found.raised.codes


def test_what_was_not_looked_at_to_its_end_is_held() -> None:
    creator, element, vr, value = next(row for row in TEXTS if row[1] == "0019xx08")
    place = PLACES.get(f"({element[:4]},10{element[6:]})", vr)
    for is_whole in (True, False):
        assert is_technical(CONTEXT, place, value, creator, set(), is_whole=is_whole) is is_whole


@pytest.mark.parametrize("text", ["PHASE J W", "axial j k", "a.p. axial", "W J"])
def test_single_letters_may_be_initials_unless_they_are_directions(text: str) -> None:
    assert not is_technical_text(CONTEXT, text)
    assert is_technical_text(CONTEXT, "axial a p")


def test_text_among_many_binary_numbers_is_held() -> None:
    numbers = struct.pack("<300H", *(0x9C00 + number % 32 for number in range(300)))
    row = next(row for row in CLEAN if row[2] == "US")
    assert passes((row[0], row[1], "US", numbers))
    assert not passes((row[0], row[1], "US", numbers + b"OKAFOR ADAEZE 12/03/1958 \0"))


def test_an_approval_still_lifts_what_is_held_and_text_that_identifies_still_blocks() -> None:
    approval = Approval(ApprovalKind.PRIVATE_CREATOR, clear="SIEMENS CSA HEADER")
    context = replace(CONTEXT, approvals=make_judge(approvals=(approval,))._package.approvals)
    place = PLACES.get("(0029,1010)", "OB")
    for value, codes in ((b"\1\2\3\4kernel B30f", set()), (b"DOB 11/03/1948", {"PSN102"})):
        found = judge_value(context, place, value, (), "SIEMENS CSA HEADER")
        assert found is not None
        assert found.raised.codes.keys() & _STOPPING == codes
        assert LET_THROUGH not in found.raised.codes


def test_it_is_told_once_a_subject_and_counted() -> None:
    judge = make_judge()
    for ordinal in (1, 2):
        judge.begin_instance(InstanceRef(ordinal), "123-1001", "123-1001", "", frozenset({"123-1001"}))
        for path, value in (("(0019,100F)", b"Fast"), ("(0019,1011)", b"No")):
            hit = judge.judge(path, "SH", value, (), lambda path=path: path, "SIEMENS MR HEADER")
            assert hit is not None
            judge.count(hit)
        judge.end_instance()
    said = judge.finish()
    (told,) = [item for item in said.findings if item.code == LET_THROUGH]
    assert (told.subject, told.count, len(told.instances)) == ("123-1001", 4, 2)
    assert (said.private_elements, said.private_let_through) == (4, 4)
    assert not list(judge.proposals())
    assert not judge.values_to_look_at()


def test_a_patients_name_is_found_in_what_was_let_through() -> None:
    judge = make_judge()
    judge.begin_instance(InstanceRef(1), "123-1001", "123-1001", "", frozenset({"123-1001"}))
    for path, vr, value, creator in (
        ("(0010,0010)", "PN", b"WIENER^ANNA", ""),
        ("(0019,100F)", "SH", b"Fast wiener", "SIEMENS MR HEADER"),
    ):
        hit = judge.judge(path, vr, value, (), lambda path=path: path, creator)
        assert hit is not None
        judge.count(hit)
    judge.end_instance()
    assert {item.where for item in judge.finish().findings if item.code in _STOPPING} >= {
        "(0010,0010)",
        "(0019,100F)",
    }


def test_a_makers_word_is_nothing_that_a_label_would_be_held_for() -> None:
    rules = load_rules()
    held = {
        word
        for word in rules.makers_words
        for kind in ("rt label", "comment")
        if judge_text(word, kind, CONTEXT.text, frozenset()).codes.keys() & _STOPPING
    }
    assert held == set()
    names = rules.lexicon.common_surnames | rules.lexicon.common_given_names
    assert {word for word in rules.makers_words if word in names and word not in rules.lexicon.trade} == set()
