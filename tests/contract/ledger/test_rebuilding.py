"""A ledger that is rebuilt: submissions bear their old numbers, and fixity goes on where it stands."""

from __future__ import annotations

from datetime import timedelta

from ingest.ledger.ledger import Ledger
from ingest.ledger.rebuilding import FoundSubmission
from ingest.model.submission import Act, ActKind, SubmissionState
from tests.ledger_rows import NOON, SHARE, ManualClock, submit


def found(submission_id: str, act: str = "arrival") -> FoundSubmission:
    return FoundSubmission(submission_id, SHARE, NOON, Act(ActKind(act), f"{act}:{submission_id}"))


def test_new_submissions_are_numbered_after_those_that_were_found(ledger: Ledger) -> None:
    with ledger.write() as tx:
        assert tx.rebuilding.is_empty()
        assert tx.rebuilding.submission(found("S000041"))
        assert not tx.rebuilding.submission(found("S000041", "release"))
        tx.rebuilding.number_on()
        assert not tx.rebuilding.is_empty()
    assert submit(ledger) == "S000042"
    with ledger.read() as tx:
        submission = tx.submissions.get("S000041")
    assert (submission.state, submission.act.name) == (SubmissionState.DONE, "release:S000041")


def test_subjects_are_read_again_in_the_order_in_which_they_were_read(
    ledger: Ledger, clock: ManualClock
) -> None:
    for subject_id in ("123-1001", "123-1002", "123-1003"):
        lease = ledger.lease_subject(subject_id, site="123", worker="w", lease_seconds=60)
        assert lease is not None
        with ledger.write() as tx:
            if subject_id != "123-1003":
                tx.subjects.compare_and_set_head(lease, 0, 1)
        clock.advance(60)
    with ledger.write() as tx:
        tx.subjects.mark_verified("123-1001")
    clock.advance(60)
    with ledger.read() as tx:
        assert tx.subjects.verified_before(clock.now()) == ("123-1002", "123-1001")
        assert tx.subjects.verified_before(clock.now() - timedelta(seconds=90)) == ("123-1002",)
