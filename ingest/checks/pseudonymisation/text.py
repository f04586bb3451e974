"""One text value: which identifiers it holds and what its words are. Pure: text in, codes out."""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from ingest.checks.pseudonymisation import patterns
from ingest.checks.pseudonymisation.national_numbers import find_national_numbers
from ingest.checks.pseudonymisation.raised import Identifier, IdentifierKind, Raised
from ingest.checks.pseudonymisation.words import (
    Lexicon,
    WordClass,
    WordReport,
    fold,
    report_words,
    split_words,
)

#: Kinds whose unknown words are worth a warning; elsewhere unknown words are normal.
_LABELS: Final = frozenset({"label", "rt label", "comment", "code_meaning", "personal"})
#: Kinds of one value, in which a backslash is a backslash.
_SINGLE_VALUED: Final = frozenset({"comment", "personal"})
#: Kinds in which two capitals that nobody knows may be a person's initials.
_INITIALS: Final = frozenset({"rt label"})
#: Kinds in which digits are the business of the attribute itself.
#: Kinds full of makers' own words: there only the most common names count by themselves.
_MAKERS: Final = frozenset({"device", "code", "code_value", "ae", "private", "bytes"})
_NUMBERED: Final = frozenset({"device", "serial", "code_value", "ae", "name of a file", "bytes", "request"})

_LONGEST_NAME: Final = 24
_CARET_NAME = re.compile(r"[^\W\d_]{2,}\s*\^\s*[^\W\d_]+")
_COMMA_NAME = re.compile(r"\b([^\W\d_]{2,}),\s*([^\W\d_]{2,})\b")
_TITLE_NAME = re.compile(
    r"(?<![A-Za-z])(?:mr|mrs|ms|miss|dr|prof|professor|sir|dame|lady|lord|rev|sister|nurse)(?:\.\s*|\s+|_)(?:[A-Z]\.?[\s_]+)*([A-Z][^\W\d_]+|[A-Z]{3,})",
    re.IGNORECASE,
)
_NAMED = re.compile(
    r"(?<![A-Za-z])(?:(?:sur|fore|first|last|given|family|maiden|patient|pat|pt|full)[\s_]?name|name|nee|née|aka|alias)\b[\s_.:=#-]+([^\W\d_]{2,})",
    re.IGNORECASE,
)
_BY_SOMEONE = re.compile(
    r"(?<![A-Za-z])(?:(?:contoured|outlined|drawn|approved|reviewed|checked|"
    r"planned|signed|edited|seen|prescribed|set ?up|verified)\s+by|"
    r"wife|husband|son|daughter|mother|father|brother|sister|spouse|partner|carer|next of kin|"
    r"nok|gp|consultant|oncologist|physician|clinician)\b[\s.:=-]+([A-Za-z][^\W\d_]+)",
    re.IGNORECASE,
)
_BY_INITIALS = re.compile(r"\bby[\s:]+[A-Z]{2,3}\b")
_INITIALS_AND_DATE = re.compile(r"(?<![A-Za-z])([A-Z]{2,3})[ _-]?([0-9]{6})(?![0-9])")
_DOTTED_INITIALS = re.compile(r"(?<![A-Za-z.])([A-Z])\.\s?([A-Z])\.(?:\s?([A-Z])\.)?(?![A-Za-z])")
_SURNAME_INITIAL = re.compile(r"^\s*([A-Za-z][^\W\d_]{2,})[,\s]+([A-Z])\.?(?:\s?([A-Z])\.?)?\s*$")
_SPACED_LETTERS = re.compile(r"(?<![^\W_])(?:[^\W\d_][ ._-]){3,}[^\W\d_](?![^\W_])")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{12,}={0,2}(?![A-Za-z0-9+/=])")
_HEX = re.compile(r"(?<![0-9A-Fa-f])(?:[2-7][0-9A-Fa-f]){6,}(?![0-9A-Fa-f])")
_ENTITY = re.compile(r"&#(x?)([0-9A-Fa-f]{1,6});")
_INSTITUTION = re.compile(
    r"\b(?:hospital|infirmary|hospice|university|universit\w+|klinik|clinic of|"
    r"nhs (?:foundation )?trust|foundation trust|cancer (?:centre|center)|"
    r"oncology (?:centre|center)|health ?board|medical (?:centre|center)|addenbrooke'?s|papworth|"
    r"christie|marsden|clatterbridge|velindre|beatson|"
    r"royal [a-z]+ (?:hospital|infirmary)|st\.? ?[a-z]+'?s (?:hospital|institute))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TextRules:
    """What judging a text needs: lexicon, hospital-number patterns, the study ID's shape for this sender."""

    lexicon: Lexicon
    hospital_patterns: tuple[re.Pattern[str], ...]
    study_id: re.Pattern[str] | None


def normalise(text: str) -> str:
    """Return a text in compatible form (full-width digits become plain), without stray controls."""
    if text.isascii() and text.isprintable():
        return text
    wide = unicodedata.normalize("NFKC", text)
    return "".join(c if c.isprintable() else " " for c in wide if unicodedata.category(c) != "Cf")


def judge_text(text: str, kind: str, rules: TextRules, allowed: frozenset[str]) -> Raised:
    """Judge a text of the given kind. `allowed`: the subject's own study IDs, which may stand anywhere."""
    raised = Raised()
    text = _without(normalise(text), allowed)
    if not text.strip():
        return raised
    for variant in (text, *_decoded(text)):
        _find_numbers(variant, kind, rules, raised)
        _find_contacts(variant, kind, raised)
        _find_dates(variant, kind, rules, raised)
        _find_names(variant, kind, rules, raised)
    if patterns.has_postcode(text):
        raised.add("PSN151" if raised.codes.keys() - _HARMLESS else "PSN150")
    return raised


#: Codes that do not turn a postcode into an address.
_HARMLESS: Final = frozenset({"PSN150", "PSN152", "PSN153", "PSN154"})


def _without(text: str, allowed: Iterable[str]) -> str:
    for study_id in allowed:
        if study_id and study_id in text:
            text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(study_id)}(?![A-Za-z0-9])", " ", text)
    return text


def _decoded(text: str) -> list[str]:
    """Return what a text says once undone: %20, &#83;, base64, hexadecimal, letters spaced out."""
    out = []
    if "%" in text and (plain := unquote(text)) != text:
        out.append(plain)
    if "&#" in text:
        out.append(_ENTITY.sub(lambda m: chr(min(int(m.group(2), 16 if m.group(1) else 10), 0xFFFF)), text))
    for run in _SPACED_LETTERS.findall(text):
        out.append(re.sub(r"[ ._-]", "", run))
    if len(text) >= 12:
        out += [plain for run in _BASE64.findall(text) if (plain := _from_base64(run))]
        out += [plain for run in _HEX.findall(text) if (plain := _as_words(bytes.fromhex(run)))]
    return out


def _from_base64(run: str) -> str:
    try:
        return _as_words(base64.b64decode(run + "=" * (-len(run) % 4), validate=True))
    except (binascii.Error, ValueError):
        return ""


def _as_words(data: bytes) -> str:
    """Return the text of bytes that are nothing but letters, digits and name punctuation; else nothing."""
    if not data.isascii() or not re.fullmatch(rb"[A-Za-z0-9 ^,.@:/_'=-]{6,}", data):
        return ""
    return data.decode("ascii")


def _find_numbers(text: str, kind: str, rules: TextRules, raised: Raised) -> None:
    if not any(character.isdigit() for character in text):
        return
    for number in find_national_numbers(text):
        raised.add("PSN104", shape="NHS-number-shaped")
        raised.identifiers.append(Identifier(IdentifierKind.NUMBER, number))
    for pattern in rules.hospital_patterns:
        for match in pattern.finditer(text):
            raised.add("PSN106")
            raised.identifiers.append(Identifier(IdentifierKind.NUMBER, match.group()))
    for number in patterns.find_labelled_numbers(text):
        raised.add("PSN107")
        raised.identifiers.append(Identifier(IdentifierKind.NUMBER, number))
    if rules.study_id and rules.study_id.search(text):
        raised.add("PSN121")
    if kind not in _NUMBERED:
        known = rules.lexicon.vocabulary
        if patterns.has_insurance_number(text) or any(
            len(letters) == 1 or letters.lower() not in known
            for letters, _ in patterns.find_hospital_numbers(text)
        ):
            raised.add("PSN108")
        if patterns.has_digit_run(text):
            raised.add("PSN152")


def _find_contacts(text: str, kind: str, raised: Raised) -> None:
    if patterns.has_email(text):
        raised.add("PSN109", what="an e-mail address")
    if patterns.has_telephone(text):
        raised.add("PSN110", what="a telephone number")
    if patterns.has_street(text):
        raised.add("PSN110", what="a street address")
    if patterns.has_path(text) or (kind in _SINGLE_VALUED and patterns.has_address(text)):
        raised.add("PSN111")


def _find_dates(text: str, kind: str, rules: TextRules, raised: Raised) -> None:
    if not any(character.isdigit() for character in text):
        return
    if patterns.is_birth_date_named(text):
        raised.add("PSN102")
        dates = patterns.find_dates(text)
        raised.identifiers += [
            Identifier(IdentifierKind.DATE, date.digits) for date in dates if date.has_century
        ]
        return
    dates = patterns.find_dates(text)
    if not dates or kind == "name of a file":
        return
    if any(date.year < patterns.OLDEST_TREATMENT_YEAR for date in dates):
        raised.add("PSN122")
    else:
        raised.add("PSN153")


def _find_names(text: str, kind: str, rules: TextRules, raised: Raised) -> None:
    report = report_words(text, rules.lexicon, initials=kind in _INITIALS)
    if _reads_like_name(text, report, rules):
        raised.add("PSN113")
    elif names := [n for n in report.names if kind not in _MAKERS or _counts_among_makers(n, text, rules)]:
        raised.add("PSN114", words=len(names))
    if report.has_foreign_script and kind != "code_meaning":
        raised.add("PSN115")
    if (
        report.initials
        or _BY_INITIALS.search(text)
        or _has_dated_initials(text, rules)
        or _has_dotted_initials(text, rules)
    ):
        raised.add("PSN116")
    if _INSTITUTION.search(text):
        raised.add("PSN202")
    if report.unknown and kind in _LABELS:
        short = [word for word in report.unknown if len(word) == 3]
        if short and (patterns.find_dates(text) or patterns.has_six_digit_date(text)):
            raised.add("PSN116")
        raised.add("PSN154", words=len(report.unknown))


def _counts_among_makers(name: str, text: str, rules: TextRules) -> bool:
    """Say whether a name counts among makers' words: a common one, or one with no digits beside it."""
    has_digits = any(character.isdigit() for character in text)
    return rules.lexicon.is_common_name(name) or (len(text) <= _LONGEST_NAME and not has_digits)


def _is_listed(word: str, lexicon: Lexicon) -> bool:
    return lexicon.classify(word) is WordClass.NAME


def _is_person(word: str, lexicon: Lexicon) -> bool:
    """Say whether a word in a person's place may be a name: any word but vocabulary and plain English."""
    plain = fold(word)
    return plain not in lexicon.vocabulary and (plain not in lexicon.english or lexicon.is_name(plain))


def _reads_like_name(text: str, report: WordReport, rules: TextRules) -> bool:
    """Say whether a text presents a person: `A^B`, a title, `name: A`, `planned by A`, `Surname, A`."""
    lexicon = rules.lexicon

    if any(
        _is_listed(part, lexicon)
        for match in _CARET_NAME.findall(text)
        for part in re.split(r"[\s^]+", match)
    ):
        return True
    named = (word for pattern in (_TITLE_NAME, _NAMED, _BY_SOMEONE) for word in pattern.findall(text))
    if any(_is_person(word, lexicon) for word in named):
        return True
    if any(
        fold(first) in lexicon.common_surnames and fold(second) in lexicon.given_names
        for first, second in _COMMA_NAME.findall(text)
    ):
        return True
    if len(report.names) > 1 and {*report.names} & lexicon.given_names:
        return True
    alone = _SURNAME_INITIAL.match(text)
    return bool(
        alone and _is_person(alone.group(1), lexicon) and alone.group(2) not in "LRABCDEFG" and report.names
    )


def _has_dated_initials(text: str, rules: TextRules) -> bool:
    """Say whether initials stand before six digits of a date: JW120354."""
    return any(
        letters.lower() not in rules.lexicon.vocabulary and patterns.has_six_digit_date(digits)
        for letters, digits in _INITIALS_AND_DATE.findall(text)
    )


def _has_dotted_initials(text: str, rules: TextRules) -> bool:
    found = ("".join(groups).lower() for groups in _DOTTED_INITIALS.findall(text))
    return any(letters not in rules.lexicon.vocabulary for letters in found)


def is_plain_vocabulary(text: str, vocabulary: frozenset[str]) -> bool:
    """Say whether a text is nothing but these words, with small numbers."""
    words = split_words(text)
    return (
        bool(words) and not patterns.has_digit_run(text) and all(fold(word) in vocabulary for word in words)
    )


def take_over(raised: Raised, found: Raised, codes: frozenset[str]) -> None:
    """Take over from `found` what is among the codes, and every identifier."""
    for code, detail in found.codes.items():
        if code in codes:
            raised.add(code, **detail)
    raised.identifiers += found.identifiers
