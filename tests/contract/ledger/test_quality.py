"""What the data managers' reports are counted from, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from ingest.ledger.inspections import InstanceDecision, InstanceState
from ingest.ledger.ledger import Ledger
from ingest.ledger.outbox import Channel, Message
from ingest.ledger.quality import DecidedSubject
from ingest.model.route import RouteKind, ShareAddress
from ingest.model.verdict import CompletenessState, Outcome, Verdict
from tests.ledger_rows import NOON, ManualClock, facts, finding, submit, verdict

ELSEWHERE = ShareAddress(RouteKind.SMB, "124", "folder:/shares/smb/124")


def decide(ledger: Ledger, submission_id: str, decided: Verdict, act: str = "") -> None:
    with ledger.write() as tx:
        tx.verdicts.record(submission_id, act or f"arrival:{submission_id}", decided, software="1")


def test_every_verdict_on_a_sites_subjects_comes_in_order(ledger: Ledger, clock: ManualClock) -> None:
    first = submit(ledger, "a.zip")
    decide(ledger, first, verdict(_123_1001=(Outcome.HELD, ("PSN101",))))
    clock.advance(3600)
    decide(ledger, first, verdict(_123_1001=(Outcome.ACCEPTED, ())), "release:1")
    decide(ledger, submit(ledger, "b.zip", ELSEWHERE), verdict(_124_2001=(Outcome.ACCEPTED, ())))
    with ledger.read() as tx:
        found = tx.quality.decided("123")
    later = NOON + timedelta(hours=1)
    state = CompletenessState.AWAITING
    assert found == (
        DecidedSubject("123-1001", first, NOON, NOON, Outcome.HELD, state),
        DecidedSubject("123-1001", first, NOON, later, Outcome.ACCEPTED, state),
    )


def test_kinds_are_told_by_state(ledger: Ledger) -> None:
    submission_id = submit(ledger)
    with ledger.write() as tx:
        number = tx.inspections.begin(submission_id, f"arrival:{submission_id}", "t")
        tx.inspections.append(number, [facts(ordinal) for ordinal in (1, 2, 3)])
        tx.inspections.mark(
            number,
            [
                InstanceDecision(1, InstanceState.FILED, "123-1001", "planning-ct"),
                InstanceDecision(2, InstanceState.FILED, "123-1001", "rtplan"),
                InstanceDecision(3, InstanceState.HELD, "123-1002", "rtdose"),
            ],
        )
    with ledger.read() as tx:
        wanted = ["123-1001", "123-1002"]
        assert tx.quality.kinds(wanted, InstanceState.FILED) == {"123-1001": {"planning-ct", "rtplan"}}
        assert tx.quality.kinds(wanted, InstanceState.HELD) == {"123-1002": {"rtdose"}}
        assert tx.quality.kinds([], InstanceState.HELD) == {}


def test_codes_are_counted_by_zip_and_by_subject(ledger: Ledger, clock: ManualClock) -> None:
    held = (Outcome.HELD, ("PSN101",))
    first, second = submit(ledger, "a.zip"), submit(ledger, "b.zip")
    decide(ledger, first, verdict(_123_1001=held, _123_1002=held))
    decide(ledger, first, verdict(_123_1001=held), "reprocess:1")
    clock.advance(60)
    decide(ledger, second, verdict(_123_1001=held))
    decide(ledger, submit(ledger, "c.zip", ELSEWHERE), verdict(_124_2001=held))
    with ledger.read() as tx:
        (tally,) = tx.quality.codes("123", NOON)
        assert tx.quality.codes("123", NOON + timedelta(hours=1)) == ()
    assert (tally.code, tally.submissions, tally.subjects) == ("PSN101", 2, 2)
    assert (tally.last_submission, tally.last_seen) == (second, NOON + timedelta(seconds=60))


def test_a_code_of_the_whole_zip_is_of_no_subject(ledger: Ledger) -> None:
    decide(ledger, submit(ledger), Verdict(Outcome.REJECTED, (finding("PKG001"),), (), "Hamlet.rt", ""))
    with ledger.read() as tx:
        (tally,) = tx.quality.codes("123", NOON)
    assert (tally.submissions, tally.subjects) == (1, 0)


def test_a_site_that_never_sent_anything_has_no_last_arrival(ledger: Ledger, clock: ManualClock) -> None:
    submit(ledger, "a.zip")
    clock.advance(5)
    submit(ledger, "b.zip")
    with ledger.read() as tx:
        assert tx.quality.last_received() == {"123": NOON + timedelta(seconds=5)}


def test_the_last_message_of_a_kind_is_found_by_its_prefix(ledger: Ledger, clock: ManualClock) -> None:
    for name in ("morning:2026-03-01", "morning:2026-03-02", "morning_else:1"):
        with ledger.write() as tx:
            tx.outbox.put(Message(name, Channel.OPERATIONS, {}))
        clock.advance(10)
    with ledger.read() as tx:
        assert tx.outbox.last_put("morning:") == NOON + timedelta(seconds=10)
        assert tx.outbox.last_put("trial-report:") is None


def test_the_kinds_of_many_subjects_are_told_at_once(ledger: Ledger) -> None:
    submission_id = submit(ledger)
    with ledger.write() as tx:
        number = tx.inspections.begin(submission_id, f"arrival:{submission_id}", "t")
        batch = [facts(ordinal, f"123-{1000 + ordinal // 40}") for ordinal in range(20_000)]
        tx.inspections.append(number, batch)
        tx.connection.execute(
            sa.text("UPDATE instances SET state = 'filed', subject_id = label, kind = 'planning-ct'")
        )
    with ledger.read() as tx:
        found = tx.quality.kinds([f"123-{1000 + n}" for n in range(500)], InstanceState.FILED)
    assert len(found) == 500
