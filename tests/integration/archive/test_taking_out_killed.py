"""A worker dies at any system call of a withdrawal or a purge: asked for again, it is done."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.archive.purge import PurgeOrder, purge
from ingest.archive.store import Archive
from ingest.archive.withdrawal import withdraw
from tests.filing import SUBJECT, content, file_two_versions, order, sha256
from tests.ocfl_validity import ocfl_faults
from tests.system_calls import count_calls, run_and_die

OTHER = "123-1002"
SECRET = b"contours"


def _purge(archive: Archive) -> object:
    record = order([], head=2, submission="S000009", documents={"purge.json": b"{}"})
    return purge(archive, PurgeOrder(record, frozenset({sha256(SECRET)})))


def _withdraw(archive: Archive) -> object:
    return withdraw(archive, SUBJECT)


def _holds_secret(archive: Archive) -> bool:
    files = archive.places.root.rglob("*")
    theirs = archive.places.object_of(OTHER)
    return any(p.is_file() and not p.is_relative_to(theirs) and p.read_bytes() == SECRET for p in files)


@pytest.mark.parametrize("act", [_purge, _withdraw])
def test_killed_at_any_call_it_is_done_the_next_time(
    quick_path: Path, act: Callable[[Archive], object]
) -> None:
    kept = Archive(quick_path / "kept")
    file_two_versions(kept)
    file_two_versions(kept, OTHER)
    for staged in kept.places.staging.iterdir():
        staged.unlink()
    before = content(kept)
    root = quick_path / "archive"
    shutil.copytree(kept.places.root, root)
    calls = count_calls(lambda: act(Archive(root)))
    heads = set()
    for at in range(1, calls + 1):
        shutil.rmtree(root)
        shutil.copytree(kept.places.root, root)
        archive = Archive(root)
        run_and_die(lambda: act(archive), at)  # noqa: B023 - run at once
        recovery = archive.recover(SUBJECT)
        heads.add(recovery.head)
        assert ocfl_faults(archive.places.subjects) == ""
        assert list(archive.places.building.iterdir()) == []
        assert (content(archive) if recovery.head else {}) == (before if recovery.head else {})
        act(archive)
        assert not _holds_secret(archive)
        assert content(archive, OTHER) == before
        assert ocfl_faults(archive.places.subjects) == ""
    assert heads == ({2, 3} if act is _purge else {0, 2})
