"""Outbox, audit chain, runs, trial files, reports, vital signs."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from ingest.ledger.engine import make_engine
from ingest.ledger.errors import LostClaim, NotInLedger, Refused
from ingest.ledger.ledger import Ledger
from ingest.ledger.outbox import Channel, Message, MessageState, Undelivered
from ingest.ledger.runs import ItemClaim, ItemState, Run, RunScope
from ingest.ledger.transitions import Event
from ingest.model.submission import SubmissionState
from ingest.model.verdict import Outcome
from tests.ledger_rows import SHARE, ManualClock, digest, sighting, submit, take, verdict

REPORT = Message("report:S000001:arrival", Channel.EMAIL, {"act": "arrival"}, "S000001")


def test_a_message_is_put_once_and_sent_by_one_worker(ledger: Ledger, clock: ManualClock) -> None:
    submit(ledger)
    with ledger.write() as tx:
        assert tx.outbox.put(REPORT)
        assert not tx.outbox.put(REPORT)
        (first,) = tx.outbox.claim("a", lease_seconds=60)
        assert tx.outbox.claim("b") == []
    clock.advance(60)
    with ledger.write() as tx:
        (second,) = tx.outbox.claim("a", submission_id="S000001")
        assert (second.message, second.attempt) == (REPORT, 2)
        assert not tx.outbox.mark_sent(first)
        assert tx.outbox.mark_sent(second)
        assert not tx.outbox.mark_sent(second)
        assert tx.outbox.claim("c") == []
        (status,) = tx.outbox.of_submission("S000001")
        assert (status.state, status.attempts, status.sent) == (MessageState.SENT, 2, clock.now())


def test_a_message_that_fails_waits_and_can_be_given_up_and_tried_again(
    ledger: Ledger, clock: ManualClock
) -> None:
    submit(ledger)
    with ledger.write() as tx:
        tx.outbox.put(REPORT)
        (delivery,) = tx.outbox.claim("a")
        assert tx.outbox.failing() == ()
        assert tx.outbox.mark_failed(delivery, "mail server down", retry_after=30)
        assert tx.outbox.claim("a") == []
        assert tx.outbox.failing() == (Undelivered(Channel.EMAIL, "mail server down", 1, clock.now()),)
    clock.advance(30)
    with ledger.write() as tx:
        (delivery,) = tx.outbox.claim("a", channel=Channel.EMAIL)
        assert tx.outbox.claim("a", channel=Channel.SHARE) == []
        assert tx.outbox.mark_failed(delivery, "no such address", retry_after=None)
        assert [item.reason for item in tx.outbox.given_up()] == ["no such address"]
        assert tx.outbox.claim("a") == []
        assert tx.outbox.retry("S000002") == 0
        assert tx.outbox.retry("S000001") == 1
        assert len(tx.outbox.claim("a")) == 1
        assert tx.outbox.retry() == 0, "it is in somebody's hands"


def test_the_audit_chain_holds(ledger: Ledger) -> None:
    for number in range(3):
        with ledger.write() as tx:
            tx.audit.append("first", submission_id="S000001", detail={"n": number})
            tx.audit.append("second", subject_id="123-1001", by="ana")
    with ledger.read() as tx:
        check = tx.audit.verify()
        assert (check.events, check.first_fault) == (6, None)
        assert tx.audit.head() == (6, check.head)
        events = tx.audit.events(submission_id="S000001")
        assert [event.detail["n"] for event in events] == [0, 1, 2]
        assert tx.audit.events(subject_id="123-1001", limit=1)[0].by == "ana"


@pytest.mark.parametrize(
    ("forgery", "first_fault"),
    [
        ("UPDATE audit_events SET body = replace(body, 'ana', 'eve') WHERE seq = 2", 2),
        ("UPDATE audit_events SET event = 'other' WHERE seq = 2", 2),
        ("UPDATE audit_events SET hash = 'ab' WHERE seq = 1", 1),
        ("DELETE FROM audit_events WHERE seq = 2", 3),
        ("DELETE FROM audit_events WHERE seq = 3", 3),
        ("UPDATE audit_head SET hash = 'ab'", 4),
    ],
)
def test_a_tampered_audit_chain_is_found_out(
    url: str, ledger: Ledger, forgery: str, first_fault: int
) -> None:
    for _ in range(3):
        with ledger.write() as tx:
            tx.audit.append("released", by="ana")
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(sa.text(forgery))
    engine.dispose()
    with ledger.read() as tx:
        assert tx.audit.verify().first_fault == first_fault


def decided(ledger: Ledger, name: str, subject: str = "123_1001") -> str:
    """Return a submission that was held."""
    submission_id = submit(ledger, name)
    with ledger.write() as tx:
        held = verdict(**{subject: (Outcome.HELD, ("PSN101",))})
        tx.verdicts.record(submission_id, f"arrival:{submission_id}", held, software="1")
    return submission_id


def test_a_run_fans_out_over_its_scope_once(ledger: Ledger) -> None:
    first, second = decided(ledger, "a.zip"), decided(ledger, "b.zip", "123_1002")
    submit(ledger, "undecided.zip")
    scopes = {
        Run("R1", RunScope.ALL, "", "t", is_dry=True): [first, second],
        Run("R2", RunScope.SUBJECT, "123-1002", "t", is_dry=True): [second],
        Run("R3", RunScope.SITE, "123", "t", is_dry=False): [first, second],
        Run("R4", RunScope.SITE, "124", "t", is_dry=False): [],
        Run("R5", RunScope.SUBMISSION, first, "t", is_dry=False): [first],
    }
    with ledger.write() as tx:
        for run, expected in scopes.items():
            assert tx.runs.begin(run)
            assert not tx.runs.begin(run)
            assert [item for _, item in tx.runs.waiting(run.id)] == expected
        assert tx.runs.progress("R4").ended is not None
        assert tx.runs.progress("R1").ended is None
        with pytest.raises(Refused):
            tx.runs.begin(Run("R1", RunScope.ALL, "", "other", is_dry=True))
        with pytest.raises(NotInLedger):
            tx.runs.get("R9")
        assert len(tx.runs.find()) == 5


def test_a_run_ends_when_two_workers_finish_its_last_items_at_once(ledger: Ledger) -> None:
    ids = decided(ledger, "a.zip"), decided(ledger, "b.zip")
    with ledger.write() as tx:
        tx.runs.begin(Run("R1", RunScope.ALL, "", "t", is_dry=True))
        claims = [tx.runs.claim("R1", item, item, 60) for item in ids]
    together = threading.Barrier(2)

    def finish(claim: ItemClaim | None) -> None:
        assert claim is not None
        together.wait()
        with ledger.write() as tx:
            tx.runs.close(claim, ItemState.SKIPPED, "bytes no longer held")
            time.sleep(0.5)  # neither commits before the other has looked

    with ThreadPoolExecutor(2) as workers:
        list(workers.map(finish, claims))
    with ledger.read() as tx:
        assert tx.runs.progress("R1").ended is not None


def test_a_run_records_the_difference_of_verdicts(ledger: Ledger, clock: ManualClock) -> None:
    first, second = decided(ledger, "a.zip"), decided(ledger, "b.zip")
    before = verdict(**{"123_1001": (Outcome.HELD, ("PSN101",))})
    after = verdict(**{"123_1001": (Outcome.ACCEPTED, ("CMP101",))})
    with ledger.write() as tx:
        tx.runs.begin(Run("R1", RunScope.ALL, "", "t", is_dry=True))
        claim = tx.runs.claim("R1", first, "a", 60)
        assert claim is not None
        assert tx.runs.claim("R1", first, "b", 60) is None
        tx.runs.renew(claim)
        tx.runs.done(claim, before, after)
        assert tx.runs.claim("R1", first, "b", 60) is None
        with pytest.raises(LostClaim):
            tx.runs.done(claim, before, after)
        other = tx.runs.claim("R1", second, "b", 60)
        assert other is not None
        tx.runs.close(other, ItemState.SKIPPED, "bytes no longer held")
        progress = tx.runs.progress("R1")
        assert progress.items == {ItemState.DONE: 1, ItemState.SKIPPED: 1}
        assert progress.ended == clock.now()
        (item,) = tx.runs.items("R1", changed_only=True)
        assert item.difference is not None
        (subject,) = item.difference.subjects
        assert (subject.outcome_before, subject.outcome_after) == (Outcome.HELD, Outcome.ACCEPTED)
        assert (subject.codes_new, subject.codes_gone) == (("CMP101",), ("PSN101",))
        assert len(tx.runs.items("R1")) == 2


def test_an_item_that_was_taken_over_is_fenced_off(ledger: Ledger, clock: ManualClock) -> None:
    submission_id = decided(ledger, "a.zip")
    with ledger.write() as tx:
        tx.runs.begin(Run("R1", RunScope.ALL, "", "t", is_dry=True))
        first = tx.runs.claim("R1", submission_id, "a", 60)
    clock.advance(60)
    with ledger.write() as tx:
        assert tx.runs.claim("R1", submission_id, "a", 60) is not None
        assert first is not None
        with pytest.raises(LostClaim):
            tx.runs.renew(first)


def test_an_item_that_kills_its_worker_three_times_has_failed(ledger: Ledger, clock: ManualClock) -> None:
    submission_id = decided(ledger, "a.zip")
    with ledger.write() as tx:
        tx.runs.begin(Run("R1", RunScope.ALL, "", "t", is_dry=True))
    for _ in range(3):
        with ledger.write() as tx:
            assert tx.runs.claim("R1", submission_id, "a", 60) is not None
        clock.advance(60)
    with ledger.write() as tx:
        assert tx.runs.claim("R1", submission_id, "a", 60) is None
        assert tx.runs.progress("R1").items == {ItemState.FAILED: 1}


def test_an_item_that_is_put_off_counts_no_attempt_and_one_that_fails_does(
    ledger: Ledger, clock: ManualClock
) -> None:
    submission_id = decided(ledger, "a.zip")
    with ledger.write() as tx:
        tx.runs.begin(Run("R1", RunScope.ALL, "", "t", is_dry=True))
    for _ in range(5):
        with ledger.write() as tx:
            claim = tx.runs.claim("R1", submission_id, "a", 60)
            assert claim is not None
            tx.runs.put_off(claim, 600, "share down")
            assert tx.runs.waiting() == ()
            assert tx.runs.claim("R1", submission_id, "a", 60) is None
            assert tx.runs.items("R1")[0].reason == "share down"
        clock.advance(600)
    with ledger.write() as tx:
        assert tx.runs.waiting() == (("R1", submission_id),)
        for _ in range(3):
            claim = tx.runs.claim("R1", submission_id, "a", 60)
            assert claim is not None
            tx.runs.fail(claim, "KeyError")
        assert tx.runs.progress("R1").items == {ItemState.FAILED: 1}
        assert tx.runs.items("R1")[0].reason == "KeyError"


def test_a_run_does_not_wait_for_ever(ledger: Ledger, clock: ManualClock) -> None:
    submission_id = decided(ledger, "a.zip")
    with ledger.write() as tx:
        tx.runs.begin(Run("R1", RunScope.ALL, "", "t", is_dry=True))
    clock.advance(8 * 86_400)
    with ledger.write() as tx:
        claim = tx.runs.claim("R1", submission_id, "a", 60)
        assert claim is not None
        tx.runs.put_off(claim, 600, "share down")
        assert tx.runs.progress("R1").items == {ItemState.FAILED: 1}
        assert tx.runs.progress("R1").ended == clock.now()


def test_trial_files_are_found_by_digest_and_by_name(ledger: Ledger, clock: ManualClock) -> None:
    with ledger.write() as tx:
        assert tx.trials.register("Hamlet.rt", "one", digest("one"))
        assert not tx.trials.register("Hamlet.rt", "one", digest("one"))
        with pytest.raises(Refused):
            tx.trials.register("Hamlet.rt", "two", digest("one"))
    clock.advance(1)
    with ledger.write() as tx:
        tx.trials.register("Hamlet.rt", "two", digest("two"))
        assert tx.trials.get("Hamlet.rt").text == "two"
        assert tx.trials.get(digest("one")).text == "one"
        assert len(tx.trials.find()) == 2
        with pytest.raises(NotInLedger):
            tx.trials.get("Ophelia.rt")


def test_reports_are_on_record(ledger: Ledger) -> None:
    submission_id = submit(ledger)
    with ledger.write() as tx:
        for size in (10, 20):
            tx.reports.record(submission_id, "arrival", "html", digest("report"), size)
        (report,) = tx.reports.of_submission(submission_id)
    assert (report.format, report.size) == ("html", 20)


def test_vital_signs(ledger: Ledger, clock: ManualClock) -> None:
    with ledger.write() as tx:
        tx.sightings.replace(SHARE, [sighting("b.zip")])
    submission_id = decided(ledger, "a.zip")
    noon = clock.now()
    clock.advance(5)
    take(ledger, submission_id, Event.STAGED)
    with ledger.write() as tx:
        tx.outbox.put(REPORT)
        tx.vitals.beat("w1", "heavy")
        signs = tx.vitals.read()
        assert signs.states == {SubmissionState.TO_INSPECT: 1}
        assert signs.outcomes == {Outcome.HELD: 1}
        assert (signs.oldest_unsettled, signs.oldest_waiting) == (noon, clock.now())
        assert signs.last_activity == clock.now()
        assert signs.messages == {MessageState.WAITING: 1}
        (times,) = tx.vitals.step_times(noon)
        assert (times.step, times.result, times.count) == ("stage", "staged", 1)
        assert tx.vitals.beats() == {"w1": ("heavy", clock.now())}
        tx.vitals.forget_beats(clock.now() + timedelta(seconds=1))
        assert tx.vitals.beats() == {}
