"""What the steps work with, put together by `ingest.service` and handed to every step."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ingest.archive.originals import Originals
from ingest.archive.places import Places
from ingest.archive.store import Archive
from ingest.inspection.client import Inspector
from ingest.ledger.ledger import Ledger
from ingest.model.clock import Clock
from ingest.model.route import ShareAddress
from ingest.model.submission import Step
from ingest.reports.ports import Delivered, Delivery, Letter
from ingest.routes.notices import ArrivalNotice
from ingest.routes.ports import ShareStore
from ingest.trial.definition import Trial


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of one running service.

    open_store: the share at an address; stores are kept open.
    deliveries: way back (`share`, `email`, `queue`) → what delivers on it.
    send_letter: sends any e-mail.
    announcements: what the uploader's notices say of a share: name key → notice.
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
    announcements: Callable[[ShareAddress], Mapping[str, ArrivalNotice]]
    wake: Callable[[str, Step], None]
    log: Callable[..., None]
    key: bytes
    worker: str
    lease_seconds: float = 120.0
    program_version: str = ""
    table_edition: str = ""

    @property
    def places(self) -> Places:
        """Where things lie on the disk."""
        return self.archive.places
