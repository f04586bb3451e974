"""Reprocessing by task call, as the mission has it: `celery call`, real workers, a dozen submissions."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import redis
import sqlalchemy as sa
from celery import Celery

from ingest.ledger.outbox import Channel
from ingest.ledger.tables.base import metadata
from ingest.ledger.tables.service import outbox
from ingest.model.verdict import Outcome
from ingest.steps.deliver import deliver
from tests.builders import build_case, zip_instances
from tests.chaos.fleet import LIGHT, TWO_HEAVY, Fleet
from tests.deployment import QUICK_TRIAL, Deployment, deploy
from tests.ocfl_validity import ocfl_faults
from tests.servers import Postgres, redis_server

pytestmark = [pytest.mark.services, pytest.mark.timeout(600)]

#: Site → the route by which it sends.
SITES = {"123": "explorer", "124": "smb", "125": "htp"}
#: Of each site: sets that are accepted, and sets with a hospital's name in them, which are held.
GOOD, NAMED = 3, 1
ALL = len(SITES) * (GOOD + NAMED)
_OVERRIDE = """
[[severity]]
code = "{code}"
severity = "{severity}"
effect = "{effect}"
reason = "a test"
"""
#: What failed passes: a hospital's name is no matter.
LENIENT = QUICK_TRIAL.replace('name = "Hamlet.rt"', 'name = "lenient"') + _OVERRIDE.format(
    code="PSN201", severity="info", effect="none"
)
#: What passed fails: there must be an MR, and who has none is held.
STRICT = QUICK_TRIAL.replace('name = "Hamlet.rt"', 'name = "strict"').replace(
    'object = "mr"\ntitle = "MR"\nrequired = false', 'object = "mr"\ntitle = "MR"'
) + _OVERRIDE.format(code="CMP108", severity="review", effect="hold")
#: What a dry run may write: its own rows, the audit of it, and the workers' signs of life.
OF_A_RUN = {"runs", "run_items", "audit_events", "audit_head", "heartbeats"}


class Office:
    """The study team's machine: the service's settings, Celery's and the service's own commands."""

    def __init__(self, deployment: Deployment, redis_url: str) -> None:
        settings = deployment.service.settings
        self.deployment = deployment
        self.redis_url = redis_url
        self.environment = {
            **os.environ,
            "INGEST_DATA_DIR": str(settings.data_dir),
            "INGEST_SHARES": settings.shares,
            "INGEST_TRIAL_FILE": str(settings.trial_file),
            "INGEST_LEDGER_URL": settings.database_url,
            "INGEST_REDIS_URL": redis_url,
        }

    def call(self, run: str, scope: str, **others: Any) -> None:
        """Call the task as the README shows it, and once more as a program does: that changes nothing."""
        words = {"run": run, "scope": scope, **others}
        self._run("celery", "-A", "workers.app", "call", "ingest.reprocess", "--kwargs", json.dumps(words))
        self.send(run, scope, **others)

    def send(self, run: str, scope: str, **others: Any) -> None:
        """Call the task as a program does."""
        with Celery(broker=self.redis_url) as app:
            app.send_task("ingest.reprocess", kwargs={"run": run, "scope": scope, **others}, queue="light")

    def ingest(self, *words: str) -> str:
        """Run a command of the program."""
        return self._run("ingest.cli", *words)

    def _run(self, *words: str) -> str:
        command = [sys.executable, "-m", *words]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def wait_for(self, run: str) -> dict[str, Any]:
        """Wait for a run's end; return it as JSON."""
        until = time.monotonic() + 240
        while True:
            if self._has_ended(run) and self._is_at_rest():
                document: dict[str, Any] = json.loads(self.ingest("reprocess", "show", run, "--json"))
                return document
            assert time.monotonic() < until, self._how_it_stands(run)
            time.sleep(0.2)

    def _how_it_stands(self, run: str) -> str:
        states = Counter(item.state.value for item in self.deployment.submissions())
        return f"the run did not end: {states}, {self.ingest('reprocess', 'show', run)}"

    def _has_ended(self, run: str) -> bool:
        with self.deployment.parts.ledger.read() as tx:
            is_begun = any(item.id == run for item in tx.runs.find())
            return is_begun and tx.runs.progress(run).ended is not None

    def _is_at_rest(self) -> bool:
        return {item.state.value for item in self.deployment.submissions()} == {"done"}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A dozen submissions at their end, with nobody at work."""
    with ExitStack() as closing:
        server = Postgres()
        closing.callback(server.close)
        server.start()
        root = tmp_path_factory.mktemp("office")
        running = closing.enter_context(deploy(root, ledger_url=server.url))
        for place, site in enumerate(SITES):
            for number in range(GOOD + NAMED):
                drop(running, site, place * 100 + number, is_named=number >= GOOD)
        running.run(2)
        yield Office(running, closing.enter_context(redis_server()))


def drop(deployment: Deployment, site: str, number: int, *, is_named: bool) -> None:
    """Drop one subject's small set."""
    case = build_case(f"{site}-1{number:03}", seed=number, ct_slices=3, fractions=1, cbct=1, cbct_slices=2)
    if is_named:
        for item in case:
            item.dataset.InstitutionName = "Hallworth"
    deployment.drop(SITES[site], site, f"batch-{number}.zip", zip_instances(case))


@pytest.fixture(scope="module")
def workers(office: Office, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Two heavy workers and a light one, at work from the second test on."""
    fleet = Fleet(TWO_HEAVY, office.environment, tmp_path_factory.mktemp("workers"))
    fleet.start()
    try:
        yield
    finally:
        fleet.close()


def outcomes(deployment: Deployment) -> Counter[Outcome | None]:
    return Counter(item.outcome for item in deployment.submissions())


def everything_but_runs(deployment: Deployment) -> str:
    """Return a digest of every row and every file but those of runs."""
    digest = hashlib.sha256()
    with deployment.parts.ledger.read() as tx:
        for table in metadata.sorted_tables:
            if table.name not in OF_A_RUN:
                rows = sorted(map(repr, tx.connection.execute(sa.select(table))))
                digest.update(f"{table.name}{rows}".encode())
    places = deployment.parts.places
    for folder in (places.subjects, places.originals, places.quarantine, places.reports, deployment.shares):
        for path in sorted(folder.rglob("*")):
            digest.update(str(path.relative_to(folder)).encode())
            digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def messages(deployment: Deployment) -> set[str]:
    with deployment.parts.ledger.read() as tx:
        return set(tx.connection.execute(sa.select(outbox.c.id)).scalars())


def versions(deployment: Deployment) -> dict[str, int]:
    archive = deployment.parts.archive
    return {subject: archive.head(subject) for subject in archive.subjects()}


def test_a_run_fans_out_one_message_a_submission(office: Office, tmp_path: Path) -> None:
    assert outcomes(office.deployment) == {
        Outcome.ACCEPTED: len(SITES) * GOOD,
        Outcome.HELD: len(SITES) * NAMED,
    }
    before = everything_but_runs(office.deployment)
    fleet = Fleet(LIGHT, office.environment, tmp_path)
    fleet.start()
    client = redis.Redis.from_url(office.redis_url)
    try:
        office.call("fans-out", "all", dry_run=True)
        until = time.monotonic() + 60
        while client.llen("heavy") < ALL and time.monotonic() < until:
            time.sleep(0.2)
        asked = [json.loads(item) for item in client.lrange("heavy", 0, -1)]
    finally:
        fleet.close()
        client.flushall()
        client.close()
    wanted = {repr(("fans-out", item.id)) for item in office.deployment.submissions()}
    assert {item["headers"]["argsrepr"] for item in asked} == wanted
    assert {item["headers"]["task"] for item in asked} == {"ingest.reprocess_item"}
    assert everything_but_runs(office.deployment) == before


@pytest.mark.usefixtures("workers")
def test_dry_runs_over_every_scope_change_nothing_and_say_what_would(office: Office, tmp_path: Path) -> None:
    lenient, strict = tmp_path / "lenient.toml", tmp_path / "strict.toml"
    lenient.write_text(LENIENT, encoding="utf-8")
    strict.write_text(STRICT, encoding="utf-8")
    sha256 = office.ingest("trial", "register", str(strict)).split()[0]
    office.ingest("trial", "register", str(lenient))
    assert f"{sha256}" in office.ingest("trial", "list")
    deployment = office.deployment
    good = next(item for item in deployment.submissions() if item.outcome is Outcome.ACCEPTED)
    before = everything_but_runs(deployment)

    calls: dict[str, tuple[str, dict[str, Any], int, Callable[[dict[str, Any]], bool]]] = {
        "one": ("submission", {"id": good.id, "trial": sha256}, 1, is_newly_held),
        "subject": ("subject", {"id": "124-1100", "trial": "strict"}, 1, is_newly_held),
        "site": ("site", {"id": "123", "trial": "lenient"}, NAMED, is_newly_accepted),
        "all": ("all", {}, 0, is_newly_held),
        "all-lenient": ("all", {"trial": "lenient"}, len(SITES) * NAMED, is_newly_accepted),
    }
    office.call("all-lenient", "all", dry_run=True, trial="lenient")
    for run, (scope, others, _, _) in calls.items():
        office.send(run, scope, dry_run=True, **others)
    for run, (_, _, changed, is_right) in calls.items():
        items = office.wait_for(run)["items"]
        differences = [item["difference"] for item in items if item["difference"]]
        assert {item["state"] for item in items} == {"done"}, run
        assert [item for item in differences if not (changed and is_right(item))] == [], run
        assert len(differences) == changed, run
    assert everything_but_runs(deployment) == before
    see_the_difference(office, "all-lenient")


def is_newly_held(difference: dict[str, Any]) -> bool:
    return (difference["outcome_before"], difference["outcome_after"]) == ("accepted", "held")


def is_newly_accepted(difference: dict[str, Any]) -> bool:
    return (difference["outcome_before"], difference["outcome_after"]) == ("held", "accepted")


def see_the_difference(office: Office, run: str) -> None:
    """As CSV and as a page: what passes that failed, by site and code."""
    rows = list(csv.DictReader(io.StringIO(office.ingest("reprocess", "show", run, "--csv"))))
    changed = Counter(row["site"] for row in rows if (row["before"], row["after"]) == ("held", "accepted"))
    assert changed == dict.fromkeys(SITES, NAMED)
    page = office.ingest("reprocess", "show", run, "--html")
    assert page.startswith("<!doctype html>") or page.lower().startswith("<!doctype html>")
    assert "dry run" in page.lower()
    assert re.search(r"PSN201", page) or "held" in page


@pytest.mark.usefixtures("workers")
def test_a_real_run_files_what_passes_now_and_reports_only_that(office: Office) -> None:
    deployment = office.deployment
    told, heads = messages(deployment), versions(deployment)
    office.call("let-pass", "site", id="123", trial="lenient")
    office.wait_for("let-pass")
    deliver(deployment.parts)
    new = messages(deployment) - told
    assert len([item for item in new if item.startswith("report:reprocess:let-pass:")]) == NAMED
    assert len(new) == NAMED
    after = versions(deployment)
    assert {key: after[key] for key in heads} == heads, "what had not changed was filed again"
    assert len(after) == len(heads) + NAMED
    assert outcomes(deployment)[Outcome.HELD] == (len(SITES) - 1) * NAMED
    assert ocfl_faults(deployment.parts.places.subjects) == ""


@pytest.mark.usefixtures("workers")
def test_a_real_run_that_judges_worse_disputes_and_notifies_and_removes_nothing(office: Office) -> None:
    deployment = office.deployment
    told, heads = messages(deployment), versions(deployment)
    office.call("be-strict", "site", id="125", trial="strict")
    office.wait_for("be-strict")
    deliver(deployment.parts)
    assert versions(deployment) == heads
    new = messages(deployment) - told
    assert len([item for item in new if item.startswith("report:reprocess:be-strict:")]) == GOOD + NAMED
    with deployment.parts.ledger.read() as tx:
        filed = {subject: tx.catalogue.of_subject(subject) for subject in heads}
        disputed = {subject for subject, items in filed.items() if any(item.is_disputed for item in items)}
        to_team = sa.select(outbox.c.id).where(outbox.c.channel == Channel.OPERATIONS.value)
        operations = list(tx.connection.execute(to_team).scalars())
    assert disputed == {subject for subject in heads if subject.startswith("125-")}
    assert operations, "nobody was told that filed data is disputed"
