"""National numbers of other countries, told by form, date and check digits, with no word before them.

What has no check digit (a Danish CPR) counts where its date is long before any treatment: others are times.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ingest.checks.pseudonymisation.dates import has_treatment_date, is_valid_day

_LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_FINNISH: Final = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_CORSICA: Final = {"2A": "19", "2B": "18"}


def _weighted(digits: str, weights: tuple[int, ...]) -> int:
    return sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=False))


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (1 + at % 2) for at, digit in enumerate(reversed(digits)))
    return sum(number - 9 if number > 9 else number for number in doubled) % 10 == 0


def _is_long_ago(six: str) -> bool:
    """Say whether six digits are DDMMYY or YYMMDD, and of no year in which anybody in a trial was treated."""
    return not has_treatment_date(six) and (
        is_valid_day("19" + six[4:], six[2:4], six[:2]) or is_valid_day("19" + six[:2], six[2:4], six[4:])
    )


def _is_german(number: str) -> bool:
    """Krankenversichertennummer: a letter and nine digits, weights 1 and 2, cross sums."""
    digits = f"{_LETTERS.index(number[0]) + 1:02d}{number[1:9]}"
    total = sum(
        sum(map(int, str(int(digit) * weight))) for digit, weight in zip(digits, (1, 2) * 5, strict=True)
    )
    return total % 10 == int(number[9])


def _is_french(number: str) -> bool:
    """Numéro de sécurité sociale: thirteen characters, and 97 less their rest by 97."""
    body = number[:5] + _CORSICA.get(number[5:7], number[5:7]) + number[7:13]
    return body.isdigit() and 97 - int(body) % 97 == int(number[13:])


def _is_norwegian(number: str) -> bool:
    """Fødselsnummer: DDMMYY (days of a D-nummer are 40 more), three digits, two check digits."""
    first = -_weighted(number, (3, 7, 6, 1, 8, 9, 4, 5, 2)) % 11
    second = -_weighted(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    day = f"{int(number[:2]) % 40:02d}"
    is_day = is_valid_day("19" + number[4:6], number[2:4], day)
    return is_day and (first, second) == (int(number[9]), int(number[10]))


def _is_swedish(number: str) -> bool:
    """Personnummer: YYMMDD of long ago, four digits, the last by Luhn."""
    return _is_long_ago(number[-10:-4]) and _luhn(number[-10:])


def _is_finnish(number: str) -> bool:
    """Henkilötunnus: DDMMYY, a century's sign, three digits, a character by 31."""
    rest = int(number[:6] + number[7:10]) % 31
    return number[10] == _FINNISH[rest] and is_valid_day("19" + number[4:6], number[2:4], number[:2])


def _is_belgian(number: str) -> bool:
    """Rijksregisternummer: YYMMDD, three digits, 97 less the rest by 97; after 2000 with a 2 before it."""
    return int(number[9:]) in (97 - int(number[:9]) % 97, 97 - int("2" + number[:9]) % 97)


def _is_swiss(number: str) -> bool:
    """AHV-Nummer: thirteen digits, the last as in EAN."""
    return -_weighted(number[:12], (1, 3) * 6) % 10 == int(number[12])


def _is_austrian(number: str) -> bool:
    """Sozialversicherungsnummer: three digits, a check digit, DDMMYY."""
    rest = _weighted(number[:3] + number[4:], (3, 7, 9, 5, 8, 4, 2, 1, 6)) % 11
    return rest == int(number[3]) and is_valid_day("19" + number[8:], number[6:8], number[4:6])


def _is_australian(number: str) -> bool:
    """Medicare: eight digits, a check digit, the card's issue."""
    return _weighted(number, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(number[8])


def _is_romanian(number: str) -> bool:
    """CNP: sex and century, YYMMDD, five digits, a check digit."""
    rest = _weighted(number, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % 11
    is_day = is_valid_day("19" + number[1:3], number[3:5], number[5:7])
    return is_day and (1 if rest == 10 else rest) == int(number[12])


def _is_czech(number: str) -> bool:
    """Rodné číslo: YYMMDD (months of women are 50 more), and four digits that make it divisible by 11."""
    month = f"{int(number[2:4]) % 50:02d}"
    return is_valid_day("19" + number[:2], month, number[4:6]) and int(number) % 11 == 0


def _is_danish(number: str) -> bool:
    """CPR, and the Icelandic kennitala: DDMMYY of long ago, and four digits."""
    return not has_treatment_date(number[:6]) and is_valid_day("19" + number[4:6], number[2:4], number[:2])


#: The form of each, and what its characters without spaces and signs must satisfy.
_FORMS: Final[tuple[tuple[str, Callable[[str], bool]], ...]] = (
    (r"[A-Z] ?[0-9]{3} ?[0-9]{3} ?[0-9]{3}", _is_german),
    (
        r"[1-478] ?[0-9]{2} ?(?:0[1-9]|1[0-2]|[2-9][0-9]) ?(?:[0-9]{2}|2[AB]) ?[0-9]{3} ?[0-9]{3} ?[0-9]{2}",
        _is_french,
    ),
    (r"[0-7][0-9][01][0-9]{3} ?[0-9]{5}", _is_norwegian),
    (r"(?:19)?[0-9]{6}[-+][0-9]{4}|19[0-9]{10}", _is_swedish),
    (r"[0-3][0-9][01][0-9]{3}[-+][0-9]{3}[0-9A-Y]", _is_finnish),
    (r"[0-9]{2}\.[01][0-9]\.[0-3][0-9][- ][0-9]{3}[. -][0-9]{2}", _is_belgian),
    (r"756[. ]?[0-9]{4}[. ]?[0-9]{4}[. ]?[0-9]{2}", _is_swiss),
    (r"[1-9][0-9]{3} [0-3][0-9][01][0-9]{3}", _is_austrian),
    (r"[2-6][0-9]{3} [0-9]{5} [0-9](?: ?[/-]? ?[0-9])?", _is_australian),
    (r"8003 ?60[0-9]{2} ?[0-9]{4} ?[0-9]{4}", _luhn),
    (r"[1-8][0-9]{12}", _is_romanian),
    (r"[0-9]{2}[0156][0-9][0-3][0-9]/[0-9]{4}", _is_czech),
    (r"[0-3][0-9][01][0-9]{3}-[0-9]{4}", _is_danish),
    # social security of the United States; driving licences of Britain
    (r"(?!000|666|9)[0-9]{3}-(?!00)[0-9]{2}-(?!0000)[0-9]{4}", bool),
    (
        r"[A-Z]{2,5}9{0,3} ?[0-9][0156][0-9][0-3][0-9]{2} ?[A-Z9]{2} ?[0-9][A-Z]{2}",
        lambda number: len(number) == 16,
    ),
)
_COMPILED: Final = tuple(
    (re.compile(rf"(?<![0-9A-Za-z.,/+-])(?:{form})(?![0-9A-Za-z]|[.,/+-][0-9])"), check)
    for form, check in _FORMS
)
_SIGNS = re.compile(r"[ ./]|-(?=[0-9])|\+")
_KEPT_SIGN: Final = frozenset({_is_finnish})
_FEWEST_DIGITS: Final = 7


def has_number_abroad(text: str) -> bool:
    """Say whether a text holds a number that another country gives to a person."""
    if sum(map(text.count, "0123456789")) < _FEWEST_DIGITS:
        return False
    return any(
        check(match.group() if check in _KEPT_SIGN else _SIGNS.sub("", match.group()))
        for form, check in _COMPILED
        for match in form.finditer(text)
    )
