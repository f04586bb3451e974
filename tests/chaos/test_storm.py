"""Never lost, never twice: storms over the whole service, with the account after each."""

from __future__ import annotations

import os

import pytest

from tests.chaos.storm import Plan, Result, run_storm

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(14_400)]

#: Harms of the storm on PostgreSQL, as `make chaos N=…` gives them.
HARMS = int(os.environ.get("HAMLET_CHAOS_HARMS", "50"))


def assert_harmless(result: Result, harms: int) -> None:
    """The storm was one, and nothing is wrong after it."""
    assert result.faults == []
    assert sum(result.harms.values()) >= 0.8 * harms
    assert result.lapsed > 0, "no step was cut short"


def test_a_storm_over_postgresql_loses_nothing_and_does_nothing_twice() -> None:
    assert_harmless(run_storm(Plan(HARMS)), HARMS)


def test_a_storm_over_sqlite_loses_nothing_and_does_nothing_twice() -> None:
    assert_harmless(run_storm(Plan(10, seed=2, on_postgres=False)), 10)


@pytest.mark.release
def test_a_thousand_harms() -> None:
    assert_harmless(run_storm(Plan(1000, seed=3, patience=1200)), 1000)
