"""A worker dies at any system call of a filing, or the disk refuses it: recovered, the archive is whole."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.archive.order import FilingOrder, NewFile, StagingLost
from ingest.archive.store import Archive
from ingest.model.errors import TransientError
from tests.filing import SUBJECT, content, order, stage
from tests.ocfl_validity import ocfl_faults
from tests.system_calls import count_calls, run_and_die, run_with_fault

FIRST = {"planning-ct/1.dcm": b"slice one", "rtstruct/2.dcm": b"contours"}
SECOND = {"rtstruct/2.dcm": b"better contours", "rtdose/3.dcm": b"dose"}


def _staged(archive: Archive, files: dict[str, bytes]) -> list[NewFile]:
    return [stage(archive, logical, data) for logical, data in files.items()]


def _first(archive: Archive) -> FilingOrder:
    return order(_staged(archive, FIRST))


def _second(archive: Archive) -> FilingOrder:
    archive.file(order(_staged(archive, FIRST)))
    return order(_staged(archive, SECOND), head=1, submission="S000002")


Prepare = Callable[[Archive], FilingOrder]
prepared = pytest.mark.parametrize("prepare", [_first, _second], ids=["first filing", "second filing"])
linked = pytest.mark.parametrize("has_links", [True, False], ids=["links", "copies"])


class Bench:
    """One prepared archive, put back as it was before each trial."""

    def __init__(self, folder: Path, prepare: Prepare) -> None:
        self.archive = Archive(folder / "archive")
        self.order = prepare(self.archive)
        self._kept = folder / "kept"
        shutil.copytree(self.archive.places.root, self._kept, copy_function=_link_or_copy)
        self.before = content(self.archive) if self.order.expected_head else {}
        self.after = {**self.before, **(SECOND if self.order.expected_head else FIRST)}

    def reset(self) -> None:
        """Put everything back."""
        shutil.rmtree(self.archive.places.root)
        shutil.copytree(self._kept, self.archive.places.root)

    def check(self) -> int:
        """Recover; return the head, having found either all of the filing or nothing of it."""
        recovery = self.archive.recover(SUBJECT)
        assert ocfl_faults(self.archive.places.subjects) == ""
        assert recovery.orphaned == ()
        assert not recovery.is_damaged
        assert list(self.archive.places.building.iterdir()) == []
        held = content(self.archive) if recovery.head else {}
        assert held == (self.before if recovery.head == self.order.expected_head else self.after)
        return recovery.head

    def finish(self) -> None:
        """File again, as the step's next attempt does."""
        assert self.archive.file(self.order).version == self.order.expected_head + 1
        assert content(self.archive) == self.after
        assert ocfl_faults(self.archive.places.subjects) == ""


def _link_or_copy(source: str, target: str) -> None:
    shutil.copy2(source, target)


@pytest.fixture
def without_links(has_links: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not has_links:

        def refuse(*_args: object, **_options: object) -> None:
            raise OSError(errno.EXDEV, "no links here")

        monkeypatch.setattr(os, "link", refuse)


@prepared
@linked
@pytest.mark.usefixtures("without_links")
def test_killed_at_any_call_the_filing_is_there_whole_or_not_at_all(
    quick_path: Path, prepare: Prepare
) -> None:
    bench = Bench(quick_path, prepare)
    calls = count_calls(lambda: bench.archive.file(bench.order))
    heads = set()
    for at in range(1, calls + 1):
        bench.reset()
        assert run_and_die(lambda: bench.archive.file(bench.order), at)
        heads.add(bench.check())
        bench.finish()
    assert heads == {bench.order.expected_head, bench.order.expected_head + 1}


@prepared
@linked
@pytest.mark.usefixtures("without_links")
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC], ids=["EIO", "ENOSPC"])
def test_refused_at_any_call_the_fault_is_a_passing_one_and_the_archive_is_whole(
    quick_path: Path, prepare: Prepare, error: int
) -> None:
    bench = Bench(quick_path, prepare)
    calls = count_calls(lambda: bench.archive.file(bench.order))
    refused = 0
    for at in range(1, calls + 1):
        bench.reset()
        try:
            run_with_fault(lambda: bench.archive.file(bench.order), at, error)
        except TransientError as fault:
            refused += 1
            assert "path" not in str(fault)
        bench.check()
        try:
            bench.finish()
        except StagingLost:
            continue
    assert refused > calls // 2


def test_killed_while_recovering_the_next_recovery_finishes(quick_path: Path) -> None:
    bench = Bench(quick_path, _second)
    root = bench.archive.places.object_of(SUBJECT)

    def leave_unlisted() -> None:
        bench.reset()
        listed = {name: (root / name).read_bytes() for name in ("inventory.json", "inventory.json.sha256")}
        bench.archive.file(bench.order)
        for name, data in listed.items():
            (root / name).unlink()
            (root / name).write_bytes(data)

    leave_unlisted()
    calls = count_calls(lambda: bench.archive.recover(SUBJECT))
    for at in range(1, calls + 1):
        leave_unlisted()
        run_and_die(lambda: bench.archive.recover(SUBJECT), at)
        assert bench.check() == 2
