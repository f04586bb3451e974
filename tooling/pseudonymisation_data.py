#!/usr/bin/env python3
"""Makes the generated files of ingest/checks/pseudonymisation/data. Its README says where each comes from.

python tooling/pseudonymisation_data.py attributes
python tooling/pseudonymisation_data.py creators
python tooling/pseudonymisation_data.py table ps315_2026d.json
python tooling/pseudonymisation_data.py names dist.all.last dist.male.first dist.female.first FAKER_DIR
python tooling/pseudonymisation_data.py more_names Names_2010Census.csv last_name_race.csv
python tooling/pseudonymisation_data.py known_people name2nats.pkl
python tooling/pseudonymisation_data.py words british-english
python tooling/pseudonymisation_data.py clinical HumanDO.tsv musculoskeletal.obo vertebrate-head.obo …
python tooling/pseudonymisation_data.py spelling dutch ngerman french italian spanish portuguese polish …
"""

from __future__ import annotations

import csv
import importlib
import json
import math
import pickle
import random
import re
import sys
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice, product
from pathlib import Path

DATA = Path(__file__).parent.parent / "ingest" / "checks" / "pseudonymisation" / "data"
TEXT_VRS = {"AE", "AS", "CS", "DA", "DT", "LO", "LT", "PN", "SH", "ST", "TM", "UC", "UR", "UT"}
OTHER_VRS = {"DS", "IS", "UI", "OB", "OW", "OB or OW", "UN"}
COMMON_SURNAMES = 5000
COMMON_GIVEN_NAMES = 800
#: A surname of four letters counts from so many people on; from so many of those known to an encyclopaedia.
MANY_PEOPLE = 1000
MANY_KNOWN_PEOPLE = 5
MANY_WITH_GIVEN_NAME = 10
#: A given name of so many of them is written among the given names.
SEVERAL_KNOWN_PEOPLE = 2


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


def write_more_names(counted: str, *others: str) -> None:
    """Add names of five letters and more to the surnames; write those of four that many people have apart.

    Tables with the name in the first column; that of `counted` has the number of people in the third.
    """

    def rows(path: str) -> Iterator[list[str]]:
        with Path(path).open(encoding="utf-8", newline="") as lines:
            rows_below = islice(csv.reader(lines), 1, None)
            yield from (row for row in rows_below if row and row[0].isascii() and row[0].isalpha())

    names = {row[0].lower() for path in (counted, *others) for row in rows(path)}
    common = set(_read("surnames_common.txt"))
    known = {*_read("english.txt"), *_read("clinical.txt"), *common}
    short = {row[0].lower() for row in rows(counted) if len(row[0]) == 4 and int(row[2]) >= MANY_PEOPLE}
    _write_words(
        "surnames.txt", {*_read("surnames.txt"), *(name for name in names if len(name) > 4)} - common
    )
    _write_words("surnames_short.txt", short - known)


class PlainUnpickler(pickle.Unpickler):
    """Reads pickled texts, lists and mappings, and nothing else."""

    def find_class(self, module: str, name: str) -> object:
        """Refuse: no object is made of a class."""
        raise pickle.UnpicklingError(f"{module}.{name}")


def write_known_people(source: str) -> None:
    """Add the names of people known to an encyclopaedia: {full name: anything}, pickled.

    The last word of a name is a surname, the first a given name, parts with hyphens apart. Left out are what
    the lexicon knows as a word, and what one person has and is told as a name without being listed.
    """
    from ingest.checks.pseudonymisation.folding import fold as fold_word
    from ingest.checks.pseudonymisation.rules import load_rules

    def name_parts(word: str) -> list[str]:
        parts = re.split("[-‐]", re.sub(r"['’]", "", fold_word(word)))
        return [part for part in parts if part.isascii() and part.isalpha()]

    lexicon = load_rules().lexicon
    with Path(source).open("rb") as file:
        people = PlainUnpickler(file).load()
    family: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for name in people:
        first, *_, last = name.split() if " " in name else (name, "")
        if last and not re.search(r"\b(?:of|the)\b|[\d(),]", name):
            family.update(name_parts(last))
            given.update(name_parts(first))
    missing = {name: evidence for name in {*family, *given} if (evidence := lexicon.weigh(name)) is not None}
    rare = {
        name
        for name, evidence in missing.items()
        if len(name) > 4 and (family[name] + given[name] > 1 or not lexicon.scale.stops(evidence))
    }
    borne_by_several = {name for name in rare if given[name] >= SEVERAL_KNOWN_PEOPLE}
    short = {
        name
        for name in missing
        if len(name) == 4
        and (family[name] >= MANY_KNOWN_PEOPLE or given[name] >= MANY_WITH_GIVEN_NAME)
        and not lexicon.is_everyday_word(name)
    }
    common = set(_read("surnames_common.txt"))
    _write_words(
        "given_names.txt",
        {*_read("given_names.txt"), *borne_by_several} - set(_read("given_names_common.txt")),
    )
    _write_words("surnames.txt", {*_read("surnames.txt"), *rare} - common)
    _write_words("surnames_short.txt", {*_read("surnames_short.txt"), *short} - common)


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
#: How much a word of a list counts: words of the trade, which labels are made of, more than the rest.
NAMES = ("surnames.txt", "surnames_common.txt", "names_of_britain.txt", "given_names.txt")
OF_ENGLISH, OF_OTHER_LANGUAGES, OF_CLINIC, OF_TRADE, MANGLED = 1.0, 0.3, 3.0, 6.0, 2.0
NAMES_IN_VOCABULARY = {
    *("more_names", "name_endings", "name_beginnings", "everyday_names", "eponyms", "eponyms_of_care")
}
HOW_MANY_MANGLED = 120_000
WORDS_OF_A_LANGUAGE = 80_000
ROUNDS = 4
RATE = 0.3
#: What the table's letters stand for: O is nought, each character after it a tenth more.
EVEN = ord("O")


def write_spelling(*languages: str) -> None:
    """Write what any three letters in a row tell of a name: weights of a logistic regression.

    Names are set against words, and against words as labels have them: cut short, joined, without vowels,
    with a slip of typing.
    """
    rng = random.Random(1)
    words = _words_by_weight(languages, rng)
    names = {word for name in NAMES for word in _read(name)} - {
        word for weight in (OF_ENGLISH, OF_CLINIC, OF_TRADE) for word in words[weight]
    }
    examples = [(word, 1, 1.0) for word in sorted(names)]
    examples += [(word, 0, weight) for weight, listed in words.items() for word in sorted(listed - names)]
    weights = _learn([row for row in examples if _is_plain(row[0])], rng)
    rows = []
    for first, second in product(LETTERS, repeat=2):
        letters = (_letter_of(weights.get(first + second + third, 0.0)) for third in LETTERS)
        rows.append(first + second + " " + "".join(letters))
    (DATA / "spelling.txt").write_text("\n".join(rows) + "\n", encoding="ascii")


def _words_by_weight(languages: Iterable[str], rng: random.Random) -> dict[float, set[str]]:
    """Return the words that are no names, by how much each counts."""
    vocabulary = tomllib.loads((DATA / "vocabulary.toml").read_text(encoding="utf-8"))
    abroad = tomllib.loads((DATA / "abroad.toml").read_text(encoding="utf-8"))
    own = {
        word for key, text in vocabulary.items() if key not in NAMES_IN_VOCABULARY for word in text.split()
    }
    trade = own | {word for text in abroad.values() for word in text.split()}
    clinic = set(_read("clinical.txt"))
    known = sorted(filter(_is_plain, trade | clinic))
    other = [_small_words_of(Path(path), rng) for path in languages]
    return {
        OF_ENGLISH: set(_read("english.txt")),
        OF_OTHER_LANGUAGES: set().union(*other),
        OF_CLINIC: clinic,
        OF_TRADE: trade,
        MANGLED: {_mangle(rng.choice(known), rng.choice(known), rng) for _ in range(HOW_MANY_MANGLED)},
    }


def _small_words_of(path: Path, rng: random.Random) -> set[str]:
    """Return words of a language's list that are written small, accents left out; of many, some by lot."""
    text = path.read_bytes()
    try:
        lines = text.decode("utf-8").split()
    except UnicodeDecodeError:
        lines = text.decode("latin-1").split()
    words = sorted({part for line in lines if line.islower() for part in fold(line) if _is_plain(part)})
    return set(rng.sample(words, min(len(words), WORDS_OF_A_LANGUAGE)))


def _is_plain(word: str) -> bool:
    return 3 < len(word) <= 16 and word.isascii() and word.isalpha() and word.islower()


def _mangle(word: str, other: str, rng: random.Random) -> str:
    """Return a word as labels have it: cut short, without its vowels, joined to another, or with a slip."""
    way = rng.random()
    if way < 0.3 and len(word) > 6:
        return word[: rng.randint(4, len(word) - 2)]
    if way < 0.45:
        return word[0] + re.sub("[aeiou]", "", word[1:])
    if way < 0.75:
        return word[: rng.randint(2, 6)] + other[: rng.randint(2, 6)]
    at = rng.randrange(len(word) - 1)
    if way < 0.9:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + word[at + 1 :]


def _learn(examples: list[tuple[str, int, float]], rng: random.Random) -> dict[str, float]:
    """Return the weights of three letters that tell names (1) from words (0), by stochastic gradient."""
    weights: dict[str, float] = {}
    steps: dict[str, float] = {}
    known = [(threes(word), label, weight) for word, label, weight in examples]
    for _ in range(ROUNDS):
        rng.shuffle(known)
        for features, label, weight in known:
            told = sum(weights.get(three, 0.0) for three in features)
            slope = weight * (label - 1 / (1 + math.exp(-max(-30.0, min(30.0, told)))))
            for three in features:
                steps[three] = steps.get(three, 1.0) + slope * slope
                weights[three] = weights.get(three, 0.0) + RATE * slope / math.sqrt(steps[three])
    return weights


def threes(word: str) -> list[str]:
    """Return every three letters in a row of a word, its beginning and end as `_`."""
    padded = f"_{word}_"
    return [padded[at : at + 3] for at in range(len(padded) - 2)]


def _letter_of(weight: float) -> str:
    """Return a weight as a character: O is nought, each one after it a tenth more, at most four."""
    return chr(EVEN + max(-40, min(40, round(weight * 10))))


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
        "more_names": write_more_names,
        "known_people": write_known_people,
        "words": write_words,
        "clinical": write_clinical,
        "spelling": write_spelling,
    }[sys.argv[1]](*sys.argv[2:])
