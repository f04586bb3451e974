"""Every zip of the corpus gets the code it is named for, and every code has a zip and a sentence."""

from pathlib import Path

import pytest

from ingest.checks.codes import load_codes
from ingest.model.finding import Effect
from tests.corpus.cases import Hostile, Sound
from tests.corpus.outcome import read_zip
from tests.corpus.sound_zips import SOUND_ZIPS
from tests.corpus.zips import HOSTILE_ZIPS

#: PKG9xx: the inspection process itself.
OWN_CODES = {code for code in load_codes() if code.startswith("PKG") and not code.startswith("PKG9")}


@pytest.mark.parametrize("case", HOSTILE_ZIPS, ids=lambda case: case.title)
def test_hostile_zip_raises_its_code(case: Hostile, tmp_path: Path) -> None:
    reading = read_zip(case.build(), tmp_path, case.limits)
    assert case.code in reading.codes
    effects = {load_codes()[code].effect for code in reading.codes}
    assert effects & {Effect.REJECT, Effect.HOLD}


@pytest.mark.parametrize("case", SOUND_ZIPS, ids=lambda case: case.name)
def test_sound_zip_is_read_whole(case: Sound, tmp_path: Path) -> None:
    reading = read_zip(case.build(), tmp_path)
    assert reading.codes == case.codes
    assert reading.contents == case.contents
    assert not reading.is_unfinished


def test_every_code_has_a_zip() -> None:
    shown = {case.code for case in HOSTILE_ZIPS} | {code for case in SOUND_ZIPS for code in case.codes}
    assert shown == OWN_CODES


def test_corpus_is_large_and_its_names_are_unique() -> None:
    assert len({case.title for case in HOSTILE_ZIPS}) == len(HOSTILE_ZIPS) >= 60


@pytest.mark.parametrize("code", sorted(OWN_CODES))
def test_every_code_has_its_own_sentence(code: str) -> None:
    entry = load_codes()[code]
    others = [other.message for key, other in load_codes().items() if key != code]
    assert entry.message.endswith(".") and entry.action.endswith(".")
    assert entry.message not in others
