"""Texts that present a person: `A^B`, a title, `name: A`, `planned by A`, `Surname, A`, two names."""

from __future__ import annotations

import re

from ingest.checks.pseudonymisation.words import Lexicon, WordClass, WordReport, fold

_CARET_NAME = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,}\s*\^\s*[^\W\d_]+")
_COMMA_NAME = re.compile(r"\b([^\W\d_]{2,}),\s*([^\W\d_]{2,})\b")
_TITLE_NAME = re.compile(
    r"(?<![A-Za-z])(?:mr|mrs|ms|miss|dr|prof|professor|sir|dame|lady|lord|rev|sister|nurse)(?:\.\s*|\s+|_)(?:[A-Z]\.?[\s_]+)*([A-Z][^\W\d_]+|[A-Z]{3,})",
    re.IGNORECASE,
)
#: Mixed case, so that MR and DR stay what they are to a scanner.
_WRITTEN_TITLE = re.compile(
    r"(?<![A-Za-z])(?:Mr|Mrs|Ms|Miss|Dr|Prof)(?:\.\s*|[\s_]+)(?:[A-Z]\.?[\s_]+)*([A-Z][a-z]+)"
)
_NAMED = re.compile(
    r"(?<![A-Za-z])(?:(?:sur|fore|first|last|given|family|maiden|patient|pat|pt|full)[\s_]?name|name|nee|née|aka|alias)\b[\s_.:=#-]+([^\W\d_]{2,})",
    re.IGNORECASE,
)
_BY_SOMEONE = re.compile(
    r"(?<![A-Za-z])(?:(?:contoured|outlined|drawn|approved|reviewed|checked|"
    r"planned|signed|edited|seen|prescribed|set ?up|verified)\s+by|"
    r"wife|husband|son|daughter|mother|father|brother|sister|spouse|partner|carer|next of kin|"
    r"nok|gp|consultant|oncologist|physician|clinician)\b[\s.:=-]+([A-Za-z][^\W\d_]+)|"
    r"(?<![A-Za-z])(?:per|c/o|attn|d/w|on behalf of|"
    r"(?:discussed|agreed|seen|reviewed|confirmed|spoke) with)\b"
    r"[\s.:=-]+(?-i:([A-Z][a-z]{3,}))",
    re.IGNORECASE,
)
#: A capital after a small word of relation, in a text that is written with small letters.
_OF_SOMEONE = re.compile(
    r"(?<![A-Za-z])(?:for|by|with|from|told|asked|called|known as|named|outlined|contoured)"
    r"\s+([A-Z][^\W\d_]{2,})(?![A-Za-z])"
)
_SURNAME_INITIAL = re.compile(r"^\s*([A-Za-z][^\W\d_]{2,})[,\s]+([A-Z])\.?(?:\s?([A-Z])\.?)?\s*$")


def _is_person(word: str, lexicon: Lexicon) -> bool:
    """Say whether a word in a person's place may be a name: any word but vocabulary and plain English."""
    plain = fold(word)
    return plain not in lexicon.vocabulary and (plain not in lexicon.english or lexicon.is_name(plain))


def _is_unheard_of(word: str, lexicon: Lexicon) -> bool:
    """Say whether neither the vocabulary nor plain English knows a word."""
    return fold(word) not in lexicon.english and lexicon.classify(word) is not WordClass.KNOWN


def reads_like_name(text: str, report: WordReport, lexicon: Lexicon) -> bool:
    """Say whether a text presents a person: `A^B`, a title, `name: A`, `planned by A`, `Surname, A`."""
    for match in _CARET_NAME.findall(text):
        kinds = {lexicon.classify(part) for part in re.split(r"[\s^]+", match)}
        if WordClass.NAME in kinds or kinds == {WordClass.UNKNOWN}:
            return True
    if any(len(word) < 4 or lexicon.is_name(fold(word)) for word in _WRITTEN_TITLE.findall(text)):
        return True
    named = (
        word
        for pattern in (_TITLE_NAME, _NAMED, _BY_SOMEONE)
        for match in pattern.finditer(text)
        for word in match.groups()
        if word
    )
    if any(_is_person(word, lexicon) for word in named):
        return True
    if any(word[1:].islower() and _is_unheard_of(word, lexicon) for word in _OF_SOMEONE.findall(text)):
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
