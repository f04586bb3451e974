"""The same data under two study IDs, sent at the same time: one is filed, the other held."""

from __future__ import annotations

from pathlib import Path

from ingest.model.route import RouteKind
from ingest.model.submission import SubmissionState
from ingest.model.verdict import Outcome
from ingest.steps.advance import advance
from ingest.steps.drive import drain
from ingest.steps.poll import poll
from tests.builders import build_case, zip_instances
from tests.deployment import Deployment, deploy


def bring_to_filing(deployment: Deployment, submission_id: str) -> None:
    """Take a submission to the state before the file step."""
    with deployment.parts.ledger.read() as tx:
        state = tx.submissions.get(submission_id).state
    while state is not SubmissionState.TO_FILE:
        advance(deployment.parts, submission_id)
        with deployment.parts.ledger.read() as tx:
            state = tx.submissions.get(submission_id).state


def test_what_was_filed_elsewhere_since_the_verdict_sends_it_back_to_be_decided(tmp_path: Path) -> None:
    with deploy(tmp_path) as deployment:
        first = build_case("123-1001", ct_slices=3)[:3]
        second = build_case("123-1002", ct_slices=3)[:3]
        for one, other in zip(first, second, strict=True):
            other.dataset.PixelData = one.dataset.PixelData
        deployment.drop("explorer", "123", "first.zip", zip_instances(first))
        deployment.drop("explorer", "123", "second.zip", zip_instances(second))
        deployment.run(1)
        # Both are judged before either is filed, as two workers would.
        poll(deployment.parts, RouteKind.EXPLORER)
        for submission_id in ("S000001", "S000002"):
            bring_to_filing(deployment, submission_id)
            assert deployment.verdict(submission_id).outcome is Outcome.ACCEPTED
        deployment.service.woken.extend(("S000001", "S000002"))
        drain(deployment.parts, deployment.service.woken)
        assert [item.outcome for item in deployment.submissions()] == [Outcome.ACCEPTED, Outcome.HELD]
        codes = {item.finding.code for item in deployment.verdict("S000002").subjects[0].findings}
        assert "SID150" in codes
        assert len(deployment.parts.archive.subjects()) == 1
        with deployment.parts.ledger.read() as tx:
            events = [item.event for item in tx.audit.events(submission_id="S000002")]
        assert events.count("head-moved") == 1
