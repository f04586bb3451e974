"""A ledger that is rebuilt: submissions bear their old numbers, and fixity goes on where it stands."""

from __future__ import annotations

from datetime import timedelta

from ingest.ledger.acts import NewAct, RecordedAct
from ingest.ledger.approvals import ApprovalRow
from ingest.ledger.ledger import Ledger
from ingest.ledger.rebuilding import FoundSubmission
from ingest.model.inspection import Approval, ApprovalKind
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


def test_approvals_keep_their_numbers_and_new_ones_come_after_them(ledger: Ledger) -> None:
    approval = Approval(ApprovalKind.INSTITUTION, "(0008,0080)", "ab" * 32, "")
    with ledger.write() as tx:
        row = ApprovalRow(7, "123", approval, "A. Manager", "known", NOON, None, NOON, "rebuild", "lost")
        tx.rebuilding.approval(row)
        tx.rebuilding.approval(row)
        tx.rebuilding.number_on()
    with ledger.write() as tx:
        assert tx.approvals.active("123") == ()
        assert tx.approvals.find("123", with_past=True) == (row,)
        assert tx.approvals.add("123", approval, by="A. Manager", reason="it still stands") == 8


def test_a_ledger_with_nothing_found_numbers_from_one(ledger: Ledger) -> None:
    with ledger.write() as tx:
        tx.rebuilding.number_on()
    assert submit(ledger) == "S000001"


def test_an_act_that_was_found_is_in_force_and_the_next_one_is_numbered_after_it(ledger: Ledger) -> None:
    name = submit(ledger)
    act = NewAct(ActKind.RELEASE, "A. Manager", "checked", name, "123-1001", overrules=("PSN201",))
    with ledger.write() as tx:
        tx.rebuilding.act(RecordedAct(f"release:{name}:1", act, "", NOON, NOON, NOON))
        assert tx.acts.to_carry_out() == ()
        assert [item.act for item in tx.acts.of_submission(name)] == [act]
        assert tx.acts.record(act).name == f"release:{name}:2"


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
