"""Sweep, each minute: wake what waits without a message, park what failed too often, send the outbox."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.steps.act import carry_out_due
from ingest.steps.deliver import deliver
from ingest.steps.faults import tell_of_faults
from ingest.steps.parts import Parts


@dataclass(frozen=True, slots=True)
class Swept:
    """What one sweep did: submissions woken, parked, messages sent."""

    woken: int
    parked: tuple[str, ...]
    sent: int


def sweep(parts: Parts, *, quiet_seconds: float | None = None) -> Swept:
    """Wake, park, send.

    quiet_seconds: how long ago a wake-up must be for it to count as lost; None: as long as a lease.
    """
    carry_out_due(parts)
    parked = tuple(parts.ledger.park_exhausted())
    quiet = parts.lease_seconds if quiet_seconds is None else quiet_seconds
    due = parts.ledger.due(quiet_seconds=quiet)
    for wake in due:
        parts.wake(wake.submission_id, wake.step)
    tell_of_faults(parts)
    sent = deliver(parts)
    for submission_id in parked:
        parts.log("parked", submission=submission_id)
    return Swept(len(due), parked, sent)


def waiting_items(parts: Parts, *, limit: int) -> tuple[tuple[str, str], ...]:
    """Return (run, submission) of reprocess items that no worker holds: their messages may be lost."""
    with parts.ledger.read() as tx:
        return tx.runs.waiting(limit=limit)
