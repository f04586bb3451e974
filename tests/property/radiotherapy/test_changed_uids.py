"""Images that were lost are never taken for renamed ones, and renamed ones never for lost ones."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.checks.subject import SubjectView, review_subject
from ingest.model.instance import InstanceFacts
from tests.facts import SUBJECT, facts_of_case, hamlet
from tests.radiotherapy_mutations import golden

FACTS = facts_of_case(golden())
SLICES = [place for place, item in enumerate(FACTS) if item.plane and not item.is_cone_beam and not item.dose]


def codes_of(facts: list[InstanceFacts]) -> set[str]:
    trial = hamlet()
    review = review_subject(SubjectView(trial, trial.site("123"), SUBJECT, (), tuple(facts)))
    return {item.code for item in review.findings}


@given(st.sets(st.sampled_from(SLICES), min_size=1))
@settings(max_examples=60, deadline=None)
def test_lost_slices_are_never_called_renamed(lost):
    codes = codes_of([item for place, item in enumerate(FACTS) if place not in lost])
    assert codes == {"REF104" if len(lost) == len(SLICES) else "REF103"}


@given(st.sets(st.sampled_from(SLICES), min_size=1), st.sampled_from(["", "2.25.99"]))
@settings(max_examples=60, deadline=None)
def test_renamed_slices_are_never_called_lost(renamed, series):
    facts = [
        replace(
            item,
            sop_instance_uid=f"{item.sop_instance_uid}9",
            series_uid=series if series and len(renamed) == len(SLICES) else item.series_uid,
        )
        if place in renamed
        else item
        for place, item in enumerate(FACTS)
    ]
    assert codes_of(facts) & {"REF103", "REF104", "REF203"} == {"REF203"}
