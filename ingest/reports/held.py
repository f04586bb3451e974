"""What is missing from the archive and yet has arrived: it is held, and nobody is asked to send it again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from ingest.model.verdict import MissingObject, SubjectVerdict
from ingest.reports.headline import ARRIVED_HELD, is_nothing
from ingest.reports.inputs import SubjectInput, SubmissionReportInput


def name_what_is_held(source: SubmissionReportInput) -> SubmissionReportInput:
    """Return the input with `arrived, held` as what was found of each missing object that is held."""
    subjects = tuple(_subject(subject) for subject in source.subjects)
    verdicts = {subject.verdict.label: subject.verdict for subject in subjects}
    named = tuple(verdicts.get(verdict.label, verdict) for verdict in source.verdict.subjects)
    return replace(source, subjects=subjects, verdict=replace(source.verdict, subjects=named))


def _subject(subject: SubjectInput) -> SubjectInput:
    completeness = subject.verdict.completeness
    missing = _named(completeness.missing, subject.held_objects)
    verdict: SubjectVerdict = replace(subject.verdict, completeness=replace(completeness, missing=missing))
    return replace(subject, verdict=verdict)


def _named(missing: Sequence[MissingObject], held: Collection[str]) -> tuple[MissingObject, ...]:
    return tuple(
        replace(item, found=ARRIVED_HELD) if item.object in held and is_nothing(item.found) else item
        for item in missing
    )
