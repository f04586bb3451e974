"""A worker that takes submissions through every step on the ledger alone.

Run as `python -m tests.ledger_worker URL NAME`.

It is made to be killed: it holds nothing but what the ledger says, and stops when everything is done.
"""

from __future__ import annotations

import random
import sys
import time

from ingest.ledger.claims import Claim
from ingest.ledger.errors import LostClaim
from ingest.ledger.filings import FiledMember, Filing
from ingest.ledger.inspections import InstanceDecision, InstanceState
from ingest.ledger.ledger import Ledger
from ingest.ledger.outbox import Channel, Message
from ingest.ledger.retry import Retry
from ingest.ledger.transitions import Event
from ingest.model.clock import SystemClock
from ingest.model.errors import HeadMoved, TransientError
from ingest.model.submission import Step, SubmissionState
from ingest.model.verdict import Outcome
from tests.ledger_rows import facts, inspection, verdict

SUBJECT = "123-1001"
LEASE = 1.0
#: Kills must not use up the attempts: what is tested here is that none of them does harm.
PATIENT = Retry(attempts=1000, delays=(0.1,), fault_delays=(0.1,))


def main(url: str, name: str) -> None:
    """Work until every submission is done; a database that is away for a while is waited for."""
    ledger: Ledger | None = None
    while True:
        try:
            ledger = ledger or Ledger.open(url, SystemClock(), PATIENT)
            if work_once(ledger, name):
                return
        except TransientError:
            time.sleep(0.1)


def work_once(ledger: Ledger, name: str) -> bool:
    """Do one step of everything that is due; return whether all is done."""
    for wake in ledger.due(limit=3, quiet_seconds=0.2):
        claim = ledger.claim(wake.submission_id, worker=name, lease_seconds=LEASE)
        if claim is not None:
            try:
                do_step(ledger, claim, name)
            except LostClaim:
                continue
    with ledger.read() as tx:
        return set(tx.vitals.read().states) <= {SubmissionState.DONE}


def do_step(ledger: Ledger, claim: Claim, name: str) -> None:
    """Do the step of a claim, having said so: whoever kills this worker waits for that."""
    print(claim.submission.id, claim.step.value, flush=True)
    dawdle()
    steps = {Step.INSPECT: inspect, Step.DECIDE: decide, Step.REPORT: report}
    if claim.step is Step.FILE:
        file(ledger, claim, name)
    elif claim.step in steps:
        steps[claim.step](ledger, claim)
    else:
        end(ledger, claim, Event.STAGED if claim.step is Step.STAGE else Event.SET_ASIDE)


def inspect(ledger: Ledger, claim: Claim) -> None:
    """Store two instances in two batches."""
    number = ledger.begin_inspection(claim, "t")
    for ordinal in (1, 2):
        dawdle()
        with ledger.work(claim) as tx:
            tx.inspections.append(number, [facts(ordinal, f"{claim.submission.id}")])
    with ledger.finish(claim, Event.INSPECTED) as tx:
        tx.inspections.complete(number, inspection(SUBJECT))
        tx.audit.append(Event.INSPECTED, submission_id=claim.submission.id)


def decide(ledger: Ledger, claim: Claim) -> None:
    """Decide on the subject's present head."""
    with ledger.finish(claim, Event.DECIDED) as tx:
        stored = tx.inspections.latest(claim.submission.id)
        assert stored is not None
        decisions = [InstanceDecision(ordinal, InstanceState.TO_FILE, SUBJECT) for ordinal in (1, 2)]
        tx.inspections.mark(stored.id, decisions)
        accepted = verdict(**{"123_1001": (Outcome.ACCEPTED, ())})
        tx.verdicts.record(claim.submission.id, claim.submission.act.name, accepted, software="1")


def file(ledger: Ledger, claim: Claim, name: str) -> None:
    """File the subject's next version, under its lease."""
    lease = ledger.lease_subject(SUBJECT, site="123", worker=name, lease_seconds=LEASE)
    if lease is None:
        ledger.postpone(claim, seconds=0.05)
        return
    dawdle()
    try:
        with ledger.finish(claim, Event.FILED) as tx:
            stored = tx.inspections.latest(claim.submission.id)
            assert stored is not None
            head = lease.head_version
            members = tuple(FiledMember(ordinal, "planning-ct", f"{ordinal}.dcm") for ordinal in (1, 2))
            order = Filing(
                subject_id=SUBJECT,
                submission_id=claim.submission.id,
                act_name=claim.submission.act.name,
                inspection_id=stored.id,
                expected_head=head,
                version=head + 1,
                members=members,
            )
            tx.filings.record(lease, order)
            tx.audit.append(Event.FILED, submission_id=claim.submission.id, subject_id=SUBJECT)
    except HeadMoved:
        end(ledger, claim, Event.HEAD_MOVED)
    ledger.release_subject(lease)


def report(ledger: Ledger, claim: Claim) -> None:
    """Put the report's message down."""
    with ledger.finish(claim, Event.REPORTED) as tx:
        tx.outbox.put(Message(f"report:{claim.submission.act.name}", Channel.EMAIL, {}, claim.submission.id))
        tx.audit.append(Event.REPORTED, submission_id=claim.submission.id)


def end(ledger: Ledger, claim: Claim, event: Event) -> None:
    """Finish a step that records nothing but an audit event."""
    with ledger.finish(claim, event) as tx:
        tx.audit.append(event, submission_id=claim.submission.id)


def dawdle() -> None:
    """Take a moment, sometimes longer than the lease."""
    time.sleep(LEASE * 1.2 if random.random() < 0.01 else random.uniform(0, 0.25))


if __name__ == "__main__":
    main(*sys.argv[1:])
