"""Words for people: harmless, counted, in British English."""

from datetime import UTC, datetime

import pytest

from ingest.reports.plain_text import clean, counted, csv_cell, joined, moment_in_words, size_in_words


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\x00b\x1b[31mc", "ab[31mc"),
        ("line one\r\nBcc: x", "line one Bcc: x"),
        ("abc\u202egpj.exe", "abcgpj.exe"),
        ("\u2066a\u2069\u200b\ufeff", "a"),
        ("a\u2028b", "a b"),
        ("  two   spaces ", "two spaces"),
        ("Zürich – Ω", "Zürich – Ω"),
    ],
)
def test_controls_and_direction_marks_are_taken_out(text: str, cleaned: str) -> None:
    assert clean(text) == cleaned


def test_long_texts_are_cut() -> None:
    assert clean("x" * 1000) == "x" * 599 + "…"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\u202e=", "＝", "＋"])
def test_a_cell_is_never_a_formula(start: str) -> None:
    assert csv_cell(f"{start}1+1").startswith("'")


def test_an_ordinary_cell_is_left_alone() -> None:
    assert csv_cell("123-1001") == "123-1001"


def test_numbers_and_lists_read_well() -> None:
    assert counted(1, "image") == "1 image"
    assert counted(1204, "image") == "1,204 images"
    assert joined(["a", "b", "c"]) == "a, b and c"
    assert joined(["a", "b", "c", "d"], 2) == "a, b and 2 more"
    assert joined([]) == ""
    assert size_in_words(734_003_211) == "700 MB"
    assert size_in_words(12) == "12 bytes"
    assert moment_in_words(datetime(2026, 11, 3, 9, 5, tzinfo=UTC)) == "3 November 2026 at 09:05 (UTC)"
