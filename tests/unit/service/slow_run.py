"""`ingest …` with a first step, and an inspection, that take a minute: they say so when they begin."""

from __future__ import annotations

import sys
import time
from typing import Any

from ingest.cli import main
from ingest.inspection.client import Inspector
from ingest.model.submission import Step
from ingest.steps import advance


def _take_long(*_: Any) -> Any:
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    time.sleep(60)


if __name__ == "__main__":
    advance.STEPS = {**advance.STEPS, Step.STAGE: _take_long}
    Inspector.inspect = _take_long  # type: ignore[method-assign]
    main()
