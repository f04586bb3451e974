#!/usr/bin/env python3
"""Makes the generated files of ingest/checks/pseudonymisation/data. Its README says where each comes from.

python tooling/pseudonymisation_data.py attributes
python tooling/pseudonymisation_data.py creators
python tooling/pseudonymisation_data.py table ps315_2026d.json
python tooling/pseudonymisation_data.py names dist.all.last dist.male.first dist.female.first FAKER_DIR
python tooling/pseudonymisation_data.py words british-english
"""

from __future__ import annotations

import importlib
import json
import re
import sys
import unicodedata
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


def _write_words(name: str, words: set[str]) -> None:
    (DATA / name).write_text("\n".join(sorted(words)) + "\n", encoding="ascii")


if __name__ == "__main__":
    {
        "attributes": write_attributes,
        "creators": write_creators,
        "table": write_table,
        "names": write_names,
        "words": write_words,
    }[sys.argv[1]](*sys.argv[2:])
