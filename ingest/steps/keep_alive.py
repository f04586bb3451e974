"""Renew a claim's lease while its step works."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from ingest.ledger.claims import Claim
from ingest.ledger.errors import LedgerError
from ingest.model.errors import TransientError
from ingest.steps.parts import Parts


@contextlib.contextmanager
def keep_alive(parts: Parts, claim: Claim) -> Iterator[None]:
    """Renew the lease every third of its length, in a thread, for as long as the block runs.

    A lease that is lost is noticed when the step records its result: nothing is recorded then.
    """
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(parts.lease_seconds / 3):
            try:
                parts.ledger.renew(claim)
            except TransientError:
                continue
            except LedgerError:
                return

    thread = threading.Thread(target=renew, name="keep-alive", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
