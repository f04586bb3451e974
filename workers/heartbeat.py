"""A worker's main process signs in the ledger that it lives, and that it takes what waits."""

from __future__ import annotations

from typing import Any

import structlog
from celery import bootsteps
from celery.worker import state

from ingest.health import BEAT_SECONDS, FORGOTTEN, taking
from ingest.ledger.ledger import Ledger
from ingest.model.clock import SystemClock
from ingest.model.errors import ConfigurationError, TransientError
from ingest.settings import Settings


class Heartbeat(bootsteps.StartStopStep):
    """Signs while the worker is connected to its broker: a restart of the connection restarts this step."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, parent: Any, **kwargs: Any) -> None:
        super().__init__(parent, **kwargs)
        self._timer: Any = None
        self._taken = -1

    def start(self, parent: Any) -> None:
        """Sign now and from now on."""
        self._sign(parent)
        self._timer = parent.timer.call_repeatedly(BEAT_SECONDS, self._sign, (parent,))

    def stop(self, parent: Any) -> None:
        """Sign no more."""
        del parent
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _sign(self, parent: Any) -> None:
        """Write the rows. The connection is not kept: a child that is forked later must not inherit it."""
        queue = ",".join(sorted(parent.app.amqp.queues.consume_from))
        clock = SystemClock()
        try:
            ledger = Ledger.open(Settings().database_url, clock)
            try:
                with ledger.write() as tx:
                    tx.vitals.beat(parent.hostname, queue)
                    if self._has_taken():
                        tx.vitals.beat(taking(parent.hostname), queue)
                    tx.vitals.forget_beats(clock.now() - FORGOTTEN)
            finally:
                ledger.close()
        except (ConfigurationError, TransientError) as error:
            structlog.get_logger().warning("heartbeat-failed", worker=parent.hostname, reason=str(error))

    def _has_taken(self) -> bool:
        """Whether a task runs now or was taken since the last time. The first time counts as one."""
        before, self._taken = self._taken, sum(state.total_count.values())
        return bool(state.active_requests) or before != self._taken
