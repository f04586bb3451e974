"""What in PatientName was meant to be a study ID: its own findings (SID) hold it, and it is nobody's name."""

from __future__ import annotations

import re
from typing import Final

from ingest.checks.pseudonymisation.context import Context
from ingest.checks.subject_id import is_as_long_as, suggest
from ingest.model.route import RouteKind

_NUMBERS = re.compile(r"[0-9]+(?:[-_ ./][0-9]+)*", re.ASCII)
#: A hospital's number has six digits or more.
_SHORTEST_HOSPITAL_NUMBER: Final = 6


def stands_for_patient(context: Context, name: str) -> bool:
    """Say whether a PatientName is a study ID gone wrong, or the PatientID of egress written otherwise."""
    if name in context.mistyped:
        return True
    if context.route is RouteKind.EGRESS:
        return _plain(name) in {_plain(text) for text in context.allowed} - {""}
    return _is_study_id(context, name) or _is_cut_short(context, name)


def _is_study_id(context: Context, name: str) -> bool:
    """Say whether a name is another study ID of the trial's, or a slip of one; digits alone are neither."""
    grammar = context.trial.study_id
    meant = name if grammar.match(name) else suggest(name, grammar)
    if meant is None or name.isdigit() or not is_as_long_as(name, meant):
        return False
    return grammar.site_of(meant) in {site.number for site in context.trial.sites}


def _is_cut_short(context: Context, name: str) -> bool:
    """Say whether a name is a few digits, or the sender's number with a number of the wrong length."""
    if not _NUMBERS.fullmatch(name):
        return False
    digits = sum(character.isdigit() for character in name)
    if digits < _SHORTEST_HOSPITAL_NUMBER:
        return True
    own = context.site.number if context.site else ""
    first, *rest = re.split(r"[^0-9]", name)
    longest = sum(character.isalnum() for character in context.trial.study_id.example) + 1
    return first == own and len(rest) == 1 and digits <= longest


def _plain(text: str) -> str:
    return "".join(character for character in text.lower() if character.isalnum())
