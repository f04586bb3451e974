"""One element's bytes: emptiness, character set, grammar, text in bytes; then the judge of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from ingest.checks.pseudonymisation import numbers
from ingest.checks.pseudonymisation.charset import UndecodableText, decode
from ingest.checks.pseudonymisation.context import Context
from ingest.checks.pseudonymisation.elements import JUDGES, fits, judge_grammar_breach
from ingest.checks.pseudonymisation.embedded import is_written_in, read_text
from ingest.checks.pseudonymisation.national_numbers import find_national_numbers
from ingest.checks.pseudonymisation.places import Place
from ingest.checks.pseudonymisation.raised import LET_THROUGH, Identifier, IdentifierKind, Raised
from ingest.checks.pseudonymisation.technical import is_technical
from ingest.checks.pseudonymisation.text import judge_text
from ingest.checks.pseudonymisation.uids import maker_root

#: Longer texts are judged at both ends; what lies between is counted as not checked.
_LONGEST_TEXT: Final = 1024 * 1024
_LONGEST_WORDS: Final = 64 * 1024
#: Bytes of one number where they are more than two, by VR (PS3.5 Table 6.2-1).
_WIDTHS: Final = {
    "UL": 4,
    "SL": 4,
    "AT": 4,
    "FL": 4,
    "FD": 8,
    "SV": 8,
    "UV": 8,
    "OF": 4,
    "OL": 4,
    "OD": 8,
    "OV": 8,
}
_PIXEL_DATA: Final = "(7FE0,0010)"
#: In bytes and private elements: what identifies by its form. Single words there are too often the maker's.
_BY_FORM: Final = frozenset(
    {"PSN102", "PSN104", "PSN106", "PSN107", "PSN109", "PSN110", "PSN113", "PSN121", "PSN151"}
)
_UNJUDGED: Final = frozenset({"PSN110", "PSN111", "PSN115", "PSN116", "PSN150", "PSN152", "PSN153", "PSN154"})


@dataclass(slots=True)
class JudgedValue:
    """What a value raises.

    text: what it says, for the second look; it never leaves inspection.
    root: the maker's root of a UID.
    """

    raised: Raised
    text: str = field(default="", repr=False)
    not_checked: Mapping[str, int] = field(default_factory=dict)
    root: str = ""


def judge_value(
    context: Context, place: Place, value: bytes, charset: tuple[str, ...], creator: str
) -> JudgedValue | None:
    """Judge one value; None where it is empty."""
    if not value.strip(b"\0 "):
        return None
    judged = _by_kind(context, place, value, charset)
    if place.is_private:
        _judge_private(context, place, value, judged, creator)
    if place.is_original:
        judged.raised.add("PSN320")
    return judged


def _by_kind(context: Context, place: Place, value: bytes, charset: tuple[str, ...]) -> JudgedValue:
    kind = place.kind
    if kind == "pixels":
        return _judge_pixels(context, place, value)
    if kind == "number":
        return _judge_number(context, place, value, charset)
    if kind == "binary":
        return _judge_binary(context, place, value)
    if kind in ("bytes", "document", "overlay", "padding", "meta_private"):
        return judge_bytes(context, place, value)
    return _judge_text_value(context, place, value, charset)


def _judge_text_value(context: Context, place: Place, value: bytes, charset: tuple[str, ...]) -> JudgedValue:
    if place.vr in ("OB", "OW", "UN", "OF", "OD", "OL", "OV") and not value.rstrip(b"\0").isascii():
        return judge_bytes(context, place, value)
    not_checked: dict[str, int] = {}
    if len(value) > _LONGEST_TEXT:
        not_checked["long texts"] = 1
        value = value[: _LONGEST_TEXT // 2] + b" " + value[-_LONGEST_TEXT // 2 :]
    try:
        text = decode(value, charset).strip("\0 ")
    except UndecodableText:
        raised = judge_text(value.decode("latin-1"), "comment", context.text, context.allowed)
        raised.add("PSN310")
        return JudgedValue(raised, "", not_checked)
    if place.kind == "creator":
        found = judge_text(text, "device", context.text, context.allowed)
        return JudgedValue(_of_creator(found, text, context), text)
    judge = JUDGES[place.kind] if fits(place.kind, value) else judge_grammar_breach
    raised = judge(context, place.path, text)
    if place.kind == "uid":
        return JudgedValue(raised, root=maker_root(text))
    return JudgedValue(raised, text, not_checked)


def _judge_number(context: Context, place: Place, value: bytes, charset: tuple[str, ...]) -> JudgedValue:
    """DS and IS by grammar; ten digits, or an integer that IS cannot hold, may be a national number."""
    if not numbers.is_number_text(value):
        text = value.decode("latin-1").strip("\0 ")
        return JudgedValue(judge_grammar_breach(context, place.path, text), text)
    raised = Raised()
    if _may_identify(place, value):
        for number in find_national_numbers(value.decode("ascii")):
            raised.add("PSN104", shape="NHS-number-shaped")
            raised.identifiers.append(Identifier(IdentifierKind.NUMBER, number))
    return JudgedValue(raised)


def _may_identify(place: Place, value: bytes) -> bool:
    """Say whether a number may be a person's: what IS cannot hold, or ten digits of what is counted from one.

    Counts of events and the like may have ten digits; numbers of series, images or beams have not.
    """
    if place.vr == "IS" and numbers.has_overlong_integer(value):
        return True
    is_counted = place.vr != "IS" or place.keyword.endswith("Number")
    return is_counted and numbers.has_ten_digits(value.strip(b"\0 "))


def _judge_pixels(context: Context, place: Place, value: bytes) -> JudgedValue:
    """Pictures, curves, tables of colours: small pictures within sequences are not looked at, and counted."""
    if place.path == _PIXEL_DATA:
        return JudgedValue(Raised())
    if place.path.endswith(_PIXEL_DATA):
        return JudgedValue(Raised(), not_checked={"small pictures": 1})
    return _judge_binary(context, place, value)


def _judge_binary(context: Context, place: Place, value: bytes) -> JudgedValue:
    """Numbers in binary: text among them is judged; bytes that are no count of numbers are looked at."""
    part = value[:_LONGEST_WORDS]
    judged = judge_bytes(context, place, part) if is_written_in(part) else JudgedValue(Raised())
    if len(value) % _WIDTHS.get(place.vr, 1):
        judged.raised.add("PSN311")
    if len(value) > len(part):
        judged.not_checked = {"long binary values": 1}
    return judged


def judge_bytes(context: Context, place: Place, value: bytes) -> JudgedValue:
    """UN, OB and the like: text in them is judged; a few attributes may hold nothing at all."""
    raised = Raised()
    is_cut = place.vr in ("OW", "OF", "OD", "OL", "OV") and len(value) > _LONGEST_WORDS
    read = read_text(value[:_LONGEST_WORDS] if is_cut else value)
    if read.whole:
        found = judge_text(
            read.whole, "private" if place.is_private else "bytes", context.text, context.allowed
        )
        _take(raised, found, found.codes.keys() - _UNJUDGED)
        if not place.is_private and found.codes.keys() - _UNJUDGED:
            raised.add("PSN309")
    for run in read.runs:
        found = judge_text(run, "bytes", context.text, context.allowed)
        _take(raised, found, found.codes.keys() & _BY_FORM - {"PSN110"})
        if "PSN114" in found.codes and _is_word_alone(run):
            raised.add("PSN309")
    code = {"document": "PSN312", "overlay": "PSN313", "padding": "PSN305", "meta_private": "PSN303"}.get(
        place.kind
    )
    if code:
        raised.add(code)
    if place.kind == "padding" and (read.whole or read.runs):
        raised.add("PSN306")
    text = (read.whole or " ".join(read.runs))[:_LONGEST_WORDS]
    is_complete = read.is_complete and not is_cut
    return JudgedValue(raised, text, {} if is_complete else {"long binary values": 1})


def _is_word_alone(run: str) -> bool:
    """Say whether a run of text in bytes is words of five letters and more, and no scatter of characters."""
    words = run.split()
    return (
        bool(words)
        and all(len(word) >= 3 and word.replace("-", "").isalpha() for word in words)
        and len(run) >= 5
    )


def _judge_private(context: Context, place: Place, value: bytes, judged: JudgedValue, creator: str) -> None:
    """A private element that nobody approved; text in it that identifies blocks, what is technical passes."""
    raised = judged.raised
    if raised.codes.keys() & {"PSN101", "PSN113"}:
        raised.add("PSN302")
    name = creator.strip()
    is_safe = (name, place.private_tag) in context.rules.safe_private
    is_allowed = name in context.private_creators or context.approvals.has_creator(name)
    if not (is_safe or is_allowed or place.path in context.approvals.elements):
        passes = is_technical(
            context, place, value, name, raised.codes.keys(), is_whole=not judged.not_checked
        )
        raised.add(LET_THROUGH if passes else "PSN301")


def _of_creator(found: Raised, name: str, context: Context) -> Raised:
    """A creator that no list knows may hold a name; of the known ones only what identifies by its form."""
    raised = Raised(identifiers=found.identifiers)
    is_known = name in context.rules.private_creators or name in context.private_creators
    wanted = _BY_FORM if is_known or context.approvals.has_creator(name) else {*_BY_FORM, "PSN114"}
    _take(raised, found, found.codes.keys() & wanted)
    return raised


def _take(raised: Raised, found: Raised, codes: set[str]) -> None:
    raised.identifiers += [item for item in found.identifiers if item not in raised.identifiers]
    for code in sorted(codes):
        raised.add(code, **found.codes[code])
