"""The planted corpus through the inspection process itself: zip, walk, judge, findings."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ingest.checks.codes import load_codes
from ingest.inspection.client import Inspector
from ingest.model.finding import Finding
from ingest.model.inspection import InspectionRequest
from ingest.trial.load import default_trial_text
from tests.corpus.planted.clean import clean_files
from tests.corpus.planted.leaks import Leak, leaks
from tests.corpus.planted.second import second_clean, second_leaks

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def inspector() -> Iterator[Inspector]:
    with Inspector() as started:
        yield started


def inspect(inspector: Inspector, folder: Path, leak: Leak) -> tuple[Finding, ...]:
    path = folder / "package.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.comment = leak.comment
        for name, data in leak.files:
            entry = zipfile.ZipInfo(name, (2024, 3, 12, 10, 15, 0))
            entry.extra = leak.extra
            archive.writestr(entry, data.replace(b"\0TRAILING:", b""))
    request = InspectionRequest(
        str(path), leak.package_name, leak.route, "123", default_trial_text(), "6b" * 32
    )
    return inspector.inspect(request, lambda _: None).findings


def held(findings: tuple[Finding, ...]) -> dict[str, str]:
    """Return place → code of what holds or rejects."""
    codes = load_codes()
    return {
        finding.where: finding.code
        for finding in findings
        if codes[finding.code].severity.value in ("block", "review")
    }


@pytest.mark.parametrize("planted", [leaks, second_leaks])
def test_every_leak_is_held_at_its_place(
    inspector: Inspector, tmp_path: Path, planted: Callable[[], list[Leak]]
) -> None:
    missed = []
    for leak in planted():
        places = held(inspect(inspector, tmp_path, leak))
        place = leak.where if not leak.where.startswith("(0002,") else f"file meta {leak.where}"
        if not any(where == place or where.startswith(place + "[") for where in places):
            missed.append((leak.name, places))
    assert missed == []


def first_clean() -> list[Leak]:
    return [Leak(name, "", (("DICOM/IM0001.dcm", data),)) for name, data in clean_files()]


@pytest.mark.parametrize("clean", [first_clean, second_clean])
def test_no_clean_file_is_held(inspector: Inspector, tmp_path: Path, clean: Callable[[], list[Leak]]) -> None:
    alarmed = []
    for leak in clean():
        found = held(inspect(inspector, tmp_path, leak))
        places = {where: code for where, code in found.items() if code[:3] == "PSN"}
        if places:
            alarmed.append((leak.name, places))
    assert alarmed == []
