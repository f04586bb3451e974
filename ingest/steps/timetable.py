"""When things happen by themselves, in UTC: the one table that `ingest run` and the workers go by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

MONDAY = 0


@dataclass(frozen=True, slots=True)
class Tick:
    """A time of each day, or of one day of each week (`weekday`, Monday is 0)."""

    hour: int
    minute: int
    weekday: int | None = None


#: At night first what is long, then what people read in the morning.
RECONCILE = Tick(2, 30)
SITE_REPORTS = Tick(5, 0, MONDAY)
TRIAL_REPORT = Tick(5, 30, MONDAY)
MORNING = Tick(6, 0)


def last_tick(tick: Tick, now: datetime) -> datetime:
    """Return the newest instant of the tick that is not after `now`."""
    at = now.replace(hour=tick.hour, minute=tick.minute, second=0, microsecond=0)
    days = 0 if tick.weekday is None else (at.weekday() - tick.weekday) % 7
    at -= timedelta(days=days)
    if at > now:
        at -= timedelta(days=1 if tick.weekday is None else 7)
    return at
