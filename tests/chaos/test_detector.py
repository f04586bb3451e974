"""The storm's account finds what it is there to find: the program is spoiled, and it must say so.

Each spoiled program is set beside the right one that meets the same death or delay at the same place.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.chaos.fleet import TWO_OF_ANY
from tests.chaos.storm import Plan, Result, run_storm

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(1200)]

SABOTAGE = Path(__file__).parent / "sabotage"


def run_spoiled(tmp_path: Path, sabotage: str, patience: float = 120.0) -> Result:
    """Let a few zips go their way through spoiled workers; no harm but the sabotage's own."""
    environment = {
        "PYTHONPATH": str(SABOTAGE),
        "CHAOS_SABOTAGE": sabotage,
        "CHAOS_MARKS": str(tmp_path),
    }
    result = run_storm(
        Plan(
            0,
            on_postgres=False,
            parcels=6,
            workers=TWO_OF_ANY,
            patience=patience,
            environment=environment,
        )
    )
    assert list(tmp_path.iterdir()), "the sabotage did not come to pass"
    return result


@pytest.mark.parametrize(
    "death", ["die_between_rename_and_commit", "stall_before_the_report", "die_before_listing"]
)
def test_the_right_order_survives_death_and_delay_at_the_worst_places(tmp_path: Path, death: str) -> None:
    assert run_spoiled(tmp_path, death).faults == []


def test_rename_and_commit_swapped_is_found(tmp_path: Path) -> None:
    faults = run_spoiled(tmp_path, "commit_before_rename", patience=60).faults
    assert any("the archive is at version" in fault for fault in faults)


def test_a_missing_fence_is_found(tmp_path: Path) -> None:
    faults = run_spoiled(tmp_path, "stall_without_a_fence", patience=60).faults
    assert any("reported 2 times" in fault for fault in faults)


def test_missing_recovery_is_found(tmp_path: Path) -> None:
    assert run_spoiled(tmp_path, "no_recovery", patience=60).faults != []
