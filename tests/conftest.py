"""Tiers: every test is in one. Needing a real server is said by a marker; the rest is fast or it is not."""

from pathlib import Path

import pytest

_UNIT = Path(__file__).parent / "unit"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as fast the unit tests that nobody marked as slow."""
    for item in items:
        if _UNIT in item.path.parents and item.get_closest_marker("slow") is None:
            item.add_marker(pytest.mark.fast)
