"""Judge a package: each subject reviewed against what is filed for it, then the verdict. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ingest.checks.collisions import collisions_in_package
from ingest.checks.kinds import classify
from ingest.checks.subject import SubjectView, review_subject
from ingest.checks.verdict import SubjectCase, compose_verdict
from ingest.model.finding import Finding
from ingest.model.inspection import Inspection, SubjectFacts
from ingest.model.instance import InstanceFacts
from ingest.model.review import Collision, EnrolmentRecord, SubjectReview
from ingest.model.verdict import Completeness, Verdict
from ingest.trial.definition import Site, Trial, Waiver


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What is known of a subject besides the package.

    filed:     facts of everything filed for it; held: of what arrived and is held.
    elsewhere: what the arriving data shares with other study IDs or sites.
    overruled: finding codes that a person's act sets aside.
    added:     findings that say what a person's act did.
    """

    filed: tuple[InstanceFacts, ...] = ()
    held: tuple[InstanceFacts, ...] = ()
    head_version: int = 0
    waivers: tuple[Waiver, ...] = ()
    enrolment: EnrolmentRecord | None = None
    elsewhere: tuple[Collision, ...] = ()
    overruled: tuple[str, ...] = ()
    added: tuple[Finding, ...] = ()


NOTHING_KNOWN = Knowledge()
#: In place of a subject's label: the package, where nothing is known of whose it is.
WHOLE_PACKAGE = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict with the reviews that it rests on, by label; subjects without a study ID have none."""

    verdict: Verdict
    reviews: Mapping[str, SubjectReview]


def judge_package(
    inspection: Inspection,
    arriving: Mapping[str, Sequence[InstanceFacts]],
    trial: Trial,
    site: Site | None,
    known: Mapping[str, Knowledge] | None = None,
) -> Judgement:
    """Return the judgement; `arriving` and `known` by the label of the subject."""
    known = known or {}
    within = collisions_in_package(arriving)
    cases: dict[str, SubjectCase] = {}
    for facts in inspection.subjects:
        knowledge = known.get(facts.label, NOTHING_KNOWN)
        shared = (*knowledge.elsewhere, *within.get(facts.label, ()))
        knowledge = replace(knowledge, elsewhere=tuple(dict.fromkeys(shared)))
        cases[facts.label] = _build_case(facts, tuple(arriving.get(facts.label, ())), knowledge, trial, site)
    said = known.get(WHOLE_PACKAGE, NOTHING_KNOWN).added
    verdict = compose_verdict(with_findings(inspection, said), cases, trial, site)
    return Judgement(
        verdict, {label: case.review for label, case in cases.items() if case.review is not None}
    )


def with_findings(inspection: Inspection, added: tuple[Finding, ...]) -> Inspection:
    """Return the inspection with findings of the whole package added."""
    return replace(inspection, findings=(*inspection.findings, *added)) if added else inspection


def review_alone(
    trial: Trial,
    subject_id: str,
    arriving: tuple[InstanceFacts, ...],
    knowledge: Knowledge = NOTHING_KNOWN,
    site: Site | None = None,
) -> SubjectReview:
    """Return the review of one subject, for a report: what is filed, and `arriving` beside it."""
    return review_subject(_view(subject_id, arriving, knowledge, trial, site))


def _build_case(
    facts: SubjectFacts,
    arriving: tuple[InstanceFacts, ...],
    knowledge: Knowledge,
    trial: Trial,
    site: Site | None,
) -> SubjectCase:
    if facts.subject_id is None:
        return SubjectCase(facts, added=knowledge.added)
    review = review_subject(_view(facts.subject_id, arriving, knowledge, trial, site))
    without = review_subject(_view(facts.subject_id, (), knowledge, trial, site))
    return SubjectCase(
        facts=facts,
        review=review,
        without=name_held(without.completeness, knowledge.held),
        if_held=name_held(without.completeness, (*knowledge.held, *arriving)),
        head_version=knowledge.head_version,
        overruled=knowledge.overruled,
        added=knowledge.added,
    )


def _view(
    subject_id: str,
    arriving: tuple[InstanceFacts, ...],
    knowledge: Knowledge,
    trial: Trial,
    site: Site | None,
) -> SubjectView:
    return SubjectView(
        trial=trial,
        site=site,
        subject_id=subject_id,
        filed=knowledge.filed,
        arriving=arriving,
        waivers=knowledge.waivers,
        enrolment=knowledge.enrolment,
        elsewhere=knowledge.elsewhere,
    )


def name_held(completeness: Completeness, held: tuple[InstanceFacts, ...]) -> Completeness:
    """Return the completeness with "arrived, held" for missing objects that are there and held."""
    kinds = {kind.value for kind in classify(held).of_instance.values()} if held else set()
    missing = tuple(
        replace(item, found="arrived, held") if item.object in kinds else item
        for item in completeness.missing
    )
    return replace(completeness, missing=missing)


def group_by_label(instances: Sequence[InstanceFacts]) -> dict[str, list[InstanceFacts]]:
    """Return instances by the label of their subject."""
    groups: dict[str, list[InstanceFacts]] = {}
    for facts in instances:
        groups.setdefault(facts.subject, []).append(facts)
    return groups
