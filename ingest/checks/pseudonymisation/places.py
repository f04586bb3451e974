"""Where an element stands: its rule, and whether it is private, original, or of no rule at all."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.checks.pseudonymisation.rules import RuleSet

_TAG = re.compile(r"\(([0-9A-Fa-f]{4}),([0-9A-Fa-f]{4})\)")
_CREATOR = "creator"
#: Person Identification Code Sequence: its codes are staff numbers and its words are people's names.
_PERSON_CODES = ("0040", "1101")
_FREE = frozenset({"label", "comment", "code_meaning", "code_value", "code"})


@dataclass(frozen=True, slots=True)
class Place:
    """A tag path with its VR. `private_tag`: the outermost private tag as ggggxxee, else empty."""

    path: str
    vr: str
    kind: str
    keyword: str
    private_tag: str = ""
    is_uncovered: bool = False
    is_original: bool = False

    @property
    def is_private(self) -> bool:
        """Say whether the element is private or inside a private one."""
        return bool(self.private_tag)


class Places:
    """Places by path and VR, each worked out once."""

    def __init__(self, rules: RuleSet) -> None:
        """Take the rules."""
        self._rules = rules
        self._known: dict[tuple[str, str], Place] = {}

    def get(self, path: str, vr: str) -> Place:
        """Return the place of a tag path (without item indices) with this VR."""
        place = self._known.get((path, vr))
        if place is None:
            place = self._known[(path, vr)] = self._make(path, vr)
        return place

    def _make(self, path: str, vr: str) -> Place:
        tags = [(group.upper(), element.upper()) for group, element in _TAG.findall(path)]
        group, element = tags[-1] if tags else ("0000", "0000")
        private = next((tag for tag in tags if int(tag[0], 16) % 2), None)
        is_original = ("0400", "0561") in tags
        if int(group, 16) % 2:
            is_creator = element.startswith("00") and int(element, 16) >= 0x10
            if is_creator and private == (group, element):
                return Place(path, vr, _CREATOR, "PrivateCreator", "", False, is_original)
            kind = _private_kind(self._rules.by_vr.get(vr, "bytes"))
            return Place(path, vr, kind, "", _masked(private), False, is_original)
        attribute = self._rules.attribute(group + element)
        by_vr = self._rules.by_vr.get(vr, "bytes")
        kind = attribute.kind if attribute else by_vr
        if kind in ("bytes", "number", "binary") and by_vr not in ("bytes", "number", "binary"):
            kind = by_vr  # a text VR where the dictionary has none: judged as the text it says it is
        if kind in ("code_value", "code_meaning") and _PERSON_CODES in tags:
            kind = "identity" if kind == "code_value" else "person"
        if kind in _FREE and path.startswith("(0010,") and len(tags) > 1:
            kind = "personal"  # what is within a sequence of the patient's speaks of the patient
        is_text = by_vr not in ("binary",)
        return Place(
            path,
            vr,
            kind,
            attribute.keyword if attribute else "",
            _masked(private),
            is_text and attribute is None,
            is_original,
        )


def _masked(tag: tuple[str, str] | None) -> str:
    return f"{tag[0]}xx{tag[1][2:]}" if tag else ""


def _private_kind(kind: str) -> str:
    """Free text of private elements is judged for identifiers alone: its words are the maker's own."""
    return "private" if kind in ("label", "comment", "code", "url", "ae") else kind
