"""Renew a lease while there is work under it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator

from ingest.ledger.errors import LedgerError
from ingest.model.errors import TransientError
from ingest.steps.parts import Parts


@contextlib.contextmanager
def keep_alive(parts: Parts, renew: Callable[[], None]) -> Iterator[None]:
    """Renew a lease every third of its length, in a thread, for as long as the block runs.

    A lease that is lost is noticed when the work's result is recorded: nothing is recorded then.
    """
    ended = threading.Event()

    def keep_on() -> None:
        while not ended.wait(parts.lease_seconds / 3):
            try:
                renew()
            except TransientError:
                continue
            except LedgerError:
                return

    thread = threading.Thread(target=keep_on, name="keep-alive", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
