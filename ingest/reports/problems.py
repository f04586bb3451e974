"""Findings as people read them: where, which files by modality, series and image number, why in a clause."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from ingest.model.finding import MAX_INSTANCES, Effect, InstanceRef, JudgedFinding, Severity
from ingest.reports.plain_text import clean
from ingest.reports.report import Problem
from ingest.reports.steps import StepsShelf
from ingest.reports.texts import Texts

#: A problem names at most this many files or runs of images; the rest are counted.
FILES_SHOWN = 6

# A finding's own words stand in the first line where they are neither shorter nor longer than this.
_SHORTEST_REASON, _LONGEST_REASON = 12, 110

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_CONTAINER = {"zip name": "zip-name", "zip comment": "zip-comment", "member name": "member-name"}
_NAME_KEYWORDS = re.compile(
    r"(Name|Physician\w*|Operator\w*|Reviewer\w*|Observer\w*|Author\w*)$|^(Physician|Operator|Reviewer)"
)


def stops(item: JudgedFinding) -> bool:
    """Return whether the finding holds or rejects what it speaks of."""
    return item.effect is not Effect.NONE


def problems_of(
    findings: Iterable[JudgedFinding], shelf: StepsShelf, systems: Mapping[str, str]
) -> tuple[Problem, ...]:
    """Return the findings for people, in the order given; `shelf` gathers the steps that go with them."""
    return tuple(_problem(item, shelf, systems) for item in findings)


def _problem(item: JudgedFinding, shelf: StepsShelf, systems: Mapping[str, str]) -> Problem:
    finding = item.finding
    # What asks nothing of anybody does not list files either.
    named = () if item.severity is Severity.INFO else name_files(finding.instances)
    shown = named[:FILES_SHOWN]
    return Problem(
        code=clean(finding.code),
        severity=item.severity.value,
        message=clean(item.message),
        action=clean(item.action),
        place=place_in_words(finding.where, finding.keyword),
        count=finding.count,
        files=tuple(file.name for file in shown),
        more=_left_out(item, sum(file.files for file in shown)) if named else 0,
        instances=tuple(
            replace(ref, modality=clean(ref.modality, 16) if ref.modality else None)
            for ref in finding.instances
        ),
        steps=shelf.for_code(finding.code, _modality(finding.instances), systems) if _has_steps(item) else "",
    )


def _has_steps(item: JudgedFinding) -> bool:
    """Return whether to show steps: not where a person of the trial team looks at an identifier first."""
    is_to_be_looked_at = item.severity is Severity.REVIEW and item.finding.code.startswith("PSN")
    return stops(item) and not is_to_be_looked_at


@dataclass(frozen=True, slots=True)
class NamedFiles:
    """A run of images, or one file, with how many files it stands for."""

    name: str
    files: int


def _left_out(item: JudgedFinding, shown: int) -> int:
    """Return how many files are not shown. A finding lists some of its instances, and counts them all."""
    listed = len(item.finding.instances)
    total = listed if listed < MAX_INSTANCES else max(listed, item.finding.count)
    return max(0, total - shown)


def name_files(refs: Sequence[InstanceRef]) -> tuple[NamedFiles, ...]:
    """Return instances as the console shows them, runs together: `CT, series 3, images 41 to 60`."""
    known = sorted(
        (ref.modality or "", ref.series_number, ref.instance_number)
        for ref in refs
        if ref.series_number is not None and ref.instance_number is not None
    )
    names: list[NamedFiles] = []
    for (modality, series), group in groupby(known, lambda entry: entry[:2]):
        for run in _runs([entry[2] for entry in group]):
            first, last = run[0], run[-1]
            images = f"image {first}" if first == last else f"images {first} to {last}"
            parts = (clean(modality, 16), f"series {series}", images)
            names.append(NamedFiles(", ".join(part for part in parts if part), len(run)))
    others = [ref for ref in refs if ref.series_number is None or ref.instance_number is None]
    return (*names, *(NamedFiles(_place_in_zip(ref), 1) for ref in others))


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    """Return the runs of consecutive numbers; `numbers` is sorted and may hold one twice."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number <= runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _place_in_zip(ref: InstanceRef) -> str:
    parts = [clean(ref.modality, 16)] if ref.modality else []
    if ref.series_number is not None:
        parts.append(f"series {ref.series_number}")
    return ", ".join([*parts, f"file {ref.ordinal} of the zip"])


def place_in_words(where: str, keyword: str) -> str:
    """Return `Operators' name`-like words for an attribute with its tags, or the container's place."""
    path, words = clean(where), " ".join(_CAMEL.split(clean(keyword, 80)))
    if words and path:
        return f"{words} {path}"
    return words or path


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
    body = re.sub(r"\s*\([^()]*\b(?:files?|times|once|twice)\b[^()]*\)", "", message)
    body = re.split(r"[.!?]\s|:\s", body)[0].rstrip(".!? ")
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
    modalities = {ref.modality for ref in instances}
    if len(modalities) > 1:
        return texts.places["several"]
    return texts.places.get(_modality(instances), texts.places["other"])


def _modality(instances: tuple[InstanceRef, ...]) -> str:
    return (instances[0].modality or "") if instances else ""
