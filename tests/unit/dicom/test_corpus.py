"""Every file of the corpus gets the code it is named for, and every code has a file and a sentence."""

import pytest

from ingest.checks.codes import load_codes
from ingest.dicom.faults import Fault
from ingest.dicom.paths import PathTree
from ingest.dicom.soundness import check_soundness
from ingest.dicom.walk import walk
from ingest.model.finding import Effect
from ingest.trial.definition import Limits
from tests.corpus.cases import Hostile, Sound
from tests.corpus.dicoms import FILE_SET, HOSTILE_DICOMS, SOUND_DICOMS

#: Not about a file's bytes: see tests/unit/inspection.
ABOUT_THE_PROGRAM = {"DCM901", "DCM902"}


def faults_of(data: bytes, limits: Limits | None = None) -> list[Fault]:
    found = walk(data, PathTree(), limits or Limits())
    return [*found.faults, *check_soundness(found)]


@pytest.mark.parametrize("case", [*HOSTILE_DICOMS, FILE_SET], ids=lambda case: case.title)
def test_hostile_file_raises_its_code(case: Hostile) -> None:
    assert case.code in {fault.code for fault in faults_of(case.build(), case.limits)}


@pytest.mark.parametrize("case", HOSTILE_DICOMS, ids=lambda case: case.title)
def test_hostile_file_is_held(case: Hostile) -> None:
    effects = {load_codes()[fault.code].effect for fault in faults_of(case.build(), case.limits)}
    assert Effect.HOLD in effects


@pytest.mark.parametrize("case", SOUND_DICOMS, ids=lambda case: case.name)
def test_sound_file_is_kept(case: Sound) -> None:
    found = faults_of(case.build())
    assert {fault.code for fault in found} == case.codes
    assert not any(fault.is_fatal for fault in found)
    assert {load_codes()[fault.code].effect for fault in found} <= {Effect.NONE}


def test_what_cannot_be_followed_to_its_end_is_left_out() -> None:
    for case in HOSTILE_DICOMS:
        if case.code in ("DCM102", "DCM103", "DCM104", "DCM105", "DCM106", "DCM107", "DCM108"):
            assert any(fault.is_fatal for fault in faults_of(case.build(), case.limits)), case.title


def test_every_code_has_a_file() -> None:
    shown = {case.code for case in HOSTILE_DICOMS} | {code for case in SOUND_DICOMS for code in case.codes}
    codes = {code for code in load_codes() if code.startswith("DCM")}
    assert shown | {FILE_SET.code} == codes - ABOUT_THE_PROGRAM


def test_corpus_is_large_and_its_names_are_unique() -> None:
    assert len({case.title for case in HOSTILE_DICOMS}) == len(HOSTILE_DICOMS) >= 40
