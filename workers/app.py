"""The Celery application.

The ledger is the truth: a message is only a wake-up, and losing one costs a minute.
"""

from __future__ import annotations

from celery import Celery

from ingest.settings import Settings
from workers.heartbeat import Heartbeat
from workers.schedule import beat_schedule, routes

#: No step runs longer than this; the soft limit lets it give its lease back first.
HARD_LIMIT = 5 * 3600
SOFT_LIMIT = HARD_LIMIT - 300
#: Twice the hard limit: a message must not come back while its task still runs (celery#5935).
VISIBILITY_TIMEOUT = 2 * HARD_LIMIT


def make_app(settings: Settings | None = None) -> Celery:
    """Return the application, wired to the broker that the settings name."""
    settings = settings or Settings()
    app = Celery("ingest", broker=settings.redis_url.get_secret_value(), include=["workers.tasks"])
    transport = {
        "visibility_timeout": VISIBILITY_TIMEOUT,
        # A dead worker's message is looked for often: 18 s in place of 100 s.
        "unacked_restore_interval": 2,
        "unacked_restore_throttle": 1,
        # A connection whose other end is gone without a word is noticed.
        "socket_keepalive": True,
    }
    app.conf.update(
        # Whatever is sent without a queue must not wait behind a zip of 20 GB.
        task_default_queue="light",
        task_routes=routes(),
        beat_schedule=beat_schedule(),
        beat_schedule_filename=str(settings.data_dir / "beat-schedule"),
        # Acknowledged when done: a killed worker's task runs again, and changes nothing the second time.
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        # What failed is in the ledger, and the sweep asks for it again: the message has done its work.
        task_acks_on_failure_or_timeout=True,
        # One message at a time: what waits in a worker is lost to the others.
        worker_prefetch_multiplier=1,
        # More at once is more containers, each with limits of its own.
        worker_concurrency=1,
        # Results are in the ledger.
        task_ignore_result=True,
        task_store_errors_even_if_ignored=False,
        # JSON only: who can write to the broker must not be able to run code by pickle.
        task_serializer="json",
        accept_content=["json"],
        result_accept_content=["json"],
        # In all three places: each is read by another part of Celery.
        broker_transport_options=transport,
        result_backend_transport_options=transport,
        visibility_timeout=VISIBILITY_TIMEOUT,
        # A worker waits for a broker that is not up yet, or is away, for as long as it takes.
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        # A step goes on while the broker is away: its claim is in the ledger.
        worker_cancel_long_running_tasks_on_connection_loss=False,
        # A step that hangs ends at last; its lease was renewed until then.
        task_time_limit=HARD_LIMIT,
        task_soft_time_limit=SOFT_LIMIT,
        # A step that is stopped may end within it; cut short then, it gives itself back (workers/stop.py).
        worker_soft_shutdown_timeout=20.0,
        # A worker with nothing in hand ends at once.
        worker_enable_soft_shutdown_on_idle=False,
        # KiB; the inspection child has its own limit.
        worker_max_memory_per_child=400_000,
        # Structured logs with ids only are ours to write; Celery's own must not replace them.
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        # Nobody listens to events: what happens is in the ledger.
        worker_send_task_events=False,
        task_send_sent_event=False,
        # One clock for all sites, without summer time.
        timezone="UTC",
        enable_utc=True,
    )
    app.steps["consumer"].add(Heartbeat)
    return app


app = make_app()
