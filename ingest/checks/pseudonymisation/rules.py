"""The rules of pseudonymisation as one set: PS3.15 Table E.1-1, the RT layer, the vocabulary, names.

What an attribute is for decides how its value is judged. That is its kind:

    name            PN: nothing but empty, the study ID or a placeholder
    patient_id, birth_date, trial_subject, trial_site, trial_site_name: one attribute each
    identity        exists to identify (address, other IDs): nothing but empty, the study ID or a placeholder
    personal        describes the person: what is not plain vocabulary, a person must look at
    request         accession and order numbers; serial: numbers that machines count
    institution, device, ae, url: where the data comes from
    label, comment, code, code_value, code_meaning, person: words are looked at
    uid, number, date, time, datetime, age: by grammar
    bytes, binary, pixels, document, overlay, padding, meta_private: not text by their VR
    marker, charset: what a file says of itself
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

from ingest.checks.pseudonymisation.alternatives import any_of
from ingest.checks.pseudonymisation.evidence import Scale
from ingest.checks.pseudonymisation.lexicon import Lexicon
from ingest.checks.pseudonymisation.makers_elements import MakersElements, read_makers_elements
from ingest.checks.pseudonymisation.spelling import Spelling
from ingest.checks.pseudonymisation.word_lists import SortedWords

_DATA: Final = Path(__file__).parent / "data"
_VOCABULARY_SECTIONS: Final = (
    "anatomy",
    "products",
    "position",
    "structures",
    "plans",
    "series",
    "general",
    "machines",
    "methods",
    "codes",
    "dicom",
)
_SHORTEST_CUT: Final = 4
#: Sections whose words are written together: `spinalcanal`, `zptv`.
_JOINED_SECTIONS: Final = ("anatomy", "position", "structures", "plans", "series", "machines")
#: PS3.15 options that let an attribute stay; with none of them and action X or Z it is never to be kept.
_KEPT_BY_OPTION: Final = "retain_"


@dataclass(frozen=True, slots=True)
class Attribute:
    """One public attribute: its keyword, the kind by which it is judged, its action in Table E.1-1."""

    keyword: str
    kind: str
    action: str = ""


@dataclass(frozen=True, slots=True)
class RuleSet:
    """Every rule that does not depend on the trial, the site or the route.

    attributes: by tag, eight hexadecimal digits; `x` stands for any digit of a repeating group.
    by_vr:      the kind of what `attributes` does not name.
    makers_words: of makers' private elements; `alone`: names too, which by themselves stand for the thing.
    """

    edition: str
    attributes: Mapping[str, Attribute]
    by_vr: Mapping[str, str]
    lexicon: Lexicon
    institutions: re.Pattern[str]
    words: Mapping[str, frozenset[str]]
    safe_private: frozenset[tuple[str, str]]
    private_creators: frozenset[str]
    sop_classes: Mapping[str, str]
    makers_elements: MakersElements
    makers_words: frozenset[str]
    makers_words_alone: frozenset[str]

    def attribute(self, tag: str) -> Attribute | None:
        """Return the rule of a public tag (eight hexadecimal digits), None where no rule names it."""
        found = self.attributes.get(tag)
        if found is None and tag[:2] in ("50", "60"):
            found = self.attributes.get(tag[:2] + "xx" + tag[4:])
        return found


@cache
def load_rules() -> RuleSet:
    """Return the rules shipped with the service (cached)."""
    table = json.loads(_read("ps315_e1_1.json"))
    kinds = tomllib.loads(_read("attribute_kinds.toml"))
    vocabulary = {
        key: frozenset(text.split()) for key, text in tomllib.loads(_read("vocabulary.toml")).items()
    }
    private = tomllib.loads(_read("private_and_classes.toml"))
    makers_words = {
        key: frozenset(text.split()) for key, text in tomllib.loads(_read("makers_words.toml")).items()
    }
    return RuleSet(
        edition=str(table["edition"]),
        attributes=_attributes(table["rules"], kinds),
        by_vr=kinds["by_vr"],
        lexicon=_lexicon(vocabulary),
        institutions=_terms(
            _read("institutions.txt").splitlines(), end="(?=[^a-z]|ct|mr|la|rt|$)", flags=re.IGNORECASE
        ),
        words=vocabulary,
        safe_private=frozenset(
            (creator, element)
            for creator, elements in private["safe_private"].items()
            for element in elements
        ),
        private_creators=frozenset(_read("private_creators.txt").splitlines()),
        sop_classes={uid: kind for kind, uids in private["sop_classes"].items() for uid in uids},
        makers_elements=read_makers_elements(
            _read("private_elements.txt"), tomllib.loads(_read("private_elements_rt.toml"))["elements"]
        ),
        makers_words=frozenset().union(*makers_words.values()),
        makers_words_alone=makers_words["alone"],
    )


def _attributes(
    table: Mapping[str, list[str]], kinds: Mapping[str, Mapping[str, object]]
) -> dict[str, Attribute]:
    """Join the dictionary's text attributes, Table E.1-1 and the curated kinds."""
    named = {str(name): kind for kind, names in kinds["kinds"].items() for name in _strings(names)}
    out: dict[str, Attribute] = {}
    for line in _read("attributes.tsv").splitlines():
        tag, vr, keyword = line.split("\t")
        action = table.get(tag, table.get(tag.lower(), [""]))[0]
        kind = named.get(keyword) or named.get(tag) or str(kinds["by_vr"][vr])
        out[tag] = Attribute(keyword, kind, action)
    for tag, row in table.items():
        if tag not in out and tag in named:
            out[tag] = Attribute("", named[tag], row[0])
    for tag, kind in named.items():
        if tag[0].isdigit() or tag[:4] in ("7FE0", "60xx"):
            out.setdefault(tag, Attribute("", kind, ""))
    return out


def _strings(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _lexicon(vocabulary: Mapping[str, frozenset[str]]) -> Lexicon:
    """Join the word lists. What is a common name and a word of another language is left to the name."""
    words = frozenset().union(*(vocabulary[section] for section in _VOCABULARY_SECTIONS))
    common_given = frozenset(_read("given_names_common.txt").split())
    common = {*_read("surnames_common.txt").split(), *_read("names_of_britain.txt").split()}
    parts, whole = (
        {name: frozenset(text.split()) for name, text in tomllib.loads(_read(file)).items()}
        for file in ("abroad.toml", "abroad_text.toml")
    )
    languages = {name: words | whole[name] for name, words in parts.items()}
    abroad = frozenset().union(*languages.values())
    return Lexicon(
        vocabulary=words | vocabulary["name_placeholders"] | (abroad - common - common_given),
        common_surnames=vocabulary["more_names"] | common,
        languages=languages,
        eponyms=vocabulary["eponyms"],
        surnames=SortedWords(_read("surnames.txt")),
        name_endings=tuple(vocabulary["name_endings"]),
        name_beginnings=tuple(vocabulary["name_beginnings"]),
        everyday_names=vocabulary["everyday_names"],
        terms=cache(partial(_terms_of_trade, vocabulary)),
        cut_short=frozenset(
            word[:length]
            for word in vocabulary["anatomy"]
            for length in range(_SHORTEST_CUT, len(word))
            if word.isalpha()
        ),
        joined=frozenset().union(*parts.values(), *(vocabulary[section] for section in _JOINED_SECTIONS)),
        filters=vocabulary["filters"],
        short_surnames=frozenset(_read("surnames_short.txt").split()),
        given_names=frozenset((*common_given, *_read("given_names.txt").split())),
        common_given_names=common_given,
        english=SortedWords(_read("english.txt")),
        clinical=SortedWords(_read("clinical.txt")),
        trade=SortedWords("".join(f"{word}\n" for word in sorted(words))),
        spelling=Spelling(_read("spelling.txt")),
        scale=_scale(tomllib.loads(_read("evidence.toml"))),
    )


def _terms_of_trade(vocabulary: Mapping[str, frozenset[str]]) -> re.Pattern[str]:
    """Return what finds terms in which a name stands for a thing, in a text in small letters."""
    return _terms(
        _read("terms.txt").splitlines(),
        (
            *_eponyms(vocabulary["eponyms"], vocabulary["eponym_things"] | vocabulary["things_of_care"]),
            *_eponyms(vocabulary["eponyms_of_care"], vocabulary["things_of_care"]),
            *_scored(vocabulary),
            _called_after_anyone(vocabulary["things_called_after_people"]),
        ),
    )


def _scale(data: Mapping[str, Any]) -> Scale:
    """Return what each reason for a name is worth."""
    letters = {
        name: frozenset(text.split() if " " in text else text) for name, text in data["letters"].items()
    }
    limits = {name: value for name, value in data.items() if not isinstance(value, dict)}
    return Scale(points=data["points"], texts=data["texts"], letters=letters, **limits)


def _eponyms(people: Iterable[str], things: Iterable[str]) -> tuple[str, str]:
    """Return what finds a person's name beside the thing that is called after them, in either order."""
    person, thing = any_of(people), any_of(things) + "s?"
    return f"{person}(?:'?s)?(?:[ -]{person})?[ _-]*{thing}", f"{thing}[ _-]+of[ _-]+{person}"


def _called_after_anyone(things: Iterable[str]) -> str:
    """Return what finds any word before one of these things, unless a title stands before it."""
    no_title = "".join(f"(?<!{title} )" for title in ("dr", "mr", "ms", "mrs", "miss", "prof"))
    return rf"{no_title}[a-z]{{4,20}}(?:'?s)?[ _-]+{any_of(things)}"


def _scored(vocabulary: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """Return what finds a score's or an operation's eponym, or a trial, by what is written beside it."""

    scores, names = any_of(vocabulary["eponyms_of_scores"]), any_of(vocabulary["trial_names"])
    trial = r"(?:trial|study|arm|protocol|regimen?|cohort|schedule|rct|schema|consortium)s?"
    stages, operations = any_of(vocabulary["eponyms_of_stages"]), any_of(vocabulary["eponyms_of_operations"])
    number = r"[0-9]+(?:\.[0-9]+)?"
    measure = rf"(?:[<>=~≤≥]+ ?{number}|{number} ?%|[0-9] ?\+ ?[0-9]|(?:ci|cn|score|index) ?{number})"
    after = r"(?:post[ -]?(?:op)?|s/p|status (?:post|na)|prev(?:ious)?|h/o|hx of|z\. ?n\.|st\. ?n(?:ach)?\.?)"
    return (
        rf"{scores}[ _:-]*{measure}",
        rf"{stages}[ _:-]*(?:[ivx]{{1,4}}[abc]?|[0-9][abc]?|[a-d])(?![a-z0-9])",
        rf"{after}[ _:-]*{operations}",
        rf"{names}[ _-]?[0-9]{{0,2}}[ _-]*{trial}",
        rf"(?:trial|protocol|rct)[ _:-]+(?:arm )?{names}",
        # chemoradiation before surgery of the oesophagus
        r"(?:(?:o?esoph|oes|gastr|ogj|goj|gej)[a-z]*)[ _0-9.,/#gyx()-]*cross",
    )


def _terms(
    lines: list[str], more: tuple[str, ...] = (), end: str = "(?![a-z])", flags: int = 0
) -> re.Pattern[str]:
    """Return what finds any of the terms, written with spaces, hyphens, underscores or together."""
    listed = (line for line in lines if line and not line.startswith("#"))
    written = (re.escape(line).replace("\\ ", "[ _-]*") for line in listed)
    terms = [*more, any_of(written)]
    return re.compile(r"(?<![a-z])(?:" + "|".join(terms) + r")(?:'?s)?" + end, flags)


def _read(name: str) -> str:
    return (_DATA / name).read_text(encoding="utf-8")
