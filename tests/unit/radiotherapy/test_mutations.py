"""The golden case raises nothing; each mutation raises its own code, with the outcome that goes with it."""

import pytest

from ingest.checks.codes import load_codes
from ingest.checks.policy import SEVERITY_ORDER, judge, outcome_of
from ingest.checks.subject import review_subject
from ingest.model.finding import Severity
from ingest.model.verdict import CompletenessState, Outcome
from tests.builders import build_case, clone
from tests.facts import SUBJECT, hamlet
from tests.radiotherapy_mutations import MUTATIONS, Mutation, golden, view_of
from tests.radiotherapy_variants import NAMES_OTHERWISE, SOUND, VARIANTS

REVIEWED = ("REF", "GEO", "DOS", "IGR", "CMP")

each_mutation = pytest.mark.parametrize(
    "mutation", (*MUTATIONS, *VARIANTS), ids=lambda item: f"{item.code} {item.name}".strip()
)


def test_golden_case_raises_nothing():
    review = review_subject(view_of(build_case(SUBJECT)))
    assert review.findings == ()
    assert review.completeness.state is CompletenessState.COMPLETE


@each_mutation
def test_mutation_raises_its_code_and_nothing_as_severe(mutation: Mutation):
    review = review_subject(mutation.view)
    judged = judge(review.findings, hamlet(), None)
    own = [item for item in judged if item.finding.code == mutation.code]
    assert own, [item.finding.code for item in judged]
    rank = SEVERITY_ORDER[own[0].severity]
    others = {item.finding.code for item in judged if SEVERITY_ORDER[item.severity] <= rank} - {mutation.code}
    assert others == set()
    assert outcome_of(judged) is mutation.outcome
    if mutation.outcome is Outcome.ACCEPTED:
        assert review.completeness.state is mutation.state
        assert tuple(item.object for item in review.completeness.missing) == mutation.missing


@each_mutation
def test_sentences_are_filled_in(mutation: Mutation):
    judged = judge(review_subject(mutation.view).findings, hamlet(), None)
    assert not [item for item in judged if "…" in item.message.replace(" …", "") or "{" in item.message]


@pytest.mark.parametrize("form", SOUND)
def test_forms_in_which_nothing_is_wrong_raise_nothing(form: str):
    case = clone(list(golden()))
    spoiled = SOUND[form](case)
    review = review_subject(view_of(case if spoiled is None else spoiled))
    assert [item for item in review.findings if item.code != "CMP303"] == []
    assert review.completeness.state is CompletenessState.COMPLETE


def test_names_that_the_list_knows_by_other_words_are_on_it():
    assert review_subject(NAMES_OTHERWISE.view).findings == ()


def test_every_code_of_the_review_has_a_mutation():
    codes = {code for code in load_codes() if code.startswith(REVIEWED) or "SID140" <= code <= "SID199"}
    assert codes == {mutation.code for mutation in (*MUTATIONS, *VARIANTS)}
    assert len(MUTATIONS) >= 45


def test_only_identity_and_contradictions_stop_a_subject():
    quiet = ("GEO", "DOS", "IGR", "REF1", "REF3", "CMP1", "CMP3")
    codes = [code for code in load_codes().values() if code.code.startswith(quiet) and code.code != "GEO107"]
    assert codes
    assert all(code.severity in (Severity.WARN, Severity.INFO) for code in codes)
