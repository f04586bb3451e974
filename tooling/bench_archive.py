"""What filing costs: beside plain writing, as an object grows, and to verify. Prints a table, or JSON.

    python tooling/bench_archive.py [--files 2000] [--size 300000] [--rounds 5] [--at FOLDER] [--json]

Times are medians over the rounds of wall and CPU seconds; what is compared runs in turn within each round.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ingest.archive.order import FilingOrder, NewFile
from ingest.archive.store import Archive
from ingest.archive.verify import verify_subject
from tooling.bench_page import write_section

SUBJECT = "123-1001"
CREATED = datetime(2026, 1, 1, tzinfo=UTC)


class Timer:
    """Collects wall and CPU seconds of named acts."""

    def __init__(self) -> None:
        self._taken: dict[str, list[tuple[float, float]]] = {}

    def run(self, name: str, act: Callable[[], Any]) -> Any:
        """Run and measure."""
        wall, cpu = time.perf_counter(), time.process_time()
        result = act()
        self._taken.setdefault(name, []).append((time.perf_counter() - wall, time.process_time() - cpu))
        return result

    def median(self, name: str, clock: int = 0) -> float:
        """Return the median of wall (0) or CPU (1) seconds."""
        return statistics.median(pair[clock] for pair in self._taken[name])

    def ratio(self, name: str, base: str) -> float:
        """Return the median over the rounds of wall seconds of one act by those of another."""
        pairs = zip(self._taken[name], self._taken[base], strict=True)
        return statistics.median(one[0] / other[0] for one, other in pairs)


def make_bytes(count: int, size: int, seed: int) -> list[bytes]:
    """Return `count` different pieces of `size` bytes."""
    base = hashlib.shake_256(str(seed).encode()).digest(size)
    return [number.to_bytes(8, "big") + base[8:] for number in range(count)]


def write_plain(folder: Path, pieces: list[bytes]) -> None:
    """Write each piece to its file and sync each: the yardstick."""
    folder.mkdir()
    for number, piece in enumerate(pieces):
        with (folder / f"{number}.dcm").open("wb") as file:
            file.write(piece)
            file.flush()
            os.fsync(file.fileno())


def stage(archive: Archive, pieces: list[bytes], digests: list[str], prefix: str) -> tuple[NewFile, ...]:
    """Write each piece to staging, not synced, as inspection does."""
    folder = archive.places.staging / prefix
    folder.mkdir()
    files = []
    for number, (piece, digest) in enumerate(zip(pieces, digests, strict=True)):
        path = folder / f"{number}.dcm"
        with path.open("wb") as file:
            file.write(piece)
        files.append(
            NewFile(path, f"planning-ct/{prefix}/1.2.826.0.1.3680043.{number}.dcm", digest, len(piece), True)
        )
    return tuple(files)


def order(files: tuple[NewFile, ...], head: int) -> FilingOrder:
    """Return the order of the version after `head`."""
    submission = f"S{head:06}"
    record = {"receipt.json": json.dumps({"submission": submission}).encode()}
    return FilingOrder(
        SUBJECT, submission, f"arrival:{submission}", head, files, record, "bench", "bench", CREATED
    )


def bytes_below(folder: Path) -> int:
    """Return the bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def measure(top: Path, count: int, size: int, rounds: int) -> dict[str, float]:
    """Return all figures."""
    timer, figures = Timer(), {}
    pieces = make_bytes(count, size, 0)
    digests = [hashlib.sha256(piece).hexdigest() for piece in pieces]
    few = max(1, count // 100)
    for number in range(rounds):
        room = top / str(number)
        room.mkdir()
        archive = Archive(room / "archive")
        timer.run("plain", lambda: write_plain(room / "plain", pieces))  # noqa: B023 - run at once
        shutil.rmtree(room / "plain")
        os.sync()
        files = timer.run("stage", lambda: stage(archive, pieces, digests, "first"))  # noqa: B023
        timer.run("file", lambda: archive.file(order(files, 0)))  # noqa: B023
        shutil.rmtree(archive.places.staging / "first")
        timer.run("verify", lambda: verify_subject(archive, SUBJECT))  # noqa: B023
        for head in range(1, 30):
            change = make_bytes(few, size, head)
            known = [hashlib.sha256(piece).hexdigest() for piece in change]
            files = stage(archive, change, known, f"change{head}")
            os.sync()
            name = {1: "change 2", 29: "change 30"}.get(head, "between")
            timer.run(name, lambda: archive.file(order(files, head)))  # noqa: B023
        os.sync()
        timer.run("plain few", lambda: write_plain(room / "few", pieces[:few]))  # noqa: B023
        root = archive.places.object_of(SUBJECT)
        figures["space of 1 % at version 2, by the bytes changed"] = bytes_below(root / "v2") / (few * size)
        figures["space of 1 % at version 30, by the bytes changed"] = bytes_below(root / "v30") / (few * size)
        figures["inventory at version 30, MB"] = (root / "inventory.json").stat().st_size / 1e6
        shutil.rmtree(room)
    whole = count * size / 1e6
    return {
        f"plain writing + fsync each, {count} files, s": timer.median("plain"),
        "staging without fsync, s": timer.median("stage"),
        "filing what is staged, s": timer.median("file"),
        "filing, CPU s": timer.median("file", 1),
        "staging + filing, by plain": timer.ratio("file", "plain") + timer.ratio("stage", "plain"),
        f"plain writing + fsync each, {few} files, s": timer.median("plain few"),
        "filing 1 % at version 2, s": timer.median("change 2"),
        "filing 1 % at version 30, s": timer.median("change 30"),
        "verify, MB/s": whole / timer.median("verify"),
        "verify, MB per CPU s": whole / timer.median("verify", 1),
        **figures,
    }


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--files", type=int, default=2000)
    parser.add_argument("--size", type=int, default=300_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--at", type=Path, help="a folder on the file system to measure")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--write", action="store_true", help="into docs/performance.md")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=asked.at) as folder:
        figures = measure(Path(folder), asked.files, asked.size, asked.rounds)
    if asked.write:
        rows = [f"| {name} | {figure:.4g} |" for name, figure in figures.items()]
        title = f"{asked.files} files of {asked.size / 1000:g} kB"
        write_section("archive", [f"| {title} | median of {asked.rounds} |", "|---|---|", *rows])
    if asked.json:
        print(json.dumps(figures, indent=2))
        return
    for name, figure in figures.items():
        print(f"{figure:10.3f}  {name}")


if __name__ == "__main__":
    main()
