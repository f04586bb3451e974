"""The alert rules, by Prometheus' own tool: they are valid, and each fires when it should and not before."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

pytestmark = pytest.mark.services

ALERTS = Path(__file__).resolve().parents[3] / "deploy/alerts.yml"
#: Alert → (series that set it off, series that do not, minutes after which it has fired).
CASES = {
    "LedgerDown": ("hamlet_ledger_up", 0, 1, 6),
    "RedisDown": ("hamlet_redis_up", 0, 1, 6),
    "NoWorker": ('hamlet_workers_live{queue="heavy"}', 0, 1, 6),
    "NoSweep": ("hamlet_sweep_age_seconds", 601, 60, 6),
    "QueueGrows": ('hamlet_queue_depth{queue="heavy"}', 201, 200, 31),
    "SubmissionWaits": ("hamlet_oldest_waiting_seconds", 7201, 7200, 11),
    "StepsFail": ("hamlet_oldest_fault_seconds", 3601, 3600, 11),
    "EntryDoesNotSettle": ("hamlet_oldest_unsettled_seconds", 172801, 172800, 61),
    "Stuck": ("hamlet_stuck", 1, 0, 1),
    "MessagesGivenUp": ('hamlet_messages{state="given-up"}', 1, 0, 1),
    "DiskFillsUp": ("hamlet_disk_free_bytes", 49e9, 51e9, 11),
    "DiskFull": ("hamlet_disk_free_bytes", 9e8, 2e9, 2),
}


def promtool(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *words], capture_output=True, text=True, check=False)


def test_the_rules_are_valid_and_each_has_a_case() -> None:
    checked = promtool("check", "rules", str(ALERTS))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert f"{len(CASES)} rules found" in checked.stdout


@pytest.mark.parametrize("alert", CASES)
def test_an_alert_fires_when_it_should_and_not_before(alert: str, tmp_path: Path) -> None:
    series, bad, good, minutes = CASES[alert]
    document = {
        "rule_files": [str(ALERTS)],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": series, "values": f"{value:g}x200"}],
                "promql_expr_test": [
                    {
                        "expr": f'count(ALERTS{{alertname="{alert}", alertstate="firing"}}) or vector(0)',
                        "eval_time": f"{minutes}m",
                        "exp_samples": [{"labels": "{}", "value": fires}],
                    }
                ],
            }
            for value, fires in ((bad, 1), (good, 0))
        ],
    }
    rules = tmp_path / "rules.yml"
    rules.write_text(json.dumps(document), encoding="utf-8")
    tested = promtool("test", "rules", str(rules))
    assert tested.returncode == 0, tested.stdout + tested.stderr
