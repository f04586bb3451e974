"""Whatever a PatientID or a zip's name says, a study ID comes out of it only if it is one."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.checks.identity import IdentityValues, PackageIdentity
from ingest.checks.subject_id import read_subject_id, read_zip_name, suggest
from ingest.model.finding import InstanceRef
from ingest.model.route import RouteKind
from tests.facts import hamlet

GRAMMAR = hamlet().study_id
texts = st.text(max_size=40) | st.text("0123456789-_ ^lIoO.()１２３", max_size=14)
study_ids = st.from_regex(r"[0-9]{3}-[0-9]{4}", fullmatch=True)
sites = st.sampled_from(["123", "124", None])


@given(texts, sites)
def test_reading_is_a_study_id_or_a_code(text, site):
    for reading in (read_subject_id(text, GRAMMAR, site), read_zip_name(text, GRAMMAR, site)):
        assert reading.study_id or reading.code
        if reading.study_id:
            assert GRAMMAR.match(reading.study_id)
        if reading.near_miss:
            assert GRAMMAR.site_of(reading.near_miss) == site


@given(texts)
def test_suggestion_is_a_study_id(text):
    meant = suggest(text, GRAMMAR)
    assert meant is None or GRAMMAR.match(meant)


@given(study_ids)
def test_study_id_is_read_as_itself(study_id):
    assert read_subject_id(study_id, GRAMMAR, study_id[:3]).study_id == study_id
    assert read_zip_name(study_id + ".zip", GRAMMAR, study_id[:3]).study_id == study_id


@given(study_ids, st.sampled_from(["{} (2)", "{}^", " {}", "{} - Copy", "Copy of {}"]))
def test_copied_name_leads_back_to_its_study_id(study_id, form):
    assert suggest(form.format(study_id), GRAMMAR) == study_id


@given(
    st.sampled_from(list(RouteKind)),
    sites,
    texts,
    st.lists(st.builds(IdentityValues, texts, texts, texts, texts), min_size=1, max_size=6),
)
def test_every_instance_belongs_to_a_subject_and_findings_to_subjects(route, site, name, values):
    identity = PackageIdentity(hamlet(), route, site, name)
    labels = [identity.see(InstanceRef(ordinal), value) for ordinal, value in enumerate(values, 1)]
    subjects = {item.label: item for item in identity.subjects()}
    assert set(labels) == set(subjects)
    assert sum(item.instances for item in subjects.values()) == len(values)
    assert {finding.subject for finding in identity.findings()} <= set(subjects)
    assert all(item.subject_id is None or GRAMMAR.match(item.subject_id) for item in subjects.values())
