"""Data of a subject arrives over months: what is filed counts, what contradicts it is held."""

from dataclasses import replace

import pytest

from ingest.checks.subject import SubjectView, review_subject
from ingest.model.picture import LinkState, NodeState, ObjectState
from ingest.model.review import Standing
from ingest.model.verdict import CompletenessState
from ingest.trial.definition import Waiver
from tests.builders import clone, of_modality, without
from tests.facts import SUBJECT, facts_of_case, hamlet
from tests.radiotherapy_mutations import already_filed, fraction, golden, view_of


def filed_and_arriving(filed, arriving):
    trial = hamlet()
    return SubjectView(trial, trial.site("123"), SUBJECT, facts_of_case(filed), facts_of_case(arriving))


@pytest.mark.parametrize("first", ["CT", "RTSTRUCT", "RTPLAN", "RTDOSE", "CBCT", "REG", "RTRECORD"])
def test_what_was_missing_is_complete_when_it_arrives(first):
    case = list(golden())
    late = of_modality(case, first)
    early = without(case, late)
    before = review_subject(filed_and_arriving(early, []))
    after = review_subject(filed_and_arriving(early, late))
    if first not in ("REG", "RTRECORD"):
        assert before.completeness.state is CompletenessState.AWAITING
    assert after.findings == ()
    assert after.completeness.state is CompletenessState.COMPLETE
    assert set(after.standings.values()) == {Standing.NEW}


def test_resent_case_is_all_duplicates():
    review = review_subject(already_filed(view_of(list(golden()))))
    assert set(review.standings.values()) == {Standing.DUPLICATE}
    assert review.completeness.state is CompletenessState.COMPLETE
    assert review.disputed == () == review.held_ordinals


def test_changed_plan_is_held_and_the_filed_one_disputed():
    case = clone(list(golden()))
    plan = of_modality(case, "RTPLAN")[0].dataset
    plan.RTPlanLabel = "OTHER"
    view = already_filed(view_of(case))
    review = review_subject(view)
    assert review.disputed == (plan.SOPInstanceUID,)
    assert [review.standings[ordinal] for ordinal in review.held_ordinals] == [Standing.CONFLICT]
    assert review.completeness.state is CompletenessState.COMPLETE


def test_creation_time_does_not_make_a_conflict():
    case = clone(list(golden()))
    for instance in case:
        instance.dataset.InstanceCreationTime = "235959"
    review = review_subject(already_filed(view_of(case)))
    assert set(review.standings.values()) == {Standing.DUPLICATE}


def test_waived_object_is_not_missed():
    case = without(list(golden()), of_modality(list(golden()), "RTDOSE"))
    view = replace(view_of(case), waivers=(Waiver("rtdose", "not calculated", "A. Physicist", SUBJECT),))
    review = review_subject(view)
    assert review.findings == ()
    assert review.completeness.state is CompletenessState.COMPLETE
    row = next(row for row in review.pictures.objects if row.kind == "rtdose")
    assert (row.state, row.reason) == (ObjectState.WAIVED, "not calculated")


def test_waiver_of_another_subject_does_not_count():
    case = without(list(golden()), of_modality(list(golden()), "RTDOSE"))
    view = replace(view_of(case), waivers=(Waiver("rtdose", "not calculated", "A. Physicist", "123-1002"),))
    assert review_subject(view).completeness.state is CompletenessState.AWAITING


def test_site_that_does_not_export_registrations_is_not_asked_for_them():
    case = without(list(golden()), of_modality(list(golden()), "REG"))
    view = view_of(case)
    site = replace(view.site, waivers=(Waiver("reg", "the system cannot", "A. Physicist"),))
    assert review_subject(replace(view, site=site)).findings == ()


def test_pictures_show_what_is_there_and_what_is_not():
    case = without(list(golden()), of_modality(list(golden()), "RTPLAN") + fraction(list(golden()), "REG", 2))
    pictures = review_subject(view_of(case)).pictures
    nodes = {node.kind: node for node in pictures.graph.nodes}
    assert nodes["rtplan"].state is NodeState.ABSENT
    assert nodes["planning-ct"].state is NodeState.PRESENT
    assert (nodes["planning-ct"].found, nodes["planning-ct"].expected) == (10, 10)
    links = {(link.source.rsplit("-", 1)[0], link.state) for link in pictures.graph.links}
    assert ("rtdose", LinkState.MISSING) in links
    (strip,) = pictures.strips
    assert (strip.present, strip.expected, strip.unplaced, strip.spacing) == (10, 10, 0, 3.0)
    assert [day.registered for day in pictures.calendar.days] == [1, 0, 1]
    assert (pictures.calendar.delivered, pictures.calendar.imaged) == (3, 3)
