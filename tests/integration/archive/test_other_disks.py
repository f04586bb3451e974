"""An archive on disks that refuse: mounted read-only, full, or with staging on a file system of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from ingest.archive.store import Archive
from tests.filing import SUBJECT, content, file_two_versions
from tests.integration.archive.file_once import FILES

REPOSITORY = Path(__file__).resolve().parents[3]
VERIFY = """
import sys
from pathlib import Path
from ingest.archive.store import Archive
from ingest.archive.verify import verify_root, verify_subject
archive = Archive(Path(sys.argv[1]))
found = verify_subject(archive, sys.argv[2])
print(found.head, found.files, *(problem.code for problem in (*found.problems, *verify_root(archive))))
"""
FILE = """
import sys
from pathlib import Path
from ingest.archive.store import Archive
from ingest.model.errors import TransientError
from tests.filing import order
try:
    Archive(Path(sys.argv[1])).file(order([], head=2, submission="S000003"))
except TransientError as error:
    print(error)
"""
pytestmark = [
    pytest.mark.chaos,
    pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="mounts need root"),
]


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    archive = Archive(tmp_path / "archive")
    file_two_versions(archive)
    return archive


def _run_where(mounts: str, root: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run `python WORDS` in a mount namespace of its own, after `mounts` ($1 is the archive)."""
    script = f'set -e; {mounts}; shift; exec "$@"'
    command = ["unshare", "--mount", "sh", "-c", script, "sh", str(root), sys.executable, *words]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=False)


READ_ONLY = 'mount --bind "$1" "$1"; mount -o remount,ro,bind "$1"'
FULL = (
    'mkdir "$1.full"; mount -t tmpfs -o size=2m tmpfs "$1.full"; cp -a "$1/." "$1.full/"; '
    'rm -f "$1.full/locks/"*; mount --bind "$1.full" "$1"; '
    'dd if=/dev/zero of="$1/filling" bs=4k 2>/dev/null || true'
)


@pytest.mark.parametrize("mounts", [READ_ONLY, FULL], ids=["read-only", "full"])
def test_an_archive_that_nothing_can_be_written_to_is_verified(archive: Archive, mounts: str) -> None:
    done = _run_where(mounts, archive.places.root, "-c", VERIFY, str(archive.places.root), SUBJECT)
    assert (done.stdout, done.stderr) == ("2 9\n", "")


@pytest.mark.parametrize("mounts", [READ_ONLY, FULL], ids=["read-only", "full"])
def test_damage_is_named_there_as_well(archive: Archive, mounts: str) -> None:
    path = archive.places.object_of(SUBJECT) / "v1/content/planning-ct/1.1.dcm"
    path.chmod(0o644)
    path.write_bytes(b"slice 7")
    done = _run_where(mounts, archive.places.root, "-c", VERIFY, str(archive.places.root), SUBJECT)
    assert (done.stdout, done.stderr) == ("2 9 ARC101\n", "")


@pytest.mark.parametrize("mounts", [READ_ONLY, FULL], ids=["read-only", "full"])
def test_filing_there_is_a_passing_fault(archive: Archive, mounts: str) -> None:
    done = _run_where(mounts, archive.places.root, "-c", FILE, str(archive.places.root))
    said = done.stdout.strip()
    assert said.endswith("EROFS" if mounts == READ_ONLY else "ENOSPC"), done.stderr
    assert str(archive.places.root) not in said
    assert archive.head(SUBJECT) == 2


def test_what_is_staged_on_another_file_system_is_copied(tmp_path: Path) -> None:
    archive = Archive(tmp_path / "archive")
    mounts = 'mount -t tmpfs tmpfs "$1/staging"'
    words = ["-m", "tests.integration.archive.file_once", str(archive.places.root)]
    done = _run_where(mounts, archive.places.root, *words)
    assert (done.returncode, done.stderr) == (0, "")
    assert content(archive) == FILES[0]
    for file in archive.files(SUBJECT):
        assert file.path.stat().st_nlink == 1
        assert file.path.stat().st_mode & 0o777 == 0o444
