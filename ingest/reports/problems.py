"""Findings as reports tell them: each for programs, and gathered for people, nothing said twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from ingest.model.finding import MAX_INSTANCES, Effect, JudgedFinding, Severity
from ingest.reports.naming import name_files, place_in_words
from ingest.reports.plain_text import clean
from ingest.reports.reasons import modality_of, without_counts
from ingest.reports.report import Fix, Problem, Spot
from ingest.reports.steps import StepsShelf

#: A problem names at most this many files or runs of images; the rest are counted. Fewer in many places.
FILES_SHOWN, FILES_SHOWN_OF_MANY = 6, 2
_IDENTIFYING = "PSN"


def stops(item: JudgedFinding) -> bool:
    """Return whether the finding holds or rejects what it speaks of."""
    return item.effect is not Effect.NONE


def asks_nothing(item: JudgedFinding) -> bool:
    """Return whether the finding is only a remark."""
    return item.severity is Severity.INFO and not stops(item)


def asks_of_sender(item: JudgedFinding) -> bool:
    """Return whether the site is to put something right: not where the trial team looks at it first."""
    is_to_be_looked_at = item.severity is Severity.REVIEW and item.finding.code.startswith(_IDENTIFYING)
    return stops(item) and not is_to_be_looked_at


def problems_of(
    findings: Iterable[JudgedFinding], shelf: StepsShelf, systems: Mapping[str, str]
) -> tuple[Problem, ...]:
    """Return the findings for programs, in the order given; `shelf` gathers the steps that go with them."""
    return tuple(_problem(item, shelf, systems) for item in findings)


def fixes_of(problems: Sequence[Problem], files_in_all: int = 0) -> tuple[Fix, ...]:
    """Return the problems for people.

    What is wrong with one attribute is told once, by the worst that was found; the same in many places is
    one entry with its places. `files_in_all`: of the subject; a problem of all of them lists none.
    """
    groups: dict[tuple[str, str, str], list[Problem]] = {}
    further: dict[str, list[str]] = {}
    leading: dict[str, Problem] = {}
    for problem in problems:
        if problem.code.startswith(_IDENTIFYING) and problem.place:
            worst = leading.setdefault(problem.place, problem)
            if worst.code != problem.code and problem.count <= worst.count:
                further.setdefault(worst.code, []).append(problem.code)
                continue
        key = (problem.code, without_counts(problem.message), problem.action)
        groups.setdefault(key, []).append(problem)
    return tuple(_fix(group, further.get(group[0].code, []), files_in_all) for group in groups.values())


def _fix(group: Sequence[Problem], further: Sequence[str], files_in_all: int) -> Fix:
    first = group[0]
    most = FILES_SHOWN if len(group) == 1 else FILES_SHOWN_OF_MANY
    return Fix(
        codes=tuple(dict.fromkeys([first.code, *further])),
        severity=first.severity,
        message=first.message if len(group) == 1 else without_counts(first.message),
        action=first.action,
        spots=tuple(_spot(problem, most, files_in_all) for problem in group),
        steps=first.steps,
    )


def _spot(problem: Problem, most: int, files_in_all: int) -> Spot:
    if not problem.files:
        return Spot(problem.place, (), 0)
    if problem.count == files_in_all and len(problem.instances) == min(MAX_INSTANCES, files_in_all) > 1:
        return Spot(problem.place, (f"all {files_in_all:,} files",), 0)
    if len(problem.files) <= most:
        return Spot(problem.place, problem.files, problem.more)
    shown = name_files(problem.instances)[:most]
    more = _left_out(problem, sum(file.files for file in shown))
    return Spot(problem.place, tuple(file.name for file in shown), more)


def _problem(item: JudgedFinding, shelf: StepsShelf, systems: Mapping[str, str]) -> Problem:
    finding = item.finding
    # What asks nothing of anybody does not list files either.
    named = () if item.severity is Severity.INFO else name_files(finding.instances)
    shown = named[:FILES_SHOWN]
    problem = Problem(
        code=clean(finding.code),
        severity=item.severity.value,
        message=clean(item.message),
        action=clean(item.action),
        place=place_in_words(finding.where, finding.keyword),
        count=finding.count,
        files=tuple(file.name for file in shown),
        more=0,
        instances=tuple(
            replace(ref, modality=clean(ref.modality, 16) if ref.modality else None)
            for ref in finding.instances
        ),
        steps=(
            shelf.for_code(finding.code, modality_of(finding.instances), systems)
            if asks_of_sender(item)
            else ""
        ),
    )
    return replace(problem, more=_left_out(problem, sum(file.files for file in shown))) if named else problem


def _left_out(problem: Problem, shown: int) -> int:
    """Return how many files are not shown. A finding lists some of its instances, and counts them all."""
    listed = len(problem.instances)
    total = listed if listed < MAX_INSTANCES else max(listed, problem.count)
    return max(0, total - shown)
