"""One text value: which identifiers it holds and what its words are. Pure: text in, codes out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ingest.checks.pseudonymisation import contacts, dates, patterns
from ingest.checks.pseudonymisation.authors import has_author
from ingest.checks.pseudonymisation.evidence import Doubt
from ingest.checks.pseudonymisation.folding import fold, split_words
from ingest.checks.pseudonymisation.lexicon import Lexicon
from ingest.checks.pseudonymisation.named_numbers import find_named_numbers
from ingest.checks.pseudonymisation.national_numbers import find_national_numbers
from ingest.checks.pseudonymisation.numbers_abroad import has_number_abroad
from ingest.checks.pseudonymisation.presented import reads_like_name
from ingest.checks.pseudonymisation.raised import Identifier, IdentifierKind, Raised, WeakCode
from ingest.checks.pseudonymisation.undone import undo, undo_digits, without_encoded
from ingest.checks.pseudonymisation.words import WordReport, report_words

#: Kinds whose unknown words are worth a warning; elsewhere unknown words are normal.
_LABELS: Final = frozenset({"label", "rt label", "beam label", "comment", "code_meaning", "personal"})
#: Kinds of one value, in which a backslash is a backslash.
_SINGLE_VALUED: Final = frozenset({"comment", "personal"})
#: Kinds that hold no labels of nodes, which have the form of a postcode.
_WRITTEN: Final = frozenset({"label", "comment", "personal"})
#: Kinds in which two capitals that nobody knows may be a person's initials.
_INITIALS: Final = frozenset({"rt label", "beam label"})
#: Letters of directions: two of them name a beam, such as DP or RL, and no person.
_DIRECTIONS: Final = frozenset("aplrsiovd")
_INITIALS_AND_MC = re.compile(r"(?<![A-Za-z])[A-Z]{1,2}Ma?c[A-Z](?![a-z])|(?<![A-Za-z])Ma?c[A-Z](?![A-Za-z])")
#: A title and an initial: Mr P.; what a text calls initials; two capitals of a patient, or whose it is: JS's.
_TITLE_AND_INITIAL = re.compile(r"(?<![A-Za-z])(?:Mr|Mrs|Miss|Ms|Mx|Dr|Prof)\.?\s[A-Z](?![A-Za-z0-9])")
_NAMED_INITIALS = re.compile(r"(?<![A-Za-z])(?i:initials)[\s:.=-]{1,3}[A-Z](?:[.\s-]?[A-Z]){1,2}(?![A-Za-z])")
_INITIALS_OF_PATIENT = re.compile(
    r"(?<![A-Za-z])(?:(?i:pt|pat|patient)[\s:.=-]{1,3}([A-Z]{2})(?![A-Za-z0-9])|([A-Z]{2})['\u2019]s\b)"
)
#: Kinds in which digits are the business of the attribute itself.
#: Kinds full of makers' own words: there only the most common names count by themselves.
_MAKERS: Final = frozenset({"device", "code", "code_value", "ae", "private", "bytes"})
_NUMBERED: Final = frozenset({"device", "serial", "code_value", "ae", "name of a file", "bytes", "request"})

_LONGEST_NAME: Final = 24
#: A name of three letters is among makers' words too often one of theirs.
_LONGEST_SHORT_NAME: Final = 3
_SURE: Final = frozenset({"common_name", "name_within", "name_with_letter"})
_PRESENTED_INITIALS: Final = "with a date, dots or a word such as `by`"
_BY_INITIALS = re.compile(r"\bby[\s:]+([A-Z]{2,3})\b")
_INITIALS_AND_DATE = re.compile(r"(?<![A-Za-z])([A-Z]{2,3})[ _-]?([0-9]{6})(?![0-9])")
_DOTTED_INITIALS = re.compile(r"(?<![A-Za-z.])([A-Z])\.\s?([A-Z])\.(?:\s?([A-Z])\.)?(?![A-Za-z])")
_INSTITUTION = re.compile(
    r"\b(?:hospital|infirmary|hospice|university|universit\w+|klinik|clinic of|"
    r"nhs (?:foundation )?trust|foundation trust|cancer (?:centre|center)|"
    r"oncology (?:centre|center)|health ?board|medical (?:centre|center)|"
    r"royal [a-z]+ (?:hospital|infirmary)|st\.? ?[a-z]+'?s (?:hospital|institute))\b|"
    r"(?<![a-z])(?:st|saint)[. _-]*(?:james|mary|thomas|george|luke|barts|bartholomew|peter|john|michael|"
    r"andrew|richard|stephen|nicholas|leonard|margaret|christopher|helier|alban|columba|cuthbert|vincent)"
    r"(?:'?e?s)?(?=[^a-z]|ct|mr|la|rt|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TextRules:
    """What judging a text needs: lexicon, hospital-number patterns, the study ID's shape for this sender.

    institutions: patterns of names of hospitals: those that are known, and the trial's own sites'.
    """

    lexicon: Lexicon
    institutions: tuple[re.Pattern[str], ...]
    hospital_patterns: tuple[re.Pattern[str], ...]
    study_id: re.Pattern[str] | None


def normalise(text: str) -> str:
    """Return a text in compatible form (full-width digits become plain), without stray controls."""
    if text.isascii() and text.isprintable():
        return text
    wide = unicodedata.normalize("NFKC", text)
    return "".join(_plain(c) for c in wide if unicodedata.category(c) != "Cf")


def _plain(character: str) -> str:
    """Digits of any script become plain ones, dashes and apostrophes those of ASCII."""
    if character.isdecimal() and not character.isascii():
        return str(unicodedata.decimal(character))
    if not character.isprintable():
        return " "
    return _PUNCTUATION.get(character, character)


_PUNCTUATION: Final = {
    "\u2010": "-",
    "\u2011": "-",
    "\u2012": "-",
    "\u2013": "-",
    "\u2212": "-",
    "\u02c6": "^",
}


def judge_text(text: str, kind: str, rules: TextRules, allowed: frozenset[str]) -> Raised:
    """Judge a text of the given kind. `allowed`: the subject's own study IDs, which may stand anywhere."""
    raised = Raised()
    text = _without(normalise(text), allowed)
    if not text.strip():
        return raised
    for variant in (without_encoded(text), *undo(text)):
        digits = sum(map(variant.count, _DIGITS))
        if digits or len(variant) >= _SHORTEST_SPELT_OUT:
            _find_numbers(variant, digits, kind, rules, raised)
        _find_contacts(variant, digits, kind, rules, raised)
        _find_dates(variant, kind, rules, raised)
        _find_names(variant, kind, rules, raised)
    for word in undo_digits(text):
        if fold(word) not in rules.lexicon.vocabulary and rules.lexicon.is_name(fold(word)):
            _find_names(word, kind, rules, raised)
    if contacts.has_postcode(text):
        raised.add("PSN151" if raised.codes.keys() - _HARMLESS else "PSN150")
    return raised


_DIGITS: Final = "0123456789"
#: So many digits a number of each form has at least: what has fewer is not searched for it.
#: Of the ten some may be letters that look like digits; all of them may be words.
_FEWEST_OF_NATION: Final = 7
_SHORTEST_SPELT_OUT: Final = 39
_FEWEST_OF_HOSPITAL: Final = 4
_FEWEST_OF_TELEPHONE: Final = 3
_FEWEST_OF_POSTCODE: Final = 2
#: Codes that do not turn a postcode into an address.
_HARMLESS: Final = frozenset({"PSN150", "PSN152", "PSN153", "PSN154"})


def _without(text: str, allowed: Iterable[str]) -> str:
    for study_id in allowed:
        if study_id and study_id in text:
            text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(study_id)}(?![A-Za-z0-9])", " ", text)
    return text


def _find_numbers(text: str, digits: int, kind: str, rules: TextRules, raised: Raised) -> None:
    may_hold = digits >= _FEWEST_OF_NATION or not digits
    for number in find_national_numbers(text) if may_hold else ():
        raised.add("PSN104", shape="NHS-number-shaped")
        raised.identifiers.append(Identifier(IdentifierKind.NUMBER, number))
    for pattern in rules.hospital_patterns:
        for match in pattern.finditer(text):
            raised.add("PSN106")
            raised.identifiers.append(Identifier(IdentifierKind.NUMBER, match.group()))
    if rules.study_id and rules.study_id.search(text):
        raised.add("PSN121")
    if digits < _FEWEST_OF_HOSPITAL:
        return
    for number in patterns.find_labelled_numbers(text):
        raised.add("PSN107")
        raised.identifiers.append(Identifier(IdentifierKind.NUMBER, number))
    if kind not in _NUMBERED:
        for number in find_named_numbers(text):
            raised.add("PSN107")
            raised.identifiers.append(Identifier(IdentifierKind.NUMBER, number))
        known = rules.lexicon.vocabulary
        if (
            patterns.has_person_number(text)
            or has_number_abroad(text)
            or any(
                len(letters) == 1 or letters.lower() not in known
                for letters, _ in patterns.find_hospital_numbers(text)
            )
        ):
            raised.add("PSN108")
        if patterns.has_digit_run(text):
            raised.add("PSN152")


def _find_contacts(text: str, digits: int, kind: str, rules: TextRules, raised: Raised) -> None:
    if contacts.has_email(text):
        raised.add("PSN109", what="an e-mail address")
    if contacts.has_gridded_address(text):
        raised.add("PSN110", what="an address")
    if contacts.has_path(text) or (kind in _SINGLE_VALUED and contacts.has_address(text)):
        raised.add("PSN111")
    if digits and (
        contacts.has_street(text, rules.lexicon.vocabulary)
        or (kind not in _MAKERS and contacts.has_address_abroad(text))
    ):
        raised.add("PSN110", what="a street address")
    if digits >= _FEWEST_OF_TELEPHONE and (
        contacts.has_telephone(text) or (kind not in _NUMBERED and contacts.has_bare_telephone(text))
    ):
        raised.add("PSN110", what="a telephone number")
    if digits >= _FEWEST_OF_POSTCODE and (
        (kind in _WRITTEN and contacts.has_postcode_alone(text))
        or (kind in _LABELS and contacts.has_telling_postcode(text))
    ):
        raised.add("PSN110", what="a postcode")


def _find_dates(text: str, kind: str, rules: TextRules, raised: Raised) -> None:
    is_birth = dates.is_birth_date_named(text)
    if is_birth or dates.has_exact_age(text):
        raised.add("PSN102")
        raised.identifiers += [
            Identifier(IdentifierKind.DATE, date.digits)
            for date in dates.find_dates(text)
            if date.has_century
        ]
        return
    found = dates.find_dates(text)
    if kind not in _MAKERS and dates.has_month_long_ago(text):
        raised.add("PSN122")
    elif found and kind != "name of a file":
        raised.add("PSN122" if any(date.is_old for date in found) else "PSN153")


def _find_names(text: str, kind: str, rules: TextRules, raised: Raised) -> None:
    report = report_words(text, rules.lexicon, initials=kind in _INITIALS)
    is_doubted = report.names or report.initials or report.unknown
    if is_doubted and (plain := rules.lexicon.without_terms(text)) != text:
        text = plain
        report = report_words(text, rules.lexicon, initials=kind in _INITIALS)
    if reads_like_name(text, report, rules.lexicon):
        raised.add("PSN113")
    elif names := [doubt for doubt in report.names if _counts(doubt, kind, text, rules)]:
        _add_doubts("PSN114", names, kind, rules.lexicon, raised)
    if report.has_foreign_script and kind != "code_meaning":
        raised.add("PSN115")
    _find_initials(text, kind, report, rules, raised)
    if _INSTITUTION.search(text) or any(names.search(text) for names in rules.institutions):
        raised.add("PSN202")
    if report.unknown and kind in _LABELS:
        raised.add("PSN154", words=len(report.unknown))


def _find_initials(text: str, kind: str, report: WordReport, rules: TextRules, raised: Raised) -> None:
    """Raise what may be initials: with a date, `by JS`, J.S., McD; else two or three capitals in a label."""
    if (
        _INITIALS_AND_MC.search(text)
        or _TITLE_AND_INITIAL.search(text)
        or _NAMED_INITIALS.search(text)
        or _has_initials_of_patient(text, rules)
        or _has_author(text, rules)
        or has_author(text, rules.lexicon)
        or _has_dated_initials(text, rules)
        or _has_dotted_initials(text, rules)
        or (
            kind in _LABELS
            and any(len(word) == 3 for word in report.unknown)
            and (dates.find_dates(text) or dates.has_six_digit_date(text))
        )
    ):
        raised.add("PSN116", why=_PRESENTED_INITIALS)
        return
    capitals = list(report.initials)
    if kind == "beam label":
        capitals = [doubt for doubt in capitals if not _DIRECTIONS.issuperset(doubt.word)]
    if capitals:
        _add_doubts("PSN116", capitals, kind, rules.lexicon, raised)


def _add_doubts(code: str, doubts: list[Doubt], kind: str, lexicon: Lexicon, raised: Raised) -> None:
    """Raise a code for words that may be a person's, with the reasons for the likeliest of them."""
    scale = lexicon.scale
    likeliest = max((doubt.evidence for doubt in doubts), key=lambda evidence: evidence.points)
    raised.add(code, why=scale.explain(likeliest))
    if kind not in _INITIALS:
        return
    weak = WeakCode(tuple(doubt.word for doubt in doubts), likeliest)
    against = ["crowd"]
    if all(word in lexicon.eponyms for word in weak.words):
        against.append("eponym")
    if not weak.is_sure or all(lexicon.languages_of(word) for word in weak.words):
        against.append("its_language")
    if not scale.stops(likeliest, *against):
        raised.weak[code] = weak


def _counts(doubt: Doubt, kind: str, text: str, rules: TextRules) -> bool:
    """Say whether a name in a text counts: in makers' words and names of files not every one does."""
    if kind in _MAKERS:
        is_filter = kind == "device" and fold(text.strip()) in rules.lexicon.filters
        return not is_filter and _counts_among_makers(doubt, text)
    return kind != "name of a file" or not rules.lexicon.is_everyday_word(doubt.word)


def _counts_among_makers(doubt: Doubt, text: str) -> bool:
    """Say whether a name counts among makers' words: a common one, or one with no digits in its value."""
    if len(doubt.word) > _LONGEST_SHORT_NAME and not _SURE.isdisjoint(doubt.evidence.reasons):
        return True
    values = [value for value in text.split("\\") if doubt.word in fold(value)] or [text]
    return any(len(value) <= _LONGEST_NAME and not any(map(str.isdigit, value)) for value in values)


def _has_initials_of_patient(text: str, rules: TextRules) -> bool:
    """Say whether two capitals that mean nothing are called the patient's, or have something of theirs."""
    found = (first or second for first, second in _INITIALS_OF_PATIENT.findall(text))
    return any(letters.lower() not in rules.lexicon.vocabulary for letters in found)


def _has_author(text: str, rules: TextRules) -> bool:
    """Say whether something is by two or three capitals, and by no program or machine: by CTP, by MIM."""
    makers = rules.lexicon.scale.letters["makers"]
    return any(letters.lower() not in makers for letters in _BY_INITIALS.findall(text))


def _has_dated_initials(text: str, rules: TextRules) -> bool:
    """Say whether initials stand before six digits of a date: JW120354.

    Letters that mean something count too, before a date long before any treatment: AB120358, not CT120358.
    """
    numbered = rules.lexicon.scale.letters["before_numbers"]
    return any(
        dates.has_six_digit_date(digits)
        and (
            letters.lower() not in rules.lexicon.vocabulary
            or (letters.lower() not in numbered and not dates.has_treatment_date(digits))
        )
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
