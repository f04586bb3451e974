"""Words of labels: what the vocabulary knows, what looks like a person's name, what nobody knows.

A word is judged in this order: vocabulary → clean; common name or given name → name; English word → clean;
rarer surname → name; compound of vocabulary words → clean; compound with a name in it → name; else unknown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Final, Protocol

_SPLIT = re.compile(r"[A-Z]?[a-z]+(?:['’][A-Za-z][a-z]+)?|[A-Z]+(?:['’][A-Z]{2,})?(?![a-z])|[A-Z]|[0-9]+")
_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_CAPITALS_AND_WORD = re.compile(r"([A-Z]{2,})([a-z]{4,})")
_GREEK_WORD = re.compile("[\u0370-\u03ff]{3,}")
_POSSESSIVE = re.compile(r"['’]s?$")
_SHORTEST_NAME: Final = 3
_SHORTEST_RARE_NAME: Final = 5
_SHORTEST_FORMED_NAME: Final = 6
_TITLES: Final = ("dr", "mr", "mrs", "prof")
_SHORTEST_PART: Final = 3
_MOST_REMEMBERED: Final = 50_000
_LONGEST_COMPOUND: Final = 40
_SHORTEST_STEM: Final = 5
_ENDINGS: Final = ("er", "ers", "ing", "ings", "ed", "s", "ly", "able", "less", "like", "wise", "ness")


class WordList(Protocol):
    """What says whether a word is in it."""

    def __contains__(self, word: str, /) -> bool: ...


class WordClass(Enum):
    """What a word is."""

    KNOWN = "known"
    NAME = "name"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Lexicon:
    """The word lists.

    everyday_names: the most frequent of the names that are English words.
    terms:          finds terms of the trade with a name in them.
    cut_short:      beginnings of anatomy's words, as labels have them: brach, mandib.
    joined:         words of the trade that are written together, such as `spinalcanal`.
    """

    vocabulary: frozenset[str]
    common_surnames: frozenset[str]
    surnames: WordList
    given_names: frozenset[str]
    common_given_names: frozenset[str]
    english: WordList
    name_endings: tuple[str, ...] = ()
    name_beginnings: tuple[str, ...] = ()
    everyday_names: frozenset[str] = frozenset()
    terms: re.Pattern[str] | None = None
    joined: frozenset[str] = frozenset()
    cut_short: frozenset[str] = frozenset()
    _memo: dict[str, WordClass] = field(default_factory=dict, compare=False, repr=False)

    def extended(self, words: Iterable[str]) -> Lexicon:
        """Return this lexicon with more vocabulary."""
        more = {part.lower() for word in words for part in (word, *split_words(word)) if part}
        return replace(self, vocabulary=self.vocabulary | more, joined=self.joined | more, _memo={})

    def without_terms(self, text: str) -> str:
        """Return a text without terms in which a name stands for a thing: pouch of Douglas, Lt Lat Tan."""
        return self.terms.sub(" ", text) if self.terms else text

    def is_everyday_word(self, name: str) -> bool:
        """Say whether a name is an English word too, and not among the names that people have most."""
        return name in self.english and name not in self.everyday_names

    def classify(self, word: str) -> WordClass:
        """Return what a word (letters only, any case) is."""
        word = fold(word)
        known = self._memo.get(word)
        if known is None:
            if len(self._memo) >= _MOST_REMEMBERED:
                self._memo.clear()
            known = self._memo[word] = self._classify(word)
        return known

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

    def _classify(self, word: str) -> WordClass:
        if len(word) < 2 or word in self.vocabulary or self._is_plural(word):
            return WordClass.KNOWN
        if len(word) >= _SHORTEST_NAME and self._is_listed_name(word):
            return WordClass.NAME
        if (
            word in self.cut_short
            or word in self.english
            or self._is_inflected(word)
            or self._is_compound(word)
        ):
            return WordClass.KNOWN
        is_name = self._holds_name(word) or self._is_formed_like_name(word) or self._is_turned_round(word)
        return WordClass.NAME if is_name else WordClass.UNKNOWN

    def _is_formed_like_name(self, word: str) -> bool:
        """Say whether a word that nobody knows begins or ends as surnames do: Quixley, MacTavish."""
        return len(word) >= _SHORTEST_FORMED_NAME and (
            word.endswith(self.name_endings) or word.startswith(self.name_beginnings)
        )

    def _is_inflected(self, word: str) -> bool:
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

    def _is_turned_round(self, word: str) -> bool:
        """Say whether a word is a common name written from its end: htims."""
        turned = word[::-1]
        return len(word) >= _SHORTEST_RARE_NAME and self.is_common_name(turned)

    def _is_plural(self, word: str) -> bool:
        return len(word) > 3 and word.endswith("s") and word[:-1] in self.vocabulary

    def _is_listed_name(self, word: str) -> bool:
        if word in self.common_surnames or word in self.common_given_names:
            return True
        if word in self.cut_short:
            return False
        if len(word) >= _SHORTEST_RARE_NAME and word in self.given_names:
            return True
        return len(word) >= _SHORTEST_RARE_NAME and word in self.surnames and word not in self.english

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
            word[:cut] in self.joined and self._splits(word[cut:], parts - 1)
            for cut in range(_SHORTEST_PART, len(word) - _SHORTEST_PART + 1)
        )

    def _holds_name(self, word: str) -> bool:
        """Say whether a word is a given name and a surname written together, or an initial and a surname."""
        if len(word) > _LONGEST_COMPOUND:
            return False
        if word.startswith(_TITLES) and any(
            word[len(t) :] in self.common_surnames for t in _TITLES if word.startswith(t)
        ):
            return True
        if len(word) > 5 and (word[1:] in self.common_surnames or word[:-1] in self.common_surnames):
            return True
        for cut in range(_SHORTEST_NAME, len(word) - _SHORTEST_NAME + 1):
            head, tail = word[:cut], word[cut:]
            if self._are_names(head, tail) or self._are_names(tail, head):
                return True
            if len(tail) > 4 and self.is_common_name(tail) and self._is_head(head):
                return True
            if len(head) > 4 and self.is_common_name(head) and tail in self.vocabulary:
                return True
        return False

    def _is_head(self, head: str) -> bool:
        """Say whether what stands before a name is vocabulary, with a title or without: gtv, gtvdr."""
        return any(head.removesuffix(title) in self.vocabulary for title in ("", *_TITLES))

    def _are_names(self, given: str, family: str) -> bool:
        if family in self.vocabulary and given in self.vocabulary:
            return False
        return given in self.given_names and family in self.common_surnames and len(given) + len(family) > 7


@dataclass(frozen=True, slots=True)
class WordReport:
    """What the words of one text are. `names` and `unknown` are folded words; they never leave inspection."""

    names: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    initials: tuple[str, ...] = ()
    has_foreign_script: bool = False


def fold(text: str) -> str:
    """Return a text in lower case without accents, in compatible form."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).translate(_LETTERS))
    return "".join(c for c in plain if not unicodedata.combining(c)).lower()


_LETTERS: Final = str.maketrans(
    {"ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "ð": "d", "ı": "i", "ß": "ss", "æ": "ae", "œ": "oe"}
)


def split_words(text: str) -> list[str]:
    """Return the words of a label, cut at what is no letter and where the case changes (`BowelBag`)."""
    if not text.isascii():
        text = "".join(
            c for c in unicodedata.normalize("NFKD", text.translate(_LETTERS)) if not unicodedata.combining(c)
        )
    return [word for word in _SPLIT.findall(text) if not word[0].isdigit()]


def report_words(text: str, lexicon: Lexicon, *, initials: bool) -> WordReport:
    """Judge the words of a text. `initials`: two capitals that nobody knows count as a person's."""
    names: list[str] = []
    unknown: list[str] = []
    capitals: list[str] = []
    for found in _WORDS.finditer(text):
        whole = found.group()
        plain = re.sub(r"['’]", "", _POSSESSIVE.sub("", fold(whole)))
        kind = lexicon.classify(plain)
        if kind is not WordClass.KNOWN and _is_joined_by_case(whole, plain, lexicon):
            continue
        if len(plain) > 2 and kind is not WordClass.UNKNOWN:
            if kind is WordClass.NAME:
                names.append(plain)
            continue
        for word in split_words(whole) or [whole]:
            kind = lexicon.classify(re.sub(r"['’]", "", word))
            if kind is WordClass.NAME or (kind is WordClass.UNKNOWN and _is_accented(whole)):
                names.append(fold(word))
            elif kind is WordClass.UNKNOWN:
                (
                    capitals
                    if _are_initials(word, whole) and not _is_numbered(text, found.end())
                    else unknown
                ).append(fold(word))
    foreign = not text.isascii() and (
        bool(_GREEK_WORD.search(text))
        or any(ord(c) > 0x24F and c.isalpha() and not _is_plain_letter(c) for c in text)
    )
    if not initials:
        unknown, capitals = unknown + capitals, []
    return WordReport(tuple(names), tuple(unknown), tuple(capitals), foreign)


def _is_joined_by_case(whole: str, plain: str, lexicon: Lexicon) -> bool:
    """Say whether a word that reads as a rarer name is two of the vocabulary: PlanA, ReplanD, APring."""
    abbreviated = _CAPITALS_AND_WORD.fullmatch(whole)
    parts = abbreviated.groups() if abbreviated else split_words(whole)
    return (
        len(parts) > 1
        and not lexicon.is_name(plain)
        and any(len(part) > 3 for part in parts)
        and all(fold(part) in lexicon.vocabulary for part in parts)
    )


def _are_initials(word: str, whole: str) -> bool:
    return len(word) == 2 and word.isupper() and word == whole


def _is_accented(word: str) -> bool:
    """Say whether a word has letters with accents: in labels written in English those are people's."""
    plain = word if word.isascii() else unicodedata.normalize("NFKC", word)
    return not plain.isascii() and all(ord(c) < 0x250 for c in plain)


def _is_numbered(text: str, end: int) -> bool:
    """Say whether a number follows at once: `RP1` numbers a thing, and no person."""
    return text[end : end + 1].isdigit()


def _is_plain_letter(character: str) -> bool:
    """Say whether a letter is a Greek symbol or a variant of a Latin one, such as full-width."""
    return "Ͱ" <= character <= "Ͽ" or unicodedata.normalize("NFKD", character)[0].isascii()
