"""Words of a text: which are names, which nobody knows, which may be initials, and why."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass

from ingest.checks.pseudonymisation.evidence import Doubt, Evidence
from ingest.checks.pseudonymisation.folding import fold, split_words
from ingest.checks.pseudonymisation.initials import find_initials
from ingest.checks.pseudonymisation.lexicon import Lexicon, WordClass

_WORDS = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_CAPITALS_AND_WORD = re.compile(r"([A-Z]{2,})([a-z]{4,})")
#: A Greek letter between Latin ones looks like one of them.
_LOOKALIKE = re.compile("[A-Za-z][\u0370-\u03ff]+[A-Za-z]")
_GREEK_WORD = re.compile("[\u0370-\u03ff]{3,}")
#: So many words of a language make a text of it; a shorter word is of too many languages.
_FEWEST_ABROAD = 2
_SHORTEST_TELLING = 4
#: Two nouns and more written together.
_LONG_NOUN = 12
#: Spaces that may stand between two words of a sentence.
_WIDEST_GAP = 8
#: Letters of Icelandic and Azeri: of their names, for labels are not written in them here.
_NORTHERN = re.compile("[þÞðÐəƏ]")
_POSSESSIVE = re.compile(r"['’]s?$")
_APOSTROPHES = re.compile(r"['’]")


@dataclass(frozen=True, slots=True)
class WordReport:
    """What the words of one text are. Folded words; they never leave inspection.

    names:    what is held as a person's name, with what speaks for it.
    unknown:  what no list knows.
    initials: capitals that are held as a person's.
    """

    names: tuple[Doubt, ...] = ()
    unknown: tuple[str, ...] = ()
    initials: tuple[Doubt, ...] = ()
    has_foreign_script: bool = False

    @property
    def name_words(self) -> tuple[str, ...]:
        """The words of the names."""
        return tuple(doubt.word for doubt in self.names)


def report_words(text: str, lexicon: Lexicon, *, initials: bool) -> WordReport:
    """Judge the words of a text. `initials`: two or three capitals that nobody knows may be a person's."""
    weighed = _weigh_words(text, lexicon)
    capitals = find_initials(text, lexicon) if initials else []
    held = tuple(doubt for doubt in capitals if lexicon.scale.stops(doubt.evidence))
    stops = lexicon.scale.stops
    is_initials = {doubt.word for doubt in held}
    return WordReport(
        tuple(doubt for doubt in weighed if stops(doubt.evidence)),
        tuple(doubt.word for doubt in weighed if not stops(doubt.evidence) and doubt.word not in is_initials),
        held,
        _has_foreign_script(text),
    )


def _weigh_words(text: str, lexicon: Lexicon) -> list[Doubt]:
    """Return every word that is not known, with what speaks for a name in it."""
    found: list[Doubt] = []
    words = list(_WORDS.finditer(text))
    is_small = text.islower()
    for match in words:
        whole = match.group()
        plain = _APOSTROPHES.sub("", _POSSESSIVE.sub("", fold(whole)))
        evidence = lexicon.weigh(plain)
        if len(plain) > 2 and (evidence is None or _is_joined_by_case(whole, evidence, lexicon)):
            continue
        beside = _beside(text, match, len(words), is_small=is_small)
        if evidence is not None and evidence.points:
            beside = _beside_abroad(whole, evidence, words, lexicon) or beside
        parts = split_words(whole) or [whole]
        if evidence is not None and len(plain) > 2 and (len(parts) == 1 or _is_of_lists(evidence, lexicon)):
            found.append(Doubt(plain, _with(evidence, lexicon, whole, beside)))
            continue
        for part in parts:
            evidence = lexicon.weigh(_APOSTROPHES.sub("", part))
            if evidence is not None:
                found.append(Doubt(fold(part), _with(evidence, lexicon, whole, "")))
    return found


def _is_of_lists(evidence: Evidence, lexicon: Lexicon) -> bool:
    """Say whether a word is held for the sake of a list of names, and not of its spelling alone."""
    return lexicon.scale.stops(evidence) and not {"unheard_of", "ending_of_name"} & {*evidence.reasons}


def _with(evidence: Evidence, lexicon: Lexicon, whole: str, beside: str) -> Evidence:
    """Return evidence with what a word's letters and its place in the text add."""
    accent = "letter_of_names" if _NORTHERN.search(whole) else "accent" if _is_accented(whole) else ""
    if accent == "accent" and beside in ("text_abroad", "its_language"):
        accent = ""
    if beside == "small_letters" and not _is_small_word(whole, evidence, lexicon):
        beside = ""
    if beside == "alone" and "listed_name" not in evidence.reasons:
        beside = ""
    return lexicon.scale.add(evidence, accent, beside) if evidence.points or accent else evidence


def _beside_abroad(whole: str, evidence: Evidence, words: list[re.Match[str]], lexicon: Lexicon) -> str:
    """Return the reason that the language of a text gives: a word is more likely one of it than a name.

    Small letters tell a word from a name, and German writes long nouns that no list has. A name that many
    people have counts whatever is around it, unless it is a word of that language: Felder, blanco.
    """
    if len(words) <= _FEWEST_ABROAD:
        return ""
    word = fold(whole)
    around = {plain for match in words if len(plain := fold(match.group())) >= _SHORTEST_TELLING} - {word}
    counted = Counter(
        language
        for plain in around
        if plain not in lexicon.english
        for language in lexicon.languages_of(plain)
    )
    own = max((counted[language] for language in lexicon.languages_of(word)), default=0)
    if own >= _FEWEST_ABROAD or (own and whole.islower()):
        return "its_language"
    if "common_name" in evidence.reasons or "name_within" in evidence.reasons:
        return ""
    is_long = "unheard_of" in evidence.reasons and len(whole) >= _LONG_NOUN
    is_word = whole.islower() or is_long
    return "text_abroad" if is_word and max(counted.values(), default=0) >= _FEWEST_ABROAD else ""


def _is_small_word(whole: str, evidence: Evidence, lexicon: Lexicon) -> bool:
    """Say whether a word written small is more likely the word than the name: plain English."""
    return "everyday_word" in evidence.reasons or whole in lexicon.english or lexicon.is_inflected(whole)


def _beside(text: str, match: re.Match[str], words: int, *, is_small: bool) -> str:
    """Return the reason that a word's place in its text gives: alone, or a capital within a sentence.

    is_small: no letter of the text is a capital.
    """
    if words == 1:
        return "alone"
    word = match.group()
    if words > 3 and word.islower() and not is_small:
        return "small_letters"
    before = text[max(0, match.start() - _WIDEST_GAP) : match.start()].rstrip()
    is_within = words > 3 and word[0].isupper() and word[1:].islower()
    return "capital_in_text" if is_within and before[-1:].islower() else ""


def _has_foreign_script(text: str) -> bool:
    return not text.isascii() and (
        bool(_GREEK_WORD.search(text) or _LOOKALIKE.search(text))
        or any(ord(c) > 0x24F and c.isalpha() and not _is_plain_letter(c) for c in text)
    )


def _is_joined_by_case(whole: str, evidence: Evidence, lexicon: Lexicon) -> bool:
    """Say whether a word that no list of names has is known words that its case tells apart: PlanA, LtEye.

    A rarer name counts as such unless one of the words is long: ReplanD, but not DeLa.
    """
    abbreviated = _CAPITALS_AND_WORD.fullmatch(whole)
    parts = abbreviated.groups() if abbreviated else split_words(whole)
    is_listed = "listed_name" in evidence.reasons
    return (
        len(parts) > 1
        and "common_name" not in evidence.reasons
        and (not is_listed or any(len(part) > 3 for part in parts))
        and all(lexicon.classify(part) is WordClass.KNOWN for part in parts)
    )


def _is_accented(word: str) -> bool:
    """Say whether a word has letters with accents: in labels written in English those are people's."""
    plain = word if word.isascii() else unicodedata.normalize("NFKC", word)
    return not plain.isascii() and all(ord(c) < 0x250 for c in plain)


def _is_plain_letter(character: str) -> bool:
    """Say whether a letter is a Greek symbol or a variant of a Latin one, such as full-width."""
    return "Ͱ" <= character <= "Ͽ" or unicodedata.normalize("NFKD", character)[0].isascii()
