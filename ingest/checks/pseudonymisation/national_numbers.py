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
        if groups in _GROUPINGS and (
            is_issued_number(number) or (number[0] == "9" and has_check_digit(number))
        ):
            found.append(number)
    for match in _NUMBER_AND_DATE.finditer(text):
        number = match.group(1) or match.group(2)
        if is_issued_number(number):
            found.append(number)
    return found


def begins_with_date(number: str) -> bool:
    """Say whether the first six digits are DDMMYY."""
    day, month = int(number[:2]), int(number[2:4])
    return 1 <= month <= 12 and 1 <= day <= monthrange(2000, month)[1]
