"""The planted corpus: every leak is held at its place, no clean file is."""

from __future__ import annotations

import pytest

from tests.corpus.planted.clean import clean_files, systems
from tests.corpus.planted.leaks import Leak, leaks
from tests.corpus.planted.score import false_alarms, is_found

LEAKS = leaks()
CLEAN_FILES = clean_files()


def test_the_corpus_is_large_enough() -> None:
    assert len(LEAKS) >= 150
    assert len(CLEAN_FILES) >= 60
    assert len(systems()) >= 6


@pytest.mark.parametrize("leak", LEAKS, ids=[leak.name.encode("ascii", "replace").decode() for leak in LEAKS])
def test_a_leak_raises_block_or_review_at_its_place(leak: Leak) -> None:
    assert is_found(leak)


@pytest.mark.parametrize(("name", "data"), CLEAN_FILES, ids=[name for name, _ in CLEAN_FILES])
def test_a_clean_file_raises_neither_block_nor_review(name: str, data: bytes) -> None:
    assert false_alarms(data) == []
