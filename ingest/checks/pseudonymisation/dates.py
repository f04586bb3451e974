"""Dates in a text, in the ways in which people write them, and what a text says of somebody's birth."""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from typing import Final

from ingest.checks.pseudonymisation.alternatives import any_of

#: A date in a label that is older than this is more likely a birth date than a treatment's.
OLDEST_TREATMENT_YEAR: Final = 1995
#: Two digits that are later are of the last century: no date of care lies ahead.
_LATEST_YEAR: Final = 30
_YEARS: Final = range(1900, 2100)
#: A day and a year.
_FEWEST_DIGITS: Final = 3

#: Names of the months, from January on: English, then those of the languages around it that differ.
_MONTH_NAMES: Final = (
    "jan january januar januari janvier enero gennaio janeiro stycznia",
    "feb february februar februari février fevrier febrero febbraio fevereiro lutego",
    "mar march mars märz maerz mrz maart mrt marzo março marca",
    "apr april avril abril aprile kwietnia",
    "may mai mei mayo maggio maio maja",
    "jun june juni juin junio giugno junho czerwca",
    "jul july juli juillet julio luglio julho lipca",
    "aug august augustus août aout agosto sierpnia",
    "sep sept september septembre septiembre settembre setembro września wrzesnia",
    "oct october okt oktober octobre octubre ottobre outubro października pazdziernika",
    "nov november novembre noviembre novembro listopada",
    "dec december dez dezember décembre decembre diciembre dicembre dezembro grudnia",
)
_MONTHS: Final = {
    name: number for number, names in enumerate(_MONTH_NAMES, start=1) for name in names.split()
}
_ROMAN_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"), start=1
    )
}
_MONTH: Final = rf"({any_of(_MONTHS)})(?![^\W\d_])"
_ROMAN: Final = "(" + "|".join(sorted(_ROMAN_MONTHS, key=len, reverse=True)) + ")"
_DAY: Final = r"([0-9]{1,2})(?:st|nd|rd|th|er|e)?"

_NUMERIC_DATE = re.compile(
    r"(?<![0-9])(?<![0-9]\.)([0-9]{1,4})([-/. _])([0-9]{1,2})\2([0-9]{2}(?:[0-9]{2})?)(?![0-9])"
)
_WORD_DATE = re.compile(
    rf"(?<![0-9]){_DAY}[\s._/-]*(?:(?:of|de)\s+)?{_MONTH}(?:[\s.,/'’_-]|de\s)*((?:19|20)?[0-9]{{2}})(?![0-9])",
    re.IGNORECASE,
)
#: The month first: a year of two digits counts where it is written like the day (Sep-5-38).
_AMERICAN_DATE = re.compile(
    rf"(?<![^\W\d_]){_MONTH}[\s._/-]*{_DAY}(?:[\s.,/_-]+((?:19|20)[0-9]{{2}})|[./-]([0-9]{{2}})|,?\s?['’]([0-9]{{2}}))(?![0-9])",
    re.IGNORECASE,
)
_YEAR_FIRST_DATE = re.compile(
    rf"(?<![0-9])((?:19|20)[0-9]{{2}})[\s.,/_-]*{_MONTH}[\s._/-]*([0-9]{{1,2}})(?![0-9])", re.IGNORECASE
)
#: One letter is a month only between points, slashes or hyphens: `5 x 50` is a dose.
_ROMAN_DATE = re.compile(
    rf"(?<![A-Za-z0-9.])([0-9]{{1,2}})(?:([./-])\s?{_ROMAN}\2\s?|\s([ivx]{{2,4}})\s)((?:19|20)?[0-9]{{2}})(?![A-Za-z0-9.])",
    re.IGNORECASE,
)
#: Six digits beside the letter of a sex.
_SEX_AND_DATE = re.compile(
    r"(?<![A-Za-z0-9])(?:male|female|m|f)[\s_/,.:()-]{0,3}([0-9]{6})(?![0-9A-Za-z])|"
    r"(?<![A-Za-z0-9.])([0-9]{6})[\s_/,.:()-]{0,3}(?:male|female|m|f)(?![A-Za-z0-9])",
    re.IGNORECASE,
)
#: Behind a point they are a fraction.
_EIGHT_DIGITS = re.compile(r"(?<![0-9])(?<![0-9]\.)[0-9]{8}(?![0-9])")
_SIX_DIGITS = re.compile(r"(?<![0-9])[0-9]{6}(?![0-9])")

_BORN: Final = (
    r"yob|b['’]?day|d\.?\s?o\.?\s?b\.?|date\s?of\s?birth|born|birth\w*|geb(?:oren|dat\w*|urtsdatum|oortedatum)?|"
    r"n[ée]e?\s+(?:le|en)|date\s+de\s+naissance|ann[ée]e\s+de\s+naissance|ddn|nat[oa]\s+il|data\s+di\s+nascita|nacid[oa]|"
    r"fecha\s+de\s+nacimiento|nascid[oa]|data\s+de\s+nascimento|urodz\w*|född|født|fødselsdato|"
    r"jahrgang|jg\.|geburtsjahr|geboortejaar|anno\s+di\s+nascita|año\s+de\s+nacimiento|födelseår|födelsedatum|fødselsår|"
    r"rok\s+ur(?:odzenia)?|syntynyt|syntymäaika|narozen\w*|született|doğum\s+tarihi|rođen\w*|născut\w*"
)
_BIRTH_WORD = re.compile(rf"(?<![a-z])(?:{_BORN})(?![a-z])", re.IGNORECASE)
_BIRTH_VALUE = re.compile(
    rf"(?<![a-z])(?:{_BORN})[\s_.:=#-]*(?:on|in|is|day|month|year)?[\s_.:=#-]*[0-9]{{2}}", re.IGNORECASE
)
_BORN_ON = re.compile(
    r"(?<![a-z])b(?:\.\s?|\s)19[0-9]{2}(?<!00)(?<!50)(?![0-9])|"
    r"(?<![a-z])b\.\s?(?:[0-9]{1,2}[-/. ][0-9a-z]{1,9}|[a-z]{3,9}[-/. ][0-9]{1,2})[-/. ,]{1,2}[0-9]{2}",
    re.IGNORECASE,
)
_DAY_OF_YEAR: Final = rf"(?:{_DAY}\s?(?:of\s)?{_MONTH}|{_MONTH}\s?{_DAY}|[0-9]{{1,2}}[./-][0-9]{{1,2}})"
#: A day of the year on which somebody comes to an age, or has a birthday.
_COMING_OF_AGE = re.compile(
    r"(?<![a-z])(?:will be|turn(?:s|ed|ing)?|becom(?:es|ing)|became|reach(?:es|ed|ing)|aged?|aet\.?)\s+"
    rf"(?:age\s+)?[1-9][0-9]{{1,2}}\s+(?:y[a-z.]{{0,5}}\s+)?(?:old\s+)?(?:on|in)\s+(?:the\s+)?{_DAY_OF_YEAR}",
    re.IGNORECASE,
)
_BIRTHDAY = re.compile(
    rf"(?<![a-z])(?:birth|b['’]?)day[\s:=-]+(?:is\s+)?(?:on\s+)?(?:the\s+)?{_DAY_OF_YEAR}", re.IGNORECASE
)
#: Somebody's birthday, of which the day is that of the file: 75th b'day today.
_BIRTHDAY_NOW = re.compile(
    r"(?<![0-9])[1-9][0-9]{0,2}(?:st|nd|rd|th)\s(?:birth|b['’]?)day(?![a-z])|"
    r"(?<![a-z])(?:birth|b['’]?)day\s(?:is\s)?(?:today|tomorrow|yesterday|this|next|on)(?![a-z])",
    re.IGNORECASE,
)
#: A date whose year is in words (nineteen fifty-two), or has lost its century (August '46).
_YEAR_IN_WORDS = re.compile(r"\b(?:nineteen|twenty)[\s-]+(?:hundred|[a-z]+ty|[a-z]+teen|oh)\b", re.IGNORECASE)
_SHORT_YEAR = re.compile(rf"\b{_MONTH}[\s,]+['’][0-9]{{2}}\b", re.IGNORECASE)
#: A month and a year, in words or as 03/1948; of two digits only where a text speaks of a birth.
_MONTH_AND_YEAR = re.compile(
    rf"(?<![^\W\d_]){_MONTH}[\s.,/_-]{{0,3}}['’]?(?:19|20)?[0-9]{{2}}(?![0-9])|"
    r"(?<![0-9./-])(?:0?[1-9]|1[0-2])\s?[/.-]\s?(?:19|20)[0-9]{2}(?![0-9])|"
    r"(?<![0-9./-])(?:19|20)[0-9]{2}[/.-](?:0[1-9]|1[0-2])(?![0-9])",
    re.IGNORECASE,
)
_MONTH_LONG_AGO = re.compile(
    rf"(?<![^\W\d_]){_MONTH}[\s.,/_-]{{0,3}}(?:of\s)?(19[0-9]{{2}})(?![0-9]|\s?c?Gy)|"
    r"(?<![0-9./-])(?:0[1-9]|1[0-2])[/.-](19[0-9]{2})(?![0-9]|\s?c?Gy)|"
    r"(?<![0-9./-])(19[0-9]{2})-(?:0[1-9]|1[0-2])(?![0-9-])",
    re.IGNORECASE,
)
_EXACT_AGE = re.compile(
    r"(?<![0-9])[0-9]{1,3}\s?y[a-z]{0,6}[\s,]{0,4}[0-9]{1,2}\s?m[a-z]{0,6}[\s,]{0,4}[0-9]{1,2}\s?d(?:ays?)?(?![a-z])|"
    r"(?<![a-z])age[d]?(?:\s(?:of|is|was))?[\s:=]{1,3}[1-4]?[0-9]{4}\s?d(?:ays?)?(?![a-z])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DateInText:
    """A date written in a text; `digits` is YYYYMMDD."""

    year: int
    digits: str
    has_century: bool

    @property
    def is_old(self) -> bool:
        """Say whether nobody in a trial was treated at that time."""
        return self.year < OLDEST_TREATMENT_YEAR


def find_dates(text: str) -> list[DateInText]:
    """Return the dates in a text, day first unless the year comes first; of six digits those beside a sex."""
    if sum(map(text.count, "0123456789")) < _FEWEST_DIGITS:
        return []
    found = []
    for match in _NUMERIC_DATE.finditer(text):
        found.append(_numeric_date(match.group(1), match.group(3), match.group(4)))
    for match in _EIGHT_DIGITS.finditer(text):
        run = match.group()
        found.append(_date(run[:4], int(run[4:6]), run[6:]) or _date(run[4:], int(run[2:4]), run[:2]))
    for match in _WORD_DATE.finditer(text):
        found.append(_date(match.group(3), _month(match.group(2)), match.group(1)))
    for match in _AMERICAN_DATE.finditer(text):
        month, day, *years = match.groups()
        found.append(_date(next(year for year in years if year), _month(month), day))
    for match in _YEAR_FIRST_DATE.finditer(text):
        found.append(_date(match.group(1), _month(match.group(2)), match.group(3)))
    for match in _ROMAN_DATE.finditer(text):
        roman = (match.group(3) or match.group(4)).lower()
        found.append(_date(match.group(5), _ROMAN_MONTHS.get(roman, 0), match.group(1)))
    for match in _SEX_AND_DATE.finditer(text):
        found.append(_six_digit_date(match.group(1) or match.group(2)))
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
    return any(date and not date.is_old for date in found)


def has_month_long_ago(text: str) -> bool:
    """Say whether a text holds a month and a year long before any treatment: March 1948."""
    return any(
        int(year) < OLDEST_TREATMENT_YEAR
        for groups in _MONTH_LONG_AGO.findall(text)
        for year in groups
        if year.isdigit()
    )


def has_exact_age(text: str) -> bool:
    """Say whether a text gives an age to the day, which is a date of birth."""
    return bool(_EXACT_AGE.search(text))


def is_birth_date_named(text: str) -> bool:
    """Say whether a text speaks of a birth date or birthday and gives one, in digits or in words."""
    if _BIRTH_WORD.search(text):
        return bool(
            _BIRTH_VALUE.search(text)
            or _BIRTHDAY.search(text)
            or _BIRTHDAY_NOW.search(text)
            or _YEAR_IN_WORDS.search(text)
            or _SHORT_YEAR.search(text)
            or _MONTH_AND_YEAR.search(text)
            or find_dates(text)
        )
    return bool(_BORN_ON.search(text) or _COMING_OF_AGE.search(text))


def is_valid_day(year: str, month: str, day: str) -> bool:
    """Say whether three numbers are a day of the last century or this one."""
    return _date(year, int(month), day) is not None


def _month(name: str) -> int:
    return _MONTHS[name.lower()]


def _numeric_date(first: str, middle: str, last: str) -> DateInText | None:
    if len(first) == 4:
        return _date(first, int(middle), last) if len(last) == 2 else None
    if len(first) == 3 or len(last) not in (2, 4):
        return None
    return _date(last, int(middle), first) or _date(last, int(first), middle)


def _six_digit_date(run: str) -> DateInText | None:
    return _date(run[4:], int(run[2:4]), run[:2]) or _date(run[:2], int(run[2:4]), run[4:])


def _date(year: str, month: int, day: str) -> DateInText | None:
    century = len(year) == 4
    number = int(year) if century else 1900 + int(year) if int(year) > _LATEST_YEAR else 2000 + int(year)
    if number not in _YEARS or not 1 <= month <= 12 or not 1 <= int(day) <= monthrange(number, month)[1]:
        return None
    return DateInText(number, f"{number:04d}{month:02d}{int(day):02d}", century)
