"""Disguises of text are undone, and whatever looks like one ends well."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.checks.pseudonymisation.undone import undo


@pytest.mark.parametrize("text", ["&#83;mith", "&#x53;mith", "&#X53;mith", "&#0083;mith"])
def test_entities_are_their_characters(text: str) -> None:
    assert "Smith" in undo(text)


@pytest.mark.parametrize("text", ["&#d;", "&#x;", "&#;", "&#9999999;", "&#xFFFFFF;", "&#\u0663;"])
def test_what_is_nearly_an_entity_is_no_fault(text: str) -> None:
    undo(text)


@given(st.text("&#xX;0123456789abcdef=?Bb+/\\ _.%", max_size=40))
def test_whatever_looks_like_a_disguise_ends(text: str) -> None:
    undo(text)
