"""Settings → the parts of a running service, put together."""

from __future__ import annotations

import os
import socket
from collections import deque
from contextlib import ExitStack
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from types import TracebackType

import structlog

from ingest.archive.originals import Originals
from ingest.archive.store import Archive
from ingest.checks.codes import load_codes
from ingest.connections import Queues, Shares, connect_announcements, connect_ways_back
from ingest.inspection.client import Inspector
from ingest.ledger.ledger import Ledger
from ingest.ledger.retry import Retry
from ingest.ledger.schema import upgrade
from ingest.model.clock import Clock, SystemClock
from ingest.model.route import ShareAddress
from ingest.model.submission import Step
from ingest.settings import Settings
from ingest.steps.parts import Fixity, Parts, Wake
from ingest.trial import Trial, load_default_trial, load_trial


def read_trial(settings: Settings) -> Trial:
    """Return the trial that the settings name, or the one that is shipped. Raises ConfigurationError."""
    if settings.trial_file is None:
        return load_default_trial(load_codes())
    return load_trial(settings.trial_file, load_codes())


@dataclass(slots=True)
class Service:
    """One running service: its parts, and in one process the submissions that were woken.

    Use it as a context manager: the inspection child, the database and the shares are closed at the end.
    """

    settings: Settings
    parts: Parts
    woken: deque[str]
    _closing: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Service:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.close()


def open_service(
    settings: Settings,
    *,
    trial: Trial | None = None,
    wake: Wake | None = None,
    clock: Clock | None = None,
    is_migrating: bool = True,
) -> Service:
    """Put a service together.

    wake:         how a step asks for the next one; None: remembered in `woken`, for one process.
    is_migrating: bring the ledger's schema up to date first (in containers a job of its own does it).
    Raises ConfigurationError, TransientError.
    """
    trial = trial or read_trial(settings)
    clock = clock or SystemClock()
    woken: deque[str] = deque()
    closing = ExitStack()

    def remember(submission_id: str, step: Step, delay: float = 0.0) -> None:
        woken.append(submission_id)

    with ExitStack() as on_error:
        on_error.callback(closing.close)
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        if is_migrating:
            upgrade(settings.database_url)
        ledger = Ledger.open(settings.database_url, clock, _retry(settings))
        closing.callback(ledger.close)
        archive = Archive(settings.data_dir)
        inspector = Inspector(memory_limit=settings.inspection_memory)
        closing.callback(inspector.close)
        shares = Shares(settings)
        closing.callback(shares.close)
        queues = Queues(settings)
        closing.callback(queues.close)
        ways = connect_ways_back(settings, trial, shares, queues)
        key = settings.read_key()
        parts = Parts(
            trial=trial,
            ledger=ledger,
            archive=archive,
            originals=Originals(archive.places),
            inspector=inspector,
            clock=clock,
            open_store=shares.open,
            deliveries=ways.deliveries,
            send_letter=ways.send_letter,
            announcements=connect_announcements(trial, queues, key, _log),
            shares=_share_addresses(settings, trial),
            wake=wake or remember,
            log=_log,
            key=key,
            worker=f"{socket.gethostname()}:{os.getpid()}",
            lease_seconds=settings.lease_seconds,
            program_version=version("hamlet-ingest"),
            fixity=Fixity(settings.fixity_days, settings.fixity_rate * 1e6 or None),
        )
        on_error.pop_all()
    return Service(settings, parts, woken, closing)


def _retry(settings: Settings) -> Retry:
    return Retry(
        attempts=len(settings.back_off) + 1,
        delays=settings.back_off,
        fault_delays=settings.fault_back_off,
        patience=settings.fault_patience_days * 86_400,
    )


def _share_addresses(settings: Settings, trial: Trial) -> tuple[ShareAddress, ...]:
    """Return the places to poll. Without INGEST_SHARES they are folders of this machine, made here.

    Elsewhere a folder that is missing may be a mount that is not there: it is reported, never made.
    """
    if settings.shares:
        return trial.share_addresses(settings.shares)
    addresses = trial.share_addresses(str(settings.data_dir / "shares"))
    for share in addresses:
        kind, _, path = share.address.partition(":")
        if kind == "folder":
            Path(path).mkdir(parents=True, exist_ok=True)
    return addresses


def _log(event: str, **fields: object) -> None:
    structlog.get_logger().info(event, **fields)
