"""Does the file step of one submission, to be traced and killed: `python -m tests.chaos.file_step ROOT ID`.

A marker is looked for right before the step begins. Exit status 0 unless the process could not go on.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

from ingest.service import open_service
from ingest.steps.advance import advance
from tests.deployment import write_settings
from tests.traced import MARKER


def main(root: str, submission_id: str) -> None:
    """Do it."""
    with open_service(write_settings(Path(root)), is_migrating=False) as service:
        with suppress(OSError):
            Path(MARKER).stat()
        advance(service.parts, submission_id)


if __name__ == "__main__":
    main(*sys.argv[1:])
