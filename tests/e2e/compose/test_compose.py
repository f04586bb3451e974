"""The whole service as containers: zips by all four routes, workers killed in the middle of their work.

The image is built from the Dockerfile and docker-compose.yml is run as it is, profile `try` included: its
seeder plays the sites. The tests look at one story, told once.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from azure.storage.fileshare import ShareClient

from tests.compose_stack import Stack, wait_until
from tests.ocfl_validity import ocfl_faults

pytestmark = [pytest.mark.compose, pytest.mark.timeout(900)]

SENT = 6
OUTCOMES = {
    ("egress", "123"): "accepted",
    ("explorer", "123"): "held",
    ("explorer", "124"): "held",
    ("htp", "125"): "accepted",
    ("smb", "123"): "accepted",
    ("smb", "124"): "unfinished",
}
FILED = ["123-1001", "123-1002", "123-1003", "124-2001", "124-2003", "125-3001"]
ROUTE_AND_SITE = "select s.route, s.site, case m.outcome when '' then m.state else m.outcome end"


@dataclass
class Story:
    """What happened. `killed`: the container that was killed. `restarted`: the one whose worker was."""

    stack: Stack
    killed: str = ""
    restarted: str = ""
    logs: str = ""


@pytest.fixture(scope="module")
def story() -> Iterator[Story]:
    """Build, start, kill two heavy workers in the middle of their work, and wait for the end."""
    stack = Stack(f"hamlet-e2e-{os.getpid()}")
    told = Story(stack)
    try:
        stack.compose("build")
        stack.up(heavy=2)
        told.killed = _kill_a_holder(stack)
        told.restarted = _holder(stack, unlike=told.killed)
        # As a crash: Docker starts again what ended by itself, and not what `docker kill` ended.
        stack.crash(told.restarted)
        wait_until(lambda: _ended(stack) == SENT, f"{SENT} submissions at their end", 420)
        wait_until(lambda: not _unsent(stack), "all reports sent", 120)
        told.logs = stack.compose("logs", "--no-color", "worker-light", "worker-heavy", "beat", "migrate")
        yield told
    finally:
        stack.down()


def _kill_a_holder(stack: Stack) -> str:
    """Kill a heavy container in the middle of a step; start it again where the step ended before the kill."""
    while True:
        container = _holder(stack, unlike="")
        stack.docker("kill", "-s", "KILL", container)
        if _holding(stack, [container]):
            return container
        stack.docker("start", container)


def _holding(stack: Stack, containers: list[str]) -> list[str]:
    """Return those of the containers that hold a submission."""
    rows = stack.ledger("select holder from submissions where holder <> '' and lease_until > now()")
    return [item for item in containers for row in rows if item.startswith(row[0].partition(":")[0])]


def _holder(stack: Stack, unlike: str) -> str:
    """Return the heavy container that holds a submission now."""
    heavy = [item for item in stack.containers("worker-heavy") if item != unlike]
    found: list[str] = []

    def look() -> bool:
        found[:] = _holding(stack, heavy)
        return bool(found)

    wait_until(look, "a heavy worker at work", 240, pause=0.05)
    return found[0]


def _ended(stack: Stack) -> int:
    rows = stack.ledger("select count(*) from submissions where state in ('done', 'unfinished', 'stuck')")
    return int(rows[0][0])


def _unsent(stack: Stack) -> int:
    return int(stack.ledger("select count(*) from outbox where state <> 'sent'")[0][0])


def _names_in(share: ShareClient, folder: str) -> list[str]:
    directory = share.get_directory_client(folder)
    return sorted(entry.name for entry in directory.list_directories_and_files() if not entry.is_directory)


def test_every_zip_has_the_outcome_that_it_has_without_a_kill(story: Story) -> None:
    rows = story.stack.ledger(f"{ROUTE_AND_SITE} from submissions m join shares s on s.id = m.share_id")
    assert len(rows) == SENT
    assert {(route, site): outcome for route, site, outcome in rows} == OUTCOMES


def test_the_kill_was_in_the_middle_of_a_step(story: Story) -> None:
    cut = story.stack.ledger("select worker, result from attempts where result <> '' order by started")
    of_the_killed = [result for worker, result in cut if story.killed.startswith(worker.partition(":")[0])]
    assert "lapsed" in of_the_killed


def test_each_subject_is_filed_once_and_the_archive_is_valid(story: Story, tmp_path: Path) -> None:
    worker = story.stack.containers("worker-light")[0]
    story.stack.docker("cp", f"{worker}:/data/subjects", str(tmp_path))
    assert ocfl_faults(tmp_path / "subjects") == ""
    assert sorted(item.name for item in (tmp_path / "subjects").iterdir() if item.is_dir()) == FILED
    filings = story.stack.ledger(
        "select subject_id, max(version), count(*) from filings where version > 0 group by 1 order by 1"
    )
    assert filings == [[subject, "1", "1"] for subject in FILED]


def test_reports_came_back_by_each_routes_own_way(story: Story) -> None:
    for route, site in OUTCOMES:
        if route == "egress" or OUTCOMES[route, site] == "unfinished":
            continue
        with story.stack.shares(site) as service:
            share = service.get_share_client(f"{route}-{site}")
            reports = [name for name in _names_in(share, "reports") if name.startswith("S")]
            assert [name[7:] for name in reports] == [".html", ".json"]
            text = share.get_file_client(f"reports/{reports[1]}").download_file().readall()
            assert json.loads(text)["outcome"] == OUTCOMES[route, site]
            assert _names_in(share, "received") == [f"{reports[0][:7]}.zip"]
    letters = story.stack.letters()
    assert len({letter["Message-ID"] for letter in letters}) == len(letters)
    assert ["rt-physics@northfield" in letter["To"] for letter in letters].count(True) == 1


def test_the_uploader_finds_the_verdict_on_its_queue(story: Story) -> None:
    read = "from seed import queue; print([each.text for each in queue('htp-125-verdicts').receive()][0])"
    verdict = json.loads(story.stack.inside("filerest", "python", "-c", read))
    assert (verdict["kind"], verdict["outcome"], verdict["id"]) == ("verdict", "accepted", "try-out")


def test_the_unfinished_upload_stays_where_it_lies(story: Story) -> None:
    with story.stack.shares("124") as service:
        assert "124-2004.zip" in _names_in(service.get_share_client("smb-124"), "")


def test_a_worker_that_crashed_was_started_again(story: Story) -> None:
    assert story.stack.state(story.restarted)["Running"]
    assert story.stack.state(story.restarted)["RestartCount"] >= 1


def test_a_container_may_do_nothing_but_its_work(story: Story) -> None:
    stack = story.stack
    assert stack.inside("worker-heavy", "id", "-u").strip() == "10001"
    status = dict(
        line.split(":\t") for line in stack.inside("worker-heavy", "cat", "/proc/1/status").splitlines()
    )
    assert int(status["CapBnd"], 16) == 0
    assert status["NoNewPrivs"] == "1"
    assert stack.refuses("worker-heavy", "touch", "/opt/hamlet/bin/ingest")
    assert stack.refuses("worker-heavy", "sh", "-c", "cp /bin/true /tmp/ && /tmp/true")
    assert "rw," in stack.inside("worker-heavy", "grep", " /data ", "/proc/mounts")
    for service in ("worker-light", "worker-heavy", "beat", "redis", "postgres"):
        settings = json.loads(stack.docker("inspect", stack.containers(service)[0]))[0]["HostConfig"]
        assert settings["ReadonlyRootfs"] and settings["Memory"] and settings["PidsLimit"], service
        assert settings["CapDrop"] == ["ALL"] and not settings["CapAdd"], service
        assert settings["RestartPolicy"]["Name"] == "always", service


def test_nobody_else_can_put_a_task_into_redis(story: Story) -> None:
    assert "NOAUTH" in story.stack.inside("redis", "redis-cli", "lpush", "light", "{}")
    health = ("redis-cli", "--no-auth-warning", "--user", "health", "--pass", "none")
    assert "NOPERM" in story.stack.inside("redis", *health, "lpush", "light", "{}")
    assert "PONG" in story.stack.inside("redis", *health, "ping")


def test_no_secret_is_in_an_environment_and_no_value_in_a_log(story: Story) -> None:
    for service in ("worker-light", "postgres", "redis"):
        described = story.stack.docker("inspect", story.stack.containers(service)[0])
        assert "for-trying-only" not in described
    assert '"event": "step-done"' in story.logs
    for value in ("for-trying-only", "Hallworth", "ANONPT0117", "week-12"):
        assert value not in story.logs


def test_the_health_check_tells_a_worker_that_works(story: Story) -> None:
    stack = story.stack
    assert stack.inside("worker-light", "ingest", "health", "--worker", "light").strip() == "healthy"
    for service in ("worker-light", "beat", "redis", "postgres"):
        container = stack.containers(service)[0]
        wait_until(
            lambda at=container: stack.state(at)["Health"]["Status"] == "healthy", f"{service} healthy", 150
        )


def test_heavy_workers_are_scaled_and_stopped_without_losing_their_tasks(story: Story) -> None:
    stack = story.stack
    stack.up(heavy=4)
    names = {f"heavy@{item[:12]}" for item in stack.containers("worker-heavy")}
    assert len(names) == 4
    alive = "select worker from heartbeats where queue = 'heavy' and at > now() - interval '3 minutes'"
    wait_until(lambda: names <= {row[0] for row in stack.ledger(alive)}, "four heavy workers sign", 150)
    assert "4 workers live" in stack.inside("worker-light", "ingest", "health")
    container = stack.containers("worker-heavy")[0]
    stack.docker("stop", container)
    assert stack.state(container)["ExitCode"] != 137, "it was killed: the grace period was too short"
    stack.up(heavy=1)
    assert len(stack.containers("worker-heavy")) == 1
