"""The long lists are searched where they lie: they must be sorted, and every word must be found."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import ingest.checks.pseudonymisation.rules as rules
from ingest.checks.pseudonymisation.word_lists import SortedWords

DATA = Path(rules.__file__).parent / "data"


@pytest.mark.parametrize("name", ["english.txt", "clinical.txt", "surnames.txt"])
def test_a_shipped_list_is_sorted_and_ends_with_a_line_break(name: str) -> None:
    text = (DATA / name).read_text(encoding="utf-8")
    words = text.split("\n")
    assert words.pop() == ""
    assert words == sorted(set(words))


@given(st.sets(st.text("abcé", max_size=4)), st.text("abcé\n", max_size=4))
def test_a_word_is_in_the_list_or_not_as_in_a_set(words: set[str], other: str) -> None:
    known = SortedWords("".join(f"{word}\n" for word in sorted(words)))
    assert all(word in known for word in words)
    assert (other in known) == (other in words)


@given(st.sets(st.text("abcé", min_size=1, max_size=4)), st.text("abcé", min_size=1, max_size=3))
def test_a_beginning_is_one_where_a_word_begins_so(words: set[str], beginning: str) -> None:
    known = SortedWords("".join(f"{word}\n" for word in sorted(words)))
    assert known.has_beginning(beginning) == any(word.startswith(beginning) for word in words)
