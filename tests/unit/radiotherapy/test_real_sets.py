"""What is said of real sets: what they really are."""

from functools import cache

import pytest

from ingest.checks.subject import SubjectView, review_subject
from ingest.model.picture import LinkState
from ingest.model.review import ObjectKind
from ingest.model.verdict import CompletenessState
from tests.facts import SUBJECT, facts_of_zip, hamlet
from tests.real_data import REAL_DATA


@cache
def review(name, *ordinals):
    trial = hamlet()
    facts = [item for item in facts_of_zip(REAL_DATA / name) if not ordinals or item.ordinal in ordinals]
    return review_subject(SubjectView(trial, trial.site("123"), SUBJECT, arriving=tuple(facts)))


def test_phantom_awaits_plan_dose_and_guidance_and_nothing_is_broken():
    found = review("phantom-ct-rtstruct.zip")
    assert {finding.code for finding in found.findings} == {"CMP103", "CMP104", "CMP105", "CMP303", "CMP304"}
    assert [item.object for item in found.completeness.missing] == ["rtplan", "rtdose", "image-guidance"]
    assert sorted(kind.value for kind in found.kinds.values()) == ["planning-ct", "rtstruct"]
    (link,) = found.pictures.graph.links
    assert (link.state, link.total, link.resolved) == (LinkState.RESOLVED, 190, 190)
    (strip,) = found.pictures.strips
    assert (strip.present, strip.expected, strip.spacing) == (190, 190, 1.0)


def test_eclipse_set_is_linked_and_has_one_slice_of_98():
    found = review("eclipse-partial.zip")
    codes = {finding.code for finding in found.findings}
    assert codes == {"REF103", "CMP105", "CMP303", "CMP304"}
    missing = found.completeness.missing[0]
    assert (missing.object, missing.expected, missing.found) == ("planning-ct", "98 CT images", "1 present")
    states = {(link.source[:-2], link.target[:-2]): link.state for link in found.pictures.graph.links}
    assert states["rtdose", "rtplan"] is LinkState.RESOLVED
    assert states["rtplan", "rtstruct"] is LinkState.RESOLVED
    assert found.pictures.calendar.planned == 7


@pytest.fixture(scope="module")
def rt_utils():
    facts = facts_of_zip(REAL_DATA / "rt-utils-references.zip")
    images = [item.ordinal for item in facts if item.modality == "CT"]
    structures = {
        (len(item.references), bool(item.structures.has_series_references)): item.ordinal
        for item in facts
        if item.structures
    }
    return images, structures


def test_each_rt_utils_structure_set_is_told_from_the_others(rt_utils):
    images, structures = rt_utils
    said = {}
    for key, ordinal in structures.items():
        found = review("rt-utils-references.zip", *images, ordinal)
        said[key] = {item.code for item in found.findings if item.code.startswith("REF")}
    assert sorted(map(sorted, said.values())) == [["REF103"], ["REF103"], ["REF210"]]


def test_real_sets_are_never_called_complete():
    for name in ("phantom-ct-rtstruct.zip", "eclipse-partial.zip", "rt-utils-references.zip"):
        assert review(name).completeness.state is CompletenessState.AWAITING


def test_real_planning_ct_is_no_image_guidance():
    assert ObjectKind.IMAGE_GUIDANCE not in review("phantom-ct-rtstruct.zip").kinds.values()
