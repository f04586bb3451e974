"""A zip's whole way on the explorer route: the real AzCopy as the site, the real service behind the share."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.model.submission import SubmissionState
from ingest.model.verdict import Outcome
from ingest.steps.drive import drive_round
from tests.deployment import Deployment, deploy
from tests.e2e.routes.sending import (
    DAY,
    ShiftedClock,
    is_settled,
    run_until,
    states,
    stored_zip,
    trial_with,
)
from tests.filerest import DEFAULT_ACCOUNT, FileRestServer
from tests.integration.routes.azcopy import AzCopy, finish

pytestmark = pytest.mark.routes

SHARE = "site-123"
#: Ten blocks a zip, so that an upload can be caught in the middle.
BLOCKS = ("--block-size-mb=0.125",)


@pytest.fixture
def server() -> Iterator[FileRestServer]:
    with FileRestServer() as running:
        running.add_share(SHARE)
        yield running


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
def deployment(server: FileRestServer, clock: ShiftedClock, tmp_path: Path) -> Iterator[Deployment]:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / DEFAULT_ACCOUNT).write_text(server.connection_string(), encoding="utf-8")
    trial = trial_with(
        explorer=f"azure-files:{server.endpoint()}/{SHARE}", settle="polls = 3\nminimum_age = 1"
    )
    with deploy(tmp_path, trial, clock, share_secrets_dir=secrets) as running:
        yield running


@pytest.fixture
def azcopy(server: FileRestServer, tmp_path: Path) -> AzCopy:
    return AzCopy(server, SHARE, tmp_path)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "batch.zip"
    path.write_bytes(stored_zip(["123-1001", "123-1002"]))
    return path


def test_a_batch_is_filed_and_the_site_finds_its_report_on_its_own_share(
    server: FileRestServer, deployment: Deployment, azcopy: AzCopy, package: Path, tmp_path: Path
) -> None:
    """While it is uploaded nothing is taken; afterwards everything is where the site looks for it."""
    server.range_delay = 0.4
    upload = azcopy.start_upload(package, "batch.zip", *BLOCKS)
    while upload.poll() is None:
        drive_round(deployment.parts, deployment.service.woken)
        assert upload.poll() is not None or states(deployment) == []
    finish(upload)
    run_until(deployment, lambda: is_settled(deployment, 1))
    (submission,) = deployment.submissions()
    assert (submission.state, submission.outcome) == (SubmissionState.DONE, Outcome.ACCEPTED)
    assert deployment.parts.archive.subjects() == ["123-1001", "123-1002"]

    listing = azcopy.list_share()
    assert f"reports/{submission.id}.html" in listing
    assert f"reports/{submission.id}.json" in listing
    assert "reports/index.html" in listing
    assert f"received/{submission.id}.zip" in listing
    assert "batch.zip" not in listing
    azcopy.download(f"reports/{submission.id}.html", tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "123-1001" in page
    assert "123-1002" in page
    azcopy.download(f"received/{submission.id}.zip", tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == package.read_bytes()


def test_a_killed_upload_is_never_filed_is_reported_when_its_time_is_up_and_taken_up_when_completed(
    server: FileRestServer,
    deployment: Deployment,
    clock: ShiftedClock,
    azcopy: AzCopy,
    package: Path,
    tmp_path: Path,
) -> None:
    server.range_delay = 0.4
    upload = azcopy.start_upload(package, "batch.zip", "--put-md5", *BLOCKS)
    azcopy.wait_for_ranges(upload, 4)
    upload.send_signal(signal.SIGKILL)
    upload.communicate()
    job = azcopy.job_of()
    server.range_delay = 0
    assert len(server.file(SHARE, "batch.zip").data) == package.stat().st_size

    run_until(deployment, lambda: is_settled(deployment, 1))
    assert states(deployment) == [SubmissionState.UNFINISHED]
    reads = server.counts["GET"]
    for _ in range(5):
        drive_round(deployment.parts, deployment.service.woken)
    assert server.counts["GET"] == reads, "it is not fetched again until it changes"
    assert "reports" not in azcopy.list_share()

    clock.advance(DAY + 60)
    run_until(deployment, lambda: states(deployment) == [SubmissionState.DONE])
    (first,) = deployment.submissions()
    assert first.outcome is Outcome.REJECTED
    assert deployment.parts.archive.subjects() == []
    azcopy.download(f"reports/{first.id}.html", tmp_path / "report.html")
    assert "This zip did not arrive whole" in (tmp_path / "report.html").read_text(encoding="utf-8")
    listing = azcopy.list_share()
    assert "batch.zip" in listing
    assert "received" not in listing

    finish(azcopy.start("jobs", "resume", job, f"--destination-sas={azcopy.sas}"))
    run_until(deployment, lambda: is_settled(deployment, 2))
    second = deployment.submissions()[1]
    assert (second.state, second.outcome) == (SubmissionState.DONE, Outcome.ACCEPTED)
    assert second.content_md5 != ""
    assert deployment.parts.archive.subjects() == ["123-1001", "123-1002"]
    assert f"received/{second.id}.zip" in azcopy.list_share()
