"""Kill, EIO and ENOSPC at the calls of the whole file step, ledger included: it comes to its end."""

from __future__ import annotations

import random
import shutil
import signal
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from ingest.ledger.transitions import Event
from ingest.model.clock import SystemClock
from ingest.model.route import RouteKind
from ingest.model.submission import SubmissionState
from ingest.model.verdict import Outcome
from ingest.steps.advance import advance
from ingest.steps.drive import drain
from ingest.steps.poll import poll
from ingest.steps.sweep import sweep
from tests.builders import build_case, zip_instances
from tests.deployment import Deployment, deploy
from tests.ocfl_validity import ocfl_faults
from tests.traced import SystemCall, read_trace, run_traced, was_met

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(3600)]

SUBJECT = "123-1001"
HARMS = ("signal=KILL", "error=EIO", "error=ENOSPC")
#: What changes a disk, as the archive and SQLite do it.
CHANGING = ("openat", "write", "pwrite64", "fsync", "fdatasync", "link", "mkdir", "rename", "unlink", "rmdir")
CHANGING_AND_MARK = (*CHANGING, "newfstatat")
#: A step that is killed holds its lease for two minutes, and one that fails waits: this clock is beyond both.
LATER = timedelta(hours=2)


class LateClock(SystemClock):
    """The time in two hours."""

    def now(self) -> datetime:
        return super().now() + LATER


@pytest.fixture
def prepared() -> Iterator[Path]:
    """A service in memory whose submission waits to be filed, as the subject's second version."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        root = Path(folder) / "service"
        root.mkdir()
        case = build_case(SUBJECT, ct_slices=2, fractions=1, cbct=1, cbct_slices=1)
        with deploy(root) as service:
            service.drop("explorer", "123", "plan.zip", zip_instances(case[:4]))
            service.run()
            service.drop("explorer", "123", "rest.zip", zip_instances(case[4:]))
            bring_to_filing(service)
        yield root.rename(Path(folder) / "kept")


def bring_to_filing(service: Deployment) -> None:
    """Take the newest submission to the state before the file step."""
    for _ in range(2):
        poll(service.parts, RouteKind.EXPLORER)
    newest = service.submissions()[-1]
    while service.submissions()[-1].state is not SubmissionState.TO_FILE:
        advance(service.parts, newest.id)


def trace_of(root: Path) -> list[SystemCall]:
    """Return the changing calls of an undisturbed step."""
    copy = copy_of(root)
    assert run_traced(words(copy), root.parent / "trace", calls=CHANGING_AND_MARK) == 0
    return [
        call
        for call in read_trace(root.parent / "trace")
        if call.name in CHANGING and (call.name != "openat" or call.creates)
    ]


def copy_of(root: Path) -> Path:
    """Put the prepared service in the place where it was made: addresses of shares hold its path."""
    copy = root.parent / "service"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(root, copy)
    return copy


def words(root: Path) -> list[str]:
    return ["-m", "tests.chaos.file_step", str(root), "S000002"]


def harm(root: Path, call: SystemCall, how: str) -> bool:
    """Do the step with one of its calls harmed; return whether the harm befell the step itself."""
    copy = copy_of(root)
    point = f"{call.name}:{how}:when={call.number}"
    status = run_traced(words(copy), root.parent / "trace", point, CHANGING_AND_MARK)
    assert "KILL" not in how or status in (-signal.SIGKILL, 0)
    return was_met(root.parent / "trace")


def assert_it_ends_well(root: Path, said: str) -> None:
    """Two hours later everything is done, once."""
    with deploy(root.parent / "service", clock=LateClock()) as service:
        if service.submissions()[-1].state is SubmissionState.STUCK:
            with service.parts.ledger.write() as tx:
                tx.submissions.move("S000002", Event.RESUMED)
        parts = service.parts
        for _ in range(3):
            sweep(parts, quiet_seconds=0)
            drain(parts, service.service.woken)
        second = service.submissions()[-1]
        assert (second.state, second.outcome) == (SubmissionState.DONE, Outcome.ACCEPTED), said
        with parts.ledger.read() as tx:
            assert tx.subjects.head_version(SUBJECT) == parts.archive.head(SUBJECT) == 2, said
            assert [row.version for row in tx.filings.of_subject(SUBJECT)] == [1, 2], said
            events = [item.event for item in tx.audit.events(submission_id="S000002")]
            assert events.count("subject-filed") == events.count("filed") == 1, said
            assert tx.audit.verify().first_fault is None, said
            assert len(tx.outbox.of_submission("S000002")) - events.count("parked") == 1, said
        assert ocfl_faults(parts.places.subjects) == "", said


def attack(root: Path, count: int | None) -> None:
    """Harm the step at `count` of its calls, drawn by chance (None: at each, in every way)."""
    calls = trace_of(root)
    assert {"pwrite64", "fsync", "rename"} <= {call.name for call in calls}
    points = [(place, how) for place in range(len(calls)) for how in HARMS]
    met = 0
    chosen = points if count is None else random.Random(7).sample(points, count)
    for place, how in chosen:
        if harm(root, calls[place], how):
            met += 1
            assert_it_ends_well(root, f"{calls[place]} {how}")
    assert met > 0.6 * len(chosen)


def test_harmed_at_some_of_its_calls_the_step_comes_to_its_end(prepared: Path) -> None:
    attack(prepared, 24)


@pytest.mark.release
def test_harmed_at_each_of_its_calls_the_step_comes_to_its_end(prepared: Path) -> None:
    attack(prepared, None)
