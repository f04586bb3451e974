"""The workers' application with a schedule in seconds: `celery -A tests.chaos.quick`."""

from __future__ import annotations

from ingest.model.route import RouteKind
from workers.app import app

_POLL, _SWEEP = 3.0, 2.0

app.conf.beat_schedule = {
    **{
        f"poll-{route}": {
            "task": "ingest.poll",
            "schedule": _POLL,
            "args": (route.value,),
            "options": {"expires": _POLL},
        }
        for route in RouteKind
    },
    "sweep": {"task": "ingest.sweep", "schedule": _SWEEP, "options": {"expires": _SWEEP}},
}
app.conf.beat_max_loop_interval = 1
