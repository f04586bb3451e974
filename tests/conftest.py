"""Tiers: every test is in one. Needing a real server is said by a marker; the rest is fast or it is not."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

_UNIT = Path(__file__).parent / "unit"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as fast the unit tests that nobody marked as slow."""
    for item in items:
        if _UNIT in item.path.parents and item.get_closest_marker("slow") is None:
            item.add_marker(pytest.mark.fast)


@pytest.fixture(autouse=True)
def logs_go_nowhere_of_an_earlier_test() -> Iterator[None]:
    """Logs that a test has sent to its own standard error are not sent there by the tests after it."""
    handlers, level = logging.root.handlers[:], logging.root.level
    yield
    structlog.reset_defaults()
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
