"""The power fails at any point of a filing: what was promised is there, and nothing is torn.

The detector is proved: with the syncs taken out, or the renames out of order, it must find torn archives.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from ingest.archive import disk, restarts, store
from ingest.archive.order import NewFile, StagingLost
from ingest.archive.staging import fresh_staging, is_recent, quarantine_members, staged_file, staged_size
from ingest.archive.store import Archive
from ingest.inspection.staging import stage_pieces
from tests.filing import SUBJECT, content, order, sha256, stage
from tests.ocfl_validity import ocfl_faults
from tests.power_loss import Disk, Recorder

FIRST = {"planning-ct/1.dcm": b"slice one", "rtstruct/2.dcm": b"contours"}
SECOND = {"rtstruct/2.dcm": b"better contours", "rtdose/3.dcm": b"dose"}


class TornArchiveError(AssertionError):
    """A disk on which recovery does not lead to a whole archive, or a promised filing is gone."""


def cut_the_power(folder: Path, *, is_first: bool) -> None:
    """Record a filing; look at the disks that a power cut at any call may leave. Raises TornArchiveError."""
    archive = Archive(folder / "archive")
    if not is_first:
        archive.file(order([stage(archive, name, data) for name, data in FIRST.items()]))
    files = [stage(archive, name, data) for name, data in (FIRST if is_first else SECOND).items()]
    wanted = order(files, head=0 if is_first else 1, submission="S000002")
    versions = {0: {}, 1: FIRST} if is_first else {1: FIRST, 2: {**FIRST, **SECOND}}

    def cut(recorded: Disk, *, is_promised: bool = False) -> None:
        shown = folder / "shown"
        for way in recorded.shows(range(3)):
            way(shown)
            _check(shown, versions, is_promised=is_promised)
            shutil.rmtree(shown)

    recorder = Recorder(archive.places.root, archive.places.staging, cut)
    assert recorder.record(lambda: archive.file(wanted)).is_new
    cut(recorder.disk, is_promised=True)


def _check(shown: Path, versions: dict[int, dict[str, bytes]], *, is_promised: bool) -> None:
    found = Archive(shown)
    recovery = found.recover(SUBJECT)
    said = ocfl_faults(found.places.subjects)
    if recovery.is_damaged or said:
        raise TornArchiveError(said)
    if is_promised and recovery.head != max(versions):
        raise TornArchiveError("a filing that had been promised is gone")
    if (content(found) if recovery.head else {}) != versions.get(recovery.head):
        raise TornArchiveError("the bytes are others")


@pytest.mark.parametrize("is_first", [True, False], ids=["first filing", "second filing"])
def test_the_power_may_fail_at_any_point(quick_path: Path, is_first: bool) -> None:
    cut_the_power(quick_path, is_first=is_first)


def cut_the_power_after_inspection(folder: Path) -> None:
    """Record the staging of an inspection; cut the power once its result is recorded; start again and file.

    Raises TornArchiveError where anything but what was inspected is filed or kept.
    """
    archive = Archive(folder / "archive")
    recorder = Recorder(archive.places.root, archive.places.staging, lambda _disk: None)
    recorder.record(lambda: _stage(archive))
    filed = 0
    nothing_lost = partial(recorder.disk.show, choose=lambda meanings: meanings[-1], keeps_bytes=lambda: True)
    for number, way in enumerate([*recorder.disk.shows(range(5)), nothing_lost]):
        shown = folder / str(number)
        way(shown)
        filed += _file_after_restart(Archive(shown))
    assert filed, "on a disk that lost nothing it is filed"


def _stage(archive: Archive) -> None:
    staging = fresh_staging(archive.places, "S000001")
    for ordinal, data in enumerate(FIRST.values(), 1):
        stage_pieces(staging, ordinal, [data])


def _file_after_restart(archive: Archive) -> bool:
    is_sure = is_recent(archive.places, "S000001")
    digests = {ordinal: sha256(data) for ordinal, data in enumerate(FIRST.values(), 1)}
    try:
        files = [
            NewFile(path := staged_file(archive.places, "S000001", ordinal), logical, digests[ordinal],
                    staged_size(path), is_sure)
            for ordinal, logical in enumerate(FIRST, 1)
        ]  # fmt: skip
        archive.file(order(files))
    except StagingLost:
        if archive.head(SUBJECT):
            raise TornArchiveError("refused, and filed") from None
        _quarantine_after_restart(archive, digests)
        return False
    if content(archive) != FIRST:
        raise TornArchiveError("the bytes are others")
    return True


def _quarantine_after_restart(archive: Archive, digests: dict[int, str]) -> None:
    with suppress(StagingLost):
        quarantine_members(archive.places, "S000001", digests)
    for path in archive.places.quarantine.rglob("*.dcm"):
        if sha256(path.read_bytes()) != digests[int(path.stem)]:
            raise TornArchiveError("the bytes in quarantine are others")


def test_the_power_may_fail_between_inspection_and_filing(
    quick_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(restarts, "machine_run", iter_runs())
    cut_the_power_after_inspection(quick_path)


def test_the_detector_finds_a_filing_that_trusts_what_was_staged_before_the_restart(
    quick_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingest.archive.staging.is_of_this_run", lambda _folder: True)
    with pytest.raises(TornArchiveError):
        cut_the_power_after_inspection(quick_path)


def iter_runs() -> Callable[[], str]:
    """Return a `machine_run` that tells of another run each time it is asked."""
    numbers = count()
    return lambda: f"run {next(numbers)}"


class _WithoutFileSync:
    """The module `os`, but files are never synced."""

    def __getattr__(self, name: str) -> Any:
        return getattr(os, name)

    def fsync(self, descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            os.fsync(descriptor)


@contextmanager
def _files_not_synced(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(disk, "os", _WithoutFileSync())
        yield


@contextmanager
def _directories_not_synced(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr(disk, "sync_directory", lambda _path: None)
        yield


@contextmanager
def _built_directories_not_synced(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as patch:
        patch.setattr("ingest.archive.build.sync_tree", lambda _made: None)
        yield


@contextmanager
def _listed_before_it_is_there(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The inventory is renamed into place before the version's directory."""
    move = store.move_directory

    def list_first(source: Path, target: Path) -> None:
        if target.name.startswith("v"):
            for name in ("inventory.json", "inventory.json.sha256"):
                disk.replace_file(target.parent / name, (source / name).read_bytes(), source.parent)
        move(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(store, "move_directory", list_first)
        yield


Break = Callable[[pytest.MonkeyPatch], AbstractContextManager[None]]


@pytest.mark.parametrize(
    "broken",
    [
        _files_not_synced,
        _directories_not_synced,
        _built_directories_not_synced,
        _listed_before_it_is_there,
    ],
)
def test_the_detector_finds_a_filing_that_syncs_too_little_or_too_late(
    quick_path: Path, monkeypatch: pytest.MonkeyPatch, broken: Break
) -> None:
    with broken(monkeypatch), pytest.raises(TornArchiveError):
        cut_the_power(quick_path, is_first=False)
