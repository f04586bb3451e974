"""Severities and effects: finding_codes.toml, then the trial's override, then the site's."""

from dataclasses import replace

import pytest

from ingest.checks import policy
from ingest.checks.codes import load_codes
from ingest.model.finding import Effect, Finding, FindingCode, Scope, Severity
from ingest.model.verdict import Outcome
from ingest.trial.definition import SeverityOverride, Site, Trial
from ingest.trial.load import load_default_trial

TRIAL = load_default_trial()


def entry(code: str, severity: Severity, effect: Effect) -> FindingCode:
    return FindingCode(
        code, "name", severity, Scope.SUBJECT, effect, "{count} of {object}", "Resend {missing}."
    )


CODES = {
    "TST001": entry("TST001", Severity.REVIEW, Effect.HOLD),
    "TST002": entry("TST002", Severity.BLOCK, Effect.REJECT),
    "TST003": entry("TST003", Severity.WARN, Effect.NONE),
}


@pytest.fixture(autouse=True)
def three_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(policy, "load_codes", lambda: CODES)


def judged(trial: Trial, site: Site | None, code: str):
    return policy.judge([Finding(code, detail={"object": "CT"}, count=3)], trial, site)[0]


def test_the_sites_override_comes_before_the_trials() -> None:
    trial = replace(TRIAL, overrides=(SeverityOverride("TST001", Severity.WARN, None, "r"),))
    site = replace(TRIAL.sites[0], overrides=(SeverityOverride("TST001", Severity.BLOCK, None, "r"),))
    assert judged(TRIAL, None, "TST001").severity is Severity.REVIEW
    assert judged(trial, None, "TST001").severity is Severity.WARN
    assert judged(trial, site, "TST001").severity is Severity.BLOCK


@pytest.mark.parametrize(
    ("code", "severity", "effect", "expected"),
    [
        ("TST001", Severity.INFO, None, Effect.NONE),
        ("TST003", Severity.BLOCK, None, Effect.HOLD),
        ("TST002", Severity.WARN, None, Effect.NONE),
        ("TST002", Severity.BLOCK, None, Effect.REJECT),
        ("TST001", None, Effect.NONE, Effect.NONE),
        ("TST003", Severity.INFO, Effect.HOLD, Effect.HOLD),
    ],
)
def test_an_overridden_severity_brings_its_effect_unless_one_is_named(
    code: str, severity: Severity | None, effect: Effect | None, expected: Effect
) -> None:
    trial = replace(TRIAL, overrides=(SeverityOverride(code, severity, effect, "r"),))
    assert judged(trial, None, code).effect is expected


def test_sentences_are_filled_and_a_detail_that_is_missing_is_no_error() -> None:
    finding = judged(TRIAL, None, "TST001")
    assert finding.message == "3 of CT"
    assert finding.action == "Resend …."


def test_the_worst_effect_decides_the_outcome() -> None:
    hold, reject, none = (judged(TRIAL, None, code) for code in CODES)
    assert policy.outcome_of([none]) is Outcome.ACCEPTED
    assert policy.outcome_of([none, hold]) is Outcome.HELD
    assert policy.outcome_of([hold, reject]) is Outcome.REJECTED
    assert policy.outcome_of([]) is Outcome.ACCEPTED


def test_findings_come_worst_first() -> None:
    found = policy.judge([Finding("TST003"), Finding("TST001"), Finding("TST002")], TRIAL, None)
    assert [item.finding.code for item in found] == ["TST002", "TST001", "TST003"]


def test_every_code_has_a_sentence_and_something_to_do() -> None:
    for code in load_codes().values():
        # ARC1xx are lines of the stand-alone verifier's list, not sentences to a site.
        assert code.message.endswith((".", "?", ")")) or code.code.startswith("ARC1"), code.code
        assert code.severity in (Severity.INFO, Severity.WARN) or code.action, code.code
        if code.severity in (Severity.INFO, Severity.WARN):
            assert code.effect is Effect.NONE, code.code


@pytest.mark.parametrize(
    ("count", "words"), [(1, "once, 1 file"), (2, "twice, 2 files"), (12, "12 times, 12 files")]
)
def test_counts_read_as_people_say_them(count: int, words: str) -> None:
    assert policy.phrase("{times}, {files}", Finding("TST001", count=count)) == words
