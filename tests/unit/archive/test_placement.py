"""Folders in staging lie apart on disks that can do so, and staging works as well on those that cannot."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from ingest.archive.placement import spread_folders
from ingest.archive.places import Places
from ingest.archive.restarts import MARK
from ingest.archive.staging import fresh_staging, submission_of


def _is_marked(folder: Path) -> bool:
    said = subprocess.run(["lsattr", "-d", folder], check=False, capture_output=True, text=True)
    return said.returncode == 0 and "T" in said.stdout.split()[0]


def test_staging_is_marked_where_the_disk_can_be_told(tmp_path: Path) -> None:
    told = tmp_path / "told"
    told.mkdir()
    subprocess.run(["chattr", "+T", told], check=False, capture_output=True)
    places = Places(tmp_path / "archive")
    places.make()
    places.make()
    assert _is_marked(places.staging) == _is_marked(told)
    assert not _is_marked(places.building)


def test_a_disk_that_takes_no_hint_is_no_fault() -> None:
    spread_folders(Path("/proc/self"))
    spread_folders(Path("/proc/self/not-there"))


def test_a_fresh_folder_holds_a_mark_alone_is_private_and_replaces_what_was_left(tmp_path: Path) -> None:
    places = Places(tmp_path / "archive")
    places.make()
    (places.staging / "S000001").mkdir()
    (places.staging / "S000001" / "1.dcm").write_bytes(b"of an earlier try")
    folder = fresh_staging(places, "S000001")
    assert folder == places.staging / "S000001"
    assert [path.name for path in folder.iterdir()] == [MARK]
    assert folder.stat().st_mode & 0o777 == 0o700
    assert [path.name for path in places.staging.iterdir()] == ["S000001"]


@pytest.mark.parametrize("name", ["S000001", ".S000001~0123456789abcdef"])
def test_a_folder_in_staging_tells_whose_it_is(name: str) -> None:
    assert submission_of(Path("staging") / name) == "S000001"
