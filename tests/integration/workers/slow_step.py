"""The workers with a first step that takes a minute: `celery -A tests.integration.workers.slow_step`."""

from __future__ import annotations

import time

from ingest.ledger.claims import Claim
from ingest.model.submission import Step
from ingest.steps import advance
from ingest.steps.parts import Parts
from workers.app import app


def _take_long(parts: Parts, claim: Claim) -> None:
    del parts, claim
    time.sleep(60)


app.conf.worker_soft_shutdown_timeout = 1.0
advance.STEPS = {**advance.STEPS, Step.STAGE: _take_long}
