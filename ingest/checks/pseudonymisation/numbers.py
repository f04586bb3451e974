"""DS, IS, DA, TM, DT, AS by the grammar of their bytes (PS3.5 Table 6.2-1). Nothing is converted."""

from __future__ import annotations

import re
from typing import Final

from ingest.checks.pseudonymisation.national_numbers import find_national_numbers

_NUMBER_BYTES: Final = b"0123456789+-.eE \\\0"
_DATE = re.compile(rb"(?:\d{8}|\d{4}[.]\d{2}[.]\d{2}|\d{8}-|-\d{8}|\d{8}-\d{8})")
_TIME = re.compile(rb"\d{2}(?::?\d{2}(?::?\d{2}(?:\.\d{1,6})?)?)?(?:-\d{0,6})?")
_DATETIME = re.compile(rb"\d{4}(?:\d{2}){0,5}(?:\.\d{1,6})?(?:[+-]\d{4})?")
_AGE = re.compile(rb"\d{3}[DWMY]")
_BESIDE_DIGITS: Final = b"+-.eE"
_DIGITS_OF_NATION: Final = 10
_LONGEST_INTEGER: Final = 12
_SHORT_NUMBER = re.compile(rb"-?[0-9]{1,4}(?:\.[0-9]+)?")
#: One of at most five digits before the point: no date, no number of a hospital.
_PLAIN_DECIMAL = re.compile(rb"[+-]?(?:[0-9]{1,5}(?:\.[0-9]{0,10})?|\.[0-9]{1,10})(?:[eE][+-]?[0-9]{1,3})?")
#: Nine digits and their point.
_LONGEST_SHORT: Final = 10


def is_number_text(value: bytes) -> bool:
    """Say whether a DS or IS value holds nothing but numbers and delimiters; length does not matter."""
    return not value.translate(None, _NUMBER_BYTES)


def has_overlong_integer(value: bytes) -> bool:
    """Say whether an IS value holds a number over 2³¹ − 1, which IS cannot hold: it is something else."""
    return any(len(item) > _LONGEST_INTEGER or abs(_integer(item)) > 2**31 - 1 for item in value.split(b"\\"))


def has_ten_digits(value: bytes) -> bool:
    """Say whether a DS value is ten digits and nothing else: measures are not written so."""
    return len(value) == 10 and value.isdigit()


def is_short_number(value: bytes) -> bool:
    """Say whether a value is one number of at most nine digits, of those at most four before a point."""
    body = value.strip(b" \0")
    return len(body) <= _LONGEST_SHORT and _SHORT_NUMBER.fullmatch(body) is not None


def is_plain_decimals(value: bytes) -> bool:
    """Say whether a value is nothing but numbers of few digits before the point, none of them a nation's."""
    items = (item.strip(b" \0") for item in value.split(b"\\"))
    return all(
        not item or (_PLAIN_DECIMAL.fullmatch(item) is not None and not _has_number_of_nation(item))
        for item in items
    )


def _has_number_of_nation(item: bytes) -> bool:
    """Say whether the digits of a decimal are a national number: 42096.42096."""
    return (
        len(item) >= _DIGITS_OF_NATION
        and len(item.translate(None, _BESIDE_DIGITS)) >= _DIGITS_OF_NATION
        and bool(find_national_numbers(item.decode("ascii")))
    )


def _integer(item: bytes) -> int:
    digits = item.strip(b" \0+-")
    return int(digits) if digits.isdigit() else 0


def fits_grammar(vr: str, value: bytes) -> bool:
    """Say whether every value of a DA, TM, DT or AS has the VR's form."""
    pattern = {"DA": _DATE, "TM": _TIME, "DT": _DATETIME, "AS": _AGE}[vr]
    return all(pattern.fullmatch(item.strip(b" \0")) for item in value.split(b"\\") if item.strip(b" \0"))
