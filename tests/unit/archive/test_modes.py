"""Modes: researchers of the archive's group read what is filed, nobody but the service reads the rest."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.archive.originals import Originals
from ingest.archive.purge import PurgeOrder, purge
from ingest.archive.staging import fresh_staging, quarantine_members, staged_file
from ingest.archive.store import Archive
from tests.filing import SUBJECT, file_two_versions, order, sha256

PRIVATE = ("staging", "originals", "quarantine", "building", "orphans", "locks")


@pytest.fixture(params=[0o077, 0o000, 0o027], ids=["umask 077", "umask 000", "umask 027"])
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _check_readable(archive: Archive) -> None:
    tops = [archive.places.subjects, *archive.places.root.glob("*.*")]
    for path in [*tops, *archive.places.subjects.rglob("*")]:
        assert _mode(path) == (0o755 if path.is_dir() else 0o444), path


@pytest.mark.usefixtures("umask")
def test_what_is_filed_is_read_by_all_whom_the_archive_lets_in(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    file_two_versions(archive)
    assert _mode(archive.places.root) == 0o750
    _check_readable(archive)
    record = order([], head=2, submission="S000003", documents={"purge.json": b"{}"})
    purge(archive, PurgeOrder(record, frozenset({sha256(b"slice 1")})))
    assert archive.head(SUBJECT) == 3
    _check_readable(archive)


@pytest.mark.usefixtures("umask")
def test_what_is_copied_has_the_same_modes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    archive = Archive(tmp_path / "archive")
    file_two_versions(archive)
    _check_readable(archive)


@pytest.mark.usefixtures("umask")
def test_what_is_not_filed_is_for_the_service_alone(tmp_path: Path) -> None:
    places = Archive(tmp_path / "archive").places
    originals = Originals(places)
    with originals.receive("S000001", "a.zip", 3) as sink:
        sink.write(b"zip")
        sink.keep()
    fresh_staging(places, "S000001")
    staged_file(places, "S000001", 1).write_bytes(b"member")
    quarantine_members(places, "S000001", {1: sha256(b"member")})
    for name in PRIVATE:
        assert _mode(places.root / name) == 0o700
    for folder in (places.originals, places.staging, places.quarantine):
        assert _mode(folder / "S000001") == 0o700
    assert _mode(originals.open("S000001").path) == 0o600


def test_a_private_folder_that_stands_open_is_shut(tmp_path: Path) -> None:
    places = Archive(tmp_path / "archive").places
    places.quarantine.chmod(0o755)
    places.root.chmod(0o755)
    Archive(tmp_path / "archive")
    assert _mode(places.quarantine) == 0o700
    assert _mode(places.root) == 0o755
