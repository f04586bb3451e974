"""What a filing really asks of the kernel: its order, and a kill or a refusal at each of its calls."""

from __future__ import annotations

import random
import shutil
import signal
from pathlib import Path, PurePosixPath

import pytest

from ingest.archive.store import Archive
from tests.filing import SUBJECT, content
from tests.integration.archive.file_once import FILES
from tests.ocfl_validity import ocfl_faults
from tests.traced import SystemCall, read_trace, run_traced, was_met

SCRIPT = ["-m", "tests.integration.archive.file_once"]
PASSING = 75
HARMS = ("signal=KILL", "error=EIO", "error=ENOSPC")
filings = pytest.mark.parametrize("head", [0, 1], ids=["first filing", "second filing"])


def _prepare(folder: Path, head: int) -> Path:
    root = folder / "archive"
    for _ in range(head):
        assert run_traced([*SCRIPT, str(root)], folder / "unused") == 0
    Archive(root)
    return root


def _trace(folder: Path, root: Path, *words: str) -> list[SystemCall]:
    copy = folder / "traced"
    shutil.copytree(root, copy)
    assert run_traced([*SCRIPT, str(copy), *words], folder / "trace") == 0
    shutil.rmtree(copy)
    return read_trace(folder / "trace")


def order_faults(calls: list[SystemCall]) -> list[str]:
    """Return where a rename comes before what it depends upon was synced, and what never was."""
    calls = [call for call in calls if not any("/locks/" in path for path in call.paths)]
    dirty: set[str] = set()
    faults: list[str] = []
    for call in calls:
        paths = call.paths
        if call.name == "fsync":
            dirty.discard(paths[0])
        elif call.name in ("write", "link", "mkdir") or call.creates:
            dirty.update((paths[-1], str(PurePosixPath(paths[-1]).parent)))
        elif call.name == "rename":
            source, target = paths
            inside = {path for path in dirty if path == source or path.startswith(f"{source}/")}
            faults += [f"renamed before it was synced: {path}" for path in inside]
            parents = {str(PurePosixPath(path).parent) for path in paths}
            if PurePosixPath(target).parent.name == SUBJECT and str(PurePosixPath(target).parent) in dirty:
                faults.append(f"renamed before the rename before it was synced: {target}")
            dirty = (dirty - inside) | parents
    return faults + [f"never synced: {path}" for path in dirty if "/subjects" in path]


@filings
def test_everything_is_synced_before_the_rename_that_shows_it(quick_path: Path, head: int) -> None:
    calls = _trace(quick_path, _prepare(quick_path, head))
    assert order_faults(calls) == []
    renamed = [PurePosixPath(call.paths[1]).name for call in calls if call.name == "rename"]
    assert renamed == ([SUBJECT] if head == 0 else ["v2", "inventory.json", "inventory.json.sha256"])
    assert sum(call.name == "fsync" for call in calls) >= 2 * len(FILES[head])


@filings
def test_the_order_check_finds_a_filing_without_syncs(quick_path: Path, head: int) -> None:
    assert order_faults(_trace(quick_path, _prepare(quick_path, head), "--no-sync")) != []


def _attack(folder: Path, head: int, count: int | None) -> None:
    """Kill, EIO and ENOSPC at `count` of the filing's calls, drawn by chance (None: at each)."""
    kept = _prepare(folder, head)
    calls = _trace(folder, kept)
    points = [(place, harm) for place in range(len(calls)) for harm in HARMS]
    for place, harm in points if count is None else random.Random(head).sample(points, count):
        root = folder / "harmed"
        shutil.copytree(kept, root)
        status = _harm(folder, root, calls[place], harm)
        while not was_met(folder / "trace"):
            # The interpreter did not make the same calls again before the filing began: count anew.
            shutil.rmtree(root)
            calls = _trace(folder, kept)
            shutil.copytree(kept, root)
            status = _harm(folder, root, calls[place], harm)
        said = f"{calls[place]} {harm}: status {status}"
        assert status in ((-signal.SIGKILL,) if "KILL" in harm else (0, PASSING)), said
        _check_whole(folder, root, head, said)
        shutil.rmtree(root)


def _harm(folder: Path, root: Path, call: SystemCall, harm: str) -> int:
    return run_traced([*SCRIPT, str(root)], folder / "trace", f"{call.name}:{harm}:when={call.number}")


def _check_whole(folder: Path, root: Path, head: int, said: str) -> None:
    """Recover; the filing is there whole or not at all, and the next attempt files it."""
    archive = Archive(root)
    recovered = archive.recover(SUBJECT)
    assert ocfl_faults(archive.places.subjects) == "", said
    assert (recovered.orphaned, recovered.is_damaged) == ((), False), said
    assert recovered.head in (head, head + 1), said
    assert (content(archive) if recovered.head else {}) == _files_at(recovered.head), said
    if recovered.head == head:
        assert run_traced([*SCRIPT, str(root)], folder / "trace") == 0, said
        assert content(archive) == _files_at(head + 1), said


def _files_at(head: int) -> dict[str, bytes]:
    return {logical: data for files in FILES[:head] for logical, data in files.items()}


@pytest.mark.chaos
@filings
def test_killed_or_refused_at_some_of_its_calls(quick_path: Path, head: int) -> None:
    _attack(quick_path, head, 20)


@pytest.mark.chaos
@pytest.mark.release
@pytest.mark.timeout(3600)
@filings
def test_killed_or_refused_at_each_of_its_calls(quick_path: Path, head: int) -> None:
    _attack(quick_path, head, None)
