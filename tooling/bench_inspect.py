"""Reading headers: every element walked, its facts read, beside `dcmread(stop_before_pixels=True)`.

    python tooling/bench_inspect.py [--rounds 5]

Files are read into memory first; the ratio is of CPU seconds, taken side by side.
"""

from __future__ import annotations

import argparse
import io
import statistics
import time
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from bench_corpus import OUT, make_corpus
from pydicom import dcmread

from ingest.dicom.facts import NOT_YET, read_facts
from ingest.dicom.paths import PathTree
from ingest.dicom.soundness import check_soundness
from ingest.dicom.walk import walk
from ingest.trial.definition import Limits


def inspect(files: list[bytes]) -> None:
    """Walk every element, check, read the facts."""
    tree, limits = PathTree(), Limits()
    for number, data in enumerate(files):
        found = walk(data, tree, limits)
        check_soundness(found)
        read_facts(found, number, "123-1001", len(data), NOT_YET, lambda _: True)


def read_with_pydicom(files: list[bytes]) -> None:
    """Read headers as pydicom does, without looking at an element."""
    for data in files:
        dcmread(io.BytesIO(data), stop_before_pixels=True)


def digest(files: list[bytes]) -> None:
    """Hash the files."""
    for data in files:
        sha256(data).digest()


def cpu_of(act: Callable[[list[bytes]], None], files: list[bytes]) -> float:
    """Return the CPU seconds of an act."""
    began = time.process_time()
    act(files)
    return time.process_time() - began


def main() -> None:
    """Print files and megabytes a CPU second of each kind of file, and the ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    make_corpus()
    case = OUT / "corpus" / "caseB"
    kinds = {
        "CT": sorted((case / "CT").glob("*.dcm")),
        "CBCT": sorted(case.glob("CBCT0[0-3]/*.dcm")),
        "RTSTRUCT": [case / "RT" / "RS.dcm"],
    }
    for kind, paths in kinds.items():
        files = [Path(path).read_bytes() for path in paths]
        size = sum(map(len, files)) / 1e6
        acts = (inspect, read_with_pydicom, digest)
        for act in acts:
            act(files)
        taken = [[cpu_of(act, files) for act in acts] for _ in range(rounds)]
        ours, theirs, hashing = (statistics.median(row[place] for row in taken) for place in range(3))
        ratio = statistics.median(row[1] / row[0] for row in taken)
        each, header, sha = (seconds / len(files) * 1e3 for seconds in (ours, theirs, hashing))
        print(f"{kind}: {len(files) / ours:,.0f} files/s, {size / ours:,.0f} MB/s, {each:.2f} ms each")
        print(f"  × {ratio:.1f} of the speed of pydicom's header ({header:.2f} ms); hashing {sha:.2f} ms")


if __name__ == "__main__":
    main()
