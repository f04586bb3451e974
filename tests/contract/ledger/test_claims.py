"""Claims: one holder at a time, fenced by tokens; attempts, back-off, parking, wake-ups."""

from __future__ import annotations

from datetime import timedelta

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


def fail_once(ledger: Ledger, submission_id: str, *, is_transient: bool) -> SubmissionState:
    """Take the submission and fail its step."""
    claim = ledger.claim(submission_id, worker="a", lease_seconds=60)
    assert claim is not None
    return ledger.fail(claim, reason="share down", is_transient=is_transient)


def test_a_share_that_is_down_for_a_night_parks_nothing(ledger: Ledger, clock: ManualClock) -> None:
    submission_id, waits = submit(ledger), []
    began = clock.now()
    while clock.now() - began < timedelta(hours=12):
        assert fail_once(ledger, submission_id, is_transient=True) is SubmissionState.TO_STAGE
        with ledger.read() as tx:
            waiting = tx.submissions.get(submission_id)
        assert waiting.retry_at is not None
        waits.append((waiting.retry_at - clock.now()).total_seconds())
        assert (waiting.faulty_since, waiting.fault, waiting.faults) == (began, "share down", len(waits))
        clock.advance(waits[-1])
    assert waits[:5] == [60, 300, 900, 1800, 1800]
    take(ledger, submission_id, Event.STAGED)
    with ledger.read() as tx:
        after = tx.submissions.get(submission_id)
        assert (after.state, after.faulty_since, after.fault, after.faults, after.attempts) == (
            SubmissionState.TO_INSPECT,
            None,
            "",
            0,
            0,
        )


def test_passing_faults_that_do_not_pass_park_it_after_a_week(ledger: Ledger, clock: ManualClock) -> None:
    submission_id = submit(ledger)
    fail_once(ledger, submission_id, is_transient=True)
    clock.advance(7 * 86_400 - 1)
    assert fail_once(ledger, submission_id, is_transient=True) is SubmissionState.TO_STAGE
    clock.advance(1800)
    assert fail_once(ledger, submission_id, is_transient=True) is SubmissionState.STUCK
    with ledger.read() as tx:
        assert tx.vitals.read().stuck == (submission_id,)
        assert tx.submissions.get(submission_id).fault == "share down"


def test_faults_of_one_step_are_not_held_against_the_next(ledger: Ledger, clock: ManualClock) -> None:
    submission_id = submit(ledger)
    fail_once(ledger, submission_id, is_transient=True)
    clock.advance(6 * 86_400)
    take(ledger, submission_id, Event.STAGED)
    fail_once(ledger, submission_id, is_transient=True)
    clock.advance(6 * 86_400)
    assert fail_once(ledger, submission_id, is_transient=True) is SubmissionState.TO_INSPECT


def test_three_failures_that_are_not_the_worlds_park_it_and_tell_the_operations_contact(
    ledger: Ledger, clock: ManualClock
) -> None:
    submission_id = submit(ledger)
    states = []
    for wait in (60, 900, 0):
        # Passing faults between them count for nothing.
        assert fail_once(ledger, submission_id, is_transient=True) is SubmissionState.TO_STAGE
        clock.advance(1800)
        states.append(fail_once(ledger, submission_id, is_transient=False))
        clock.advance(wait - 1)
        assert ledger.claim(submission_id, worker="a", lease_seconds=60) is None
        clock.advance(1)
    assert states == [SubmissionState.TO_STAGE, SubmissionState.TO_STAGE, SubmissionState.STUCK]
    with ledger.write() as tx:
        (message,) = tx.outbox.claim("w", channel=Channel.OPERATIONS)
        assert message.message.payload["submission"] == submission_id
        assert message.message.payload["step"] == "stage"
        assert tx.vitals.read().stuck == (submission_id,)
        assert [event.event for event in tx.audit.events(submission_id=submission_id)] == ["parked"]
        results = [row["result"] for row in tx.submissions.attempts_of(submission_id)]
        assert results == [*["failed"] * 5, "parked"]


def test_a_person_resumes_what_is_stuck_with_all_its_tries(ledger: Ledger, clock: ManualClock) -> None:
    submission_id = submit(ledger)
    take(ledger, submission_id, Event.STAGED)
    for _ in range(3):
        state = fail_once(ledger, submission_id, is_transient=False)
        clock.advance(900)
    assert state is SubmissionState.STUCK
    with ledger.write() as tx:
        assert tx.submissions.failing() == (submission_id,)
        assert tx.submissions.get(submission_id).parked_from is SubmissionState.TO_INSPECT
        assert tx.submissions.move(submission_id, Event.RESUMED) is SubmissionState.TO_INSPECT
        assert tx.submissions.failing() == ()
    again = ledger.claim(submission_id, worker="a", lease_seconds=60)
    assert again is not None
    assert again.attempt == 1


def test_a_person_ends_the_wait_after_a_failure(ledger: Ledger, clock: ManualClock) -> None:
    submission_id = submit(ledger)
    ledger.due()
    fail_once(ledger, submission_id, is_transient=True)
    assert ledger.due() == []
    with ledger.write() as tx:
        assert tx.submissions.failing() == (submission_id,)
        assert tx.submissions.hurry(submission_id)
        assert not tx.submissions.hurry(submission_id)
    assert [wake.submission_id for wake in ledger.due()] == [submission_id]


def test_a_step_that_was_put_off_is_not_failing(ledger: Ledger) -> None:
    submission_id = submit(ledger)
    claim = ledger.claim(submission_id, worker="a", lease_seconds=60)
    assert claim is not None
    ledger.postpone(claim, seconds=30)
    with ledger.write() as tx:
        assert tx.submissions.failing() == ()
        assert not tx.submissions.hurry(submission_id)


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
