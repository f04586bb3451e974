"""The tasks that others may call by name. Each takes ids, does one thing on the ledger, and may run twice."""

from __future__ import annotations

import gc
from functools import cache
from importlib import import_module
from typing import Any

from celery import current_app, shared_task
from celery.signals import worker_init, worker_process_init, worker_process_shutdown

from ingest.health import SWEEP
from ingest.logs import configure_logs
from ingest.model.route import RouteKind
from ingest.model.submission import Step
from ingest.service import Service, open_service
from ingest.settings import Settings
from ingest.steps import advance as advancing
from ingest.steps import morning as mornings
from ingest.steps import poll as polling
from ingest.steps import reconcile as reconciling
from ingest.steps import reprocess as reprocessing
from ingest.steps import site_reports
from ingest.steps import sweep as sweeping
from ingest.steps import trial_report as trial_reports
from workers.fan_out import room_on
from workers.schedule import HEAVY, LIGHT
from workers.stop import is_stoppable

#: Steps that read a whole zip or write to the archive.
HEAVY_STEPS = frozenset({Step.STAGE, Step.INSPECT, Step.FILE})


#: What a service imports only where it is used. Imported before the fork, parent and child share it.
IMPORTED_LATE = ("psycopg", "ingest.routes.azure_files", "ingest.routes.azure_queue")


@cache
def service() -> Service:
    """Return this process's service, opened at the first task."""
    settings = Settings()
    configure_logs(settings.log_level)
    return open_service(settings, wake=send_wake, is_migrating=False)


@worker_init.connect
def share_memory(**_: Any) -> None:
    """Import all there is before the fork, and keep the collector off it: its marks unshare pages."""
    for name in IMPORTED_LATE:
        import_module(name)
    gc.collect()
    gc.freeze()


@worker_process_init.connect
def forget_parents_service(**_: Any) -> None:
    """A forked child opens a service of its own: connections and the inspection child are not shared."""
    service.cache_clear()


@worker_process_shutdown.connect
def close_service(**_: Any) -> None:
    """End the inspection child with its worker."""
    if service.cache_info().currsize:
        service().__exit__(None, None, None)


def send_wake(submission_id: str, step: Step, delay: float = 0.0) -> None:
    """Ask for a submission's next step on the queue that the step belongs to."""
    queue = HEAVY if step in HEAVY_STEPS else LIGHT
    advance.apply_async((submission_id,), queue=queue, countdown=delay)


@shared_task(name="ingest.poll")
def poll(route: str) -> None:
    """Poll every share of a route: egress, explorer, smb or htp."""
    polling.poll(service().parts, RouteKind(route))


@shared_task(name="ingest.advance")
def advance(submission: str) -> None:
    """Take a submission through the step that it waits for."""
    with is_stoppable():
        advancing.advance(service().parts, submission)


@shared_task(name="ingest.reprocess")
def reprocess(
    run: str, scope: str, id: str | None = None, trial: str | None = None, dry_run: bool = False
) -> None:
    """Judge a submission, a subject, a site or everything again; `run` is the caller's id for it."""
    reprocessing.begin_called_run(service().parts, run, scope, id, trial, is_dry=dry_run)
    ask_for_items()


def ask_for_items() -> None:
    """Ask for the items of runs that no worker holds, as many as there is room for."""
    for run, submission in sweeping.waiting_items(service().parts, limit=room_on(current_app, HEAVY)):
        reprocess_item.apply_async((run, submission), queue=HEAVY)


@shared_task(name="ingest.reprocess_item")
def reprocess_item(run: str, submission: str) -> None:
    """Judge one submission of a run again."""
    with is_stoppable():
        reprocessing.reprocess_item(service().parts, run, submission)


@shared_task(name="ingest.report_site")
def report_site(site: str) -> None:
    """Make a site's QA report and put it down to be delivered; `site`: its number."""
    site_reports.report_site(service().parts, site)


@shared_task(name="ingest.report_sites")
def report_sites() -> None:
    """Ask for the QA report of every site."""
    for site in service().parts.trial.sites:
        report_site.apply_async((site.number,), queue=LIGHT)


@shared_task(name="ingest.report_trial")
def report_trial() -> None:
    """Make the report on the whole trial, for data management."""
    trial_reports.report_trial(service().parts)


@shared_task(name="ingest.morning")
def morning() -> None:
    """Write the morning e-mail to the study team."""
    mornings.send_morning(service().parts)


@shared_task(name="ingest.sweep")
def sweep() -> None:
    """Wake what waits without a message, park what failed too often, send the outbox."""
    parts = service().parts
    sweeping.sweep(parts)
    ask_for_items()
    with parts.ledger.write() as tx:
        tx.vitals.beat(SWEEP, LIGHT)


@shared_task(name="ingest.reconcile")
def reconcile() -> None:
    """Compare ledger, archive and shares; check fixity; keep to the retention times."""
    reconciling.reconcile(service().parts)
