"""Files one version, to be traced and killed from outside: `python file_once.py ARCHIVE [--no-sync]`.

It follows the archive's head, if there is one. A marker is looked for right before the filing begins.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from ingest.archive.store import Archive
from ingest.model.errors import TransientError
from tests.filing import SUBJECT, order
from tests.filing import stage as stage_file
from tests.traced import MARKER

FILES = ({"planning-ct/1.dcm": b"slice one", "rtstruct/2.dcm": b"contours"}, {"rtdose/3.dcm": b"dose"})


def main() -> int:
    """File the next version; exit 75 (EX_TEMPFAIL) for a passing fault."""
    archive = Archive(Path(sys.argv[1]))
    head = archive.head(SUBJECT)
    files = [stage_file(archive, logical, data) for logical, data in FILES[head].items()]
    wanted = order(files, head=head, submission=f"S00000{head + 1}")
    if "--no-sync" in sys.argv:
        os.fsync = lambda _descriptor: None
    with suppress(FileNotFoundError):
        os.stat(MARKER)  # noqa: PTH116 - the trace shows it
    try:
        archive.file(wanted)
    except TransientError:
        return 75
    return 0


if __name__ == "__main__":
    sys.exit(main())
