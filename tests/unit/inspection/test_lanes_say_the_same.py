"""A package says the same whether one thread reads it or lanes help: hostile ones, and planted leaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.inspection.package_pass import inspect_package
from ingest.model.inspection import Inspection
from ingest.model.instance import InstanceFacts
from ingest.trial.definition import Limits, Trial
from ingest.trial.load import load_default_trial
from tests.corpus.dicoms import HOSTILE_DICOMS
from tests.corpus.planted.leaks import leaks
from tests.corpus.zips import HOSTILE_ZIPS
from tests.inspections import request_for, zip_of

pytestmark = pytest.mark.slow

Package = tuple[str, Callable[[], bytes], Limits | None]
Said = tuple[Inspection, list[InstanceFacts], dict[str, bytes]]


def hostile_zips() -> Iterator[Package]:
    for case in HOSTILE_ZIPS:
        yield case.title, case.build, case.limits


def hostile_files() -> Iterator[Package]:
    def together() -> bytes:
        return zip_of({f"{number}.dcm": case.build() for number, case in enumerate(HOSTILE_DICOMS)})

    yield "hostile files in one zip", together, None


def planted() -> Iterator[Package]:
    for leak in leaks():
        yield leak.name, lambda leak=leak: zip_of(dict(leak.files)), None


@pytest.mark.parametrize("corpus", [hostile_zips, hostile_files, planted])
def test_lanes_change_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, corpus: Callable[[], Iterator[Package]]
) -> None:
    differing = []
    for number, (name, build, limits) in enumerate(corpus()):
        package, trial = build(), _with(limits)
        said = []
        for large in (1 << 60, 0):
            monkeypatch.setattr("ingest.inspection.lane.LARGE", large)
            folder = tmp_path / f"{number}-{large}"
            folder.mkdir()
            said.append(_inspect(package, folder, trial))
        if said[0] != said[1]:
            differing.append(name)
    assert differing == []


def _with(limits: Limits | None) -> Trial:
    trial = load_default_trial()
    return replace(trial, limits=limits) if limits is not None else trial


def _inspect(package: bytes, folder: Path, trial: Trial) -> Said:
    facts: list[InstanceFacts] = []
    inspection = inspect_package(request_for(package, folder), trial, facts.extend, lambda _done, _all: None)
    staged = {path.name: path.read_bytes() for path in (folder / "staging").iterdir()}
    return inspection, facts, staged
