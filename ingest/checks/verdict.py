"""The verdict on a submission: what inspection and the radiotherapy checks found, under the trial's policy.

Outcomes by scope and effect (docs/architecture.md, "Outcomes"): what is wrong with the container stops
everything in it; what is wrong with one subject stops that subject alone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from ingest.checks.policy import judge, outcome_of
from ingest.model.finding import Effect, Finding, JudgedFinding
from ingest.model.inspection import UNCHECKED, Inspection, SubjectFacts
from ingest.model.review import Standing, SubjectReview
from ingest.model.verdict import (
    Completeness,
    CompletenessState,
    Outcome,
    SubjectVerdict,
    Verdict,
    worst,
)
from ingest.trial.definition import Site, Trial

_NOTHING_KNOWN = Completeness(CompletenessState.NOT_VERIFIABLE)


@dataclass(frozen=True, slots=True)
class SubjectCase:
    """One subject of a submission, as it is judged.

    review:       over what is filed and what arrives; None: no study ID, so there is nothing to review.
    without:      completeness over what is filed alone: it holds when the subject is rejected.
    if_held:      the same where the subject is held: what arrives is missing, and said to be here.
    head_version: the archive version that the review saw.
    overruled:    codes that a person's act sets aside for this subject; what rejects is not set aside.
    added:        findings that say what a person's act did to it.
    """

    facts: SubjectFacts
    review: SubjectReview | None = None
    without: Completeness = _NOTHING_KNOWN
    if_held: Completeness = _NOTHING_KNOWN
    head_version: int = 0
    overruled: Collection[str] = ()
    added: tuple[Finding, ...] = ()


def compose_verdict(
    inspection: Inspection, cases: Mapping[str, SubjectCase], trial: Trial, site: Site | None
) -> Verdict:
    """Return the verdict on a submission; `cases` by the label of the subject.

    Nothing held or rejected counts towards completeness; what is held is "arrived, held".
    """
    container = judge((item for item in inspection.findings if item.subject is None), trial, site)
    subjects = tuple(
        _judge_subject(inspection, case, container, trial, site)
        for case in sorted(cases.values(), key=lambda case: case.facts.label)
    )
    return Verdict(
        outcome=worst([subject.outcome for subject in subjects] or [_outcome_of_none(inspection, container)]),
        findings=_set_aside_by_all(container, subjects, cases),
        subjects=subjects,
        trial_name=trial.name,
        trial_sha256=trial.sha256,
    )


def _outcome_of_none(inspection: Inspection, container: tuple[JudgedFinding, ...]) -> Outcome:
    """A package without any instance is unusable, unless it was not looked at to its end."""
    return outcome_of(container) if UNCHECKED in inspection.coverage.not_checked else Outcome.REJECTED


def _judge_subject(
    inspection: Inspection,
    case: SubjectCase,
    container: tuple[JudgedFinding, ...],
    trial: Trial,
    site: Site | None,
) -> SubjectVerdict:
    own = [item for item in inspection.findings if item.subject == case.facts.label]
    review = case.review
    found = judge([*own, *(review.findings if review else ()), *case.added], trial, site)
    findings = set_aside(found, case.overruled)
    over_all = outcome_of(set_aside(container, case.overruled))
    outcome = worst([over_all, _outcome_of_subject(findings, case)])
    standings = list(review.standings.values()) if review else []
    return SubjectVerdict(
        label=case.facts.label,
        subject_id=case.facts.subject_id,
        outcome=outcome,
        completeness=_completeness(case, outcome),
        findings=findings,
        head_version=case.head_version,
        new=standings.count(Standing.NEW),
        duplicates=standings.count(Standing.DUPLICATE),
        conflicts=standings.count(Standing.CONFLICT),
        resolved=_resolved(case) if outcome is Outcome.ACCEPTED else (),
    )


def _completeness(case: SubjectCase, outcome: Outcome) -> Completeness:
    if outcome is Outcome.ACCEPTED and case.review:
        return case.review.completeness
    return case.without if outcome is Outcome.REJECTED else case.if_held


def _outcome_of_subject(findings: tuple[JudgedFinding, ...], case: SubjectCase) -> Outcome:
    """Data that belongs to no study ID is never accepted, whatever the findings' effects were set to."""
    outcome = outcome_of(findings)
    if case.facts.subject_id is None and outcome is Outcome.ACCEPTED:
        return Outcome.HELD
    return outcome


def set_aside(findings: tuple[JudgedFinding, ...], codes: Collection[str]) -> tuple[JudgedFinding, ...]:
    """Return the findings, those of the codes that hold made to hold no longer."""
    return tuple(
        replace(item, effect=Effect.NONE)
        if item.effect is Effect.HOLD and item.finding.code in codes
        else item
        for item in findings
    )


def _set_aside_by_all(
    container: tuple[JudgedFinding, ...],
    subjects: tuple[SubjectVerdict, ...],
    cases: Mapping[str, SubjectCase],
) -> tuple[JudgedFinding, ...]:
    """What is wrong with the container holds until it was set aside for every subject."""
    if not subjects:
        return container
    codes = set.intersection(*(set(cases[subject.label].overruled) for subject in subjects))
    return set_aside(container, codes)


def _resolved(case: SubjectCase) -> tuple[str, ...]:
    """Return the objects that were missing from what is filed and are not with this submission."""
    if case.review is None or not case.head_version:
        return ()
    still = {item.object for item in case.review.completeness.missing}
    return tuple(item.object for item in case.without.missing if item.object not in still)
