"""A zip that is larger than its route allows: never fetched, rejected with a reason, set aside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest

from ingest.model.submission import SubmissionState
from ingest.model.verdict import Outcome
from tests.deployment import QUICK_TRIAL, Deployment, deploy

SCHEMA = Path(__file__).resolve().parents[3] / "docs/schemas/submission-report.schema.json"
SMALL = QUICK_TRIAL.replace('maximum_size = "5 GB"', 'maximum_size = "1 MB"')


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with deploy(tmp_path, SMALL) as running:
        yield running


def test_it_is_rejected_without_being_fetched_and_the_sender_is_told_why(deployment: Deployment) -> None:
    for _ in range(2):
        source = deployment.drop("egress", "123", "123-1001.zip", bytes(2_000_000))
        deployment.run()
    first, second = deployment.submissions()
    for submission in (first, second):
        assert (submission.state, submission.outcome) == (SubmissionState.DONE, Outcome.REJECTED)
        assert not deployment.parts.originals.has(submission.id)
        assert (source.parent / "received" / f"{submission.id}.zip").exists()
        (finding,) = deployment.verdict(submission.id).findings
        assert finding.finding.code == "PKG117"
    text = deployment.report(first.id)
    assert "larger than the 0.000977 GB" in text
    assert "SHA-256: none: the zip was not fetched" in text
    assert "123-1001.zip" in deployment.report(first.id, "report.html")
    jsonschema.validate(
        json.loads(deployment.report(first.id, "report.json")), json.loads(SCHEMA.read_text())
    )


def test_the_limit_is_the_routes_own(deployment: Deployment) -> None:
    deployment.drop("explorer", "123", "a.zip", bytes(2_000_000))
    deployment.run()
    assert deployment.submissions()[0].sha256 != ""
