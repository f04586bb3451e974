"""What the shape of a text alone tells: addresses, telephone numbers, dates, postcodes, hospital numbers."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from typing import Final

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
#: A date in a label that is older than this is more likely a birth date than a treatment's.
OLDEST_TREATMENT_YEAR: Final = 1995
#: Two digits that are later are of the last century: no date of care lies ahead.
_LATEST_YEAR: Final = 30
_YEARS: Final = range(1900, 2100)

#: What may begin with a long run begins at the start of it only: else the time is the square of its length.
EMAIL = re.compile(
    r"(?<![A-Za-z0-9._-])[A-Za-z0-9._-]+ at [A-Za-z0-9-]+(?:\.[A-Za-z]{2,})+\b|"
    r"(?<![A-Za-z0-9._%+'-])[A-Za-z0-9._%+'-]+ ?(?:@|\(at\)|\[at\]) ?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"
)
_TELEPHONE = re.compile(
    r"(?<![0-9A-Za-z.])(?:(?:\+|00)\s?44[\s().-]*(?:\(?0\)?)?[\s.-]*|\(?0(?=[1-37-9]))(?:[\s().-]{0,2}[0-9]){8,10}(?![0-9])"
)
_FOREIGN_TELEPHONE = re.compile(r"(?<![0-9A-Za-z])\+(?:[\s().-]{0,2}[0-9]){9,14}(?![0-9])")
_EXTENSION = re.compile(
    r"\b(?:(?:tel|telephone|phone|mob|mobile|fax|bleep|pager|call|contact|ext|extn|extension)\b"
    # a ring is a structure too, with doses beside it
    r"[\s.:#no]*\+?[0-9][0-9 -]{3,}|ring\s+(?:on\s+)?\+?[0-9][0-9 ]{8,20}[0-9])",
    re.IGNORECASE,
)
_AREAS: Final = (
    "AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC "
    "EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS "
    "LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP "
    "SR SS ST SW SY TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE"
)
_POSTCODE = re.compile(
    r"(?<![A-Z0-9])(" + "|".join(sorted(_AREAS.split(), key=len, reverse=True)) + r")[0-9][0-9A-Z]?\s?"
    r"[0-9][ABD-HJLNP-UW-Z]{2}(?![A-Z0-9])",
    re.IGNORECASE,
)
_WRITTEN_POSTCODE = re.compile(
    r"(?<![A-Z0-9])(?:" + "|".join(_AREAS.split()) + r")[0-9][0-9A-Z]? [0-9][ABD-HJLNP-UW-Z]{2}(?![A-Z0-9])"
)
_EXACT_AGE = re.compile(
    r"(?<![0-9])[0-9]{1,3}\s?y[a-z]{0,6}[\s,]{1,4}[0-9]{1,2}\s?m[a-z]{0,6}[\s,]{1,4}[0-9]{1,2}\s?d",
    re.IGNORECASE,
)
_STREET = re.compile(
    r"(?<![0-9])[0-9]{1,4}[a-z]?,?\s+((?:[A-Za-z']{2,}\s+){1,3})(?:street|st|road|rd|avenue|ave|drive|close|crescent|gardens|"
    r"terrace|way|grove|mews|walk|lane|court|place|cl|cres|gdns|terr)\b",
    re.IGNORECASE,
)
_PATH = re.compile(r"\b[A-Za-z]:\\{1,2}\w|/(?:home|users|mnt)/\w", re.IGNORECASE)
#: Where several values may stand, a double backslash is an empty value; makers give addresses of their own.
_ADDRESS = re.compile(r"\\\\[\w.-]{2,}\\|\b(?:https?|ftp|file|smb)://", re.IGNORECASE)

_NUMERIC_DATE = re.compile(
    r"(?<![0-9])(?<![0-9]\.)([0-9]{1,4})([-/. _])([0-9]{1,2})\2([0-9]{2}(?:[0-9]{2})?)(?![0-9])"
)
_WORD_DATE = re.compile(
    r"(?<![0-9])([0-9]{1,2})(?:st|nd|rd|th)?[\s./-]*(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[\s.,/'-]*((?:19|20)?[0-9]{2})(?![0-9])",
    re.IGNORECASE,
)
_AMERICAN_DATE = re.compile(
    r"\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[\s.]*([0-9]{1,2})(?:st|nd|rd|th)?[\s.,]+((?:19|20)[0-9]{2})\b",
    re.IGNORECASE,
)
_EIGHT_DIGITS = re.compile(r"(?<![0-9])[0-9]{8}(?![0-9])")
_SIX_DIGITS = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])")
_DIGIT_RUN = re.compile(r"[0-9]{6,}")
_BIRTH_WORD = re.compile(
    r"(?<![a-z])(?:d\.?\s?o\.?\s?b\.?|date\s?of\s?birth|born|birth\w*|geb)(?![a-z])", re.IGNORECASE
)
_BIRTH_VALUE = re.compile(
    r"(?<![a-z])b\.\s?[0-9]{1,2}[-/. ][0-9a-z]{1,9}[-/. ][0-9]{2}|"
    r"(?<![a-z])(?:d\.?\s?o\.?\s?b\.?|date\s?of\s?birth|born|birth\w*|geb)[\s_.:=#-]*(?:on|in|is)?[\s_.:=#-]*[0-9]{2}",
    re.IGNORECASE,
)
#: A date whose year is in words (nineteen fifty-two), or has lost its century (August '46).
_YEAR_IN_WORDS = re.compile(r"\b(?:nineteen|twenty)[\s-]+(?:hundred|[a-z]+ty|[a-z]+teen|oh)\b", re.IGNORECASE)
_SHORT_YEAR = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[\s,]+['\u2019][0-9]{2}\b", re.IGNORECASE
)
_LABELLED_NUMBER = re.compile(
    r"(?<![a-z])(?:nhs|chi|hcn|h&c|mrn|hosp(?:ital)?|urn|crn|pid|pas|patient|nino|bsn|ssn|cpr|pesel|cnp|niss|ahv|nie|dni|nif|"
    r"personnummer|fodselsnummer|codice fiscale|insee|medicare|prison(?:er)?|their|"
    r"(?:unit|pat|pt|case|reg|passport|licen[cs]e|insurance)(?=[ .:#]))[\s_.:#-]*"
    r"(?:number|num|no|nr|id|n°|#)?[\s_.:#=-]*"
    r"([a-z]{0,3}[0-9](?:[ -]?[0-9]){4,})(?![0-9])",
    re.IGNORECASE,
)
_INSURANCE_NUMBER = re.compile(r"(?<![A-Z0-9])[A-CEGHJ-PR-TW-Z]{2}\s?(?:[0-9]{2}\s?){3}[A-D](?![A-Z0-9])")
_PRISON_NUMBER = re.compile(r"(?<![A-Z0-9])[A-Z][0-9]{4}[A-Z]{2}(?![A-Z0-9])")
#: The Italian codice fiscale.
_FISCAL_CODE = re.compile(r"(?<![A-Z0-9])[A-Z]{6}[0-9]{2}[A-EHLMPRST][0-9]{2}[A-Z][0-9]{3}[A-Z](?![A-Z0-9])")
#: The Polish PESEL: weights of its digits, the last its check digit.
_ELEVEN_DIGITS = re.compile(r"(?<![0-9.])[0-9]{11}(?![0-9.])")
_PESEL_WEIGHTS: Final = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)
#: Seven or eight digits and a capital, as some hospitals number their patients.
_ENDED_NUMBER = re.compile(r"(?<![A-Za-z0-9.])[0-9]{7,8}[A-Z](?![A-Za-z0-9])")
_CODED_WORD = re.compile(r"(?<![A-Za-z0-9])[A-Z0-9]{7,16}(?![A-Za-z0-9])")
_FEWEST_DIGITS: Final = 5
_HOSPITAL_NUMBER = re.compile(r"(?<![A-Za-z0-9])([A-Z]{1,4})[ -]?([0-9]{6,8})[A-Z]?(?![A-Za-z0-9])")


@dataclass(frozen=True, slots=True)
class DateInText:
    """A date written in a text; `digits` is YYYYMMDD."""

    year: int
    digits: str
    has_century: bool


def find_dates(text: str) -> list[DateInText]:
    """Return the dates in a text, day first unless the year comes first."""
    found = []
    for match in _NUMERIC_DATE.finditer(text):
        found.append(_numeric_date(match.group(1), match.group(3), match.group(4)))
    for match in _WORD_DATE.finditer(text):
        found.append(_date(match.group(3), _MONTHS[match.group(2).lower()], match.group(1)))
    for match in _AMERICAN_DATE.finditer(text):
        found.append(_date(match.group(3), _MONTHS[match.group(1).lower()], match.group(2)))
    for match in _EIGHT_DIGITS.finditer(text):
        run = match.group()
        found.append(_date(run[:4], int(run[4:6]), run[6:]) or _date(run[4:], int(run[2:4]), run[:2]))
    return [date for date in found if date]


def has_six_digit_date(text: str) -> bool:
    """Say whether a run of exactly six digits is DDMMYY or YYMMDD."""
    return any(
        _date("19" + run[4:], int(run[2:4]), run[:2]) or _date("19" + run[:2], int(run[2:4]), run[4:])
        for run in _SIX_DIGITS.findall(text)
    )


def has_treatment_date(digits: str) -> bool:
    """Say whether six digits are DDMMYY or YYMMDD of the years in which anybody in a trial was treated."""
    found = (
        _date(digits[4:], int(digits[2:4]), digits[:2]),
        _date(digits[:2], int(digits[2:4]), digits[4:]),
    )
    return any(date and date.year >= OLDEST_TREATMENT_YEAR for date in found)


def has_coded_number(text: str) -> bool:
    """Say whether a word of a text is capitals among at least five digits, as hospitals' numbers are."""
    return any(
        0 < sum(letter.isalpha() for letter in word) <= len(word) - _FEWEST_DIGITS
        for word in _CODED_WORD.findall(text)
    )


def _numeric_date(first: str, middle: str, last: str) -> DateInText | None:
    if len(first) == 4:
        return _date(first, int(middle), last) if len(last) == 2 else None
    if len(first) == 3 or len(last) not in (2, 4):
        return None
    return _date(last, int(middle), first) or _date(last, int(first), middle)


def _date(year: str, month: int, day: str) -> DateInText | None:
    century = len(year) == 4
    number = int(year) if century else 1900 + int(year) if int(year) > _LATEST_YEAR else 2000 + int(year)
    if number not in _YEARS or not 1 <= month <= 12 or not 1 <= int(day) <= monthrange(number, month)[1]:
        return None
    return DateInText(number, f"{number:04d}{month:02d}{int(day):02d}", century)


def has_telephone(text: str) -> bool:
    """Say whether a text holds a telephone number, or a word for one and digits."""
    return bool(_TELEPHONE.search(text) or _FOREIGN_TELEPHONE.search(text) or _EXTENSION.search(text))


def has_email(text: str) -> bool:
    """Say whether a text holds an e-mail address."""
    return bool(EMAIL.search(text))


def has_postcode(text: str) -> bool:
    """Say whether a text holds a UK postcode of an existing area; nodal labels such as LN1 2GY fit too."""
    return bool(_POSTCODE.search(text))


def has_street(text: str, known: frozenset[str]) -> bool:
    """Say whether a text holds a house number with a street; `known`: words of which no street is called."""
    return any(
        not all(word.lower() in known for word in match.group(1).split()) for match in _STREET.finditer(text)
    )


def has_postcode_alone(text: str) -> bool:
    """Say whether a text holds a postcode as it is written, with a space, and not before a dose in Gy."""
    return any(not match.group().endswith("GY") for match in _WRITTEN_POSTCODE.finditer(text))


def has_exact_age(text: str) -> bool:
    """Say whether a text gives an age to the day, which is a date of birth."""
    return bool(_EXACT_AGE.search(text))


def has_path(text: str) -> bool:
    """Say whether a text holds a path on a computer."""
    return bool(_PATH.search(text))


def has_address(text: str) -> bool:
    """Say whether a text holds the address of a computer or a share."""
    return bool(_ADDRESS.search(text))


def has_digit_run(text: str) -> bool:
    """Say whether six or more digits stand in a row."""
    return bool(_DIGIT_RUN.search(text))


def is_birth_date_named(text: str) -> bool:
    """Say whether a text speaks of a birth date and gives one, in digits or in words."""
    if _BIRTH_VALUE.search(text):
        return True
    return _BIRTH_WORD.search(text) is not None and (
        bool(find_dates(text)) or bool(_YEAR_IN_WORDS.search(text) or _SHORT_YEAR.search(text))
    )


def find_labelled_numbers(text: str) -> list[str]:
    """Return the numbers of five digits and more that a text calls a patient's."""
    return [re.sub(r"[ -]", "", number) for number in _LABELLED_NUMBER.findall(text)]


def has_person_number(text: str) -> bool:
    """Say whether a text holds a National Insurance or prison number, a fiscal code or a PESEL, by shape."""
    shapes = (_INSURANCE_NUMBER, _PRISON_NUMBER, _FISCAL_CODE, _ENDED_NUMBER)
    return any(shape.search(text) for shape in shapes) or any(map(_is_pesel, _ELEVEN_DIGITS.findall(text)))


def _is_pesel(number: str) -> bool:
    """Say whether eleven digits begin with YYMMDD of the last century and have Poland's check digit."""
    total = sum(weight * int(digit) for weight, digit in zip(_PESEL_WEIGHTS, number, strict=True))
    return total % 10 == 0 and _date("19" + number[:2], int(number[2:4]), number[4:6]) is not None


def find_hospital_numbers(text: str) -> list[tuple[str, str]]:
    """Return (letters, digits) of what looks like a hospital number: letters, then six to eight digits."""
    return [
        (letters, digits)
        for letters, digits in _HOSPITAL_NUMBER.findall(text)
        if not (len(digits) == 8 and find_dates(digits))
        and not (len(digits) == 6 and has_treatment_date(digits))
    ]
