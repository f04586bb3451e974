"""How a word is spelt: as people's names are, or as words are. Told from three letters at a time."""

from __future__ import annotations

from typing import Final

_LETTERS: Final = "_abcdefghijklmnopqrstuvwxyz"
_PLACE: Final = {letter: place for place, letter in enumerate(_LETTERS)}
#: The character of the table that says nothing; each one after it is a tenth of a point more for a name.
_EVEN: Final = ord("O")
_STEPS: Final = 10


class Spelling:
    """A table of every three letters, beginnings and ends of words as `_`: how much they tell of a name.

    Points are added up to the logarithm of the odds that a word is a name, not counting how many there are.
    """

    __slots__ = ("_table",)

    def __init__(self, text: str) -> None:
        """Take the table: two letters, a space, and 27 letters for the third."""
        self._table = "".join(line[3:] for line in text.splitlines())

    def score(self, word: str) -> float:
        """Return the points of a folded word; nought for one with other characters than a to z."""
        try:
            places = [0, *(_PLACE[letter] for letter in word), 0]
        except KeyError:
            return 0.0
        told = sum(
            ord(self._table[(first * 27 + second) * 27 + third]) - _EVEN
            for first, second, third in zip(places, places[1:], places[2:], strict=False)
        )
        return told / _STEPS
