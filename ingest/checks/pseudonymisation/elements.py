"""One element's value, judged by the kind of its attribute. Pure: context and value in, codes out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from ingest.checks.pseudonymisation import numbers, patterns, uids
from ingest.checks.pseudonymisation.context import Context
from ingest.checks.pseudonymisation.dates import find_dates
from ingest.checks.pseudonymisation.names import is_allowed_name, words_of_name
from ingest.checks.pseudonymisation.origins import (
    judge_ae,
    judge_institution,
    judge_trial_site,
    judge_trial_site_name,
    judge_trial_subject,
    judge_url,
)
from ingest.checks.pseudonymisation.raised import Identifier, IdentifierKind, Raised
from ingest.checks.pseudonymisation.study_ids import stands_for_patient
from ingest.checks.pseudonymisation.text import is_plain_vocabulary, judge_text, take_over
from ingest.checks.pseudonymisation.words import report_words
from ingest.model.route import RouteKind

_OLDEST_DATE: Final = "1980"
_PATIENT_NAMES: Final = ("(0010,", "(0040,1010)")
_BEAM_NAMES: Final = frozenset({"(300A,00C2)", "(300A,00C3)"})
_RT_GROUPS: Final = ("(3006,", "(300A,")
_LONG_AGE = re.compile(r"(?:09|[1-9]\d)\dY")
#: A prefix of three letters, such as HAM-, is the trial's or the anonymiser's and no name.
_SHORTEST_NAME_IN_ID: Final = 4
_CONTACT_CODES: Final = frozenset({"PSN104", "PSN106", "PSN107", "PSN109", "PSN102"})
_LONGEST_SHORT_REQUEST: Final = 5
#: A request number this long is looked for in other places too.
_SHORTEST_REQUEST: Final = 6
#: Exams, studies, series, images and procedures are counted under these.
_COUNTED_LETTERS: Final = "ESIPR"
#: What anonymisers put in the place of a number: a digest in hexadecimal, or cut to decimal digits.
_HASH = re.compile(
    r"[0-9a-f]{32,}|[0-9A-F]{32,}|(?=[0-9]*[a-f])[0-9a-f]{16,}|[0-9]{16}"
    # dicognito: twelve characters, letters and digits in any order
    r"|(?=[A-Z]+[0-9]+[A-Z]+[0-9]+[A-Z]|[0-9]+[A-Z]+[0-9]+[A-Z]+[0-9])[0-9A-Z]{12}"
)

Judge = Callable[[Context, str, str], Raised]


def judge_name(context: Context, path: str, text: str) -> Raised:
    """PN: empty, the study ID or a placeholder; else it is a name."""
    raised = Raised()
    if is_allowed_name(text, context.allowed, context.placeholders):
        return raised
    if path == "(0010,0010)" and stands_for_patient(context, text.rstrip(" \0^=")):
        return raised
    is_patient = path.rpartition(">")[2].startswith(_PATIENT_NAMES)
    raised.add("PSN101")
    words = words_of_name(text, context.placeholders, is_patient=is_patient)
    if any(item.text not in context.text.lexicon.vocabulary for item in words):
        raised.identifiers += words
    take_over(raised, judge_text(text, "name", context.text, context.allowed), _CONTACT_CODES)
    return raised


def judge_patient_id(context: Context, path: str, text: str) -> Raised:
    """PatientID: the study ID; on egress any value that is no NHS or hospital number, nor a name."""
    if path != "(0010,0020)":
        return judge_identity(context, path, text)
    raised = Raised()
    if context.is_empty_value(text) or text.rstrip(" \0") in context.mistyped:
        return raised
    found = judge_text(text, "label", context.text, context.allowed)
    take_over(raised, found, _CONTACT_CODES)
    names = report_words(text, context.text.lexicon, initials=False).name_words
    if "PSN113" in found.codes or any(len(name) >= _SHORTEST_NAME_IN_ID for name in names):
        raised.add("PSN101")
    if context.route is RouteKind.EGRESS:
        _judge_egress_id(text, context, raised)
    if raised.codes or context.route is not RouteKind.EGRESS:
        raised.identifiers += [
            item for item in words_of_name(text, context.placeholders, is_patient=True) if len(item.text) > 4
        ]
    return raised


def _judge_egress_id(text: str, context: Context, raised: Raised) -> None:
    """A hospital number on egress: six digits and more, with letters that are no word of anonymising."""
    letters = re.sub(r"[^A-Za-z]", "", text).lower()
    known = len(letters) > 2 and (
        letters in context.text.lexicon.vocabulary or letters in context.placeholders
    )
    if patterns.has_digit_run(text) and len(letters) <= 4 and not known:
        raised.add("PSN108")


def judge_identity(context: Context, path: str, text: str) -> Raised:
    """An attribute that exists to identify."""
    raised = Raised()
    if context.is_empty_value(text) or is_allowed_name(text, context.allowed, context.placeholders):
        return raised
    raised.add("PSN105")
    raised.identifiers += [
        i
        for i in words_of_name(text, context.placeholders, is_patient=True)
        if i.kind is IdentifierKind.NUMBER
    ]
    take_over(raised, judge_text(text, "comment", context.text, context.allowed), _CONTACT_CODES)
    return raised


def judge_person(context: Context, path: str, text: str) -> Raised:
    """A person's name in an attribute that is no PN."""
    raised = Raised()
    if not is_allowed_name(text, context.allowed, context.placeholders):
        raised.add("PSN113")
    return raised


def judge_birth_date(context: Context, path: str, text: str) -> Raised:
    """A date of birth: a listed placeholder warns, anything else blocks."""
    raised = Raised()
    plain = re.sub(r"[.\-/ ]", "", text.strip())
    if not plain.strip("0") or plain.lower() in context.placeholders:
        return raised
    if plain in context.trial.pseudonymisation.placeholder_birth_dates:
        raised.add("PSN103")
        return raised
    raised.add("PSN102")
    if re.fullmatch(r"\d{8}", plain) and not plain.endswith("0101"):
        raised.identifiers.append(Identifier(IdentifierKind.DATE, plain))
    return raised


def judge_personal(context: Context, path: str, text: str) -> Raised:
    """A description of the person: what is not plain vocabulary, a person must look at."""
    raised = Raised()
    if context.is_empty_value(text):
        return raised
    raised = judge_text(text, "personal", context.text, context.allowed)
    if not is_plain_vocabulary(text, context.text.lexicon.vocabulary):
        raised.add("PSN117")
    return raised


def judge_request(context: Context, path: str, text: str) -> Raised:
    """Accession and order numbers: a short one warns, as a hash does; a long one is looked at."""
    raised = Raised()
    if context.is_empty_value(text):
        return raised
    raised = judge_text(text, "request", context.text, context.allowed)
    if sum(c.isalnum() for c in text) <= _LONGEST_SHORT_REQUEST or _HASH.fullmatch(text.strip()):
        raised.add("PSN157")
        return raised
    raised.add("PSN118")
    raised.identifiers += [
        item
        for item in words_of_name(text, context.placeholders, is_patient=True)
        if item.kind is IdentifierKind.NUMBER
        and len(item.text) >= _SHORTEST_REQUEST
        and not find_dates(item.text)
    ]
    return raised


def judge_serial(context: Context, path: str, text: str) -> Raised:
    """Numbers that machines count: only what is shaped like a hospital's number counts."""
    if context.is_empty_value(text):
        return Raised()
    raised = judge_text(text, "serial", context.text, context.allowed)
    known = context.text.lexicon.vocabulary
    if any(
        letters.lower() not in known or (len(letters) == 1 and letters not in _COUNTED_LETTERS)
        for letters, _ in patterns.find_hospital_numbers(text)
    ):
        raised.add("PSN108")
    elif patterns.has_digit_run(text):
        raised.add("PSN152")
    return raised


def judge_uid(context: Context, path: str, text: str) -> Raised:
    """UIDs: their form, what hides in a component, whose root."""
    raised = Raised()
    for uid in text.split("\\"):
        if (
            uids.holds_national_number(uid)
            or uids.holds_known_number(uid, frozenset(context.known_numbers))
            or any(_names_person(spelt, context) for spelt in uids.spelt_texts(uid))
        ):
            raised.add("PSN402")
        if uids.ends_in_birth_date(uid):
            raised.add("PSN122")
        if uid and not path.startswith("(0002,") and not uids.has_neutral_root(uid, context.uid_roots):
            raised.add("PSN401")
    return raised


def _names_person(spelt: str, context: Context) -> bool:
    """Say whether a text that a UID spells is a person's name; letters of no word are a chance."""
    words = report_words(spelt, context.text.lexicon, initials=False)
    return bool(words.names) and (len(words.names) + len(words.unknown)) * 2 > len(spelt.split())


def judge_date(context: Context, path: str, text: str) -> Raised:
    """Dates of the study: very old ones may be a birth date."""
    raised = Raised()
    for value in text.split("\\"):
        plain = value.strip().replace(".", "")
        is_placeholder = plain in context.trial.pseudonymisation.placeholder_birth_dates or plain[4:8] in (
            "0101",
            "0000",
            "",
        )
        if plain and plain < _OLDEST_DATE and not is_placeholder:
            raised.add("PSN122")
    return raised


def judge_age(context: Context, path: str, text: str) -> Raised:
    """Ages over 89 years are rare enough to identify."""
    raised = Raised()
    if _LONG_AGE.fullmatch(text.strip()):
        raised.add("PSN155")
    return raised


def judge_grammar_breach(context: Context, path: str, text: str) -> Raised:
    """A value that does not have its VR's form: it is judged as text, and looked at."""
    raised = judge_text(text, "comment", context.text, context.allowed)
    raised.add("PSN311")
    return raised


def text_judge(kind: str) -> Judge:
    """Return the judge of a kind whose words are looked at."""

    def judge(context: Context, path: str, text: str) -> Raised:
        if context.is_empty_value(text):
            return Raised()
        return judge_text(text, kind, context.text, context.allowed)

    return judge


_judge_rt_label = text_judge("rt label")
_judge_label = text_judge("label")
_judge_beam_label = text_judge("beam label")


def judge_label(context: Context, path: str, text: str) -> Raised:
    """Labels; in those of structures, plans and beams two capitals that nobody knows count as initials."""
    last = path.rpartition(">")[2]
    if last in _BEAM_NAMES:
        return _judge_beam_label(context, path, text)
    is_rt = last.startswith(_RT_GROUPS)
    return (_judge_rt_label if is_rt else _judge_label)(context, path, text)


#: Judges of text by kind. Kinds that are not here have no text of their own (bytes, numbers, pixels).
JUDGES: Final[dict[str, Judge]] = {
    "name": judge_name,
    "patient_id": judge_patient_id,
    "identity": judge_identity,
    "person": judge_person,
    "birth_date": judge_birth_date,
    "personal": judge_personal,
    "request": judge_request,
    "serial": judge_serial,
    "institution": judge_institution,
    "ae": judge_ae,
    "url": judge_url,
    "trial_subject": judge_trial_subject,
    "trial_site": judge_trial_site,
    "trial_site_name": judge_trial_site_name,
    "uid": judge_uid,
    "date": judge_date,
    "datetime": judge_date,
    "time": lambda _context, _path, _text: Raised(),
    "age": judge_age,
    "device": text_judge("device"),
    "label": judge_label,
    "comment": text_judge("comment"),
    "code": text_judge("code"),
    "marker": text_judge("code"),
    "charset": text_judge("code"),
    "code_value": text_judge("code_value"),
    "code_meaning": text_judge("code_meaning"),
    "private": text_judge("private"),
}

#: Kinds whose value must have the form of its VR.
GRAMMAR: Final = {"date": "DA", "datetime": "DT", "time": "TM", "age": "AS"}


def fits(kind: str, value: bytes) -> bool:
    """Say whether a value has the form that its kind asks for."""
    if kind in GRAMMAR:
        return numbers.fits_grammar(GRAMMAR[kind], value)
    return uids.is_well_formed(value) if kind == "uid" else True
