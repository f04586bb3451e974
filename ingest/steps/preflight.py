"""Preflight: the report that the service would send, made before anything is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ingest.checks.kinds import classify
from ingest.model.inspection import Inspection, InspectionRequest
from ingest.model.instance import InstanceFacts
from ingest.model.verdict import Outcome, SubjectVerdict, Verdict
from ingest.reports.arrived import arrived_series, systems_of
from ingest.reports.content import build_submission_report
from ingest.reports.inputs import SubjectInput, SubmissionReportInput
from ingest.reports.report import SubmissionReport
from ingest.steps.judge import group_by_label, review_alone
from ingest.trial.definition import Trial

_SENTENCES = {
    Outcome.ACCEPTED: "This zip would be accepted.",
    Outcome.HELD: "This zip would be held: a person in the trial team would have to look at it.",
    Outcome.REJECTED: "This zip would be rejected: put right what is listed below before you send it.",
}
_NOTE = (
    "This is a check on your own computer: nothing was sent, and nothing was filed. What the trial already "
    "has of a patient is not known here."
)


def build_preflight_report(
    request: InspectionRequest,
    inspection: Inspection,
    verdict: Verdict,
    instances: Sequence[InstanceFacts],
    trial: Trial,
    now: datetime,
    program_version: str,
) -> SubmissionReport:
    """Return the report on a zip that was only checked: what the service would say, said to be a check."""
    site = trial.site(request.site) if request.site else None
    arriving = group_by_label(list(instances))
    near_misses = {facts.label: facts.near_miss for facts in inspection.subjects}
    source = SubmissionReportInput(
        submission_id="",
        route=request.route,
        site_number=request.site or "not named",
        site_name=site.name if site else "Your site",
        received=now,
        reported=now,
        package=inspection.package,
        verdict=verdict,
        subjects=tuple(
            _subject(trial, request, subject, arriving.get(subject.label, []), near_misses.get(subject.label))
            for subject in verdict.subjects
        ),
        coverage=inspection.coverage,
        trial_name=trial.name,
        trial_title=trial.title,
        program_version=program_version,
        planning_system=site.planning_system if site else "",
        object_titles={item.object: item.title for item in trial.expected},
        contact=trial.team.data_management,
    )
    report = build_submission_report(source)
    would_say = f"Our report would say: {report.headline} {report.lead}"
    return replace(report, headline=_SENTENCES[verdict.outcome], lead=_NOTE, act=would_say)


def _subject(
    trial: Trial,
    request: InspectionRequest,
    subject: SubjectVerdict,
    arriving: Sequence[InstanceFacts],
    near_miss: str | None,
) -> SubjectInput:
    site = trial.site(request.site) if request.site else None
    review = review_alone(trial, subject.subject_id or subject.label, tuple(arriving), site=site)
    return SubjectInput(
        verdict=subject,
        arrived=arrived_series(arriving, review.kinds, review.instance_kinds),
        systems=systems_of(arriving),
        held_objects=_kinds(arriving) if subject.outcome is Outcome.HELD else (),
        near_miss=near_miss,
        pictures=review.pictures if subject.subject_id else None,
    )


def _kinds(arriving: Sequence[InstanceFacts]) -> tuple[str, ...]:
    return tuple(sorted({kind.value for kind in classify(arriving).of_instance.values()}))
