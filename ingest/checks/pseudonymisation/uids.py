"""UIDs: whose root they carry, and whether an identifier hides in a component (PS3.5 chapter 9)."""

from __future__ import annotations

import re
from typing import Final

from ingest.checks.pseudonymisation.dates import find_dates
from ingest.checks.pseudonymisation.national_numbers import begins_with_date, is_issued_number

#: Roots that tell nothing: the standard's own and those made from UUIDs (PS3.5 B.2).
NEUTRAL_ROOTS: Final = ("1.2.840.10008.", "2.25.")
#: Roots of makers, which may be named and approved.
_MAKERS_ROOTS: Final = (
    "1.2.246.352",
    "1.2.752.243",
    "1.3.12.2.1107",
    "1.2.840.113619",
    "1.3.46.670589",
    "1.2.392.200036.9116",
    "2.16.840.1.113669",
    "2.16.840.1.113662",
    "2.16.840.1.114362",
    "1.2.826.0.1.3680043",
)
_FORM = re.compile(rb"[0-9]+(?:\.[0-9]+)*\.?", re.ASCII)
#: DCMTK's own: host, process, seconds since 1970, count. Such seconds often read as a CHI number.
_DCMTK = re.compile(r"1\.2\.276\.0\.7230010\.3\.1\.[234]\.[0-9]+\.[0-9]+\.(1[0-9]{9})\.[0-9]+")
#: So many components before the last one, at most, make a UID that nobody's machine has made.
_SHORT_ROOT: Final = 4
_LONG_COMPONENT = re.compile(r"(?<![0-9])[0-9]{10}(?![0-9])")
#: Ten digits over several components, grouped as an NHS number is, or as a CHI number (its date apart).
_NHS_OVER_COMPONENTS = re.compile(r"(?<![0-9])[0-9]{3}\.[0-9]{3}\.[0-9]{4}(?![0-9])")
_CHI_OVER_COMPONENTS = re.compile(r"(?<![0-9])[0-3][0-9][01][0-9]{3}\.[0-9]{4}(?![0-9])")
#: Letters, hyphen, space and ^ as ASCII has them: five components and more, or five pairs of one component.
_CODE: Final = r"(?:32|39|4[56]|9[045-9]|6[5-9]|[78][0-9]|1[01][0-9]|12[0-2])"
_SPELT = re.compile(rf"(?<![0-9]){_CODE}(?:\.{_CODE}){{4,}}(?![0-9])")
_SPELT_IN_PAIRS = re.compile(r"(?<![0-9])(?:6[5-9]|[78][0-9]|90){5,15}(?![0-9])")


def is_well_formed(value: bytes) -> bool:
    """Say whether every UID of a value has the form of one: digits and dots."""
    return all(_FORM.fullmatch(uid) for uid in value.strip(b"\0 ").split(b"\\") if uid)


def has_neutral_root(uid: str, roots: tuple[str, ...]) -> bool:
    """Say whether a UID is of the standard, made from a UUID, or of a root that the trial declares."""
    return uid.startswith(NEUTRAL_ROOTS) or any(
        uid == root or uid.startswith(root.rstrip(".") + ".") for root in roots
    )


def maker_root(uid: str) -> str:
    """Return the maker's root that a UID carries, empty where no list knows it."""
    if not uid.startswith(_MAKERS_ROOTS):
        return ""
    return next((root for root in _MAKERS_ROOTS if uid.startswith(root + ".")), "")


def holds_national_number(uid: str) -> bool:
    """Say whether a component is a number as the NHS issues them (check digit, issued ranges, CHI's date)."""
    made = _DCMTK.fullmatch(uid)
    seconds = made.group(1) if made else ""
    if any(is_issued_number(number) for number in _LONG_COMPONENT.findall(uid) if number != seconds):
        return True
    grouped = (number.replace(".", "") for number in _NHS_OVER_COMPONENTS.findall(uid))
    dated = (number.replace(".", "") for number in _CHI_OVER_COMPONENTS.findall(uid))
    return any(map(is_issued_number, grouped)) or any(
        begins_with_date(number) and is_issued_number(number) for number in dated
    )


def spelt_texts(uid: str) -> list[str]:
    """Return what a UID spells in decimals of ASCII, over five components and more or within one."""
    found = []
    for run in _SPELT.findall(uid):
        found.append("".join(chr(int(code)) for code in run.split(".")))
    for run in _SPELT_IN_PAIRS.findall(uid):
        found.append("".join(chr(int(run[at : at + 2])) for at in range(0, len(run), 2)))
    return found


def ends_in_birth_date(uid: str) -> bool:
    """Say whether a short UID ends in eight digits of a date long before any treatment: 2.25.19481103.

    Roots are short, and makers' UIDs with dates of care are long; a number of 2.25 is of some 38 digits.
    """
    *root, last = uid.split(".")
    return 2 <= len(root) <= _SHORT_ROOT and len(last) == 8 and any(date.is_old for date in find_dates(last))


def holds_known_number(uid: str, numbers: frozenset[str]) -> bool:
    """Say whether a component is one of the hospital's numbers met so far."""
    return bool(numbers) and not numbers.isdisjoint(uid.split("."))
