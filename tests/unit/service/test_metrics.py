"""Metrics: every number is there, in Prometheus' form, and the alerts speak of nothing else."""

from __future__ import annotations

import re
import threading
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from ingest.cli import COMMANDS
from ingest.cli.metrics import make_server, read
from ingest.health import SWEEP
from ingest.metrics import METRICS, render_metrics
from ingest.settings import Settings
from tests.builders import build_case, zip_instances
from tests.deployment import Deployment, deploy

ROOT = Path(__file__).resolve().parents[3]
_LINE = re.compile(r"[a-z_]+(\{[a-z_]+=\"[^\"\n]*\"(,[a-z_]+=\"[^\"\n]*\")*\})? [0-9.e+-]+")


@pytest.fixture
def deployment(tmp_path: Path):
    with deploy(tmp_path, redis_url="redis://127.0.0.1:1/0") as running:
        yield running


def numbers_of(settings: Settings) -> dict[str, float]:
    """Return the samples as they are written, with their values."""
    lines = render_metrics(read(settings)).splitlines()
    samples = [line for line in lines if not line.startswith("#")]
    assert all(_LINE.fullmatch(line) for line in samples)
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in samples)}


def test_what_was_received_shows_in_the_numbers(deployment: Deployment) -> None:
    case = build_case("123-1001", ct_slices=4, fractions=1, cbct=1, cbct_slices=2)
    deployment.drop("explorer", "123", "a.zip", zip_instances(case))
    deployment.run()
    with deployment.parts.ledger.write() as tx:
        tx.vitals.beat(SWEEP, "light")
        tx.vitals.beat("heavy@here", "heavy")
    numbers = numbers_of(deployment.service.settings)
    assert numbers['hamlet_submissions{state="done"}'] == 1
    assert numbers['hamlet_submissions{state="stuck"}'] == 0
    assert numbers['hamlet_outcomes{outcome="accepted"}'] == 1
    assert numbers["hamlet_filed_bytes_total"] > 1000
    assert numbers["hamlet_filed_versions_total"] == 1
    assert numbers['hamlet_steps_last_hour{step="inspect",result="inspected"}'] == 1
    assert numbers['hamlet_step_seconds_last_hour{step="inspect",result="inspected"}'] > 0
    assert numbers['hamlet_workers_live{queue="heavy"}'] == 1
    assert numbers['hamlet_workers_live{queue="light"}'] == 0
    assert 0 <= numbers["hamlet_sweep_age_seconds"] < 60
    assert numbers["hamlet_disk_free_bytes"] > 0
    assert numbers["hamlet_ledger_up"] == 1


def test_what_is_down_is_a_number_too(deployment: Deployment) -> None:
    settings = deployment.service.settings.model_copy(update={"data_dir": deployment.shares / "nothing"})
    numbers = numbers_of(settings)
    assert (numbers["hamlet_ledger_up"], numbers["hamlet_redis_up"]) == (0, 0)


def test_they_are_served_over_http_and_nothing_else_is(deployment: Deployment) -> None:
    server = make_server(deployment.service.settings, "127.0.0.1", 0)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        with urllib.request.urlopen(f"{address}/metrics", timeout=20) as answer:
            assert b"hamlet_ledger_up 1" in answer.read()
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{address}/submissions", timeout=20)
        refused.value.close()
    finally:
        server.shutdown()
        server.server_close()


def test_the_alerts_speak_of_metrics_that_exist_and_of_headings_of_the_runbook() -> None:
    alerts = (ROOT / "deploy/alerts.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"hamlet_[a-z_]+", alerts))
    assert named <= METRICS.keys()
    assert {"hamlet_stuck", "hamlet_queue_depth", "hamlet_disk_free_bytes"} <= named
    headings = re.findall(r"^## (.+)$", (ROOT / "docs/runbook.md").read_text(encoding="utf-8"), re.M)
    runbook = re.findall(r'runbook: "(.+?)"', alerts)
    assert len(runbook) == alerts.count("- alert:")
    assert set(runbook) <= set(headings)


def test_the_runbook_names_commands_that_exist() -> None:
    runbook = (ROOT / "docs/runbook.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`ingest ([a-z]+)", runbook))
    assert {"status", "health", "level"} <= named <= COMMANDS.keys()
