"""Numbers that a text calls a person's, in the words of many countries (data/number_words.txt)."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Final

from ingest.checks.pseudonymisation.alternatives import any_of
from ingest.checks.pseudonymisation.dates import find_dates

_WORDS: Final = Path(__file__).parent / "data" / "number_words.txt"
_ANY_ENDING: Final = r"[^\W\d_]*"


def _form(word: str) -> str:
    """Return what finds a word; a star stands for any ending."""
    plain = re.escape(word.removesuffix("*")).replace(r"\-", r"[\s._-]{0,2}")
    return plain + (_ANY_ENDING if word.endswith("*") else "")


#: Words that may stand between such a word and its number.
_BETWEEN_WORDS: Final = (
    "card cards gold white orange blue no nos nr num number nummer numero numéro número n° nº id is was ist "
    "code pass member membership holder holders policy account acc licence license pin ref reference "
    "insurance health fund private patient"
)
_BETWEEN: Final = (
    rf"(?:[\s_.:,;#=()/*-]|(?<![^\W\d_])(?:{_BETWEEN_WORDS.replace(' ', '|')})(?![^\W\d_])){{0,12}}"
)
_NUMBER: Final = (
    r"((?:[a-z]{1,5}[ -]?)?[0-9][0-9a-z]{0,20}"
    r"(?:[ ./-]{1,2}(?=[a-z]{0,4}[0-9])[0-9a-z]{1,20}){0,7}(?:[ -]?[a-z](?![^\W_]))?)"
)
#: A dose and its fractions: 5400/30.
_DOSE = re.compile(r"[0-9]{2,4}(?:\.[0-9])?/[0-9]{1,2}")
_FEWEST_DIGITS: Final = 6
_MOST_DIGITS: Final = 24


@cache
def _named_number() -> re.Pattern[str]:
    """Return what finds a word and its number; made for the first text with digits enough."""
    words = [line for line in _WORDS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    named = rf"(?<![^\W\d_]){any_of(map(_form, words))}(?![^\W\d_])"
    return re.compile(named + _BETWEEN + _NUMBER, re.IGNORECASE)


def find_named_numbers(text: str) -> list[str]:
    """Return the numbers of six digits and more that a text calls a person's; a date is none."""
    if sum(map(text.count, "0123456789")) < _FEWEST_DIGITS:
        return []
    found = []
    for number in _named_number().findall(text):
        digits = sum(map(str.isdigit, number))
        if _FEWEST_DIGITS <= digits <= _MOST_DIGITS and not (find_dates(number) or _DOSE.fullmatch(number)):
            found.append(re.sub(r"[ ./-]", "", number))
    return sorted(set(found))
