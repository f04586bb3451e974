"""The archive keeps the trial files that verdicts name, by their digests; one that was changed is noticed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ingest.archive.order import ArchiveDamaged
from ingest.archive.store import Archive
from ingest.archive.trial_texts import keep_trial_text, read_trial_texts
from ingest.archive.verify import verify_root
from tests.filing import sha256

TEXT = '[trial]\nname = "Größe"\n'


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    archive = Archive(tmp_path / "archive")
    keep_trial_text(archive, sha256(TEXT.encode()), TEXT)
    return archive


def test_a_text_is_kept_once_and_read_again(archive: Archive) -> None:
    (path,) = archive.places.trials.iterdir()
    before = path.stat()
    keep_trial_text(archive, sha256(TEXT.encode()), TEXT)
    assert path.stat() == before
    (kept,) = read_trial_texts(archive)
    assert (kept.sha256, kept.text) == (sha256(TEXT.encode()), TEXT)
    assert verify_root(archive) == ()


def test_a_text_that_was_changed_is_named_and_not_believed(archive: Archive) -> None:
    (path,) = archive.places.trials.iterdir()
    path.chmod(0o644)
    path.write_text(TEXT.replace("Größe", "Another"), encoding="utf-8")
    (problem,) = verify_root(archive)
    assert (problem.code, problem.place) == ("ARC101", f"trials/{path.name}")
    script = archive.places.root / "verify_archive.py"
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 1 and f"ARC101 storage root: trials/{path.name}" in done.stdout
    with pytest.raises(ArchiveDamaged):
        read_trial_texts(archive)
