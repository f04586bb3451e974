"""Data that two study IDs share is told, within a package and beyond it."""

from dataclasses import replace

from ingest.checks.collisions import collisions_in_package, shared_values
from ingest.checks.subject import review_subject
from ingest.model.review import CollisionKind
from tests.builders import build_case
from tests.facts import facts_of_case
from tests.radiotherapy_mutations import golden, view_of


def other_subject():
    return facts_of_case(build_case("123-1002", ct_slices=6, fractions=1, cbct_slices=2))


def codes(subject_facts, package):
    view = replace(
        view_of([]), arriving=tuple(subject_facts), elsewhere=collisions_in_package(package)["123-1001"]
    )
    return {finding.code for finding in review_subject(view).findings}


def test_strangers_share_nothing():
    package = {"123-1001": facts_of_case(golden()), "123-1002": other_subject()}
    assert collisions_in_package(package) == {"123-1001": (), "123-1002": ()}


def test_one_patient_under_two_study_ids_is_told():
    mine = facts_of_case(golden())
    theirs = tuple(replace(facts, sop_instance_uid=facts.sop_instance_uid + "1") for facts in mine)
    assert codes(mine, {"123-1001": mine, "123-1002": theirs}) == {"SID150"}


def test_reference_to_another_patient_of_the_package_is_told():
    theirs = other_subject()
    plan = next(facts for facts in theirs if facts.plan)
    mine = [
        replace(facts, references=(replace(facts.references[0], instance_uid=plan.sop_instance_uid),))
        if facts.dose
        else facts
        for facts in facts_of_case(golden())
    ]
    assert codes(mine, {"123-1001": mine, "123-1002": theirs}) == {"REF202"}


def test_shared_values_name_own_uids_and_targets():
    facts = facts_of_case(golden())
    values = shared_values([facts[0], *(item for item in facts if item.dose)])
    plan = next(item for item in facts if item.plan)
    assert {facts[0].sop_instance_uid, plan.sop_instance_uid} <= values[CollisionKind.INSTANCE]
    assert "" not in {value for group in values.values() for value in group}
