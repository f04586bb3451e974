"""Doubts about labels, settled among the others of their list: among many plain ones they are only told.

A list is every label of one attribute in a subject's files, such as the names of all structures.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from ingest.checks.pseudonymisation.folding import fold, split_words
from ingest.checks.pseudonymisation.lexicon import Lexicon
from ingest.checks.pseudonymisation.raised import Raised, WeakCode
from ingest.checks.pseudonymisation.second_look import SeenText
from ingest.checks.pseudonymisation.tally import Tallies, Tally

#: What a doubt is told as where the labels around it outweigh it.
OUTWEIGHED = "PSN158"
#: A side or a number after a word: Xyz_L, Xyz 2.
_VARIANT = re.compile(r"[ _.-]*(?:[LR]|LT|RT|LEFT|RIGHT|[0-9]{1,2})", re.IGNORECASE)

#: Codes by which a label is taken for a person's.
_OF_PERSONS: Final = frozenset({"PSN113", "PSN114", "PSN115", "PSN116"})

#: A shorter word is of too many languages.
_SHORTEST_TELLING: Final = 4

#: So many different eponyms in a list are an atlas's, and no patients'.
_ATLAS: Final = 4

_Key = tuple[str | None, str]


@dataclass(frozen=True, slots=True)
class _Pending:
    """A doubt that waits for its list. `path`: the place without item indices."""

    tally: Tally
    path: str
    weak: WeakCode


def plainness_of(raised: Raised) -> float:
    """Return how plain a label is: 1, a half where a word of it is unknown, 0 where it may be a person's."""
    if not _OF_PERSONS.isdisjoint(raised.codes):
        return 0.0
    return 0.5 if "PSN154" in raised.codes else 1.0


class LabelLists:
    """Doubts of a package's labels, until every label has been seen."""

    def __init__(self, lexicon: Lexicon) -> None:
        """Start with none."""
        self._lexicon, self._scale = lexicon, lexicon.scale
        self._pending: list[_Pending] = []

    def add(self, tally: Tally, path: str, weak: WeakCode) -> None:
        """Keep a doubt; its tally is counted on meanwhile."""
        self._pending.append(_Pending(tally, path, weak))

    def settle(self, texts: Iterable[SeenText], tallies: Tallies) -> None:
        """Give every doubt to the tallies: as it was raised, or as one that its list outweighs."""
        if not self._pending:
            return
        wanted: dict[_Key, list[SeenText]] = {(item.tally.subject, item.path): [] for item in self._pending}
        for seen in texts:
            if (seen.subject, seen.path) in wanted:
                wanted[seen.subject, seen.path].append(seen)
        eponyms = self._eponyms()
        for item in self._pending:
            labels = wanted[item.tally.subject, item.path]
            words = item.weak.words
            named = eponyms[item.tally.subject, item.path]
            against = self._against(words, labels, named, is_sure=item.weak.is_sure)
            code = item.tally.code
            if not self._scale.stops(item.weak.evidence, *against):
                code = OUTWEIGHED
                why = self._scale.explain(self._scale.add(item.weak.evidence, *against))
                item.tally.detail = {"why": why}
            tallies.take(item.tally, code, item.path)

    def _eponyms(self) -> Counter[_Key]:
        """Return how many labels of each list are doubted for nothing but an eponym; a few count for none."""
        found: dict[_Key, set[tuple[str, ...]]] = {}
        for item in self._pending:
            if all(word in self._lexicon.eponyms for word in item.weak.words):
                found.setdefault((item.tally.subject, item.path), set()).add(item.weak.words)
        return Counter({key: len(words) for key, words in found.items() if len(words) >= _ATLAS})

    def _against(
        self, words: tuple[str, ...], labels: list[SeenText], eponyms: int, *, is_sure: bool
    ) -> tuple[str, ...]:
        """Return the reasons against a person that a list gives. `eponyms`: labels that are such names."""
        crowd, languages = self._crowd(labels, eponyms), self._languages(words, labels)
        against = [crowd]
        if crowd and all(word in self._lexicon.eponyms for word in words):
            against.append("eponym")
        if all(languages & self._lexicon.languages_of(word) for word in words):
            against.append("its_language")
        elif languages and not is_sure:
            against.append("list_abroad")
        return (*against, "" if is_sure else self._varied(words, labels))

    def _crowd(self, labels: list[SeenText], eponyms: int) -> str:
        """Return the reason `crowd` where the list is long and nearly all of it is plain, or of an atlas."""
        plain = sum(seen.plainness for seen in labels) + eponyms
        is_crowd = (
            len(labels) >= self._scale.crowd_of and plain * 100 >= len(labels) * self._scale.crowd_plain
        )
        return "crowd" if is_crowd else ""

    def _varied(self, words: tuple[str, ...], labels: list[SeenText]) -> str:
        """Return the reason `varied` where each word begins two labels that differ in side or number."""
        heads: dict[str, set[str]] = {word: set() for word in words}
        for seen in labels:
            head = fold(next(iter(split_words(seen.text)), ""))
            rest = fold(seen.text)[len(head) :]
            if head in heads and _VARIANT.fullmatch(rest):
                heads[head].add(rest)
        return "varied" if all(len(variants) > 1 for variants in heads.values()) else ""

    def _languages(self, words: tuple[str, ...], labels: list[SeenText]) -> frozenset[str]:
        """Return the languages of the list: those of which several labels have a word that English lacks."""
        told: Counter[str] = Counter()
        for seen in labels:
            told.update(
                {
                    language
                    for word in map(fold, split_words(seen.text))
                    if len(word) >= _SHORTEST_TELLING
                    and word not in words
                    and word not in self._lexicon.english
                    for language in self._lexicon.languages_of(word)
                }
            )
        return frozenset(language for language, labels in told.items() if labels >= self._scale.language_of)
