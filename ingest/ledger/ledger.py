"""The ledger: the truth about every submission. Celery messages are only wake-ups.

A step's use of it, from claim to finish::

    ledger = Ledger.open("postgresql+psycopg://…", clock)
    claim = ledger.claim("S000123", worker="heavy-1", lease_seconds=120)
    if claim is None:
        return                                        # someone else has it, or nothing is to be done
    try:
        inspection_id = ledger.begin_inspection(claim, trial.sha256)
        ...                                           # long work; a thread calls ledger.renew(claim)
        with ledger.work(claim) as tx:                # one guarded transaction in the middle of a step
            tx.inspections.append(inspection_id, batch)
        with ledger.finish(claim, Event.INSPECTED) as tx:     # the last transaction of the step
            tx.inspections.complete(inspection_id, inspection)
            tx.audit.append("inspected", submission_id=claim.submission.id, detail={"instances": 190})
    except LostClaim:
        return                                        # the lease ran out: nothing was recorded
    except TransientError as error:
        ledger.fail(claim, reason=str(error), is_transient=True)
    except Exception as error:
        ledger.fail(claim, reason=type(error).__name__, is_transient=False)

Everything else is read and written through a `Transaction`::

    with ledger.read() as tx:
        submission = tx.submissions.get("S000123")
        filed = tx.catalogue.filed("123-1001")
    with ledger.write() as tx:
        tx.approvals.add(...)

Filing one subject, inside the `file` step::

    lease = ledger.lease_subject("123-1001", site="123", worker="heavy-1", lease_seconds=120)
    if lease is None:
        ledger.postpone(claim, seconds=15)            # counts as no attempt
    ...                                               # archive.file(...)
    with ledger.work(claim) as tx:
        tx.filings.record(lease, filing)              # HeadMoved when the head is not filing.expected_head
        tx.outbox.put(message)
    ledger.release_subject(lease)
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from ingest.ledger.claims import Claim, Claims, Wake
from ingest.ledger.database import Database
from ingest.ledger.retry import Retry
from ingest.ledger.subjects import SubjectLease
from ingest.ledger.transaction import Transaction
from ingest.ledger.transitions import Event
from ingest.model.clock import Clock
from ingest.model.submission import Step, SubmissionState


class Ledger:
    """The ledger of one service. Safe to share between threads; each worker process opens its own."""

    def __init__(self, database: Database, clock: Clock, retry: Retry | None = None) -> None:
        self._database = database
        self._clock = clock
        self._retry = retry or Retry()

    @classmethod
    def open(cls, url: str, clock: Clock, retry: Retry | None = None) -> Ledger:
        """Open the ledger at an SQLAlchemy URL (`sqlite:///PATH`, `postgresql+psycopg://…`).

        Raises ConfigurationError where the schema is not this program's (run `upgrade(url)` first),
        TransientError where the database does not answer.
        """
        database = Database(url)
        database.check_schema()
        return cls(database, clock, retry)

    def close(self) -> None:
        """Close every connection."""
        self._database.close()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Give a transaction that sees one consistent state and writes nothing."""
        with self._database.reading() as connection:
            yield Transaction(connection, self._clock.now())

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Give a transaction that is committed at the end of the block, and rolled back when it raises."""
        with self._database.writing() as connection:
            transaction = Transaction(connection, self._clock.now())
            yield transaction
            transaction.audit.flush()

    def claim(
        self, submission_id: str, *, worker: str, lease_seconds: float, step: Step | None = None
    ) -> Claim | None:
        """Take a submission for the step it waits for, by compare-and-set; None: nothing to take.

        Every claim has a token larger than all before it. With `step`, only when it waits for that step.
        None too while a back-off runs. A submission whose attempts are used up is not given out:
        `park_exhausted` parks it. Raises NotInLedger.
        """
        with self.write() as tx:
            return self._claims(tx).claim(submission_id, worker, timedelta(seconds=lease_seconds), step)

    def renew(self, claim: Claim) -> None:
        """Extend the lease by its length from now. Raises LostClaim."""
        with self.write() as tx:
            self._claims(tx).guard(claim)

    @contextmanager
    def work(self, claim: Claim) -> Iterator[Transaction]:
        """Give a transaction in the middle of a step; it renews the lease and needs the claim to be live.

        Raises LostClaim at the start of the block.
        """
        with self.write() as tx:
            self._claims(tx).guard(claim)
            yield tx

    @contextmanager
    def finish(self, claim: Claim, event: Event) -> Iterator[Transaction]:
        """Give the last transaction of a step: what the block records and the move to the next state are one.

        The attempts start again at none. Raises LostClaim or Refused at the start of the block.
        """
        with self.write() as tx:
            self._claims(tx).finish(claim, event)
            yield tx

    def fail(
        self, claim: Claim, *, reason: str, is_transient: bool, retry_after: float | None = None
    ) -> SubmissionState:
        """Give the claim back after a failure; the state it is in now is returned.

        Tried again after `retry_after` seconds, or the back-off of `Retry`. Transient, it is parked as stuck
        when such faults have lasted longer than `Retry` bears; otherwise after the last attempt. Parking puts
        a message for the operations contact in the outbox. `reason` holds no value from the data. Raises
        LostClaim.
        """
        with self.write() as tx:
            return self._claims(tx).fail(claim, reason, is_transient, retry_after)

    def postpone(self, claim: Claim, *, seconds: float) -> None:
        """Give the claim back untouched, to be taken again after `seconds`; no attempt is counted."""
        with self.write() as tx:
            self._claims(tx).postpone(claim, timedelta(seconds=seconds))

    def due(self, *, limit: int = 1000, quiet_seconds: float = 120) -> list[Wake]:
        """Return what should be woken, oldest first, and remember that it was.

        Submissions that wait for a step, with no live lease, no back-off and no wake-up in `quiet_seconds`.
        """
        with self.write() as tx:
            return self._claims(tx).due(limit, timedelta(seconds=quiet_seconds))

    def park_exhausted(self) -> list[str]:
        """Park what used up its attempts without a word (its workers died); return the ids."""
        with self.write() as tx:
            return self._claims(tx).park_exhausted()

    def begin_inspection(self, claim: Claim, trial_sha256: str) -> int:
        """Begin (or begin again) the inspection for the claim's act; what an earlier try wrote is removed."""
        with self.work(claim) as tx:
            return tx.inspections.begin(claim.submission.id, claim.submission.act.name, trial_sha256)

    def lease_subject(
        self, subject_id: str, *, site: str, worker: str, lease_seconds: float
    ) -> SubjectLease | None:
        """Take a subject for filing; None while another worker files it. The row is made when it is new."""
        with self.write() as tx:
            return tx.subjects.lease(subject_id, site, worker, timedelta(seconds=lease_seconds))

    def renew_subject(self, lease: SubjectLease) -> None:
        """Extend a subject's lease by its length from now. Raises LostClaim."""
        with self.write() as tx:
            tx.subjects.guard(lease)

    def release_subject(self, lease: SubjectLease) -> None:
        """Give a subject back; nothing happens where the lease is lost already."""
        with self.write() as tx:
            tx.subjects.release(lease)

    def _claims(self, tx: Transaction) -> Claims:
        return Claims(tx.connection, tx.now, self._retry, tx.audit, tx.outbox)
