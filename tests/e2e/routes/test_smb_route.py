"""A zip's whole way on the SMB route: a real smbd, smbprotocol as the site, the service behind the folder."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
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
from tests.integration.routes.smb_site import BLOCK, Site
from tests.integration.routes.smbd import smb_server

pytestmark = pytest.mark.routes


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
def deployment(tmp_path: Path, clock: ShiftedClock) -> Iterator[Deployment]:
    with deploy(tmp_path, trial_with(settle="polls = 3\nminimum_age = 60"), clock) as running:
        yield running


@pytest.fixture
def share(deployment: Deployment) -> Path:
    return deployment.shares / "smb" / "123"


@pytest.fixture
def port(share: Path, tmp_path: Path) -> Iterator[int]:
    with smb_server(tmp_path / "smbd", share) as running:
        yield running


@pytest.fixture
def site(port: int) -> Iterator[Site]:
    someone = Site(port)
    yield someone
    someone.go_away()


@pytest.fixture(scope="module")
def package() -> bytes:
    return stored_zip(["123-1001", "123-1002"])


def poll_a_minute(deployment: Deployment, clock: ShiftedClock) -> None:
    """Let a minute go by, and poll."""
    clock.advance(60)
    drive_round(deployment.parts, deployment.service.woken)


def settle_down(deployment: Deployment, clock: ShiftedClock, submissions: int) -> None:
    """Poll, a minute each time, until the last of so many submissions rests."""

    def is_reached() -> bool:
        clock.advance(60)
        return is_settled(deployment, submissions)

    run_until(deployment, is_reached)


def test_a_slow_copy_is_never_read_as_whole_and_is_filed_when_it_is_done(
    site: Site, deployment: Deployment, clock: ShiftedClock, package: bytes
) -> None:
    """The copy takes many polls and stands still between them: only that it is open tells that it goes on."""
    with ThreadPoolExecutor(1) as person:
        copying: Future[None] = person.submit(site.copy, package, "batch.zip", 1.0)
        while not copying.done():
            poll_a_minute(deployment, clock)
            was_done = copying.done()
            fetched = [item for item in deployment.submissions() if item.sha256]
            assert was_done or fetched == []
        copying.result()
    settle_down(deployment, clock, 1)
    submission = deployment.submissions()[-1]
    assert (submission.state, submission.outcome) == (SubmissionState.DONE, Outcome.ACCEPTED)
    assert deployment.parts.archive.subjects() == ["123-1001", "123-1002"]
    with closing(site.open(rf"reports\{submission.id}.html", "rb")) as report:
        assert b"123-1001" in report.read()
    with closing(site.open(rf"received\{submission.id}.zip", "rb")) as received:
        assert received.read() == package


def test_a_file_that_is_kept_open_is_tried_again_at_every_poll(
    site: Site, deployment: Deployment, clock: ShiftedClock, package: bytes
) -> None:
    busy = site.open("batch.zip")
    busy.truncate(len(package))
    busy.write(package)
    for _ in range(12):
        poll_a_minute(deployment, clock)
    (submission,) = deployment.submissions()
    assert (submission.state, submission.sha256) == (SubmissionState.TO_STAGE, "")
    busy.close()
    settle_down(deployment, clock, 1)
    assert deployment.submissions()[-1].outcome is Outcome.ACCEPTED


def test_a_copy_that_is_cut_off_is_reported_late_never_moved_and_taken_up_when_it_is_completed(
    site: Site, deployment: Deployment, clock: ShiftedClock, port: int, package: bytes, share: Path
) -> None:
    file = site.open("batch.zip")
    file.truncate(len(package))
    file.write(package[: 2 * BLOCK])
    site.go_away()
    settle_down(deployment, clock, 1)
    assert states(deployment) == [SubmissionState.UNFINISHED]
    assert not (share / "reports").exists()

    clock.advance(DAY)
    run_until(deployment, lambda: states(deployment) == [SubmissionState.DONE])
    assert "This zip did not arrive whole" in (share / "reports/S000001.html").read_text(encoding="utf-8")
    assert deployment.parts.archive.subjects() == []
    assert (share / "batch.zip").exists()
    assert not (share / "received").exists()

    again = Site(port)
    with closing(again.open("batch.zip", "r+b")) as file:
        file.seek(2 * BLOCK)
        file.write(package[2 * BLOCK :])
    again.go_away()
    settle_down(deployment, clock, 2)
    second = deployment.submissions()[-1]
    assert (second.state, second.outcome) == (SubmissionState.DONE, Outcome.ACCEPTED)
    assert (share / "received" / f"{second.id}.zip").read_bytes() == package
