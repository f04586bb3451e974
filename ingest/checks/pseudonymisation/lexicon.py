"""What a word is: the vocabulary's, a name, or unheard of; and how much speaks for a name.

Asked in this order: vocabulary → known; a common name → a name; anatomy → known; a rarer name → by its
spelling; English or made of known words → known; holding a name or spelt like one → a name; else unheard of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final, Protocol

from ingest.checks.pseudonymisation.evidence import Evidence, Scale
from ingest.checks.pseudonymisation.folding import fold, split_words
from ingest.checks.pseudonymisation.spelling import Spelling

_SHORTEST_NAME: Final = 3
_SHORTEST_RARE_NAME: Final = 5
_SHORTEST_FORMED_NAME: Final = 6
_SHORTEST_PART: Final = 3
_SHORTEST_PART_NAME: Final = 4
_SHORTEST_THREE_NAMES: Final = 12
_SHORTEST_STEM: Final = 5
#: A rarer name with a letter more: jwhitcombe.
_SHORTEST_LETTERED: Final = 8
_SHORTEST_SLIP: Final = 6
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz"
_LONGEST_COMPOUND: Final = 40
_MOST_REMEMBERED: Final = 50_000
_ROT13: Final = str.maketrans(_ALPHABET, _ALPHABET[13:] + _ALPHABET[:13])
_VOWELS: Final = frozenset("aeiouy")
#: Polish names as they stand after a preposition: dla Wojciechowskiej.
_DECLINED: Final = {"skiej": "ska", "skiego": "ski", "ckiej": "cka", "ckiego": "cki"}
_TITLES: Final = ("dr", "mr", "mrs", "prof")
_ENDINGS: Final = ("er", "ers", "ing", "ings", "ed", "s", "ly", "able", "less", "like", "wise", "ness")
#: What stands between the parts of a compound: Mund-hoehle-n-boden, cox-o-femoral.
_LINKS: Final = ("", "s", "n", "en", "e", "es", "o")


class WordList(Protocol):
    """What says whether a word is in it."""

    def __contains__(self, word: str, /) -> bool: ...

    def has_beginning(self, beginning: str, /) -> bool:
        """Say whether a word begins so."""
        ...


class WordClass(Enum):
    """What a word is."""

    KNOWN = "known"
    NAME = "name"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Lexicon:
    """The word lists.

    everyday_names: the most frequent of the names that are English words.
    terms:          returns what finds terms of the trade with a name in them, in a text in small letters;
                    made when the first text is doubted, for in many packages none is.
    cut_short:      beginnings of anatomy's words, as labels have them: brach, mandib.
    joined:         words of the trade that are written together, such as `spinalcanal`.
    languages:      words of structures and plans in other languages.
    eponyms:        people in whose name a structure, a disease or a test is known.
    short_surnames: names of four letters that many people have, given ones too, and that are no word.
    filters:        people after whom filters are called, by which alone a filter is named.
    trade:          the vocabulary in order, to look for beginnings in.
    clinical:       words of anatomy and disease, besides the vocabulary.
    """

    vocabulary: frozenset[str]
    common_surnames: frozenset[str]
    surnames: WordList
    given_names: frozenset[str]
    common_given_names: frozenset[str]
    english: WordList
    clinical: WordList
    trade: WordList
    spelling: Spelling
    scale: Scale
    name_endings: tuple[str, ...] = ()
    name_beginnings: tuple[str, ...] = ()
    everyday_names: frozenset[str] = frozenset()
    terms: Callable[[], re.Pattern[str]] | None = None
    joined: frozenset[str] = frozenset()
    languages: Mapping[str, frozenset[str]] = field(default_factory=dict)
    eponyms: frozenset[str] = frozenset()
    cut_short: frozenset[str] = frozenset()
    short_surnames: frozenset[str] = frozenset()
    filters: frozenset[str] = frozenset()
    _memo: dict[str, Evidence | None] = field(default_factory=dict, compare=False, repr=False)

    def extended(self, words: Iterable[str]) -> Lexicon:
        """Return this lexicon with more vocabulary."""
        more = {part.lower() for word in words for part in (word, *split_words(word)) if part}
        return replace(self, vocabulary=self.vocabulary | more, joined=self.joined | more, _memo={})

    def without_terms(self, text: str) -> str:
        """Return a text without terms in which a name stands for a thing: pouch of Douglas, Lt Lat Tan."""
        small = text.lower()
        if self.terms is None or len(small) != len(text):
            return text
        pieces, done = [], 0
        for term in self.terms().finditer(small):
            pieces.append(text[done : term.start()])
            done = term.end()
        return " ".join((*pieces, text[done:]))

    def is_everyday_word(self, name: str) -> bool:
        """Say whether a name is a plain word too, and not among the names that people have most."""
        return name not in self.everyday_names and (
            name in self.english or any(name in words for words in self.languages.values())
        )

    def languages_of(self, word: str) -> frozenset[str]:
        """Return the languages, English apart, that have a folded word."""
        return frozenset(name for name, words in self.languages.items() if word in words)

    def classify(self, word: str) -> WordClass:
        """Return what a word (letters only, any case) is."""
        evidence = self.weigh(word)
        if evidence is None:
            return WordClass.KNOWN
        return WordClass.NAME if self.scale.stops(evidence) else WordClass.UNKNOWN

    def weigh(self, word: str) -> Evidence | None:
        """Return what speaks for a name in a word (letters only, any case); None where the word is known."""
        word = fold(word)
        try:
            return self._memo[word]
        except KeyError:
            if len(self._memo) >= _MOST_REMEMBERED:
                self._memo.clear()
            evidence = self._memo[word] = self._weigh(word)
            return evidence

    def is_common_name(self, word: str) -> bool:
        """Say whether a word of four letters or more is among the commonest names, and no vocabulary."""
        return (
            len(word) > _SHORTEST_NAME
            and word not in self.vocabulary
            and (word in self.common_surnames or word in self.common_given_names)
        )

    def is_name(self, word: str) -> bool:
        """Say whether a word is a name in the lists, though the vocabulary may know it too."""
        return word in self.common_surnames or word in self.given_names

    def _weigh(self, word: str) -> Evidence | None:
        if len(word) < 2 or word in self.vocabulary or self._is_plural(word):
            return None
        everyday = "everyday_word" if self.is_everyday_word(word) else ""
        if len(word) >= _SHORTEST_NAME and (word in self.common_surnames or word in self.common_given_names):
            return self.scale.weigh("common_name", everyday)
        if word in self.cut_short or word in self.clinical:
            return None
        made = "made_of_words" if self._is_compound(word) else ""
        score = self.spelling.score(word)
        spelt = self.scale.spelt(score)
        if self._is_rare_name(word):
            return self.scale.weigh("listed_name", spelt, everyday, made)
        if made or word in self.english or self.is_inflected(word) or self._is_slip(word):
            return None
        return self._weigh_unheard_of(word, score, spelt)

    def _weigh_unheard_of(self, word: str, score: float, spelt: str) -> Evidence:
        """Return what speaks for a name in a word that no list has."""
        if word.endswith(tuple(_DECLINED)):
            ending = next(ending for ending in _DECLINED if word.endswith(ending))
            return self.weigh(word.removesuffix(ending) + _DECLINED[ending]) or Evidence()
        within = self._name_within(word)
        if within:
            is_likelier = len(word) >= _SHORTEST_LETTERED and spelt != "spelt_like_word"
            return self.scale.weigh(within, spelt if is_likelier else "")
        if self._is_turned_round(word):
            return self.scale.weigh("turned_round")
        if (
            len(word) >= _SHORTEST_FORMED_NAME
            and word.startswith(self.name_beginnings)
            and spelt != "spelt_like_word"
        ):
            return self.scale.weigh("beginning_of_name")
        if len(word) >= _SHORTEST_FORMED_NAME and word.endswith(self.name_endings):
            return self.scale.weigh("ending_of_name", spelt)
        if (
            _SHORTEST_RARE_NAME <= len(word) <= _LONGEST_COMPOUND
            and sum(letter in _VOWELS for letter in word) > 1
            and score >= self.scale.unheard_of
        ):
            made = "made_of_words" if self._is_made_of_english(word) or self._begins_word(word) else ""
            return self.scale.weigh("unheard_of", self.scale.hardly_else(score), made)
        return Evidence()

    def _is_rare_name(self, word: str) -> bool:
        if len(word) < _SHORTEST_RARE_NAME:
            return word in self.short_surnames
        return word in self.given_names or (word in self.surnames and word not in self.english)

    def is_inflected(self, word: str) -> bool:
        """Say whether a word is an English one with an ending: expander, regrowing, wedgeless."""
        for ending in _ENDINGS:
            stem = word.removesuffix(ending)
            if (
                stem != word
                and len(stem) >= _SHORTEST_STEM
                and (stem in self.english or stem + "e" in self.english)
            ):
                return True
        return False

    def _is_slip(self, word: str) -> bool:
        """Say whether a word is one of the trade with one slip of typing: otpic, submadibular."""
        if not _SHORTEST_SLIP <= len(word) <= _LONGEST_COMPOUND:
            return False
        cuts = [(word[:at], word[at:]) for at in range(1, len(word) + 1)]
        return any(
            a + b[1:] in self.joined
            or (len(b) > 1 and a + b[1] + b[0] + b[2:] in self.joined)
            or any(a + c + b[1:] in self.joined or a + c + b in self.joined for c in _ALPHABET)
            for a, b in cuts
        )

    def _is_turned_round(self, word: str) -> bool:
        """Say whether a word is a common name written from its end or by the 13th letter: htims, fzvgu."""
        return len(word) >= _SHORTEST_RARE_NAME and any(
            map(self.is_common_name, (word[::-1], word.translate(_ROT13)))
        )

    def _is_plural(self, word: str) -> bool:
        return len(word) > 3 and word.endswith("s") and word[:-1] in self.vocabulary

    def _is_compound(self, word: str) -> bool:
        """Say whether a word is vocabulary words written together: `spinalcanal`, `zptv`, `lungl`."""
        if len(word) > _LONGEST_COMPOUND:
            return False
        if word[-1] in "lrs" and word[:-1] in self.vocabulary and len(word) > 4:
            return True
        if word[0] in "zxnlr" and word[1:] in self.vocabulary and len(word) > 3:
            return True
        return self._splits(word, 3)

    def _splits(self, word: str, parts: int) -> bool:
        if word in self.joined:
            return True
        return parts > 1 and any(
            word[:cut] in self.joined
            and any(
                word.startswith(link, cut) and self._splits(word[cut + len(link) :], parts - 1)
                for link in _LINKS
            )
            for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
        )

    def _is_made_of_english(self, word: str) -> bool:
        """Say whether a word is two of English written together: pushdown, eyeshield."""
        return any(
            word[:cut] in self.english and (word[cut:] in self.english or word[cut:] in self.vocabulary)
            for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
        )

    def _begins_word(self, word: str) -> bool:
        """Say whether a word is one of English or of the trade, cut short: enhan, routi."""
        return any(words.has_beginning(word) for words in (self.english, self.clinical, self.trade))

    def _name_within(self, word: str) -> str:
        """Return the reason where a word is names written together, or a name with other words or letters."""
        if len(word) > _LONGEST_COMPOUND:
            return ""
        if self._is_titled(word):
            return "name_within"
        for cut in range(_SHORTEST_NAME, len(word) - _SHORTEST_NAME + 1):
            head, tail = word[:cut], word[cut:]
            if self._are_names(head, tail) or self._are_names(tail, head):
                return "name_within"
            if len(tail) > 4 and self.is_common_name(tail) and self._is_head(head):
                return "name_within"
            if len(head) > 4 and self.is_common_name(head) and tail in self.vocabulary:
                return "name_within"
        if len(word) >= _SHORTEST_THREE_NAMES and self._are_three_names(word):
            return "name_within"
        if len(word) > 5 and any(part in self.common_surnames for part in (word[1:], word[:-1])):
            return "name_with_letter"
        if len(word) >= _SHORTEST_LETTERED and any(map(self._is_rare_name, (word[1:], word[:-1]))):
            return "name_with_letter"
        if self._has_initials(word):
            return "name_with_letter"
        return ""

    def _has_initials(self, word: str) -> bool:
        """Say whether a word is two initials and a common surname, or one and a short one: hkpatel, mhird."""
        two, rest = word[:2], word[2:]
        if len(rest) > _SHORTEST_NAME and rest in self.common_surnames and _VOWELS.isdisjoint(two):
            return two not in self.vocabulary
        return (
            len(word) == _SHORTEST_RARE_NAME
            and word[1:] in self.short_surnames
            and self.scale.hardly_else(self.spelling.score(word)) != ""
        )

    def _is_titled(self, word: str) -> bool:
        """Say whether a word is a title and a surname, with a word behind or none: drstrachanpc."""
        rests = (word[len(title) :] for title in _TITLES if word.startswith(title))
        return any(
            rest in self.common_surnames
            or any(
                rest[:cut] in self.common_surnames and rest[cut:] in self.vocabulary
                for cut in range(_SHORTEST_NAME + 1, len(rest) - 1)
            )
            for rest in rests
        )

    def _is_head(self, head: str) -> bool:
        """Say whether what stands before a name is vocabulary, with a title or without: gtv, gtvdr."""
        return any(head.removesuffix(title) in self.vocabulary for title in ("", *_TITLES))

    def _are_three_names(self, word: str) -> bool:
        """Say whether a word is two given names and a surname, or a given name and two: davidevansprice."""
        for first in range(_SHORTEST_PART_NAME, len(word) - 2 * _SHORTEST_PART_NAME + 1):
            if word[:first] not in self.common_given_names:
                continue
            for second in range(first + _SHORTEST_PART_NAME, len(word) - _SHORTEST_PART_NAME + 1):
                middle, last = word[first:second], word[second:]
                if (middle in self.given_names or middle in self.common_surnames) and (
                    last in self.common_surnames
                    or (len(last) >= _SHORTEST_RARE_NAME and last in self.surnames)
                ):
                    return True
        return False

    def _are_names(self, given: str, family: str) -> bool:
        if family in self.vocabulary and given in self.vocabulary:
            return False
        return given in self.given_names and family in self.common_surnames and len(given) + len(family) > 7
