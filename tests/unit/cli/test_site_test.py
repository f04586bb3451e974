"""A test upload is a synthetic zip: its name must not be what holds it."""

from __future__ import annotations

from pathlib import Path

from ingest.cli.site_test import new_test_name
from tests.inspections import inspect_here, request_for, zip_of


def test_no_name_of_a_test_zip_reads_like_a_person(tmp_path: Path) -> None:
    package = zip_of({})
    plain = inspect_here(request_for(package, tmp_path, name="test.zip")).codes
    held = {
        name
        for name in (new_test_name() for _ in range(500))
        if inspect_here(request_for(package, tmp_path, name=name)).codes != plain
    }
    assert held == set()


def test_names_of_test_zips_differ() -> None:
    assert len({new_test_name() for _ in range(20)}) > 15
