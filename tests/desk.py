"""The study team's desk: one deployment, and the terminal at which its commands are typed."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from ingest.cli import ingest
from ingest.model.submission import SubmissionState
from ingest.model.verdict import Outcome
from ingest.service import open_service
from tests.builders import build_case, change
from tests.deployment import Deployment, write_settings

NAME = "Quillfeather"
WHO = ("--by", "A. Manager", "--reason", "as agreed")
SECOND = ("--by", "B. Other", "--reason", "I agree")
TWO = ("--by", "A. Manager", "--by", "P. Hysicist", "--reason", "as agreed")


class Desk:
    """One deployment, and the terminal of the study team."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        settings = write_settings(root)
        monkeypatch.setenv("INGEST_DATA_DIR", str(settings.data_dir))
        monkeypatch.setenv("INGEST_SHARES", settings.shares)
        monkeypatch.setenv("INGEST_TRIAL_FILE", str(settings.trial_file))
        self.settings = settings

    def type(self, *words: str, status: int = 0) -> str:
        """Run a command and return what it printed."""
        result = CliRunner(catch_exceptions=False).invoke(ingest, words)
        assert result.exit_code == status, result.output
        return result.stdout

    def arrive(self, route: str, site: str, name: str, data: bytes) -> str:
        """Put a zip on a share, take it all the way; return its submission."""
        with open_service(self.settings) as service:
            deployment = Deployment(service, self.root / "shares")
            before = len(deployment.submissions())
            deployment.drop(route, site, name, data)
            deployment.run()
            submission = deployment.submissions()[before]
            assert submission.state is SubmissionState.DONE
            return submission.id

    def look(self) -> Deployment:
        """Return the deployment, to be looked at; closed by the test's end."""
        self._service = open_service(self.settings)
        return Deployment(self._service, self.root / "shares")

    def outcome(self, submission: str) -> dict[str, Outcome]:
        with open_service(self.settings) as service:
            verdict = Deployment(service, self.root / "shares").verdict(submission)
        return {item.label: item.outcome for item in verdict.subjects}

    def audited(self, event: str) -> list:
        with open_service(self.settings) as service, service.parts.ledger.read() as tx:
            assert tx.audit.verify().first_fault is None
            return [item for item in tx.audit.events(limit=10_000) if item.event == event]

    def mail(self) -> str:
        folder = self.settings.data_dir / "mail"
        return "\n".join(
            path.read_text(errors="replace") for path in sorted(folder.rglob("*")) if path.is_file()
        )

    def held(self) -> list[str]:
        """Return the numbers of the open items."""
        return re.findall(r"^\[(\d+)\]", self.type("held", "list"), re.MULTILINE)

    def bytes_with(self, needle: bytes) -> list[Path]:
        """Return every file below the deployment that holds a text, zips looked into."""
        return [path for path in sorted(self.root.rglob("*")) if path.is_file() and _holds(path, needle)]


def _holds(path: Path, needle: bytes) -> bool:
    if needle in path.read_bytes():
        return True
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as package:
        return any(needle in package.read(name) for name in package.namelist())


def small_case(subject_id: str, seed: int, **shape):
    return build_case(subject_id, seed=seed, ct_slices=5, fractions=2, cbct=2, cbct_slices=3, **shape)


def leaking_case(subject_id: str, seed: int):
    return change(
        small_case(subject_id, seed), "RTPLAN", lambda ds: setattr(ds, "OperatorsName", f"{NAME}^Ottoline")
    )


def private_case(subject_id: str, seed: int):
    """Return a set whose planning CT holds elements of a manufacturer that no list knows."""

    def add(ds) -> None:
        block = ds.private_block(0x0029, "NORTHFIELD PHYSICS 1", create=True)
        block.add_new(0x10, "LO", "couch A")

    return change(small_case(subject_id, seed), "CT", add)


def ided(subject_id: str, seed: int, patient_id: str):
    case = small_case(subject_id, seed)
    for instance in case:
        instance.dataset.PatientID = instance.dataset.PatientName = patient_id
    return case


def refused(*words: str) -> str:
    """Run a command that must be refused; return what it said."""
    result = CliRunner().invoke(ingest, words)
    assert result.exit_code != 0, result.output
    return result.output + str(result.exception or "")


def on_a_terminal(words: list[str]) -> tuple[str, str]:
    """Run a command with a pseudo-terminal for its output; return what it showed, and its log."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-m", "ingest.cli", *words], stdout=theirs, stderr=subprocess.PIPE
    ) as process:
        os.close(theirs)
        shown = b""
        with contextlib.suppress(OSError):
            while piece := os.read(ours, 65536):
                shown += piece
        assert process.stderr is not None
        log = process.stderr.read()
    os.close(ours)
    assert process.returncode == 0, log
    return shown.decode(), log.decode()
