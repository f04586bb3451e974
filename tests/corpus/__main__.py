"""Write the corpus to files: `python -m tests.corpus FOLDER` fills FOLDER/accept and FOLDER/reject."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.corpus.sound_zips import SOUND_ZIPS
from tests.corpus.zips import HOSTILE_ZIPS


def write_corpus(folder: Path) -> int:
    """Write every case as a file named for it; return how many."""
    cases = [("accept", case.name, case) for case in SOUND_ZIPS] + [
        ("reject", case.title, case) for case in HOSTILE_ZIPS
    ]
    for kind, name, case in cases:
        path = folder / kind / f"{name}.zip"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(case.build())
    return len(cases)


if __name__ == "__main__":
    print(write_corpus(Path(sys.argv[1])), "files")
