"""Claims: one holder at a time, fenced by tokens; attempts, back-off, parking, wake-ups."""

from __future__ import annotations

import pytest

from ingest.ledger.errors import LostClaim, NotInLedger, Refused
from ingest.ledger.ledger import Ledger
from ingest.ledger.outbox import Channel
from ingest.ledger.transitions import Event
from ingest.model.submission import Step, SubmissionState
from tests.ledger_rows import ManualClock, submit, take


def test_a_second_worker_gets_nothing_while_the_lease_runs(ledger: Ledger) -> None:
    submission_id = submit(ledger)
    first = ledger.claim(submission_id, worker="a", lease_seconds=60)
    assert first is not None
    assert first.step is Step.STAGE
    assert ledger.claim(submission_id, worker="b", lease_seconds=60) is None


def test_a_claim_for_another_step_gets_nothing(ledger: Ledger) -> None:
    submission_id = submit(ledger)
    assert ledger.claim(submission_id, worker="a", lease_seconds=60, step=Step.FILE) is None
    assert ledger.claim(submission_id, worker="a", lease_seconds=60, step=Step.STAGE) is not None


def test_an_unknown_submission_is_not_claimed(ledger: Ledger) -> None:
    for unknown in ("S000042", "nonsense", "S", "S99999999999999999999999"):
        with pytest.raises(NotInLedger):
            ledger.claim(unknown, worker="a", lease_seconds=60)


def test_a_lapsed_lease_is_taken_over_and_the_first_holder_is_fenced_off(
    ledger: Ledger, clock: ManualClock
) -> None:
    submission_id = submit(ledger)
    first = ledger.claim(submission_id, worker="a", lease_seconds=60)
    clock.advance(61)
    second = ledger.claim(submission_id, worker="a", lease_seconds=60)
    assert first is not None
    assert second is not None
    assert second.token > first.token
    for lost in (
        lambda: ledger.renew(first),
        lambda: ledger.fail(first, reason="x", is_transient=True),
        lambda: ledger.postpone(first, seconds=1),
        lambda: ledger.finish(first, Event.STAGED).__enter__(),
        lambda: ledger.work(first).__enter__(),
    ):
        with pytest.raises(LostClaim):
            lost()
    with ledger.finish(second, Event.STAGED):
        pass


def test_a_renewed_lease_holds(ledger: Ledger, clock: ManualClock) -> None:
    submission_id = submit(ledger)
    claim = ledger.claim(submission_id, worker="a", lease_seconds=60)
    assert claim is not None
    clock.advance(50)
    ledger.renew(claim)
    clock.advance(50)
    assert ledger.claim(submission_id, worker="b", lease_seconds=60) is None


def test_what_a_step_records_and_its_move_are_one_transaction(ledger: Ledger) -> None:
    submission_id = submit(ledger)
    claim = ledger.claim(submission_id, worker="a", lease_seconds=60)
    assert claim is not None
    with pytest.raises(ZeroDivisionError), ledger.finish(claim, Event.STAGED) as tx:
        tx.submissions.set_fetched(submission_id, "ab", None)
        tx.audit.append("staged", submission_id=submission_id)
        raise ZeroDivisionError
    with ledger.read() as tx:
        after = tx.submissions.get(submission_id)
        assert (after.state, after.sha256) == (SubmissionState.TO_STAGE, "")
        assert tx.audit.head()[0] == 0
    with ledger.finish(claim, Event.STAGED) as tx:
        tx.submissions.set_fetched(submission_id, "ab", None)
    with ledger.read() as tx:
        after = tx.submissions.get(submission_id)
        assert (after.state, after.sha256, after.attempts) == (SubmissionState.TO_INSPECT, "ab", 0)


def test_an_event_that_the_table_lacks_is_refused(ledger: Ledger) -> None:
    claim = ledger.claim(submit(ledger), worker="a", lease_seconds=60)
    assert claim is not None
    with pytest.raises(Refused), ledger.finish(claim, Event.FILED):
        pass


def test_three_passing_faults_park_it_and_tell_the_operations_contact(
    ledger: Ledger, clock: ManualClock
) -> None:
    submission_id = submit(ledger)
    states = []
    for _ in range(3):
        claim = ledger.claim(submission_id, worker="a", lease_seconds=60)
        assert claim is not None
        states.append(ledger.fail(claim, reason="share down", is_transient=True, retry_after=30))
        assert ledger.claim(submission_id, worker="a", lease_seconds=60) is None
        clock.advance(30)
    assert states == [SubmissionState.TO_STAGE, SubmissionState.TO_STAGE, SubmissionState.STUCK]
    with ledger.write() as tx:
        (message,) = tx.outbox.claim("w", channel=Channel.OPERATIONS)
        assert message.message.payload["submission"] == submission_id
        assert message.message.payload["step"] == "stage"
        assert tx.vitals.read().stuck == (submission_id,)
        assert [event.event for event in tx.audit.events(submission_id=submission_id)] == ["parked"]
        results = [row["result"] for row in tx.submissions.attempts_of(submission_id)]
        assert results == ["failed", "failed", "parked"]


def test_a_bug_parks_it_at_once_and_a_person_resumes_it(ledger: Ledger) -> None:
    submission_id = submit(ledger)
    take(ledger, submission_id, Event.STAGED)
    claim = ledger.claim(submission_id, worker="a", lease_seconds=60)
    assert claim is not None
    assert ledger.fail(claim, reason="KeyError", is_transient=False) is SubmissionState.STUCK
    with ledger.write() as tx:
        assert tx.submissions.get(submission_id).parked_from is SubmissionState.TO_INSPECT
        assert tx.submissions.move(submission_id, Event.RESUMED) is SubmissionState.TO_INSPECT
    again = ledger.claim(submission_id, worker="a", lease_seconds=60)
    assert again is not None
    assert again.attempt == 1


def test_parking_is_a_persons_or_a_failures_and_never_the_end_of_a_step(ledger: Ledger) -> None:
    submission_id = submit(ledger)
    claim = ledger.claim(submission_id, worker="a", lease_seconds=60)
    assert claim is not None
    with pytest.raises(Refused), ledger.finish(claim, Event.PARKED):
        pass
    with pytest.raises(Refused), ledger.write() as tx:
        tx.submissions.move(submission_id, Event.PARKED)
    ledger.postpone(claim, seconds=0)
    with ledger.write() as tx:
        assert tx.submissions.move(submission_id, Event.PARKED) is SubmissionState.STUCK
        assert tx.submissions.move(submission_id, Event.RESUMED) is SubmissionState.TO_STAGE


def test_a_step_that_kills_its_worker_three_times_is_parked_by_the_sweep(
    ledger: Ledger, clock: ManualClock
) -> None:
    submission_id = submit(ledger)
    for _ in range(3):
        assert ledger.claim(submission_id, worker="a", lease_seconds=60) is not None
        clock.advance(60)
    assert ledger.claim(submission_id, worker="a", lease_seconds=60) is None
    assert ledger.due() == []
    assert ledger.park_exhausted() == [submission_id]
    assert ledger.park_exhausted() == []
    with ledger.read() as tx:
        assert tx.submissions.get(submission_id).state is SubmissionState.STUCK
        assert {row["result"] for row in tx.submissions.attempts_of(submission_id)} == {"lapsed"}


def test_the_third_attempt_is_not_parked_while_it_runs(ledger: Ledger, clock: ManualClock) -> None:
    submission_id = submit(ledger)
    for _ in range(3):
        assert ledger.claim(submission_id, worker="a", lease_seconds=60) is not None
        clock.advance(59)
        assert ledger.park_exhausted() == []
        clock.advance(1)


def test_postponing_counts_no_attempt(ledger: Ledger, clock: ManualClock) -> None:
    submission_id = submit(ledger)
    for _ in range(10):
        claim = ledger.claim(submission_id, worker="a", lease_seconds=60)
        assert claim is not None
        assert claim.attempt == 1
        ledger.postpone(claim, seconds=15)
        assert ledger.claim(submission_id, worker="a", lease_seconds=60) is None
        clock.advance(15)


def test_the_sweep_wakes_what_waits_with_no_wake_up_and_not_twice(ledger: Ledger, clock: ManualClock) -> None:
    submission_id = submit(ledger)
    assert [wake.submission_id for wake in ledger.due()] == [submission_id]
    assert ledger.due() == []
    clock.advance(120)
    assert [wake.step for wake in ledger.due()] == [Step.STAGE]


def test_the_sweep_wakes_at_once_what_a_dead_worker_left(ledger: Ledger, clock: ManualClock) -> None:
    submission_id = submit(ledger)
    ledger.due()
    assert ledger.claim(submission_id, worker="a", lease_seconds=60) is not None
    clock.advance(59)
    assert ledger.due() == []
    clock.advance(1)
    assert [wake.submission_id for wake in ledger.due()] == [submission_id]
    assert ledger.due() == []


def test_the_sweep_wakes_when_a_back_off_ends(ledger: Ledger, clock: ManualClock) -> None:
    claim = ledger.claim(submit(ledger), worker="a", lease_seconds=60)
    assert claim is not None
    ledger.fail(claim, reason="x", is_transient=True, retry_after=10)
    clock.advance(9)
    assert ledger.due() == []
    clock.advance(1)
    assert len(ledger.due()) == 1


def test_the_whole_way_ends_in_done(ledger: Ledger) -> None:
    submission_id = submit(ledger)
    way = (Event.STAGED, Event.INSPECTED, Event.DECIDED, Event.FILED, Event.REPORTED, Event.SET_ASIDE)
    for event in way:
        take(ledger, submission_id, event)
    with ledger.read() as tx:
        assert tx.submissions.get(submission_id).state is SubmissionState.DONE
        assert [row["result"] for row in tx.submissions.attempts_of(submission_id)] == [*way]
    assert ledger.claim(submission_id, worker="a", lease_seconds=60) is None
    assert ledger.due() == []
