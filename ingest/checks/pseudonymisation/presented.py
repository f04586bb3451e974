"""Texts that present a person: `A^B`, a title, `name: A`, `planned by A`, `Surname, A`, two names."""

from __future__ import annotations

import re

from ingest.checks.pseudonymisation.folding import fold
from ingest.checks.pseudonymisation.lexicon import Lexicon, WordClass
from ingest.checks.pseudonymisation.words import WordReport

#: A word so long that nobody knows is seldom an abbreviation.
_LONG = 7
#: Pet names are as short as abbreviations of the trade: Reg, Stan.
_LONGEST_PET_NAME = 4
_CARET_NAME = re.compile(r"(?<![^\W\d_])[^\W\d_]{2,}\s*\^\s*[^\W\d_]+")
_COMMA_NAME = re.compile(r"\b([^\W\d_]{2,}),\s*([^\W\d_]{2,})\b")
_TITLE_NAME = re.compile(
    r"(?<![A-Za-z])(?:mr|mrs|ms|miss|dr|prof|professor|sir|dame|lady|lord|rev|sister|nurse|cllr|canon|"
    r"herr|frau|dhr|mevr|mevrouw|meneer|mme|mlle|monsieur|madame|sig|signor|signora|señor|señora|senhor|senhora|pani)"
    r"(?:\.\s*|\s+|_)(?:[A-Z](?:\.\s?|[\s_]+))*([A-Z][^\W\d_]+|[A-Z]{3,})",
    re.IGNORECASE,
)
#: Mixed case, so that MR and DR stay what they are to a scanner.
_WRITTEN_TITLE = re.compile(
    r"(?<![A-Za-z])(?:Mr|Mrs|Ms|Miss|Dr|Prof)(?:\.\s*|[\s_]+)(?:[A-Z]\.?[\s_]+)*([A-Z][a-z]+)"
)
#: A title and a name written together: MrsPeng, Dr.Okafor, MsA.Bello.
_GLUED_TITLE = re.compile(
    r"(?<![A-Za-z])(?:Mr|Mrs|Ms|Miss|Mx|Dr|Prof|Rev|Sir)\.?(?:[A-Z]\.)*([A-Z][a-z]{2,})(?![A-Za-z])"
)
#: Somebody of the family, and who it is. A capital tells the name from what they do.
_KIN = re.compile(
    r"(?<![A-Za-z])(?i:wife|husband|hubby|spouse|partner|fianc[ée]e?|girlfriend|boyfriend|(?:step|grand)?(?:son|daughter|child)|"
    r"(?:step|grand|half)?-?(?:mother|father|brother|sister)(?:[ -]in[ -]law)?|"
    r"mum|mummy|mam|mom|dad|daddy|gran|granny|grandma|"
    r"nan|nana|nanna|grandad|granddad|grandpa|gramps|aunt|aunty|auntie|uncle|niece|nephew|cousin|twin|sibling|"
    r"neighbour|neighbor|friend|carer|guardian|interpreter)(?:'s)?(?:\sname)?(?:\s(?:is|called|named))?[\s:,(-]{1,3}([A-Z][a-z]+)(?![A-Za-z])"
)
#: The patient and a name: pt Tadesse.
_PATIENT_NAME = re.compile(
    r"(?<![A-Za-z])(?i:pt|pat|patient|px|client)[\s.:_-]{1,2}([A-Z][a-z]{3,})(?![A-Za-z])"
)
_NAMED = re.compile(
    r"(?<![A-Za-z])(?:(?:sur|fore|first|last|given|family|maiden|patient|pat|pt|full)[\s_]?name|name|nee|née|aka|alias)\b[\s_.:=#-]+([^\W\d_]{2,})",
    re.IGNORECASE,
)
_BY_SOMEONE = re.compile(
    r"(?<![A-Za-z])(?:(?:contoured|outlined|drawn|approved|reviewed|checked|"
    r"planned|signed|edited|seen|prescribed|set ?up|verified)\s+by|"
    r"wife|husband|son|daughter|mother|father|brother|sister|spouse|partner|carer|next of kin|"
    r"nok|gp|user|login|logged in as|operator|dear|consultant|oncologist|physician|clinician)\b"
    r"[\s.:=-]+([A-Za-z][^\W\d_]+)|"
    r"(?<![A-Za-z])(?:per|c/o|attn|d/w|on behalf of|"
    r"(?:discussed|agreed|seen|reviewed|confirmed|spoke) with)\b"
    r"[\s.:=-]+(?-i:([A-Z][a-z]{3,}))",
    re.IGNORECASE,
)
#: A capital after a small word of relation, in a text that is written with small letters.
#: An initial before a word: E. Rzepecka. A., M., N. and V. stand for arteries, muscles, nerves and veins too.
_INITIAL_NAME = re.compile(r"(?<![A-Za-z.])([A-Z])\.\s?([A-Z][^\W\d_]{2,})")
#: The patient before a name and an initial: pt Tadesse G.
_PATIENT_INITIAL = re.compile(
    r"(?<![A-Za-z])(?:pt|pat|patient)[\s.:_-]+([A-Z][a-z]{2,})[\s_,]+[A-Z](?![A-Za-z0-9])"
)
#: After whom a thing is called, with an initial behind, is a person: graticule / Alderson E.
_WORD_AND_INITIAL = re.compile(r"(?:^|(?<=[\s/,;:(-]))([A-Z][a-z]{3,}),?\s([A-Z])\.(?=$|[\s,;/)])")
_LATIN_INITIALS = frozenset("AMNV")
#: The same in small letters, after a small word of relation: by t.akinfenwa.
_SMALL_INITIAL_NAME = re.compile(
    r"(?<![A-Za-z])(?:by|for|from|with|user)\s+(?:[a-z]\.\s?|[b-hj-z]\s)([a-z]{3,})"
)
#: A title in capitals before capitals may be a modality: MR SDS.
#: So are they before capitals with a digit: MR_VE11E.
_CAPITALS_TITLE = re.compile(r"(?<![A-Za-z])(?:MR|DR|MS)[\s_]+(?:([A-Z]{3,})(?![a-z])|[A-Z]{1,3}[0-9])")
_OF_SOMEONE = re.compile(
    r"(?<![A-Za-z])(?:for|by|with|from|told|asked|called|known as|named|outlined|contoured)"
    r"\s+(?:S/N\s+)?([A-Z][^\W\d_]{2,})(?![A-Za-z])"
)
#: All in capitals only after `by`: marks by FOYSAL.
_BY_CAPITALS = re.compile(r"(?<![A-Za-z])(?i:by)\s+(?:S/N\s+)?([A-Z]{5,})(?![A-Za-z0-9])")
_SURNAME_INITIAL = re.compile(r"^\s*([A-Za-z][^\W\d_]{2,})[,\s]+([A-Z])\.?(?:\s?([A-Z])\.?)?\s*$")


def _is_person(word: str, lexicon: Lexicon) -> bool:
    """Say whether a word in a person's place may be a name: any word but vocabulary and plain English."""
    plain = fold(word)
    return plain not in lexicon.vocabulary and (plain not in lexicon.english or lexicon.is_name(plain))


def _is_relative(word: str, lexicon: Lexicon) -> bool:
    """Say whether a word with a capital, after one of kin, is a name: a given one, or unknown."""
    plain = fold(word)
    if plain in lexicon.given_names:
        return True
    is_known = plain in lexicon.vocabulary and len(plain) > _LONGEST_PET_NAME
    return not is_known and plain not in lexicon.english


def _is_like_name(word: str, lexicon: Lexicon) -> bool:
    """Say whether something speaks for a name in a word that is not plain English."""
    evidence = lexicon.weigh(word)
    plain = fold(word)
    return (
        evidence is not None
        and _has_look_of_name(plain, lexicon)
        and (plain not in lexicon.english or lexicon.is_common_name(plain))
    )


def _is_unheard_of(word: str, lexicon: Lexicon) -> bool:
    """Say whether neither the vocabulary nor plain English knows a word."""
    return fold(word) not in lexicon.english and lexicon.classify(word) is not WordClass.KNOWN


def _has_look_of_name(word: str, lexicon: Lexicon) -> bool:
    """Say whether a word has the letters, the beginning or the ending of a name."""
    evidence = lexicon.weigh(word)
    has_reason = evidence is not None and evidence.points > 0
    return has_reason or lexicon.spelling.score(word) >= lexicon.scale.spelt_like_name


def _is_listed(word: str, lexicon: Lexicon) -> bool:
    return lexicon.is_name(fold(word)) and fold(word) not in lexicon.vocabulary


def _are_turned(match: re.Match[str], text: str, lexicon: Lexicon) -> bool:
    """Say whether two words with a comma are a surname and a given name; within a text a word is a word."""
    family, given = map(fold, match.groups())
    is_word = family in lexicon.vocabulary and match.group() != text.strip()
    return family in lexicon.common_surnames and given in lexicon.given_names and not is_word


def _is_initialled(initial: str, word: str, lexicon: Lexicon) -> bool:
    """Say whether an initial and a word are a person's: any word that nobody knows, or one like a name."""
    evidence = lexicon.weigh(word)
    return evidence is not None and (evidence.points > 0 or initial not in _LATIN_INITIALS)


def reads_like_name(text: str, report: WordReport, lexicon: Lexicon) -> bool:
    """Say whether a text presents a person: `A^B`, a title, `name: A`, `planned by A`, `Surname, A`."""
    for match in _CARET_NAME.findall(text):
        kinds = {lexicon.classify(part) for part in re.split(r"[\s^]+", match)}
        if WordClass.NAME in kinds or kinds == {WordClass.UNKNOWN}:
            return True
    if any(len(word) < 4 or lexicon.is_name(fold(word)) for word in _WRITTEN_TITLE.findall(text)):
        return True
    if any(_is_person(word, lexicon) for word in _GLUED_TITLE.findall(text)):
        return True
    if any(_is_relative(word, lexicon) for word in _KIN.findall(text)):
        return True
    if any(_is_like_name(word, lexicon) for word in _PATIENT_NAME.findall(text)):
        return True
    if any(_is_initialled(initial, word, lexicon) for initial, word in _INITIAL_NAME.findall(text)):
        return True
    if any(
        fold(word) in lexicon.eponyms and letter not in "LR"
        for word, letter in _WORD_AND_INITIAL.findall(text)
    ):
        return True
    if any(_is_person(word, lexicon) for word in _PATIENT_INITIAL.findall(text)):
        return True
    if any(lexicon.weigh(word) is not None for word in _SMALL_INITIAL_NAME.findall(text)):
        return True
    text = _CAPITALS_TITLE.sub(
        lambda match: match.group() if match.group(1) and _is_listed(match.group(1), lexicon) else " ", text
    )
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
        _is_unheard_of(word, lexicon) and _has_look_of_name(fold(word), lexicon)
        for word in _BY_CAPITALS.findall(text)
    ):
        return True
    if any(_are_turned(match, text, lexicon) for match in _COMMA_NAME.finditer(text)):
        return True
    if len(report.names) > 1 and {*report.name_words} & lexicon.given_names:
        return True
    alone = _SURNAME_INITIAL.match(text)
    if not alone or alone.groups()[1:] == ("I", "I") or not _is_person(alone.group(1), lexicon):
        return False
    if report.names:
        return alone.group(2) not in "LRABCDEFG"
    word = fold(alone.group(1))
    return (
        len(word) >= _LONG
        and alone.group(2) not in "LR"
        and _is_unheard_of(word, lexicon)
        and _has_look_of_name(word, lexicon)
    )
