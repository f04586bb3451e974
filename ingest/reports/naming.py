"""Files as a radiographer knows them: modality, series and image number; and attributes in words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from ingest.model.finding import InstanceRef
from ingest.reports.plain_text import clean

# Between the words of a keyword; the plural's s stays with its capitals: `Other Patient IDs`.
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])(?!Ds\b)")

#: So many consecutive series with one file each are told as a run.
_SERIES_RUN = 3


@dataclass(frozen=True, slots=True)
class NamedFiles:
    """A run of images, a run of series, or one file, with how many files it stands for."""

    name: str
    files: int


@dataclass(frozen=True, slots=True)
class _Run:
    """Images `first` to `last` of one series; `files` may be more where one number is there twice."""

    modality: str
    series: int
    first: int
    last: int
    files: int


def name_files(refs: Sequence[InstanceRef]) -> tuple[NamedFiles, ...]:
    """Return instances as the console shows them, runs together: `CT, series 3, images 41 to 60`."""
    known = sorted(
        (ref.modality or "", ref.series_number, ref.instance_number)
        for ref in refs
        if ref.series_number is not None and ref.instance_number is not None
    )
    runs: list[_Run] = []
    for (modality, series), group in groupby(known, lambda entry: entry[:2]):
        for numbers in _consecutive([entry[2] for entry in group]):
            runs.append(_Run(modality, series, numbers[0], numbers[-1], len(numbers)))
    others = [ref for ref in refs if ref.series_number is None or ref.instance_number is None]
    return (*_name_runs(runs), *_name_by_place(others))


def place_in_words(where: str, keyword: str) -> str:
    """Return `Operators Name (0008,1070)` for an attribute, or the container's place."""
    path, words = clean(where), " ".join(_CAMEL.split(clean(keyword, 80)))
    if words and path:
        return f"{words} {path}"
    return words or path


def _consecutive(numbers: Sequence[int]) -> list[list[int]]:
    """Return the runs of consecutive numbers; `numbers` is sorted and may hold one twice."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number <= runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _name_runs(runs: Sequence[_Run]) -> list[NamedFiles]:
    """Name the runs; where the same image of many series in a row is meant, they are one line."""
    names: list[NamedFiles] = []
    at = 0
    while at < len(runs):
        end = at + 1
        while end < len(runs) and _continues(runs[end - 1], runs[end]):
            end += 1
        if end - at >= _SERIES_RUN:
            first, last = runs[at], runs[end - 1]
            images = f"image {first.first}" + (" of each" if end - at > 1 else "")
            names.append(_named(first.modality, f"series {first.series} to {last.series}", images, end - at))
            at = end
        else:
            run = runs[at]
            images = f"image {run.first}" if run.first == run.last else f"images {run.first} to {run.last}"
            names.append(_named(run.modality, f"series {run.series}", images, run.files))
            at += 1
    return names


def _continues(before: _Run, run: _Run) -> bool:
    is_next = (run.modality, run.series) == (before.modality, before.series + 1)
    return is_next and before.files == run.files == 1 and run.first == before.first


def _named(modality: str, series: str, images: str, files: int) -> NamedFiles:
    return NamedFiles(", ".join(part for part in (clean(modality, 16), series, images) if part), files)


def _name_by_place(refs: Sequence[InstanceRef]) -> list[NamedFiles]:
    """Name by the place in the zip what has no series or image number."""

    names = []
    for group, same in groupby(sorted(refs, key=lambda ref: (_lead(ref), ref.ordinal)), _lead):
        for numbers in _consecutive([ref.ordinal for ref in same]):
            first, last = numbers[0], numbers[-1]
            files = f"file {first} of the zip" if first == last else f"files {first} to {last} of the zip"
            names.append(NamedFiles(", ".join(part for part in (group, files) if part), len(numbers)))
    return names


def _lead(ref: InstanceRef) -> str:
    series = "" if ref.series_number is None else f"series {ref.series_number}"
    return ", ".join(part for part in (clean(ref.modality or "", 16), series) if part)
