"""The real child process: what it gives, and that its death, its delay and its hunger are findings."""

import os
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.checks.codes import load_codes
from ingest.inspection.client import InspectionBugError, Inspector
from ingest.model.errors import TransientError
from ingest.model.inspection import InspectionRequest
from ingest.model.instance import InstanceFacts
from ingest.model.verdict import Outcome
from ingest.steps.judge import judge_package
from ingest.trial.load import load_default_trial
from tests.corpus.dicom_parts import another, ct
from tests.inspections import inspect_here, request_for, zip_of

pytestmark = pytest.mark.slow


def bare(package: bytes, folder: Path) -> InspectionRequest:
    """A request that writes nothing, so that a package can be inspected twice."""
    return replace(request_for(package, folder), staging_dir=None)


def many(count: int) -> bytes:
    return zip_of({f"{n}.dcm": another(f"2.25.{n}") for n in range(1, count + 1)})


def test_child_and_this_process_say_the_same(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    facts: list[InstanceFacts] = []
    with Inspector() as inspector:
        inspection = inspector.inspect(request_for(many(5), tmp_path / "a"), facts.extend)
    here = inspect_here(request_for(many(5), tmp_path / "b"))
    assert facts == here.facts
    assert inspection == here.inspection


def test_child_stays_warm(tmp_path: Path) -> None:
    with Inspector() as inspector:
        inspector.inspect(bare(many(2), tmp_path), lambda _: None)
        first = inspector.pid
        inspector.inspect(bare(many(2), tmp_path), lambda _: None)
        assert inspector.pid == first


def test_facts_come_in_batches_and_progress_is_told(tmp_path: Path) -> None:
    batches: list[int] = []
    progress: list[tuple[int, int]] = []
    with Inspector() as inspector:
        inspector.inspect(
            bare(many(450), tmp_path),
            lambda batch: batches.append(len(batch)),
            lambda done, total: progress.append((done, total)),
        )
    assert batches == [200, 200, 50]
    assert progress[0] == (0, 450)
    assert progress[-1] == (450, 450)


def test_death_of_the_child_is_a_finding_and_it_is_replaced(tmp_path: Path) -> None:
    with Inspector() as inspector:
        inspector.warm()
        killed = inspector.pid
        assert killed is not None

        def kill(_done: int, _total: int) -> None:
            os.kill(killed, signal.SIGKILL)

        inspection = inspector.inspect(bare(many(3000), tmp_path), lambda _: None, kill)
        assert [finding.code for finding in inspection.findings] == ["PKG901"]
        assert inspection.package.sha256
        verdict = judge_package(inspection, {}, load_default_trial(load_codes()), None).verdict
        assert verdict.outcome is Outcome.HELD
        again = inspector.inspect(bare(many(2), tmp_path), lambda _: None)
        assert again.package.instances == 2
        assert inspector.pid != killed


def test_child_that_died_between_packages_is_replaced(tmp_path: Path) -> None:
    with Inspector() as inspector:
        inspector.inspect(bare(many(1), tmp_path), lambda _: None)
        assert inspector.pid is not None
        os.kill(inspector.pid, signal.SIGKILL)
        os.waitid(os.P_PID, inspector.pid, os.WEXITED | os.WNOWAIT)
        assert inspector.inspect(bare(many(2), tmp_path), lambda _: None).package.instances == 2


def test_too_long_is_a_finding(tmp_path: Path) -> None:
    with Inspector(seconds=0.05) as inspector:
        inspection = inspector.inspect(bare(many(3000), tmp_path), lambda _: None)
        assert [finding.code for finding in inspection.findings] == ["PKG902"]
        assert inspector.pid is None


def test_more_memory_than_allowed_is_a_finding_of_the_member(tmp_path: Path) -> None:
    large = ct(pixels=bytes(60_500_000), x00280010=5500, x00280011=5500)
    package = zip_of({"x/a.dcm": large, "x/b.dcm": another("2.25.7")}, zipfile.ZIP_STORED)
    with Inspector(memory_limit=80 * 1024**2) as inspector:
        inspection = inspector.inspect(bare(package, tmp_path), lambda _: None)
    (finding,) = (finding for finding in inspection.findings if finding.code == "DCM902")
    assert finding.subject == "123-1001"
    assert inspection.package.instances == 1


def test_package_that_is_not_there_is_a_fault_of_the_world(tmp_path: Path) -> None:
    request = bare(many(1), tmp_path)
    Path(request.package_path).unlink()
    with Inspector() as inspector, pytest.raises(TransientError):
        inspector.inspect(request, lambda _: None)


def test_fault_of_the_program_names_a_place_and_no_value(tmp_path: Path) -> None:
    broken = replace(bare(many(1), tmp_path), hmac_key="no hex")
    with (
        Inspector() as inspector,
        pytest.raises(InspectionBugError, match=r"^ValueError at package_pass.py:\d+$"),
    ):
        inspector.inspect(broken, lambda _: None)


def test_callback_that_fails_is_heard_and_the_child_is_replaced(tmp_path: Path) -> None:
    def fail(_: object) -> None:
        raise KeyError("ledger")

    with Inspector() as inspector:
        with pytest.raises(KeyError):
            inspector.inspect(bare(many(2), tmp_path), fail)
        assert inspector.inspect(bare(many(2), tmp_path), lambda _: None).package.instances == 2


def test_proposals_of_a_package(tmp_path: Path) -> None:
    with Inspector() as inspector:
        proposals = inspector.propose(bare(zip_of({"a.dcm": ct(x00080080="St Elsewhere")}), tmp_path))
    assert "St Elsewhere" in {proposal.text for proposal in proposals}
    assert "St Elsewhere" not in repr(proposals)


@pytest.mark.parametrize(
    "attempt",
    ["import socket; socket.socket()", "import socket; socket.getaddrinfo('localhost', 80)"],
)
def test_child_has_no_network(attempt: str) -> None:
    code = (
        "from ingest.inspection.confine import forbid_network\n"
        "forbid_network()\n"
        f"try:\n    {attempt}\nexcept PermissionError:\n    print('refused')\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True)
    assert ended.stdout == "refused\n"


def test_nothing_but_frames_is_written(tmp_path: Path) -> None:
    code = (
        "from ingest.inspection import __main__ as child\n"
        "from ingest.inspection.frames import write_frame\n"
        "incoming, outgoing = child._take_pipes()\n"
        "print('noise', flush=True)\n"
        "import os; os.write(1, b'noise')\n"
        "write_frame(outgoing, {'a': 1})\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    assert ended.stdout == b'\x00\x00\x00\x07{"a":1}'
