"""Capitals of a label that may be a person's initials: what speaks for it, and what against."""

from __future__ import annotations

import re
from typing import Final

from ingest.checks.pseudonymisation.evidence import Doubt, Evidence
from ingest.checks.pseudonymisation.lexicon import Lexicon, WordClass

_CAPITALS = re.compile(r"(?<![^\W_0-9])[A-Z]{2,3}(?![^\W_])")
#: A target's name with what belongs to it, before the last part of a label: PTV_60, zCTVn2.
_TARGET = re.compile(
    r"[zxn]{0,2}[gciphr]{1,3}tv[a-z]?[0-9]{0,5}(?:[ _.-]?[0-9.]+(?:gy)?)?[ _-]+", re.IGNORECASE
)
_OPENING: Final = "(["
_CLOSING: Final = ")]"


def find_initials(text: str, lexicon: Lexicon) -> list[Doubt]:
    """Return two or three capitals that stand for themselves and mean nothing to us, with their evidence."""
    target = _TARGET.match(text.lstrip())
    begins = target.end() + len(text) - len(text.lstrip()) if target else -1
    found = []
    for match in _CAPITALS.finditer(text):
        ends_target = match.start() == begins and not text[match.end() :].strip(" )]")
        evidence = _weigh(match.group(), lexicon, ends_target=ends_target)
        if evidence is None:
            continue
        before, after = text[match.start() - 1 : match.start()], text[match.end() : match.end() + 1]
        if before and after and before in _OPENING and after in _CLOSING:
            evidence = lexicon.scale.add(evidence, "in_brackets")
        found.append(Doubt(match.group().lower(), evidence))
    return found


def _weigh(capitals: str, lexicon: Lexicon, *, ends_target: bool) -> Evidence | None:
    """Return what speaks for initials in two or three capitals; None where they mean something."""
    scale = lexicon.scale
    letters = scale.letters
    after = "after_target" if ends_target else ""
    if lexicon.classify(capitals) is WordClass.KNOWN:
        if not ends_target or len(capitals) > 2 or capitals.lower() in letters["after_targets"]:
            return None
        return scale.weigh("known_letters", after, _telling(capitals, letters["of_two"]))
    if len(capitals) > 2:
        return scale.weigh("three_letters", after, _telling(capitals[:-1], letters["of_three"]))
    side = "side_first" if capitals[0] in letters["sides"] else ""
    return scale.weigh("two_letters", after, side, _telling(capitals, letters["of_two"]))


def _telling(capitals: str, letters: frozenset[str]) -> str:
    return "" if letters.isdisjoint(capitals) else "telling_letter"
