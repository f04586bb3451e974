"""Why something was not accepted, in a clause that can follow a colon."""

from __future__ import annotations

import re

from ingest.model.finding import MAX_INSTANCES, ZIP_GAP, InstanceRef, JudgedFinding
from ingest.reports.plain_text import clean
from ingest.reports.texts import Texts

# A finding's own words stand in the first line where they are neither shorter nor longer than this.
_SHORTEST_REASON, _LONGEST_REASON = 12, 110

# What a message counts in brackets: `(3 files)`, `(once)`.
_COUNTED = re.compile(r"\s*\([^()]*\b(?:files?|times|once|twice)\b[^()]*\)")
_CONTAINER = {"zip name": "zip-name", "zip comment": "zip-comment", "member name": "member-name"}
_NAME_KEYWORDS = re.compile(
    r"(Name|Physician\w*|Operator\w*|Reviewer\w*|Observer\w*|Author\w*)$|^(Physician|Operator|Reviewer)"
)


def without_counts(message: str) -> str:
    """Return a message without what it counts in brackets: what is said of many findings at once."""
    return _COUNTED.sub("", message)


def reason_of(item: JudgedFinding, texts: Texts) -> str:
    """Return why, in a clause that can follow `We could not accept …:`."""
    finding, reasons = item.finding, texts.reasons
    place = _place(finding.where, finding.instances, texts)
    keyword = _keyword_class(finding.keyword, finding.where) if finding.code.startswith("PSN") else ""
    text = reasons["code"].get(finding.code) or reasons["keyword"].get(keyword)
    if text is not None:
        return clean(text.text.format(place=place))
    return _own_words(clean(item.message)) or _by_prefix(finding.code, place, texts)


def _by_prefix(code: str, place: str, texts: Texts) -> str:
    prefixes = texts.reasons["prefix"]
    return prefixes.get(code[:3], prefixes["other"]).text.format(place=place)


def _own_words(message: str) -> str:
    """Return the first clause of a finding's message, else nothing: what fits behind a colon."""
    body = re.split(r"[.!?]\s|:\s", without_counts(message))[0].rstrip(".!? ")
    if not _SHORTEST_REASON <= len(body) <= _LONGEST_REASON or "…" in body:
        return ""
    first, _, rest = body.partition(" ")
    is_common_word = first[1:] == first[1:].lower() and not first[:1].isdigit() and not rest[:1].isupper()
    return body[0].lower() + body[1:] if is_common_word else body


def _keyword_class(keyword: str, where: str) -> str:
    if "BirthDate" in keyword:
        return "birth-date"
    if "Telephone" in keyword:
        return "telephone"
    if keyword.startswith("Institution") or keyword == "StationName":
        return "institution" if "Address" not in keyword else "address"
    if "Address" in keyword:
        return "address"
    if _is_private(where):
        return "private"
    return "name" if _NAME_KEYWORDS.search(keyword) and "Label" not in keyword else ""


def _is_private(where: str) -> bool:
    group = re.search(r"\(([0-9A-Fa-f]{4}),[0-9A-Fa-fx]{4}[^()]*\)$", where)
    return group is not None and int(group.group(1), 16) % 2 == 1


def _place(where: str, instances: tuple[InstanceRef, ...], texts: Texts) -> str:
    if where in _CONTAINER:
        return texts.places[_CONTAINER[where]]
    if where.startswith(ZIP_GAP):
        return texts.places["zip-gap"]
    modalities = {ref.modality for ref in instances}
    if len(modalities) > 1 or len(instances) == MAX_INSTANCES:
        return texts.places["many" if len(instances) == MAX_INSTANCES else "several"]
    return texts.places.get(modality_of(instances), texts.places["other"])


def modality_of(instances: tuple[InstanceRef, ...]) -> str:
    """Return the modality of the first instance a finding names; empty: none."""
    return (instances[0].modality or "") if instances else ""
