"""Inspecting headers, all of it, beside `dcmread(stop_before_pixels=True)`, which only reads them.

    python tooling/bench_inspect.py [--rounds 5]

Of each file every element is walked, checked and judged for pseudonymisation, and its facts are read, as
in the inspection process; each round is a package of its own, so that nothing is remembered from the last.
Files are read into memory first; the ratio is of CPU seconds, taken side by side, without Python's collector
of cycles, which the inspection process has switched off too.
"""

from __future__ import annotations

import argparse
import gc
import io
import statistics
import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path

from bench_corpus import OUT, SITE, make_corpus, trial_text
from pydicom import dcmread

from ingest.checks.pseudonymisation.judge import PackageJudge
from ingest.checks.pseudonymisation.rules import load_rules
from ingest.dicom.facts import NOT_YET, read_facts
from ingest.dicom.paths import PathTree
from ingest.dicom.soundness import SOP_CLASS, check_soundness
from ingest.dicom.walk import walk
from ingest.inspection.judging import ElementJudging
from ingest.model.finding import InstanceRef
from ingest.model.route import RouteKind
from ingest.trial.definition import Trial
from ingest.trial.load import parse_trial

SUBJECT = f"{SITE}-1001"
#: The structure set that the figures speak of, in bytes.
STRUCTURES = 10_000_000
_POINTS = 0x30060050
#: Bytes of a contour beside its points, at least.
_BESIDE_POINTS = 150
_ROI_NAME = "(3006,0020)>(3006,0026)"


def inspect(trial: Trial, files: list[bytes]) -> None:
    """Walk, check and judge every element, read the facts, and conclude: one package."""
    judge = PackageJudge(
        load_rules(),
        route=RouteKind.EXPLORER,
        site=trial.site(SITE),
        trial=trial,
        approvals=(),
        hmac_key=bytes(32),
        package_name="bench.zip",
    )
    judging, tree = ElementJudging(judge), PathTree()
    is_known = partial(judge.is_known_label, _ROI_NAME)
    for number, data in enumerate(files, 1):
        found = walk(data, tree, trial.limits)
        check_soundness(found)
        judge.begin_instance(
            InstanceRef(number), SUBJECT, SUBJECT, found.text(SOP_CLASS), frozenset({SUBJECT})
        )
        judging.judge(found)
        judge.end_instance()
        read_facts(found, number, SUBJECT, len(data), NOT_YET, is_known)
    judge.finish()


def read_with_pydicom(files: list[bytes]) -> None:
    """Read headers as pydicom does, without looking at an element."""
    for data in files:
        dcmread(io.BytesIO(data), stop_before_pixels=True)


def digest(paths: list[Path], files: list[bytes]) -> None:
    """Read the files and hash them."""
    for path, data in zip(paths, files, strict=True):
        read = path.read_bytes()
        sha256(read).digest()
        assert len(read) == len(data)


def cpu_of(act: Callable[[list[bytes]], None], files: list[bytes]) -> float:
    """Return the CPU seconds of an act."""
    began = time.process_time()
    act(files)
    return time.process_time() - began


def make_structures(source: Path) -> Path:
    """Return the corpus' structure set with as many contours as make 10 MB, spaces behind the last."""
    made = source.with_name(f"RS-{STRUCTURES}-exactly.dcm")
    if made.exists():
        return made
    dataset = dcmread(source)
    contours = [item for structure in dataset.ROIContourSequence for item in structure.ContourSequence]
    surplus = source.stat().st_size - STRUCTURES
    for structure in reversed(dataset.ROIContourSequence):
        while structure.ContourSequence and surplus > 0:
            surplus -= len(contours.pop().get_item(_POINTS).value) + _BESIDE_POINTS
            structure.ContourSequence.pop()
    last = contours[-1].get_item(_POINTS)
    padded = last.value + b" " * -surplus
    contours[-1][_POINTS] = last._replace(value=padded, length=len(padded))
    dataset.save_as(made)
    more = STRUCTURES - made.stat().st_size
    contours[-1][_POINTS] = last._replace(value=padded + b" " * more, length=len(padded) + more)
    dataset.save_as(made)
    if made.stat().st_size != STRUCTURES:
        raise SystemExit(f"the structure set has {made.stat().st_size} bytes, not {STRUCTURES}")
    return made


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
        "RTSTRUCT": [make_structures(case / "RT" / "RS.dcm")],
    }
    trial = parse_trial(trial_text())
    for kind, paths in kinds.items():
        files = [path.read_bytes() for path in paths]
        measure(kind, files, (partial(inspect, trial), read_with_pydicom, partial(digest, paths)), rounds)


def measure(
    kind: str, files: list[bytes], acts: tuple[Callable[[list[bytes]], None], ...], rounds: int
) -> None:
    """Take the acts side by side, and print the medians."""
    size = sum(map(len, files)) / 1e6
    # As the inspection process has it: what the acts make is no garbage in cycles.
    gc.disable()
    for act in acts:
        act(files)
    taken = [[cpu_of(act, files) for act in acts] for _ in range(rounds)]
    ours, theirs, hashing = (statistics.median(row[place] for row in taken) for place in range(3))
    ratio, of_hashing = (statistics.median(row[0] / row[place] for row in taken) for place in (1, 2))
    each, header, sha = (seconds / len(files) * 1e3 for seconds in (ours, theirs, hashing))
    print(f"{kind}: {len(files)} files, {size / len(files):.1f} MB each")
    print(f"  inspected: {len(files) / ours:,.0f} files/s, {size / ours:,.0f} MB/s, {each:.2f} ms each")
    print(f"  pydicom reads the header in {header:.2f} ms: {1 / ratio:.2f} of its speed")
    print(f"  reading and hashing takes {sha:.2f} ms: inspecting takes {of_hashing:.1f} times as long")


if __name__ == "__main__":
    main()
