"""Keep to the timetable in one process: what is due is done once, and a restart forgets nothing.

What was done is in the audit trail. What fell due while nothing ran is done at the next start, once, however
often it was missed; a ledger that is new owes nothing of the time before it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.ledger.outbox import Channel, Message
from ingest.model.errors import ConfigurationError, TransientError
from ingest.steps.deliver import deliver
from ingest.steps.morning import send_morning
from ingest.steps.name_bug import name_bug
from ingest.steps.parts import Parts
from ingest.steps.reconcile import reconcile
from ingest.steps.site_reports import report_site
from ingest.steps.timetable import MORNING, RECONCILE, SITE_REPORTS, TRIAL_REPORT, Tick, last_tick
from ingest.steps.trial_report import report_trial

#: What failed is tried again after so long.
TRY_AGAIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the timetable. `name` stands in the audit trail."""

    name: str
    tick: Tick
    do: Callable[[Parts], object]


def report_every_site(parts: Parts) -> None:
    """Make and put down every site's report; one that fails does not hold up the others."""
    failed: list[Exception] = []
    for site in parts.trial.sites:
        try:
            report_site(parts, site.number)
        except Exception as error:  # raised again below, once the others are made
            failed.append(error)
    if failed:
        raise failed[0]


ENTRIES = (
    Entry("reconcile", RECONCILE, reconcile),
    Entry("report-sites", SITE_REPORTS, report_every_site),
    Entry("report-trial", TRIAL_REPORT, report_trial),
    Entry("morning", MORNING, send_morning),
)


class TimeKeeper:
    """Does what is due each time it is asked. It asks the ledger only when something may be due."""

    def __init__(self, parts: Parts, entries: tuple[Entry, ...] = ENTRIES) -> None:
        self._parts = parts
        self._entries = entries
        self._done: dict[str, datetime] = {}
        self._not_before: dict[str, datetime] = {}

    def do_due(self) -> tuple[str, ...]:
        """Do what is due and deliver it; return the names of what was done."""
        now = self._parts.clock.now()
        done = tuple(entry.name for entry in self._entries if self._do(entry, now))
        if done:
            deliver(self._parts)
        return done

    def _do(self, entry: Entry, now: datetime) -> bool:
        due = last_tick(entry.tick, now)
        if self._done_until(entry, due) >= due or self._not_before.get(entry.name, now) > now:
            return False
        try:
            entry.do(self._parts)
        except Exception as error:  # a report that cannot be made must not end the service
            self._put_off(entry, due, now, error)
            return False
        self._record(entry, due)
        return True

    def _done_until(self, entry: Entry, due: datetime) -> datetime:
        """Return the tick that was done last; a ledger that knows of none counts from now on."""
        if entry.name not in self._done:
            with self._parts.ledger.read() as tx:
                last = tx.audit.last(_event_of(entry))
            if last is None:
                self._record(entry, due)
            else:
                self._done[entry.name] = datetime.fromisoformat(last.detail["due"])
        return self._done[entry.name]

    def _record(self, entry: Entry, due: datetime) -> None:
        with self._parts.ledger.write() as tx:
            tx.audit.append(_event_of(entry), detail={"due": due.isoformat()})
        self._done[entry.name] = due

    def _put_off(self, entry: Entry, due: datetime, now: datetime, error: Exception) -> None:
        is_expected = isinstance(error, TransientError | ConfigurationError)
        reason = str(error) if is_expected else name_bug(error)
        self._not_before[entry.name] = now + TRY_AGAIN
        self._parts.log("timetable-failed", step=entry.name, reason=reason)
        payload = {
            "event": "timetable-failed",
            "headline": f"{entry.name} could not be done",
            "text": f"Why: {reason}\n\nIt is tried again every {TRY_AGAIN.seconds // 60} minutes.",
        }
        with self._parts.ledger.write() as tx:
            tx.outbox.put(Message(f"timetable:{entry.name}:{due.isoformat()}", Channel.OPERATIONS, payload))


def _event_of(entry: Entry) -> str:
    return f"timetable:{entry.name}"
