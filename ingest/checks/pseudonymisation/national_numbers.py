"""NHS, CHI and H&C numbers: ten digits, a check digit (mod 11), the ranges in which they are issued."""

from __future__ import annotations

import re
from calendar import monthrange
from typing import Final

_WEIGHTS: Final = tuple(range(10, 1, -1))
#: First nine digits, both ends included: England and Wales, Scotland (CHI, DDMMYY first), Northern Ireland.
_NHS_RANGES: Final = ((400_000_000, 499_999_999), (600_000_000, 799_999_999))
_CHI_RANGE: Final = (10_101_000, 311_299_999)
_HC_RANGE: Final = (320_000_001, 399_999_999)
#: Not issued, but printed in the NHS's own documents as examples, and copied from there.
_EXAMPLES: Final = frozenset({"9434765919", "9876543210", "9999999999", "9434765870"})
_TEST_PREFIX: Final = "999"

#: Ten digits with at most three separators between two of them. Which groupings count is in _GROUPINGS.
_TEN_DIGITS = re.compile(r"(?<![0-9])[0-9](?:[^0-9A-Za-z\\]{0,3}[0-9]){9}(?![0-9])")
_GROUPINGS: Final = frozenset(
    {(10,), (3, 3, 4), (6, 4), (5, 5), (3, 7), (4, 3, 3), (2, 2, 2, 4), (3, 3, 2, 2), (1,) * 10}
)
#: Others that count where nothing but one and the same space or hyphen parts them.
_EVEN_GROUPINGS: Final = frozenset(
    {
        (4, 6),
        (4, 2, 4),
        (4, 4, 2),
        (2, 4, 4),
        (9, 1),
        (7, 3),
        (3, 4, 3),
        (2, 2, 2, 2, 2),
        (3, 3, 3, 1),
        (1, 3, 3, 3),
    }
)
_EVEN_PARTS = re.compile(r"[0-9]+(?:([ -])[0-9]+(?:\1[0-9]+)*)?")
#: The usual grouping, found behind other digits too: `PTV_6000 943 476 5919`.
_USUAL = re.compile(r"(?<![0-9])[0-9]{3}([ -])[0-9]{3}\1[0-9]{4}(?![0-9])")
#: Ten digits in which letters stand for those that look like them: 943 476 59I9, 94347659l9, 9434765O19.
_WITH_LETTERS = re.compile(r"(?<![0-9A-Za-z])[0-9OoIl|](?:[ -]?[0-9OoIl|]){9}(?![0-9A-Za-z])")
_LOOKALIKES: Final = str.maketrans("OoIl|", "00111")
_MOST_LOOKALIKES: Final = 3
_DIGIT_WORDS: Final = {
    word: str(digit)
    for digit, words in enumerate(
        ("zero oh nought", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    )
    for word in words.split()
}
_SPELT_OUT = re.compile(
    rf"\b(?:(?:{'|'.join(_DIGIT_WORDS)})[\s,-]{{1,2}}){{9}}(?:{'|'.join(_DIGIT_WORDS)})\b"
)
#: So many different digits at least are in a number.
_FEWEST_DIGIT_WORDS: Final = 2
_DIGITS = re.compile(r"[0-9]+")
_NUMBER_AND_DATE = re.compile(r"(?<![0-9])(?:([0-9]{10})(?:[0-9]{6}|[0-9]{8})|[0-9]{8}([0-9]{10}))(?![0-9])")


def has_check_digit(number: str) -> bool:
    """Say whether the tenth digit is the check digit of the first nine (weights 10…2, mod 11)."""
    check = 11 - sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=False)) % 11
    return check != 10 and check % 11 == int(number[9])


def is_issued_number(number: str) -> bool:
    """Say whether ten digits have the check digit and are issued, or are a test or example number."""
    if not has_check_digit(number):
        return False
    if number in _EXAMPLES or number.startswith(_TEST_PREFIX):
        return True
    first_nine = int(number[:9])
    if any(low <= first_nine <= high for low, high in (*_NHS_RANGES, _HC_RANGE)):
        return True
    return _CHI_RANGE[0] <= first_nine <= _CHI_RANGE[1] and begins_with_date(number)


def find_national_numbers(text: str) -> list[str]:
    """Return the numbers in a text that are shaped and checked as national ones, as ten digits.

    Besides issued numbers those that begin with 9 count: the form of every example in NHS documents.
    """
    found = []
    for match in _TEN_DIGITS.finditer(text):
        groups = tuple(len(group) for group in _DIGITS.findall(match.group()))
        number = "".join(_DIGITS.findall(match.group()))
        is_grouped = groups in _GROUPINGS or (
            groups in _EVEN_GROUPINGS and _EVEN_PARTS.fullmatch(match.group()) is not None
        )
        if is_grouped and _is_written_number(number):
            found.append(number)
    others = [re.sub("[ -]", "", match.group()) for match in _USUAL.finditer(text)]
    found += [number for number in (*others, *_undo_letters(text)) if _is_written_number(number)]
    for match in _NUMBER_AND_DATE.finditer(text):
        number = match.group(1) or match.group(2)
        if is_issued_number(number):
            found.append(number)
    return list(dict.fromkeys(found))


def _is_written_number(number: str) -> bool:
    return is_issued_number(number) or (number[0] == "9" and has_check_digit(number))


def _undo_letters(text: str) -> list[str]:
    """Return ten digits that are written with letters that look like some of them, or as words."""
    found = []
    for match in _WITH_LETTERS.finditer(text):
        plain = re.sub("[ -]", "", match.group())
        if 0 < sum(not letter.isdigit() for letter in plain) <= _MOST_LOOKALIKES:
            found.append(plain.translate(_LOOKALIKES))
    small = text.lower()
    if sum(word in small for word in _DIGIT_WORDS) < _FEWEST_DIGIT_WORDS:
        return found
    for match in _SPELT_OUT.finditer(small):
        words = re.split(r"[\s,-]+", match.group())
        found.append("".join(_DIGIT_WORDS[word] for word in words))
    return found


def begins_with_date(number: str) -> bool:
    """Say whether the first six digits are DDMMYY."""
    day, month = int(number[:2]), int(number[2:4])
    return 1 <= month <= 12 and 1 <= day <= monthrange(2000, month)[1]
