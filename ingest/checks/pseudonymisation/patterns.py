"""What the shape of a text alone tells of numbers: hospitals', national ones, codes with letters."""

from __future__ import annotations

import re
from typing import Final

from ingest.checks.pseudonymisation.dates import find_dates, has_treatment_date, is_valid_day

_DIGIT_RUN = re.compile(r"[0-9]{6,}")
_LABELLED_NUMBER = re.compile(
    r"(?<![a-z])(?:nhs|chi|hcn|h&c|mrn|hosp(?:ital)?|urn|crn|pid|pas|patient|nino|bsn|ssn|cpr|pesel|cnp|niss|ahv|nie|dni|nif|"
    r"personnummer|fodselsnummer|codice fiscale|insee|medicare|prison(?:er)?|their|ris|epr|"
    r"(?:aria|mosaiq|epic|cerner|pat|pt)(?=[ .]?id)|^id|"
    r"(?:unit|pat|pt|case|reg|passport|licen[cs]e|insurance)(?=[ .:#])|"
    r"(?:emp|employee|staff|payroll)(?=[.:#]|[ _]?no))[\s_.:#-]*"
    r"(?:number|num|no|nr|id(?:[12](?=[ :=]))?|n°|#)?[\s_.:#=-]*"
    r"([a-z]{0,3}[0-9](?:[ -]?[0-9]){4,})(?![0-9])",
    re.IGNORECASE,
)
#: The same, the other way round: 884213 (MRN).
_NUMBER_WITH_LABEL = re.compile(
    r"(?<![0-9A-Za-z.])([a-z]{0,3}[0-9]{5,10})[\s_]{0,2}[(\[]?[\s_]{0,2}"
    r"(?:mrn|nhs(?:[ _]?(?:no|number))?|hosp(?:ital)?[ _.]{1,2}(?:no|num|number|id))(?![a-z])",
    re.IGNORECASE,
)
#: Words that speak of nothing but a person's number: what follows may have slashes, and letters apart.
_NAMED_NUMBER = re.compile(
    r"(?<![a-z])(?:(?:hosp(?:ital)?|unit|x-?ray|case|notes|chart|district|reg(?:istration)?|pat(?:ient)?|pt|their|ni|"
    r"nat(?:ional)?\s?ins(?:urance)?|med(?:ical)?\s?rec(?:ord)?)[\s_.-]*(?:number|num|nos?|nr|n°)|mrn|hcn|nino|folder|"
    r"case\s?(?:sheets?|notes?)|national\s?insurance)[\s_.:#=-]*"
    r"([a-z]{0,3}[ /-]?[0-9](?:[ ./-]?[0-9]){4,}(?:[ ./-]?[a-z](?![a-z]))?)(?![0-9])",
    re.IGNORECASE,
)
#: Ten digits that a text calls an NHS number with a few words between, such as `backwards`.
_TALKED_OF_NUMBER = re.compile(
    r"(?<![a-z])(?:nhs|mrn|hosp(?:ital)?\s(?:no|number))(?:[\s,]+[a-z]{2,12}){1,4}[\s:=#-]+"
    r"([0-9](?:[ -]?[0-9]){9})(?![0-9])",
    re.IGNORECASE,
)
#: QQ is for examples, TN and a date for those who have no number yet.
_INSURANCE_NUMBER = re.compile(
    r"(?<![A-Z0-9])(?:(?:[A-CEGHJ-PR-TW-Z]{2}|QQ)[\s-]?(?:[0-9]{2}[\s-]?){3}[A-D]|TN[\s-]?(?:[0-9]{2}[\s-]?){3}[MF])(?![A-Z0-9])"
    r"|(?<![A-Za-z0-9])[a-z]{2}[0-9]{6}[a-d](?![A-Za-z0-9])"
)
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
#: A department's: letters, a year, a number counted up within it, such as RT23/00412.
_COUNTED_NUMBER = re.compile(
    r"(?<![A-Za-z0-9])[A-Z]{1,3}[ /-]?"
    r"(?:(?:19|20)[0-9]{2}|[0-9]{2})[/-](?:0[0-9]{3,5}|[0-9]{5,6})(?![A-Za-z0-9./])"
)
_HOSPITAL_NUMBER = re.compile(r"(?<![A-Za-z0-9])([A-Z]{1,4})[ -]?([0-9]{6,8})[A-Z]?(?![A-Za-z0-9])")


def has_coded_number(text: str) -> bool:
    """Say whether a word of a text is capitals among at least five digits, as hospitals' numbers are."""
    return any(
        0 < sum(letter.isalpha() for letter in word) <= len(word) - _FEWEST_DIGITS
        for word in _CODED_WORD.findall(text)
    )


def has_digit_run(text: str) -> bool:
    """Say whether six or more digits stand in a row."""
    return bool(_DIGIT_RUN.search(text))


def find_labelled_numbers(text: str) -> list[str]:
    """Return the numbers of five digits and more that a text calls a patient's."""
    found = _LABELLED_NUMBER.findall(text) + _TALKED_OF_NUMBER.findall(text)
    found += _NUMBER_WITH_LABEL.findall(text)
    found += [number for number in _NAMED_NUMBER.findall(text) if not find_dates(number)]
    return sorted({re.sub(r"[ ./-]", "", number) for number in found})


def has_person_number(text: str) -> bool:
    """Say whether a text has the shape of a person's number: of insurance, prison, treasury, department."""
    shapes = (_INSURANCE_NUMBER, _PRISON_NUMBER, _FISCAL_CODE, _ENDED_NUMBER, _COUNTED_NUMBER)
    return any(shape.search(text) for shape in shapes) or any(map(_is_pesel, _ELEVEN_DIGITS.findall(text)))


def _is_pesel(number: str) -> bool:
    """Say whether eleven digits begin with YYMMDD of the last century and have Poland's check digit."""
    total = sum(weight * int(digit) for weight, digit in zip(_PESEL_WEIGHTS, number, strict=True))
    return total % 10 == 0 and is_valid_day("19" + number[:2], number[2:4], number[4:6])


def find_hospital_numbers(text: str) -> list[tuple[str, str]]:
    """Return (letters, digits) of what looks like a hospital number: letters, then six to eight digits."""
    return [
        (letters, digits)
        for letters, digits in _HOSPITAL_NUMBER.findall(text)
        if not (len(digits) == 8 and find_dates(digits))
        and not (len(digits) == 6 and has_treatment_date(digits))
    ]
