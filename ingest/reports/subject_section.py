"""One subject's part of the submission report."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from ingest.model.finding import JudgedFinding
from ingest.model.picture import SubjectPictures
from ingest.model.verdict import MissingObject, Outcome, SubjectVerdict
from ingest.reports.arrived import kind_rank
from ingest.reports.changes import changes_of
from ingest.reports.headline import (
    ARRIVED_HELD,
    CARRY_THE_ID,
    is_withdrawn,
    near_miss_of,
    subject_headline,
    subject_lead,
    tone_of,
)
from ingest.reports.inputs import ArrivedSeries, SubjectInput, SubmissionReportInput
from ingest.reports.plain_text import clean, counted
from ingest.reports.problems import asks_nothing, fixes_of, problems_of, stops
from ingest.reports.report import ArrivedLine, MissingLine, SubjectSection
from ingest.reports.steps import StepsShelf
from ingest.reports.texts import Texts

_IMAGES = frozenset({"CT", "MR", "PT"})


def build_subject(subject: SubjectInput, source: SubmissionReportInput, texts: Texts) -> SubjectSection:
    """Return what the report says of one subject."""
    verdict = subject.verdict
    tone = tone_of(verdict.outcome, verdict.completeness)
    anchor = re.sub(r"[^A-Za-z0-9-]", "-", verdict.label)[:64]
    shelf = StepsShelf(texts, source.planning_system, f"{anchor}-")
    # Everything to fix comes first, so that its steps do.
    # A slip in the study ID is one thing to put right, though it stands in PatientName too.
    silent = [item for item in verdict.findings if stops(item) and _is_same_slip(item, verdict)]
    told = problems_of(
        [item for item in verdict.findings if stops(item) and item not in silent], shelf, subject.systems
    )
    unsaid = problems_of(silent, StepsShelf(texts, "", ""), {})
    stopping = (*told, *(replace(item, steps="") for item in unsaid))
    missing = _missing(subject, source, shelf, texts)
    others = problems_of([item for item in verdict.findings if not stops(item)], shelf, subject.systems)
    files = sum(series.instances for series in subject.arrived)
    asking, remarks = _worth_knowing(verdict, source, texts)
    return SubjectSection(
        anchor=anchor,
        label=clean(verdict.label, 64),
        subject_id=clean(verdict.subject_id, 64) if verdict.subject_id else None,
        outcome=verdict.outcome.value,
        completeness=verdict.completeness.state.value,
        tone=tone,
        status=texts.statuses[tone.value].text,
        sentence=_sentence(verdict, source, texts),
        near_miss=clean(subject.near_miss or "", 64),
        arrived=arrived_lines(subject.arrived, texts),
        missing=missing,
        findings=(*stopping, *others),
        is_withdrawn=is_withdrawn(verdict),
        to_fix=() if is_withdrawn(verdict) else fixes_of(told, files),
        to_know=fixes_of(problems_of(asking, shelf, subject.systems), files),
        noted=fixes_of(problems_of(remarks, shelf, subject.systems), files),
        changes=changes_of(subject, source.is_repeat, texts),
        steps=shelf.taken,
        pictures=_clean_pictures(subject.pictures),
    )


def _worth_knowing(
    verdict: SubjectVerdict, source: SubmissionReportInput, texts: Texts
) -> tuple[list[JudgedFinding], list[JudgedFinding]]:
    """Return what asks for something and stops nothing, and mere remarks; nothing that is said elsewhere."""
    missing = {item.object for item in verdict.completeness.missing}
    titles = {source.object_titles.get(kind, kind) for kind in missing}
    if is_withdrawn(verdict):
        return [], []
    left = [
        item
        for item in verdict.findings
        if not stops(item)
        and texts.said["by-missing"].get(item.finding.code) not in missing
        and item.finding.code not in texts.said["by-changes"]
        and not (item.finding.code.startswith("CMP1") and item.finding.detail.get("title") in titles)
    ]
    return [item for item in left if not asks_nothing(item)], [item for item in left if asks_nothing(item)]


def _is_same_slip(item: JudgedFinding, verdict: SubjectVerdict) -> bool:
    is_told = item.finding.code.startswith("SID")
    return bool(near_miss_of(verdict)) and not is_told and item.finding.keyword in CARRY_THE_ID


def _sentence(verdict: SubjectVerdict, source: SubmissionReportInput, texts: Texts) -> str:
    """Return the subject's own answer; where it is the only one, the report's first line has said it."""
    if len(source.subjects) == 1:
        return ""
    answer = subject_headline(verdict, source.is_repeat, texts)
    is_stopped = verdict.outcome is not Outcome.ACCEPTED
    return f"{answer} {subject_lead(verdict, source.is_repeat, texts)}" if is_stopped else answer


def arrived_lines(arrived: Sequence[ArrivedSeries], texts: Texts) -> tuple[ArrivedLine, ...]:
    """Return the series grouped by kind, in the order of a treatment."""
    ordered = sorted(arrived, key=lambda series: kind_rank(series.kind))
    return tuple(
        _arrived_line(kind, list(group), texts) for kind, group in groupby(ordered, lambda s: s.kind)
    )


def _arrived_line(kind: str, group: list[ArrivedSeries], texts: Texts) -> ArrivedLine:
    words = texts.object_words(kind)
    instances = sum(series.instances for series in group)
    amount = counted(instances, words.one, words.many)
    if len(group) > 1 and any(series.modality in _IMAGES for series in group):
        amount = f"{amount} in {counted(len(group), 'series', 'series')}"
    return ArrivedLine(
        kind=clean(kind, 40),
        title=words.title,
        amount=amount,
        instances=instances,
        series=tuple(_series_words(series, texts) for series in group),
    )


def _series_words(series: ArrivedSeries, texts: Texts) -> str:
    number = "no series number" if series.series_number is None else f"series {series.series_number}"
    parts = [clean(series.modality, 16) or "unknown", number]
    if series.modality in _IMAGES or series.instances > 1:
        words = texts.object_words(series.kind)
        parts.append(counted(series.instances, words.one, words.many) + _numbers(series))
    if series.system in texts.systems:
        parts.append(texts.systems[series.system])
    return ", ".join(parts)


def _numbers(series: ArrivedSeries) -> str:
    if series.first_image is None or series.last_image is None or series.instances < 2:
        return ""
    return f" (numbers {series.first_image} to {series.last_image})"


def _missing(
    subject: SubjectInput, source: SubmissionReportInput, shelf: StepsShelf, texts: Texts
) -> tuple[MissingLine, ...]:
    return tuple(
        _missing_line(item, subject, source, shelf, texts) for item in subject.verdict.completeness.missing
    )


def _missing_line(
    item: MissingObject, subject: SubjectInput, source: SubmissionReportInput, shelf: StepsShelf, texts: Texts
) -> MissingLine:
    title = source.object_titles.get(item.object)
    if title is None:
        title = texts.object_words(item.object).title if item.object in texts.objects else item.object
    is_held = item.found == ARRIVED_HELD
    how = ""
    if is_held:
        is_here = subject.verdict.outcome is not Outcome.ACCEPTED
        how = "" if is_here else texts.held["before"].text
    return MissingLine(
        object=clean(item.object, 60),
        title=_capital(clean(title, 120)),
        expected=clean(item.expected),
        found=clean(item.found),
        is_held=is_held,
        how=how,
        steps="" if is_held else shelf.for_object(item.object, subject.systems),
    )


def _clean_pictures(pictures: SubjectPictures | None) -> SubjectPictures | None:
    """Return the pictures with every word in them made harmless."""
    if pictures is None:
        return None
    nodes = tuple(replace(node, title=_capital(clean(node.title, 60))) for node in pictures.graph.nodes)
    links = tuple(replace(link, label=clean(link.label, 40)) for link in pictures.graph.links)
    return replace(
        pictures,
        graph=replace(pictures.graph, nodes=nodes, links=links),
        strips=tuple(replace(strip, title=_capital(clean(strip.title, 60))) for strip in pictures.strips),
        objects=tuple(
            replace(
                row,
                title=_capital(clean(row.title, 120)),
                expected=clean(row.expected),
                found=clean(row.found),
                reason=clean(row.reason),
            )
            for row in pictures.objects
        ),
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
