"""Write the corpus to files: `python -m tests.corpus FOLDER` fills FOLDER/accept and FOLDER/reject."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.corpus.dicoms import FILE_SET, HOSTILE_DICOMS, SOUND_DICOMS
from tests.corpus.sound_zips import SOUND_ZIPS
from tests.corpus.zips import HOSTILE_ZIPS


def corpus_files() -> Iterator[tuple[str, Callable[[], bytes]]]:
    """Yield each case's file name below the folder, and the maker of its bytes."""
    for ending, sound, hostile in (
        ("zip", SOUND_ZIPS, HOSTILE_ZIPS),
        ("dcm", SOUND_DICOMS, (*HOSTILE_DICOMS, FILE_SET)),
    ):
        for good in sound:
            yield f"accept/{good.name}.{ending}", good.build
        for bad in hostile:
            yield f"reject/{bad.title}.{ending}", bad.build


def write_corpus(folder: Path) -> int:
    """Write every case as a file named for it; return how many."""
    written = 0
    for name, build in corpus_files():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(build())
        written += 1
    return written


if __name__ == "__main__":
    print(write_corpus(Path(sys.argv[1])), "files")
