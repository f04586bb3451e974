"""The planted sets that were written before the rules were read, through the whole inspection."""

from __future__ import annotations

import warnings
from collections.abc import Iterator

import pytest

from tests.corpus.planted.blind import alarms, is_found, read_set

OLDER = ("third", "fourth", "fifth", "sixth", "seventh")
#: Sets that tell what a rule holds.
RULED = ("eighth", "ninth", "tenth", "eleventh", "twelfth", "thirteenth", "fourteenth")
SETS = (*OLDER, *RULED)


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """pydicom warns of what is planted here on purpose."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@pytest.mark.parametrize("name", SETS)
def test_every_leak_is_stopped_at_its_place_but_those_known(name: str) -> None:
    leaks = read_set(f"{name}_leaks")
    missed = [line.text for line in leaks if not is_found(line)]
    assert missed == [line.text for line in leaks if line.is_told]
    assert len(missed) <= 0.02 * len(leaks)


@pytest.mark.parametrize("name", SETS)
def test_no_clean_file_is_stopped(name: str) -> None:
    clean = [line for line in read_set(f"{name}_clean") if not line.is_ruled]
    assert [line.text for line in clean if alarms(line)] == []


@pytest.mark.parametrize("name", RULED)
def test_what_a_rule_holds_whatever_it_says_is_held(name: str) -> None:
    ruled = [line for line in read_set(f"{name}_clean") if line.is_ruled]
    assert [line.text for line in ruled if not alarms(line)] == []
