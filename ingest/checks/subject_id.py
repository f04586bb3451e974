"""The study ID as it is read from PatientID or a zip's name, and what was probably meant where it is not one.

Used inside the inspection process: the texts read here may identify a patient and go nowhere else. Only a
study ID leaves, and a suggestion ("did you mean 123-1001?") only where its site part is the sender's.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.trial.definition import StudyIdGrammar

_MAX_LENGTH = 128
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－_"), "-")
_LOOKS_LIKE_DIGIT = str.maketrans("lIi|!oOQsSBzZ", "1111100055822")
_COPY_MARKS = (
    re.compile(r"\.zip$", re.IGNORECASE),
    re.compile(r"\s*\(\d{1,3}\)$"),
    re.compile(r"\s*-?\s*copy(\s*\(?\d{0,3}\)?)?$", re.IGNORECASE),
    re.compile(r"^copy\s+of\s+", re.IGNORECASE),
    re.compile(r"[_ ]\d{1,2}$"),
)
_LEADING_ZEROS = re.compile(r"(?<![0-9])0+(?=[0-9])")
_BATCH = re.compile(r"batch-[A-Za-z0-9._-]{1,100}")


@dataclass(frozen=True, slots=True)
class SubjectIdReading:
    """What a text says as a study ID.

    study_id:  the text itself, where the grammar knows it; else None.
    near_miss: the study ID that was probably meant, only where its site part is the sender's.
    code:      the finding to raise (SID1xx), empty where there is nothing to say.
    is_batch:  a zip's name of the form `batch-…`.
    """

    study_id: str | None
    near_miss: str | None = None
    code: str = ""
    is_batch: bool = False


def read_subject_id(text: str, grammar: StudyIdGrammar, sender_site: str | None) -> SubjectIdReading:
    """Return the reading of a PatientID. DICOM's padding at its end (space, NUL) does not count."""
    text = text.rstrip(" \0")
    if not text:
        return SubjectIdReading(None, code="SID103")
    return _read(text, grammar, sender_site, near="SID101", wrong="SID102", foreign="SID104")


def read_zip_name(name: str, grammar: StudyIdGrammar, sender_site: str | None) -> SubjectIdReading:
    """Return the reading of a zip's name (with or without folders): a study ID and `.zip`, in any case."""
    stem = re.split(r"[/\\]", name)[-1]
    if stem.lower().endswith(".zip"):
        stem = stem[:-4]
    if _BATCH.fullmatch(stem):
        return SubjectIdReading(None, code="SID111", is_batch=True)
    return _read(stem, grammar, sender_site, near="SID110", wrong="SID111", foreign="SID112")


def suggest(text: str, grammar: StudyIdGrammar) -> str | None:
    """Return the one study ID that `text` is a slip of, None where there is none or more than one."""
    if len(text) > _MAX_LENGTH:
        return None
    plain = "".join(_as_ascii_digit(char) for char in unicodedata.normalize("NFKC", text)).strip("^= \t\0")
    for form in (plain, _LEADING_ZEROS.sub("", plain)):
        found = {candidate for candidate in _variants(form, grammar) if grammar.match(candidate)}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def is_as_long_as(text: str, study_id: str) -> bool:
    """Say whether a text has as many letters and digits as a study ID: no name stands beside the ID."""
    return sum(map(str.isalnum, text)) == sum(map(str.isalnum, study_id))


def is_study_id_or_slip(text: str, grammar: StudyIdGrammar) -> bool:
    """Say whether a text is a study ID, or one whose separator alone is wrong: `123_1001`, `123 1001`.

    Letters may be a name, and digits alone a hospital's number: neither is taken for a slip.
    """
    if grammar.match(text):
        return True
    has_letters = any(char.isalpha() for char in text)
    return not has_letters and not text.isdigit() and suggest(text, grammar) is not None


def _read(
    text: str, grammar: StudyIdGrammar, sender_site: str | None, *, near: str, wrong: str, foreign: str
) -> SubjectIdReading:
    site = grammar.site_of(text)
    if site is not None:
        is_foreign = sender_site is not None and site != sender_site
        return SubjectIdReading(text, code=foreign if is_foreign else "")
    meant = suggest(text, grammar)
    if meant is not None and sender_site is not None and grammar.site_of(meant) == sender_site:
        return SubjectIdReading(None, near_miss=meant, code=near)
    return SubjectIdReading(None, code=wrong)


def _variants(plain: str, grammar: StudyIdGrammar) -> Iterator[str]:
    """Yield what a text may have been meant to be; the likeliest slips only, so that guesses stay few."""
    for form in _without_copy_marks(plain):
        joined = re.sub(r"\s+", "", form.translate(_DASHES).strip("^=. "))
        for cased in (joined, joined.upper(), joined.lower(), joined.translate(_LOOKS_LIKE_DIGIT)):
            yield cased
            yield from _with_separators(cased, grammar.example)
    embedded = rf"(?<![0-9])(?:{grammar.pattern})(?![0-9])"
    yield from (match.group(0) for match in re.finditer(embedded, plain.translate(_DASHES), re.ASCII))


def _as_ascii_digit(char: str) -> str:
    digit = unicodedata.digit(char, -1)
    return str(digit) if digit >= 0 else char


def _without_copy_marks(text: str) -> list[str]:
    """Return the text, and the text without what browsers and file managers add to a name."""
    forms = [text]
    for mark in (*_COPY_MARKS, *_COPY_MARKS):
        shorter = mark.sub("", forms[-1]).strip()
        if shorter != forms[-1]:
            forms.append(shorter)
    return forms


def _with_separators(text: str, example: str) -> Iterator[str]:
    """Yield the text's letters and digits with separators where the grammar's example has them."""
    compact = "".join(char for char in text if char.isalnum())
    bare = "".join(char for char in example if char.isalnum())
    separators = [char for char in example if not char.isalnum()]
    if len(compact) == len(bare):
        rest = iter(compact)
        yield "".join(next(rest) if char.isalnum() else char for char in example)
    elif len(separators) == 1 and compact == text:
        for place in range(1, len(compact)):
            yield compact[:place] + separators[0] + compact[place:]
