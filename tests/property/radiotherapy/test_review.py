"""The review of a subject stands whatever arrives, in whatever order, in however many zips."""

from dataclasses import replace
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.checks.policy import judge, outcome_of
from ingest.checks.subject import SubjectView, review_subject
from ingest.model.instance import (
    Beam,
    Dose,
    ImagePlane,
    InstanceFacts,
    Plan,
    Reference,
    ReferenceKind,
    Registration,
    Roi,
    StructureSet,
    TreatmentRecord,
)
from ingest.model.review import Collision, CollisionKind
from ingest.model.verdict import CompletenessState, Outcome
from tests.facts import SUBJECT, facts_of_case, hamlet
from tests.radiotherapy_mutations import golden

STORAGE = "1.2.840.10008.5.1.4.1.1."
CLASSES = [
    STORAGE + end for end in ("2", "4", "128", "481.1", "481.2", "481.3", "481.4", "481.5", "66.1", "7")
]


@cache
def golden_facts():
    return facts_of_case(golden())


def review(filed, arriving, elsewhere=()):
    trial = hamlet()
    return review_subject(
        SubjectView(trial, trial.site("123"), SUBJECT, tuple(filed), tuple(arriving), elsewhere=elsewhere)
    )


uids = st.sampled_from(["", *(f"2.25.{number}" for number in range(9))])
dates = st.sampled_from(["", "19010101", "20240304", "20240318", "20240319"])
numbers = st.none() | st.integers(-3, 5)
millimetres = st.sampled_from([-3.0, 0.0, 3.0, 6.0, 1e6])
points = st.tuples(millimetres, millimetres, millimetres)
directions = st.sampled_from(
    [
        (1.0, 0.0, 0.0, 0.0, 1.0, 0.0),
        (0.0, 1.0, 0.0, 0.0, 0.0, -1.0),
        (0.0,) * 6,
        (1.0, 0.0, 0.0, 1.0, 0.0, 0.0),
    ]
)
planes = st.builds(
    ImagePlane,
    st.none() | points,
    st.none() | directions,
    st.none() | st.tuples(millimetres, millimetres),
    st.integers(0, 4),
    st.integers(0, 4),
)
references = st.lists(
    st.builds(Reference, st.sampled_from(ReferenceKind), uids, st.sampled_from(["", *CLASSES]), uids),
    max_size=4,
).map(tuple)
rois = st.builds(
    Roi,
    st.integers(0, 3),
    st.sampled_from([None, "PTV", "Cord", "BODY"]),
    st.integers(0, 2),
    st.none() | millimetres,
    st.none() | millimetres,
    st.none() | points,
    st.none() | points,
    st.sampled_from(["", "PTV", "ORGAN", "OTHER"]),
)
doses = st.builds(
    Dose,
    st.sampled_from(["", "PLAN", "BEAM", "FRACTION", "OTHER"]),
    st.sampled_from(["", "GY", "RELATIVE"]),
    st.sampled_from(["", "PHYSICAL", "ERROR"]),
    numbers,
    st.lists(millimetres, max_size=3).map(tuple),
    st.none() | st.sampled_from([0.0, 1.0]),
    st.none() | st.booleans(),
    st.lists(st.integers(0, 2), max_size=2).map(tuple),
)
plans = st.builds(
    Plan,
    st.sampled_from(["", "CURATIVE", "VERIFICATION"]),
    numbers,
    st.lists(st.builds(Beam, st.integers(0, 2), st.sampled_from(["", "SETUP"])), max_size=2).map(tuple),
    st.lists(st.integers(0, 2), max_size=2).map(tuple),
    st.sampled_from(["", "APPROVED", "REJECTED"]),
    dates,
)
instances = st.builds(
    InstanceFacts,
    ordinal=st.integers(1, 99),
    subject=st.just(SUBJECT),
    size=st.just(1),
    sent_sha256=st.sampled_from(["a", "b"]),
    filed_sha256=st.just("a"),
    content_sha256=st.sampled_from(["", "a", "b"]),
    sop_class_uid=st.sampled_from(CLASSES),
    sop_instance_uid=uids,
    study_uid=uids,
    series_uid=uids,
    modality=st.sampled_from(["", "CT", "MR", "RTDOSE", "RTPLAN", "OTHER"]),
    transfer_syntax_uid=st.just("1.2.840.10008.1.2"),
    frame_of_reference_uid=uids,
    temporal_position=numbers,
    acquisition_number=numbers,
    is_cone_beam=st.booleans(),
    image_type=st.sampled_from(
        [(), ("ORIGINAL", "PRIMARY", "LOCALIZER"), ("DERIVED", "SECONDARY", "PORTAL")]
    ),
    sex=st.sampled_from(["", "M", "F", "OTHER"]),
    study_date=dates,
    series_date=dates,
    acquisition_date=dates,
    frames=st.integers(0, 2),
    plane=st.none() | planes,
    references=references,
    structures=st.none()
    | st.builds(StructureSet, st.lists(uids, max_size=2).map(tuple), st.lists(rois, max_size=3).map(tuple)),
    plan=st.none() | plans,
    dose=st.none() | doses,
    registration=st.none() | st.builds(Registration, st.lists(uids, max_size=3).map(tuple)),
    record=st.none() | st.builds(TreatmentRecord, dates, numbers),
)
collisions = st.lists(st.builds(Collision, st.sampled_from(CollisionKind), uids), max_size=3).map(tuple)


@settings(max_examples=120, deadline=None)
@given(st.lists(instances, max_size=8), st.lists(instances, max_size=8), collisions)
def test_review_stands_whatever_arrives(filed, arriving, elsewhere):
    by_uid = {facts.sop_instance_uid: facts for facts in filed}
    arriving = [replace(facts, ordinal=ordinal) for ordinal, facts in enumerate(arriving, 1)]
    found = review(by_uid.values(), arriving, elsewhere)
    judged = judge(found.findings, hamlet(), None)
    assert not [item for item in judged if "…" in item.message.replace(" …", "")]
    assert set(found.standings) == {facts.ordinal for facts in arriving}
    assert (found.completeness.state is CompletenessState.AWAITING) == bool(found.completeness.missing)
    assert {finding.subject for finding in found.findings} <= {SUBJECT}


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False))
def test_order_of_files_does_not_matter(random):
    facts = list(golden_facts())
    random.shuffle(facts)
    found = review([], facts)
    assert found.findings == ()
    assert found.completeness.state is CompletenessState.COMPLETE


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_golden_case_is_complete_in_however_many_zips(data):
    facts = golden_facts()
    early = data.draw(st.lists(st.booleans(), min_size=len(facts), max_size=len(facts)))
    filed = [item for item, is_early in zip(facts, early, strict=True) if is_early]
    arriving = [item for item, is_early in zip(facts, early, strict=True) if not is_early]
    found = review(filed, arriving)
    assert found.findings == ()
    assert found.completeness.state is CompletenessState.COMPLETE


@settings(max_examples=80, deadline=None)
@given(st.data())
def test_what_is_absent_never_holds_a_subject(data):
    facts = golden_facts()
    keep = data.draw(st.lists(st.booleans(), min_size=len(facts), max_size=len(facts)))
    found = review([], [item for item, is_kept in zip(facts, keep, strict=True) if is_kept])
    assert outcome_of(judge(found.findings, hamlet(), None)) is Outcome.ACCEPTED
