"""The service's side of a route, without a ledger: polls with the real clock until something has settled."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime

from ingest.model.route import Entry, RouteKind, ShareAddress, Sighting
from ingest.routes.fetch import Fetched, fetch
from ingest.routes.ports import Changed, Gone, NotYet, ShareStore
from ingest.routes.settle import Settled, name_key, settle
from ingest.trial.definition import Settle

RULE = Settle(polls=3, minimum_age=0.8)


class Poller:
    """Polls one share. `fetched` is what the gate behind settle says of an arrival, with the bytes."""

    def __init__(self, store: ShareStore, site: str = "123", route: RouteKind = RouteKind.EXPLORER) -> None:
        self.store = store
        self._share = ShareAddress(route, site, "")
        self._known: dict[str, Sighting] = {}

    def poll(self) -> Settled:
        found = settle(self._known, self.store.list_entries().zips, RULE, datetime.now(UTC), self._key)
        self._known |= {sighting.name_key: sighting for sighting in found.to_keep}
        for key in found.vanished:
            del self._known[key]
        return found

    def _key(self, name: str) -> str:
        return name_key(b"key", self._share, name)

    def poll_while(self, is_going_on: Callable[[], bool]) -> list[str]:
        """Poll for as long as something goes on; return the names that had settled meanwhile."""
        settled: list[str] = []
        while is_going_on():
            settled += [entry.name for entry, _ in self.poll().arrivals if is_going_on()]
            time.sleep(0.1)
        return settled

    def wait_for_arrival(self, seconds: float = 20) -> tuple[Entry, Sighting]:
        """Poll until one entry has settled."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if arrivals := self.poll().arrivals:
                return arrivals[0]
            time.sleep(0.1)
        raise AssertionError("nothing has settled")

    def fetch(self, entry: Entry, sighting: Sighting) -> tuple[Fetched | NotYet | Changed | Gone, bytes]:
        data = bytearray()
        return fetch(self.store, entry.name, sighting, data.extend), bytes(data)


def is_whole(data: bytes) -> bool:
    """Whether it is a zip whose every member has its CRC."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            return package.testzip() is None
    except zipfile.BadZipFile:
        return False
