"""The radiotherapy review of one subject: what is filed and what arrives, judged together."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.checks.consistency import check_collisions, check_enrolment, check_sex_and_dates
from ingest.checks.dose import check_doses
from ingest.checks.duplicates import Comparison, compare_with_filed
from ingest.checks.expected import Found, check_expected, check_modalities
from ingest.checks.geometry import check_geometry
from ingest.checks.graph import draw_graph
from ingest.checks.guidance import check_guidance
from ingest.checks.image_references import check_structure_references
from ingest.checks.index import SubjectIndex
from ingest.checks.links import Links
from ingest.checks.notes import Notes
from ingest.checks.plan import check_plans, treated_plans
from ingest.checks.references import check_references, check_series_in_one_study
from ingest.checks.registration_references import check_registration_references
from ingest.checks.rois import check_rois
from ingest.model.instance import InstanceFacts
from ingest.model.picture import SubjectPictures
from ingest.model.review import Collision, CollisionKind, EnrolmentRecord, ObjectKind, SubjectReview
from ingest.trial.definition import Site, Trial, Waiver


@dataclass(frozen=True, slots=True)
class SubjectView:
    """Everything the review of a subject looks at.

    filed:     what the archive holds of the subject; nothing held or rejected.
    arriving:  the subject's instances of this submission, in their order.
    waivers:   those of this subject, besides the site's in the trial file.
    enrolment: its entry of the enrolment list (UNKNOWN: not on it); None: there is no list.
    elsewhere: what is held under other study IDs, of what the arriving ones are and refer to.
    """

    trial: Trial
    site: Site | None
    subject_id: str
    filed: tuple[InstanceFacts, ...] = ()
    arriving: tuple[InstanceFacts, ...] = ()
    waivers: tuple[Waiver, ...] = ()
    enrolment: EnrolmentRecord | None = None
    elsewhere: tuple[Collision, ...] = ()


def review_subject(view: SubjectView) -> SubjectReview:
    """Review a subject over what is filed and what arrives. Pure; linear in instances and references."""
    notes = Notes(view.subject_id, view.arriving)
    comparison = compare_with_filed(view.filed, view.arriving, notes)
    index = SubjectIndex((*view.filed, *comparison.fresh))
    elsewhere = {item.value for item in view.elsewhere if item.kind is CollisionKind.INSTANCE}
    waivers = _waivers(view)
    links = Links()
    check_enrolment(index, view.enrolment, notes)
    check_collisions(comparison.fresh, view.elsewhere, notes)
    check_sex_and_dates(index, notes)
    check_modalities(index, view.trial.allowed_modalities, notes)
    check_series_in_one_study(index, notes)
    check_references(index, elsewhere, links, notes)
    check_structure_references(index, elsewhere, links, notes)
    check_registration_references(index, elsewhere, links, notes)
    strips = check_geometry(index, links, notes)
    check_plans(index, links, notes)
    doses = check_doses(index, notes)
    check_rois(index, view.trial.rois, notes)
    is_reg_waived = any(waiver.object == ObjectKind.REG for waiver in waivers)
    guidance = check_guidance(index, links, is_reg_waived=is_reg_waived, notes=notes)
    idle = len(index.of_kind(ObjectKind.RTPLAN)) - len(treated_plans(index))
    found = Found(idle, doses, guidance, links)
    rows = check_expected(index, view.trial.expected, waivers, view.enrolment, found, notes)
    pictures = SubjectPictures(draw_graph(index, links, rows), strips, guidance.calendar, rows)
    return _compose(notes, comparison, index, pictures)


def _waivers(view: SubjectView) -> tuple[Waiver, ...]:
    of_site = view.site.waivers if view.site else ()
    return tuple(item for item in (*of_site, *view.waivers) if item.subject in (None, view.subject_id))


def _compose(
    notes: Notes, comparison: Comparison, index: SubjectIndex, pictures: SubjectPictures
) -> SubjectReview:
    of_series = index.kinds.of_series
    differing = {
        facts.sop_instance_uid: kind
        for facts in index.instances
        if (kind := index.kind_of(facts)) is not of_series[facts.series_uid]
    }
    return SubjectReview(
        findings=notes.findings,
        completeness=notes.completeness(),
        pictures=pictures,
        standings=comparison.standings,
        kinds=of_series,
        instance_kinds=differing,
        disputed=comparison.disputed,
        held_ordinals=comparison.held,
    )
