"""Whether a private element of a known maker is technical: numbers, codes, words of the trade.

What is let through raises nothing as a label or a comment, and each of its words is known: a word of plain
English is not enough, nor one that is a name too, by itself. All else is left to a person: dates, names,
bytes that nobody understands, and elements with another VR than their maker gives them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Set
from functools import partial
from typing import Final

from ingest.checks.pseudonymisation import numbers, uids
from ingest.checks.pseudonymisation.context import Context
from ingest.checks.pseudonymisation.elements import judge_uid
from ingest.checks.pseudonymisation.embedded import is_written_in, read_text
from ingest.checks.pseudonymisation.folding import split_words
from ingest.checks.pseudonymisation.makers_elements import KnownElement
from ingest.checks.pseudonymisation.markup import read_markup
from ingest.checks.pseudonymisation.places import Place
from ingest.checks.pseudonymisation.text import judge_text

#: A UID of a maker's root is told as everywhere; a word that no list knows may be a maker's own.
_HARMLESS: Final = frozenset({"PSN401"})
_HARMLESS_OF_TEXT: Final = frozenset({"PSN154"})
#: Kinds of public elements within a known sequence that are let through; what identifies has none of them.
_KINDS_WITHIN: Final = frozenset(
    {"label", "comment", "code", "code_value", "code_meaning", "device", "uid", "number", "binary"}
)
#: The longest value of each VR of text (PS3.5 Table 6.2-1); what is longer is no such value.
_LONGEST: Final = {"CS": 16, "SH": 16, "LO": 64, "ST": 1024, "LT": 10240, "UT": 64 * 1024}
_MULTI_VALUED: Final = frozenset({"CS", "SH", "LO"})
_WIDTHS: Final = {"US": 2, "SS": 2, "UL": 4, "SL": 4, "FL": 4, "OF": 4, "FD": 8, "SV": 8, "UV": 8}
_FEW_NUMBERS: Final = 256
_LONGEST_NUMBERS: Final = 64 * 1024
_AS_LABELS: Final = ("label", "comment")
_AS_STRUCTURES: Final = ("rt label",)
_SHORTEST_WORD: Final = 3
_LONGEST_DIGITS: Final = 5
_LONGEST_DIGITS_OF_CODE: Final = 4

_PATH = re.compile(r"\(([0-9A-F]{4}),[0-9A-F]{4}\)", re.IGNORECASE)
_CODE = re.compile(r"[A-Z0-9_ ]*")
_TOKEN = re.compile(r"[A-Za-z0-9]+")
_RUN = re.compile(r"[A-Za-z]+|[0-9]+")
_DIRECTIONS: Final = frozenset("aplrsihfxyz")
_DOTTED = re.compile(r"(?<![A-Za-z])[A-Za-z]\.\s?[A-Za-z](?![A-Za-z])")
#: As many digits as a national number has, written as people do, whatever stands before them.
_MANY_DIGITS = re.compile(r"[0-9](?:[ .-]{0,2}[0-9]){9}")
_YEAR = re.compile(r"19[0-9][0-9]|20[0-3][0-9]")
_FOUR_LETTERS = re.compile(r"[A-Za-z]{4}")
#: Among few numbers so many letters together are no chance.
_FIVE_LETTERS = re.compile(rb"[A-Za-z]{5}")
#: Letters written as numbers of two or four bytes.
_WIDE = re.compile(rb"(?:[A-Za-z]\0){4}|(?:\0[A-Za-z]){4}|(?:[A-Za-z]\0\0\0){4}|(?:\0\0\0[A-Za-z]){4}")


def is_technical(
    context: Context, place: Place, value: bytes, creator: str, codes: Set[str], *, is_whole: bool
) -> bool:
    """Say whether a private element that raised these codes may pass. `is_whole`: all of it was looked at."""
    known = context.rules.makers_elements.get(creator, place.private_tag)
    if known is None or not is_whole or not codes <= _HARMLESS:
        return False
    vr = _vr_of(place, known)
    check = _CHECKS.get(vr)
    return check is not None and (known.is_kept or vr not in _KEPT_ONLY) and check(context, value)


def _vr_of(place: Place, known: KnownElement) -> str:
    """Return the VR that a value has and should have, empty where it has another.

    UN stands for the one that the maker gives it: so Implicit VR is read. Of a sequence only public elements
    directly below it are known, by their own rules.
    """
    private = [int(group, 16) % 2 for group in _PATH.findall(place.path)]
    if sum(private) != 1:
        return ""
    if not private[-1]:
        return place.vr if "SQ" in known.vrs and place.keyword and place.kind in _KINDS_WITHIN else ""
    if place.vr == "UN":
        return min(known.vrs - {"SQ"}, default="")
    return place.vr if place.vr in known.vrs else ""


def is_technical_text(context: Context, text: str) -> bool:
    """Say whether a text is nothing but words of the trade and of makers, numbers and codes."""
    if not text.isascii() or _MANY_DIGITS.search(text) or _DOTTED.search(text):
        return False
    if _raises(context, text, _AS_LABELS):
        return False
    tokens = _TOKEN.findall(text)
    found = [_words_of(token, context) for token in tokens]
    if any(words is None for words in found):
        return False
    every = [word for words in found for word in words or ()]
    words = [word for word in every if len(word) > 1]
    letters = [word for word in every if len(word) == 1]
    if len(letters) > 1 and not _DIRECTIONS.issuperset(letters):
        return False
    if not _is_of_makers(words, text, context) and _raises(context, text, _AS_STRUCTURES):
        return False
    return not _may_name(words, tokens, context)


def _is_of_makers(words: list[str], text: str, context: Context) -> bool:
    """Say whether all is makers' words and numbers: where two capitals are no initials: SP -37.5."""
    has_number = any(character.isdigit() for character in text)
    return all(word in context.rules.makers_words for word in words) and (
        has_number or any(len(word) >= _SHORTEST_WORD for word in words)
    )


def _raises(context: Context, text: str, kinds: tuple[str, ...]) -> bool:
    """Say whether a text would raise anything as a label of these kinds, but that a word is not known."""
    return any(
        judge_text(text, kind, context.text, context.allowed).codes.keys() - _HARMLESS_OF_TEXT
        for kind in kinds
    )


def _words_of(token: str, context: Context) -> list[str] | None:
    """Return the words of a token of letters and digits, in small letters; None where one is not known."""
    if token.isdigit():
        return [] if len(token) <= _LONGEST_DIGITS else None
    if _is_word(token.lower(), context):
        return [token.lower()]
    words = []
    for run in _RUN.findall(token):
        if run.isdigit():
            if len(run) > _LONGEST_DIGITS_OF_CODE:
                return None
        elif _is_word(run.lower(), context):
            words.append(run.lower())
        else:
            parts = [part.lower() for part in split_words(run)]
            if len(parts) < 2 or not all(_is_word(part, context) for part in parts):
                return None
            words += parts
    return words


def _is_word(word: str, context: Context) -> bool:
    """Say whether a word (small letters) is one of the trade or of makers, or a single letter."""
    makers, trade = context.rules.makers_words, context.text.lexicon.trade
    return (
        len(word) == 1
        or word in makers
        or word in trade
        or (len(word) > 3 and word.endswith("s") and word[:-1] in trade)
        or (len(word) <= 3 and _DIRECTIONS.issuperset(word))
    )


def _may_name(words: list[str], tokens: list[str], context: Context) -> bool:
    """Say whether words of the trade may name a person: all of them are names too, or one beside a year.

    Dixon, Long Green, Fast Green 1948; but Dixon fat, and what stands for the thing by itself: Head, Beam.
    """
    rules, lexicon = context.rules, context.text.lexicon
    names = [
        word
        for word in words
        if (word in lexicon.common_surnames or word in lexicon.common_given_names)
        and word not in rules.makers_words_alone
    ]
    return bool(names) and (len(names) == len(words) or any(map(_YEAR.fullmatch, tokens)))


def _is_text(vr: str, context: Context, value: bytes) -> bool:
    body = value.strip(b"\0 ")
    if not body.isascii():
        return False
    text = body.decode("ascii")
    values = text.split("\\") if vr in _MULTI_VALUED else [text]
    if any(len(item.strip()) > _LONGEST[vr] for item in values):
        return False
    if vr == "CS" and not all(_CODE.fullmatch(item) for item in values):
        return False
    if vr == "UT" and body.startswith(b"<"):
        return _is_technical_markup(context, text)
    is_whole = len(values) == 1 or not _raises(context, text, _AS_LABELS)
    return is_whole and all(is_technical_text(context, item) for item in values)


def _is_technical_markup(context: Context, text: str) -> bool:
    """Say whether a text in XML is technical: its content, and the words of its marks."""
    read = read_markup(text)
    return (
        read is not None
        and all(_is_mark(mark, context) for mark in read.marks)
        and all(is_technical_text(context, said) for said in read.texts)
    )


def _is_mark(mark: str, context: Context) -> bool:
    """Say whether a mark's name is words: of the trade, of makers, or of English, and none that is a name."""
    lexicon = context.text.lexicon
    return all(
        _is_word(part, context)
        or (
            part in lexicon.english
            and part not in lexicon.common_surnames
            and part not in lexicon.given_names
        )
        for part in map(str.lower, split_words(mark))
    )


def _is_decimals(_context: Context, value: bytes) -> bool:
    return numbers.is_plain_decimals(value)


def _is_numbers(vr: str, _context: Context, value: bytes) -> bool:
    """Numbers in binary, in none of the ways in which letters are written among them."""
    body = value.strip(b"\0 ")
    return (
        not len(value) % _WIDTHS[vr]
        and len(value) <= _LONGEST_NUMBERS
        and not (len(body) > 2 and body.isalpha())
        and not (len(body) <= _FEW_NUMBERS and _FIVE_LETTERS.search(body))
        and not is_written_in(value)
        and not _WIDE.search(value)
    )


def _is_uid(context: Context, value: bytes) -> bool:
    if not uids.is_well_formed(value):
        return False
    return judge_uid(context, "", value.decode("ascii").strip("\0 ")).codes.keys() <= _HARMLESS


def _is_time(_context: Context, value: bytes) -> bool:
    return numbers.fits_grammar("TM", value)


def _is_blob(context: Context, value: bytes) -> bool:
    """Bytes: markup or a text that is technical as a whole, or no text at all."""
    read = read_text(value)
    if not read.is_complete or len(value) > _LONGEST_NUMBERS:
        return False
    if read.whole:
        is_marked = read.whole.lstrip("\ufeff").startswith("<")
        return (_is_technical_markup if is_marked else is_technical_text)(context, read.whole)
    return not any(map(_FOUR_LETTERS.search, read.runs)) and not _WIDE.search(value)


_CHECKS: Final[dict[str, Callable[[Context, bytes], bool]]] = {
    **{vr: partial(_is_text, vr) for vr in _LONGEST},
    **{vr: partial(_is_numbers, vr) for vr in _WIDTHS},
    "DS": _is_decimals,
    "IS": _is_decimals,
    "UI": _is_uid,
    "TM": _is_time,
    "OB": _is_blob,
}
#: Times of day are let through where TCIA keeps them.
_KEPT_ONLY: Final = frozenset({"TM"})
