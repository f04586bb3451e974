"""When things happen by themselves, and on which queue. Every tick may come twice or not at all."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

from ingest.model.route import RouteKind
from ingest.steps.timetable import MORNING, RECONCILE, SITE_REPORTS, TRIAL_REPORT, Tick

#: `heavy` tasks read a whole zip or write to the archive; `light` ones take seconds.
LIGHT, HEAVY = "light", "heavy"


def routes() -> dict[str, dict[str, str]]:
    """Return the queue of each task; `ingest.advance` is sent to the queue of the step that is next."""
    return {"ingest.*": {"queue": LIGHT}, "ingest.reconcile": {"queue": HEAVY}}


def _cron(tick: Tick) -> crontab:
    """Return the tick as cron has it: there Sunday is 0."""
    day = "*" if tick.weekday is None else str((tick.weekday + 1) % 7)
    return crontab(hour=tick.hour, minute=tick.minute, day_of_week=day)


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Return the schedule: polls and the sweep each minute, the rest at night; the clock is UTC."""
    polls = {
        f"poll-{route}": {
            "task": "ingest.poll",
            "schedule": 60.0,
            "args": (route.value,),
            # Overtaken by the next one: nothing heaps up while workers are away.
            "options": {"expires": 55},
        }
        for route in RouteKind
    }
    return {
        **polls,
        "sweep": {"task": "ingest.sweep", "schedule": 60.0, "options": {"expires": 55}},
        "reconcile": {"task": "ingest.reconcile", "schedule": _cron(RECONCILE)},
        "morning": {"task": "ingest.morning", "schedule": _cron(MORNING)},
        "report-sites": {"task": "ingest.report_sites", "schedule": _cron(SITE_REPORTS)},
        "report-trial": {"task": "ingest.report_trial", "schedule": _cron(TRIAL_REPORT)},
    }
