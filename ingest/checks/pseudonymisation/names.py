"""Person names (VR PN): what is allowed there is short; everything else is a name."""

from __future__ import annotations

import re

from ingest.checks.pseudonymisation.folding import fold
from ingest.checks.pseudonymisation.raised import Identifier, IdentifierKind

_PARTS = re.compile(r"[\\^=,;\s_./-]+")
_PLACEHOLDER_WITH_NUMBER = re.compile(r"([^\W\d_]+)\d{0,5}")
_SHORTEST_WORD = 3


def _is_coded(word: str) -> bool:
    """Say whether a word is a number with letters, as hospitals give them: ZK7781, QX4471Z."""
    return (
        word.isalnum()
        and len(word) >= 5
        and any(c.isalpha() for c in word)
        and sum(map(str.isdigit, word)) >= 3
    )


def is_allowed_name(text: str, allowed: frozenset[str], placeholders: frozenset[str]) -> bool:
    """Say whether every value of a PN is empty, a study ID of the subject's or made of placeholders."""
    return all(_is_allowed(value, allowed, placeholders) for value in re.split(r"[\\=]", text))


def _is_allowed(value: str, allowed: frozenset[str], placeholders: frozenset[str]) -> bool:
    plain = " ".join(value.replace("^", " ").split())
    if not plain or plain in allowed or plain.lower() in placeholders:
        return True
    rest = [part for part in _PARTS.split(_without_ids(value, allowed)) if part]
    return all(_is_placeholder(part, placeholders) for part in rest)


def _without_ids(value: str, allowed: frozenset[str]) -> str:
    for study_id in allowed:
        value = re.sub(rf"(?<![A-Za-z0-9]){re.escape(study_id)}(?![A-Za-z0-9])", " ", value)
    return value


def _is_placeholder(part: str, placeholders: frozenset[str]) -> bool:
    match = _PLACEHOLDER_WITH_NUMBER.fullmatch(part)
    return bool(match and fold(match.group(1)) in placeholders) or not any(c.isalnum() for c in part)


def words_of_name(text: str, placeholders: frozenset[str], *, is_patient: bool) -> list[Identifier]:
    """Return the words of a name, three letters and more, to be looked for elsewhere; numbers in it too."""
    found = []
    for part in _PARTS.split(text):
        word = fold(re.sub(r"['’]", "", part))
        if (word.isdigit() and len(word) >= 5) or _is_coded(word):
            found.append(Identifier(IdentifierKind.NUMBER, word, is_patient))
        elif word.isalpha() and len(word) >= _SHORTEST_WORD and word not in placeholders:
            found.append(Identifier(IdentifierKind.WORD, word, is_patient))
    return found
