"""What is taken away or put back whole leaves an archive that agrees with itself: what is known of it.

The verifier runs as a monitoring committee runs it: `python3 -I`, nothing but the standard library.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.archive.store import Archive
from tests.filing import SUBJECT, file_two_versions

OTHER = "123-1002"
UNKNOWABLE = "Not compared with anchors"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Two subjects with two versions each."""
    archive = Archive(tmp_path / "archive")
    for subject in (SUBJECT, OTHER):
        file_two_versions(archive, subject)
    return archive


@pytest.fixture
def anchors(archive: Archive, tmp_path: Path) -> Path:
    """The digests of all inventories, kept elsewhere."""
    found = {
        subject: {
            f"v{number}": hashlib.sha256(
                (archive.places.object_of(subject) / f"v{number}/inventory.json").read_bytes()
            ).hexdigest()
            for number in (1, 2)
        }
        for subject in (SUBJECT, OTHER)
    }
    path = tmp_path / "anchors.json"
    path.write_text(json.dumps(found))
    return path


def _roll_back(root: Path) -> None:
    """Put the object back as it was before its second version: valid in itself."""
    shutil.rmtree(root / "v2")
    for name in ("inventory.json", "inventory.json.sha256"):
        (root / name).unlink()
        shutil.copyfile(root / "v1" / name, root / name)


def _put_back_withdrawn(root: Path) -> None:
    note = {"schema": 1, "subject_id": root.name, "act": "withdraw:1", "created": "2026-03-02T12:00:00+00:00"}
    (root.parents[1] / "withdrawn" / f"{root.name}.json").write_text(json.dumps(note))


#: harm → (what it does, what is said without anchors, what is said with them)
HARMS: dict[str, tuple[Callable[[Path], object], set[str], set[str]]] = {
    "whole object removed": (shutil.rmtree, set(), {f"ARC115 {SUBJECT}: {SUBJECT}"}),
    "rolled back to an older valid copy": (_roll_back, set(), {f"ARC114 {SUBJECT}: v2/inventory.json"}),
    "object renamed": (
        lambda root: root.rename(root.with_name("123-1009")),
        {f"ARC108 123-1009: {place}inventory.json" for place in ("", "v1/", "v2/")},
        {f"ARC108 123-1009: {place}inventory.json" for place in ("", "v1/", "v2/")}
        | {f"ARC115 {SUBJECT}: {SUBJECT}"},
    ),
    "version folder removed": (
        lambda root: shutil.rmtree(root / "v2"),
        {f"ARC109 {SUBJECT}: v2"},
        {f"ARC109 {SUBJECT}: v2", f"ARC114 {SUBJECT}: v2/inventory.json"},
    ),
    "withdrawn subject put back": (
        _put_back_withdrawn,
        {f"ARC116 {SUBJECT}: {SUBJECT}"},
        {f"ARC116 {SUBJECT}: {SUBJECT}"},
    ),
}


def _run(archive: Archive, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", str(archive.places.root / "verify_archive.py"), *words]
    return subprocess.run(
        command, capture_output=True, text=True, env={"PATH": os.environ["PATH"]}, check=False
    )


def _said(done: subprocess.CompletedProcess[str], expected: set[str]) -> bool:
    lines = done.stdout.splitlines()
    return all(any(line.startswith(start) for line in lines) for start in expected)


@pytest.mark.parametrize("harm", HARMS)
def test_what_is_taken_away_or_put_back_whole(archive: Archive, anchors: Path, harm: str) -> None:
    assert _run(archive, "--anchors", str(anchors)).stdout.endswith("nothing is wrong.\n")
    act, alone, anchored = HARMS[harm]
    act(archive.places.object_of(SUBJECT))
    done = _run(archive)
    assert done.stderr == ""
    assert done.returncode == (1 if alone else 0)
    assert _said(done, alone), done.stdout
    assert UNKNOWABLE in done.stdout
    done = _run(archive, "--anchors", str(anchors))
    assert (done.returncode, done.stderr) == (1, "")
    assert _said(done, anchored), done.stdout
    assert UNKNOWABLE not in done.stdout
    assert OTHER not in done.stdout


def test_json_says_whether_anchors_were_compared(archive: Archive, anchors: Path) -> None:
    assert json.loads(_run(archive, "--json").stdout)["verified"]["anchored"] is False
    assert (
        json.loads(_run(archive, "--json", "--anchors", str(anchors)).stdout)["verified"]["anchored"] is True
    )


def test_a_subject_that_is_asked_for_is_told_withdrawn_as_well(archive: Archive) -> None:
    _put_back_withdrawn(archive.places.object_of(SUBJECT))
    assert "ARC116" in _run(archive, "--subject", SUBJECT).stdout
    assert "ARC116" not in _run(archive, "--subject", OTHER).stdout
