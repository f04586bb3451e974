"""One of many words in a regular expression, by first letters: most places are let go at once."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby


def any_of(forms: Iterable[str]) -> str:
    """Return what finds any of these forms: regular expressions that begin with a plain letter."""
    by_letter = groupby(sorted(forms), key=lambda form: form[0])
    groups = (f"{letter}(?:{'|'.join(form[1:] for form in few)})" for letter, few in by_letter)
    return f"(?:{'|'.join(groups)})"
