"""XML of makers' private elements: names of marks, and what stands between them. No parser, no entities."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_NAME: Final = r"[A-Za-z_][A-Za-z0-9_.-]*(?::[A-Za-z_][A-Za-z0-9_.-]*)?"
_DECLARATION = re.compile(
    r"\s*<\?xml(?:\s+(?:version|encoding|standalone)=[\"'][A-Za-z0-9.-]{1,10}[\"'])*\s*\?>"
)
_MARK = re.compile(rf"<(/?)({_NAME})((?:\s+{_NAME}\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*)\s*/?>")
_ATTRIBUTE = re.compile(rf"({_NAME})\s*=\s*[\"']([^\"']*)[\"']")
#: Addresses of schemas: of the makers and of the W3C, with no query and no person's page.
_SCHEMA = re.compile(r"https?://(?:[a-z]+\.)*(?:varian\.com|w3\.org)/[A-Za-z0-9./_-]{0,80}")


@dataclass(frozen=True, slots=True)
class Markup:
    """What a text in XML says: the names of its marks and attributes, and the texts and values."""

    marks: frozenset[str]
    texts: frozenset[str]


def read_markup(text: str) -> Markup | None:
    """Return what XML says, None where more is in it than marks, values and text: comments, entities."""
    text = text.lstrip("\ufeff").strip("\0 \r\n\t")
    declared = _DECLARATION.match(text)
    rest = text[declared.end() :] if declared else text
    marks: set[str] = set()
    texts: set[str] = set()
    done = 0
    for mark in _MARK.finditer(rest):
        texts.add(rest[done : mark.start()].strip())
        marks.add(mark.group(2))
        for name, value in _ATTRIBUTE.findall(mark.group(3)):
            marks.add(name)
            if not (name.startswith("xmlns") and _SCHEMA.fullmatch(value)):
                texts.add(value.strip())
        done = mark.end()
    texts.add(rest[done:].strip())
    if any("<" in said or ">" in said or "&" in said for said in texts):
        return None
    return Markup(frozenset(marks), frozenset(texts - {""}))
