"""When things happen by themselves, and on which queue. Every tick may come twice or not at all."""

from __future__ import annotations

from typing import Any

from celery.schedules import crontab

from ingest.model.route import RouteKind

#: `heavy` tasks read a whole zip or write to the archive; `light` ones take seconds.
LIGHT, HEAVY = "light", "heavy"


def routes() -> dict[str, dict[str, str]]:
    """Return the queue of each task; `ingest.advance` is sent to the queue of the step that is next."""
    return {"ingest.*": {"queue": LIGHT}, "ingest.reconcile": {"queue": HEAVY}}


def _each_monday(hour: int, minute: int) -> crontab:
    return crontab(day_of_week="mon", hour=hour, minute=minute)


def beat_schedule() -> dict[str, dict[str, Any]]:
    """Return the schedule: polls and the sweep each minute, the rest at night; the clock is UTC."""
    polls = {
        f"poll-{route}": {
            "task": "ingest.poll",
            "schedule": 60.0,
            "args": (route.value,),
            "options": {"expires": 55},
        }
        for route in RouteKind
    }
    return {
        **polls,
        "sweep": {"task": "ingest.sweep", "schedule": 60.0, "options": {"expires": 55}},
        "reconcile": {"task": "ingest.reconcile", "schedule": crontab(hour=2, minute=30)},
        "morning": {"task": "ingest.morning", "schedule": crontab(hour=6, minute=0)},
        "report-sites": {"task": "ingest.report_sites", "schedule": _each_monday(hour=5, minute=0)},
        "report-trial": {"task": "ingest.report_trial", "schedule": _each_monday(hour=5, minute=30)},
    }
