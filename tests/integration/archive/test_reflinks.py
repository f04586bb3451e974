"""An export on a disk that can share blocks (an XFS, mounted from a file), and onto one that cannot."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import zip_instances
from tests.desk import Desk, small_case

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts need root"),
]
#: More than the service wants to be free; of the file only what is written takes room.
DISK_BYTES = 4 * 1024**3


@pytest.fixture
def xfs(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system with reflinks."""
    disk, folder = tmp_path / "disk.img", tmp_path / "xfs"
    with disk.open("wb") as file:
        file.truncate(DISK_BYTES)
    folder.mkdir()
    subprocess.run(["mkfs.xfs", "-q", "-m", "reflink=1", str(disk)], check=True)
    subprocess.run(["mount", "-o", "loop", str(disk), str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def desk(xfs: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A service on that disk that has filed one subject."""
    desk = Desk(xfs, monkeypatch)
    desk.arrive("smb", "123", "a.zip", zip_instances(small_case("123-1001", 1)))
    return desk


def shared_and_all(path: Path) -> tuple[int, int]:
    """Return how many of a file's extents are shared with another file, and how many there are (FIEMAP)."""
    listed = subprocess.run(["filefrag", "-s", "-v", str(path)], capture_output=True, text=True, check=True)
    extents = re.findall(r"^ +\d+: .*$", listed.stdout, re.MULTILINE)
    return sum("shared" in extent for extent in extents), len(extents)


def copies_of(desk: Desk, target: Path) -> dict[Path, Path]:
    """Return copy → the archive's file, by the names of both."""
    archived = {path.name: path for path in desk.settings.data_dir.glob("subjects/**/*.dcm")}
    copies = {path: archived[path.name] for path in target.rglob("*.dcm")}
    assert len(copies) == 18
    return copies


def test_copies_share_their_blocks_with_the_archive_and_no_change_of_theirs_reaches_it(
    desk: Desk, xfs: Path
) -> None:
    said = desk.type("export", str(xfs / "out"), "--site", "123")
    assert "Sharing their blocks with the archive: 18 files." in said
    copies = copies_of(desk, xfs / "out")
    for copy, archived in copies.items():
        assert copy.stat().st_ino != archived.stat().st_ino
        for path in (copy, archived):
            shared, extents = shared_and_all(path)
            assert shared == extents > 0
    copy, archived = next(iter(copies.items()))
    before = archived.read_bytes()
    copy.chmod(0o644)
    with copy.open("r+b") as file:
        file.write(b"changed by its reader")
    os.sync()
    assert archived.read_bytes() == before != copy.read_bytes()
    assert "nothing is wrong" in desk.type("archive", "verify")


def test_onto_another_disk_they_are_copied(desk: Desk, tmp_path: Path) -> None:
    said = desk.type("export", str(tmp_path / "out"), "--site", "123")
    assert "18 files of 1 subject," in said and "their blocks" not in said
    for copy, archived in copies_of(desk, tmp_path / "out").items():
        assert copy.read_bytes() == archived.read_bytes()
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", "manifest.sha256"], cwd=tmp_path / "out", check=False
    )
    assert done.returncode == 0
