"""What the steps work with, put together by `ingest.service` and handed to every step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from ingest.archive.originals import Originals
from ingest.archive.places import Places
from ingest.archive.store import Archive
from ingest.inspection.client import Inspector
from ingest.ledger.ledger import Ledger
from ingest.model.clock import Clock
from ingest.model.route import ShareAddress
from ingest.model.submission import Step
from ingest.reports.ports import Delivered, Delivery, Letter
from ingest.routes.announcements import Announcements
from ingest.routes.ports import ShareStore
from ingest.trial.definition import Trial


class Wake(Protocol):
    """Asks for a submission's next step to be taken, after so many seconds; losing it costs a minute."""

    def __call__(self, submission_id: str, step: Step, delay: float = 0.0) -> None:
        """Ask."""


class QuietShares:
    """Shares whose service asked this process to be left alone for a while (429, 503)."""

    def __init__(self) -> None:
        self._until: dict[ShareAddress, datetime] = {}

    def begin(self, share: ShareAddress, now: datetime, seconds: float) -> None:
        """Leave a share alone for so many seconds."""
        self._until[share] = now + timedelta(seconds=seconds)

    def is_on(self, share: ShareAddress, now: datetime) -> bool:
        """Whether a share is to be left alone now."""
        return now < self._until.get(share, now)


@dataclass(frozen=True, slots=True)
class Fixity:
    """How the archive is read again at night: all of it within `days`, at most `rate` bytes a second."""

    days: int = 28
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one running service.

    open_store: the share at an address; stores are kept open.
    deliveries: way back (`share`, `email`, `queue`) → what delivers on it.
    send_letter: sends any e-mail.
    announcements: what the uploaders' notices say; None where there is no queue.
    wake:       asks for a submission's next step to be taken; losing a wake-up costs a minute.
    worker:     this process, in leases.
    log:        event and ids (see ingest.logs).
    """

    trial: Trial
    ledger: Ledger
    archive: Archive
    originals: Originals
    inspector: Inspector
    clock: Clock
    open_store: Callable[[ShareAddress], ShareStore]
    shares: tuple[ShareAddress, ...]
    deliveries: Mapping[str, Delivery]
    send_letter: Callable[[Letter], Delivered]
    announcements: Announcements | None
    wake: Wake
    log: Callable[..., None]
    key: bytes
    worker: str
    lease_seconds: float = 120.0
    program_version: str = ""
    table_edition: str = ""
    fixity: Fixity = field(default_factory=Fixity)
    quiet: QuietShares = field(default_factory=QuietShares)

    def site_of(self, subject_id: str) -> str:
        """Return the site that a study ID names, whoever sent the data."""
        return self.trial.study_id.site_of(subject_id) or ""

    @property
    def places(self) -> Places:
        """Where things lie on the disk."""
        return self.archive.places
