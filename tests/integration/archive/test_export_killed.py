"""An export that was killed is made anew whole; its copies are reflinks if possible, never hard links."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from ingest.archive.store import Archive
from tests.traced import REPOSITORY
from tests.unit.archive.test_export import file_case

EXPORT = """
import os, sys
from pathlib import Path
from ingest.archive.export import export
from ingest.archive.layouts import Layout
from tests.unit.archive.test_export import CREATED, file_case
from ingest.archive.store import Archive
archive, target, stop = Archive(Path(sys.argv[1])), Path(sys.argv[2]), int(sys.argv[3])
items = file_case(Archive(Path(sys.argv[1] + "-unused")))
def on_file(done, _all):
    if done == stop:
        os.kill(os.getpid(), 9)
export(archive, items, target, layout=Layout.PLAIN, created=CREATED, on_file=on_file)
"""


def _export(root: Path, target: Path, stop: int, *before: str) -> int:
    words = [*before, sys.executable, "-c", EXPORT, str(root), str(target), str(stop)]
    return subprocess.run(words, cwd=REPOSITORY, check=False).returncode


def test_an_export_that_was_killed_is_made_again_whole(tmp_path: Path) -> None:
    archive, target = Archive(tmp_path / "archive"), tmp_path / "out"
    items = file_case(archive)
    for stop in (1, len(items) // 2, len(items)):
        assert _export(archive.places.root, target, stop) == -9
        assert not target.exists()
    assert _export(archive.places.root, target, 0) == 0
    assert not list(tmp_path.glob("*~partial"))
    command = ["sha256sum", "--check", "--strict", "--quiet", "manifest.sha256"]
    assert subprocess.run(command, cwd=target, check=False).returncode == 0
    copies = list(target.rglob("*.dcm"))
    assert len(copies) == len(items)
    assert {path.stat().st_nlink for path in copies} == {1}


def test_a_reflink_is_tried_for_each_file_before_it_is_copied(tmp_path: Path) -> None:
    archive, trace = Archive(tmp_path / "archive"), tmp_path / "trace"
    items = file_case(archive)
    strace = ("strace", "-f", "-o", str(trace), "-e", "trace=ioctl,link,linkat")
    assert _export(archive.places.root, tmp_path / "out", 0, *strace) == 0
    calls = trace.read_text(errors="replace").splitlines()
    assert sum("FICLONE" in call for call in calls) == len(items)
    staged = str(tmp_path / "archive")
    assert not any("link" in call.split("(")[0] and staged in call and "/out" in call for call in calls)
