#!/usr/bin/env python3
"""Makes ingest/checks/pseudonymisation/data/private_elements.txt. The data's README says where it comes from.

python tooling/private_elements.py posda_phi_simple_data.sql
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

TARGET = (
    Path(__file__).parent.parent / "ingest" / "checks" / "pseudonymisation" / "data" / "private_elements.txt"
)
#: What an element known by a dictionary alone may be, and what TCIA keeps may be besides.
KNOWN_VRS = frozenset(
    {
        "CS",
        "DS",
        "FD",
        "FL",
        "IS",
        "LO",
        "LT",
        "SH",
        "SL",
        "SQ",
        "SS",
        "ST",
        "SV",
        "UI",
        "UL",
        "US",
        "UT",
        "UV",
    }
)
KEPT_VRS = KNOWN_VRS | {"OB", "OF", "OW", "TM"}
#: Elements whose name speaks of people, places, requests or free text are left to the study team.
PERSONAL = re.compile(
    r"patient(?!\s*(position|orient|support|rest|region|phase|thick))|person|physician|doctor|operator|user|staff"
    r"|owner|author|observer|reader|reviewer|technologist|radiolog(ist|er)|referr|perform(ed|ing)\s*by|nurse"
    r"|comment|remark|\bnotes?\b|narrat|free.?text|annotation|address|phone|hospital|institution|department"
    r"|\bward\b|accession|admission|\border\b|request|birth|\bage\b|\bsex\b|account|insur|\bpath\b|\burl|licen"
    r"|signature|diagnos|history|allerg|medic(al|ation)|\breport|document|letter|dictat|transcri|identif"
    r"|(study|series|exam|protocol|procedure|site|trial)\s*(name|desc|id\b)|project",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r'\((\w{4}),"([^"]*)",(\w\w)\)')


def read_dispositions(source: Path) -> Iterator[tuple[str, str, str, str, str]]:
    """Yield creator, element (ggggxxee), VR, name, disposition of each private element that TCIA has seen."""
    is_on = False
    for line in source.read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY public.element_seen "):
            is_on = True
        elif line.startswith("\\."):
            is_on = False
        elif is_on:
            _, signature, vr, is_private, name, disposition = line.split("\t")
            match = _SIGNATURE.fullmatch(signature.rpartition("]")[2])
            if is_private == "t" and match:
                group, creator, element = match.groups()
                yield creator.strip(), f"{group.upper()}xx{element.upper()}", vr, name, disposition.lower()


def main(source: str) -> None:
    """Join TCIA's dispositions and pydicom's dictionary."""
    from pydicom.datadict import private_dictionaries

    said: dict[tuple[str, str], list[tuple[str, str, str]]] = {}
    for creator, element, vr, name, disposition in read_dispositions(Path(source)):
        said.setdefault((creator, element), []).append((vr, name, disposition))
    named = {
        (creator, tag[:4].upper() + "xx" + tag[6:].upper()): entry
        for creator, tags in private_dictionaries.items()
        for tag, entry in tags.items()
        if re.fullmatch(r"[0-9A-Fa-f]{4}xx[0-9A-Fa-f]{2}", tag)
    }
    found: dict[str, list[str]] = {}
    for creator, element in sorted({*said, *named}):
        seen = said.get((creator, element), [])
        entry = named.get((creator, element))
        is_kept = bool(seen) and all(disposition == "k" for _, _, disposition in seen)
        vrs = set(entry[0].replace("_", " or ").split(" or ")) if entry else {vr for vr, _, _ in seen}
        vrs &= KEPT_VRS if is_kept else KNOWN_VRS
        if not entry:
            vrs -= {"OB"} if vrs - {"OB"} else set()
        names = {entry[2]} if entry else set()
        names |= {name.rpartition(":")[2] for _, name, _ in seen}
        names = {re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name) for name in names} - {"Unknown"}
        is_known = is_kept or (entry is not None and not any(map(PERSONAL.search, names)))
        if not vrs or not is_known:
            continue
        found.setdefault(creator, []).append(f"{element}:{'/'.join(sorted(vrs))}{'+' if is_kept else ''}")
    lines = [f"{creator}\t{' '.join(elements)}" for creator, elements in sorted(found.items())]
    TARGET.write_text("\n".join(lines) + "\n", encoding="ascii")


if __name__ == "__main__":
    main(*sys.argv[1:])
