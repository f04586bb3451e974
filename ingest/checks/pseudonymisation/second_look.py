"""The second look: an identifier found in one place is looked for in every other text of the package."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.checks.pseudonymisation.folding import fold, split_words
from ingest.checks.pseudonymisation.lexicon import Lexicon, WordClass
from ingest.checks.pseudonymisation.raised import Identifier, IdentifierKind
from ingest.model.finding import InstanceRef

_SHORTEST_INSIDE = 6
#: A word cut short is looked for from so many letters on: SMITHSON as SMITHS.
_SHORTEST_STEM = 5
_SHORTEST_VOCABULARY = 4
_SHORTEST_NUMBER = 5
#: Characters of text kept for the second look; what is over is counted as not looked at again.
_MOST_CHARACTERS = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class SeenText:
    """A text met in the first pass; it never leaves inspection. `plainness`: 1 where every word is known."""

    subject: str | None
    path: str
    where: str
    keyword: str
    text: str
    ref: InstanceRef | None
    is_blocked: bool
    plainness: float = 1.0

    def __repr__(self) -> str:
        return f"SeenText({self.path})"


class SeenTexts:
    """Every distinct text of the package."""

    def __init__(self) -> None:
        """Start with none."""
        self._all: dict[tuple[str | None, str, str], SeenText] = {}
        self._characters = 0
        self.left_out = 0

    def add(self, seen: SeenText) -> None:
        """Keep a text, once for each subject and place without indices."""
        key = (seen.subject, seen.path, seen.text)
        if key in self._all:
            return
        self._characters += len(seen.text)
        if self._characters > _MOST_CHARACTERS:
            self.left_out += 1
            return
        self._all[key] = seen

    def __iter__(self) -> Iterator[SeenText]:
        return iter(self._all.values())


def find_repeated(
    texts: Iterable[SeenText], identifiers: Iterable[Identifier], lexicon: Lexicon
) -> list[SeenText]:
    """Return the texts, not blocked already, in which an identifier stands."""
    words, numbers, dates = _searched(identifiers, lexicon)
    if not (words or numbers or dates):
        return []
    inside = _pattern(word for word in words if len(word) >= _SHORTEST_INSIDE)
    digits = _pattern(numbers | dates)
    words |= _cut_short(words, lexicon)
    return [seen for seen in texts if not seen.is_blocked and _holds(seen.text, words, inside, digits)]


def _cut_short(words: set[str], lexicon: Lexicon) -> set[str]:
    """Return the beginnings of names, as labels cut them, that are no words of their own."""
    stems = {word[:length] for word in words for length in range(_SHORTEST_STEM, len(word))}
    return {stem for stem in stems if lexicon.classify(stem) is not WordClass.KNOWN}


def _searched(identifiers: Iterable[Identifier], lexicon: Lexicon) -> tuple[set[str], set[str], set[str]]:
    words: set[str] = set()
    numbers: set[str] = set()
    dates: set[str] = set()
    for item in set(identifiers):
        if item.kind is IdentifierKind.DATE:
            dates |= _date_forms(item.text)
        elif item.kind is IdentifierKind.NUMBER:
            plain = re.sub(r"[^0-9A-Za-z]", "", item.text).lower()
            if len(plain) >= _SHORTEST_NUMBER:
                numbers.add(plain)
        elif (
            (item.text not in lexicon.vocabulary and item.text not in lexicon.english)
            or (lexicon.is_name(item.text) and item.text not in lexicon.vocabulary)
        ) or (item.is_patient and len(item.text) >= _SHORTEST_VOCABULARY):
            words.add(item.text)
    return words, numbers, dates


def _date_forms(date: str) -> set[str]:
    """Return the ways of writing YYYYMMDD as eight digits."""
    year, month, day = date[:4], date[4:6], date[6:]
    return {year + month + day, day + month + year, month + day + year}


def _pattern(items: Iterable[str]) -> re.Pattern[str] | None:
    listed = sorted(items)
    return re.compile("|".join(re.escape(item) for item in listed)) if listed else None


def _holds(
    text: str, words: set[str], inside: re.Pattern[str] | None, digits: re.Pattern[str] | None
) -> bool:
    if words:
        folded = fold(text)
        if not words.isdisjoint(re.findall(r"[^\W\d_]+", re.sub(r"['’]", "", folded))):
            return True
        if not words.isdisjoint(fold(word) for word in split_words(text)):
            return True
        if inside and inside.search(re.sub(r"[^a-z]", "", folded)):
            return True
    return bool(digits and digits.search(re.sub(r"[^0-9a-z]", "", text.lower())))
