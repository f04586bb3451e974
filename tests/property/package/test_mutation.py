"""Whatever happens to a zip on its way, it is refused or read as it was; nothing escapes."""

import random
from pathlib import Path

import pytest

from ingest.checks.codes import load_codes
from ingest.model.finding import Effect
from tests.corpus.mutation import mutate
from tests.corpus.outcome import read_zip
from tests.corpus.sound_zips import SOUND_ZIPS

#: The zips of megabytes are left out: their mutations say nothing more.
SEEDS = [(case, case.build()) for case in SOUND_ZIPS if len(case.build()) < 20_000]
ROUNDS, EACH = 10, 100


def is_stopped(codes: frozenset[str]) -> bool:
    """Tell whether one of the codes keeps data from being filed."""
    return any(load_codes()[code].effect is not Effect.NONE for code in codes)


@pytest.mark.timeout(120)
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_mutated_zip_is_refused_or_read_as_it_was(seed: int, tmp_path: Path) -> None:
    rng = random.Random(seed)
    for number in range(EACH):
        case, data = rng.choice(SEEDS)
        spoiled = mutate(data, rng)
        reading = read_zip(spoiled, tmp_path)
        if not is_stopped(reading.codes):
            assert sorted(reading.contents) == sorted(case.contents), (case.name, seed, number)


@pytest.mark.parametrize("name", ["deflated", "stored", "zip64-streamed", "comment", "stored-zip-in-zip"])
def test_zip_cut_at_any_byte_is_unfinished(name: str, tmp_path: Path) -> None:
    case = next(case for case in SOUND_ZIPS if case.name == name)
    data = case.build()
    for end in range(len(data)):
        reading = read_zip(data[:end], tmp_path)
        assert is_stopped(reading.codes), end
        assert reading.is_unfinished, end


@pytest.mark.parametrize("name", ["deflated", "stored", "zip64-streamed"])
def test_zip_with_a_hole_anywhere_is_unfinished(name: str, tmp_path: Path) -> None:
    case = next(case for case in SOUND_ZIPS if case.name == name)
    data = case.build()
    for start in range(0, len(data), 16):
        spoiled = data[:start] + bytes(min(1024, len(data) - start)) + data[start + 1024 :]
        if spoiled != data:
            reading = read_zip(spoiled, tmp_path)
            assert is_stopped(reading.codes), start
            assert reading.is_unfinished, start
