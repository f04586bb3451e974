#!/usr/bin/env python3
"""Makes the generated files of ingest/checks/pseudonymisation/data. Its README says where each comes from.

python tooling/pseudonymisation_data.py attributes
python tooling/pseudonymisation_data.py creators
python tooling/pseudonymisation_data.py table ps315_2026d.json
python tooling/pseudonymisation_data.py names dist.all.last dist.male.first dist.female.first FAKER_DIR
python tooling/pseudonymisation_data.py words british-english
python tooling/pseudonymisation_data.py clinical HumanDO.tsv musculoskeletal.obo vertebrate-head.obo …
python tooling/pseudonymisation_data.py spelling dutch spanish
"""

from __future__ import annotations

import importlib
import json
import math
import re
import sys
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable
from itertools import product
from pathlib import Path

DATA = Path(__file__).parent.parent / "ingest" / "checks" / "pseudonymisation" / "data"
TEXT_VRS = {"AE", "AS", "CS", "DA", "DT", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UR", "UT"}
OTHER_VRS = {"DS", "IS", "UI", "OB", "OW", "OB or OW", "UN"}
COMMON_SURNAMES = 5000
COMMON_GIVEN_NAMES = 800


def write_attributes() -> None:
    """Write the dictionary's text attributes (and those whose bytes may hold text): tag, VR, keyword."""
    from pydicom.datadict import DicomDictionary, RepeatersDictionary

    rows = [
        (f"{tag:08X}", entry[0], entry[4])
        for tag, entry in DicomDictionary.items()
        if entry[0] in TEXT_VRS | OTHER_VRS and entry[4]
    ]
    rows += [
        (tag.upper().replace("X", "x"), entry[0], entry[4])
        for tag, entry in RepeatersDictionary.items()
        if entry[0] in TEXT_VRS | OTHER_VRS and tag[:2] in ("50", "60")
    ]
    lines = ["\t".join((tag, vr.split(" ")[0], keyword)) for tag, vr, keyword in sorted(rows)]
    (DATA / "attributes.tsv").write_text("\n".join(lines) + "\n", encoding="ascii")


def write_creators() -> None:
    """Write the private creators that the dictionary knows, one a line."""
    from pydicom.datadict import private_dictionaries

    (DATA / "private_creators.txt").write_text(
        "\n".join(sorted(private_dictionaries)) + "\n", encoding="ascii"
    )


def write_table(source: str) -> None:
    """Write PS3.15 Table E.1-1 as {tag: action}, with its edition."""
    table = json.loads(Path(source).read_text(encoding="utf-8"))
    rules = {
        row["tag"]: [row["basic"], *sorted(row["options"])]
        for row in table["rules"]
        if row["tag"] != "PRIVATE"
    }
    out = {
        "standard": "DICOM PS3.15 Annex E, Table E.1-1",
        "edition": table["source"]["edition"],
        "url": table["source"]["url"],
        "sha256_of_source": table["source"]["sha256_of_source_xml"],
        "rules": dict(sorted(rules.items())),
    }
    text = json.dumps(out, indent=0, ensure_ascii=True)
    text = re.sub(r",\n(?=\"(?!\w{8}\"))", ", ", re.sub(r"\[\n|\n\]", lambda m: m.group().strip(), text))
    (DATA / "ps315_e1_1.json").write_text(text + "\n", encoding="ascii")


def fold(name: str) -> set[str]:
    """Return the parts of a name in lower-case ASCII letters, three letters and more."""
    plain = unicodedata.normalize("NFKD", name.translate(str.maketrans("łŁøØßıđĐ", "lLoOsidD")))
    parts = re.split(r"[ \-]", "".join(c for c in plain if not unicodedata.combining(c)).lower())
    words = (re.sub(r"['’]", "", part) for part in parts)
    return {word for word in words if len(word) > 2 and word.isascii() and word.isalpha()}


def write_names(surnames: str, male: str, female: str, faker_dir: str) -> None:
    """Write surnames and given names, the common ones apart."""

    def ranked(path: str) -> list[str]:
        return [line.split()[0].lower() for line in Path(path).read_text(encoding="ascii").splitlines()]

    family = ranked(surnames)
    men, women = ranked(male), ranked(female)
    given = {name for name in men + women if len(name) > 2}
    common_given = {name for name in men[:COMMON_GIVEN_NAMES] + women[:COMMON_GIVEN_NAMES] if len(name) > 2}
    common = [name for name in family[:COMMON_SURNAMES] if len(name) > 2]
    rest = {name for name in family[COMMON_SURNAMES:] if len(name) > 2}
    sys.path.insert(0, faker_dir)
    for folder in sorted((Path(faker_dir) / "faker" / "providers" / "person").iterdir()):
        if not (folder / "__init__.py").exists():
            continue
        provider = importlib.import_module(f"faker.providers.person.{folder.name}").Provider
        for attribute in dir(provider):
            names = getattr(provider, attribute)
            if not isinstance(names, (list, tuple, dict)) or re.search("prefix|suffix|format", attribute):
                continue
            folded = set().union(*(fold(name) for name in names if isinstance(name, str)))
            if "last" in attribute:
                rest |= folded
            elif "first" in attribute or "middle" in attribute:
                given |= folded
    _write_words("surnames_common.txt", set(common))
    _write_words("surnames.txt", rest - set(common))
    _write_words("given_names_common.txt", common_given)
    _write_words("given_names.txt", given - common_given)


def write_words(source: str) -> None:
    """Write the English words that are not capitalised in the source."""
    words = Path(source).read_text(encoding="utf-8").splitlines()
    _write_words(
        "english.txt", {w for w in words if w.isascii() and w.isalpha() and w.islower() and len(w) > 2}
    )


#: People that the sources write small.
PEOPLE = {
    *("achille", "ammon", "aschoff", "aurelia", "alexia", "blackwater", "dulla", "fiedler", "ingrassia"),
    *("janus", "morand", "morgagni", "piller", "scarpa", "serra", "tolosa", "tsai"),
}


def write_clinical(*sources: str) -> None:
    """Write the words of anatomy and disease that are small letters in the sources, and in PS3.16's meanings.

    What is written with a capital there may be a person's name (Cowper's gland) and is left out.
    """
    from pydicom.sr._concepts_dict import concepts

    texts = [
        line
        for path in sources
        for line in _terms_of(Path(path).read_text(encoding="utf-8", errors="replace"))
    ]
    meanings = [
        meaning
        for scheme in ("DCM", "SCT", "NCIt", "RADLEX", "FMA", "LN", "NEU", "UMLS", "BARI")
        for codes in concepts[scheme].values()
        for meaning, _ in codes.values()
    ]
    names = {*_read("surnames.txt"), *_read("given_names.txt")}
    common = {*_read("surnames_common.txt"), *_read("given_names_common.txt"), *_read("names_of_britain.txt")}
    words = _small_words(texts) | (_small_words(meanings) - names)
    _write_words("clinical.txt", words - common - PEOPLE - set(_read("english.txt")))


def _terms_of(text: str) -> list[str]:
    """Return the terms of an ontology in OBO format, or of a table whose second column is the term."""
    if "\t" in text.partition("\n")[0]:
        return [line.split("\t")[1] for line in text.splitlines() if "\t" in line]
    return [a or b for a, b in re.findall(r'^(?:name: (.*)|synonym: "([^"]*)".*)$', text, re.MULTILINE)]


def _small_words(texts: Iterable[str]) -> set[str]:
    return {
        word
        for text in texts
        for word in re.findall(r"[^\W\d_]+", text)
        if len(word) > 3 and word.isascii() and word.islower()
    }


LETTERS = "_abcdefghijklmnopqrstuvwxyz"
#: How often a word counts: names that many have, and words of the trade, more than the rest.
WEIGHTS = {
    "surnames_common.txt": 6,
    "names_of_britain.txt": 6,
    "given_names_common.txt": 3,
    "given_names.txt": 3,
    "surnames.txt": 1,
    "english.txt": -1,
    "clinical.txt": -6,
}
OWN_WORDS = -12
OTHER_LANGUAGES = -0.5
NAMES_IN_VOCABULARY = {"more_names", "name_endings", "name_beginnings", "everyday_names", "eponyms"}
#: Added to every count, so that three letters never seen say little.
SMOOTHING = 5


def write_spelling(*languages: str) -> None:
    """Write how much more often any three letters stand in names than in words (logarithms)."""
    vocabulary = tomllib.loads((DATA / "vocabulary.toml").read_text(encoding="utf-8"))
    weighed = {word: weight for name, weight in WEIGHTS.items() for word in _read(name)}
    for path in languages:
        for word in Path(path).read_text(encoding="utf-8").split():
            if word.islower() and word.isalpha():
                for part in fold(word):
                    weighed.setdefault(part, OTHER_LANGUAGES)
    weighed |= {
        word: OWN_WORDS
        for section, text in vocabulary.items()
        if section not in NAMES_IN_VOCABULARY
        for word in text.split()
    }
    weighed |= dict.fromkeys((*_read("surnames_common.txt"), *_read("names_of_britain.txt")), 6)
    names, words = Counter[str](), Counter[str]()
    for word, weight in weighed.items():
        if len(word) > 3 and word.isascii() and word.isalpha():
            for three in threes(word):
                (names if weight > 0 else words)[three] += abs(weight)
    all_names = names.total() + SMOOTHING * len(LETTERS) ** 2
    all_words = words.total() + SMOOTHING * len(LETTERS) ** 2
    rows = []
    for first, second in product(LETTERS, repeat=2):
        ratios = (
            math.log((names[first + second + third] + SMOOTHING) / all_names)
            - math.log((words[first + second + third] + SMOOTHING) / all_words)
            for third in LETTERS
        )
        rows.append(first + second + " " + "".join(_letter_of(ratio) for ratio in ratios))
    (DATA / "spelling.txt").write_text("\n".join(rows) + "\n", encoding="ascii")


def threes(word: str) -> list[str]:
    """Return every three letters in a row of a word, its beginning and end as `_`."""
    padded = f"_{word}_"
    return [padded[at : at + 3] for at in range(len(padded) - 2)]


def _letter_of(ratio: float) -> str:
    """Return a ratio as a letter: m is even, each letter after it half more, at most six."""
    return chr(ord("m") + max(-12, min(12, round(ratio * 2))))


def _read(name: str) -> list[str]:
    return (DATA / name).read_text(encoding="utf-8").split()


def _write_words(name: str, words: set[str]) -> None:
    (DATA / name).write_text("\n".join(sorted(words)) + "\n", encoding="ascii")


if __name__ == "__main__":
    {
        "attributes": write_attributes,
        "creators": write_creators,
        "table": write_table,
        "names": write_names,
        "words": write_words,
        "clinical": write_clinical,
        "spelling": write_spelling,
    }[sys.argv[1]](*sys.argv[2:])
