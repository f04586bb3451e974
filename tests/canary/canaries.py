"""Canaries: made-up names and NHS numbers that occur nowhere else, and the search for them."""

from __future__ import annotations

import base64
import random
import re
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_SEPARATORS = b"\0 \t\r\n-_.,;:^/\\'\"+*()[]{}|~"
_ESCAPES = (b"=\r\n", b"=\n", b"%20", b"\\u0000", b"\\u0027", b"&#39;")
_MOST_HITS = 400
_NUMBERS = 300


def nhs_number(first_nine: str) -> str:
    """Return the number with its check digit, or an empty text where there is none."""
    weighted = (int(digit) * weight for digit, weight in zip(first_nine, range(10, 1, -1), strict=True))
    check = 11 - sum(weighted) % 11
    return "" if check == 10 else first_nine + str(0 if check == 11 else check)


class Canaries:
    """Makes canaries.

    Every name holds one of two stems and every number begins alike, drawn by the seed: one search finds them
    all, in any order of names, with any separators, in 8 or 16 bits, in base64.
    """

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self.surname_stem = self._letters(7)
        self.given_stem = self._letters(7)
        self.number_stem = "4" + "".join(self._rng.choice("0123456789") for _ in range(4))
        self.places: list[str] = []
        made = (
            nhs_number(f"{self.number_stem}{end:04}") for end in self._rng.sample(range(10_000), _NUMBERS)
        )
        self.numbers = [number for number in made if number]

    def _letters(self, count: int) -> str:
        return "".join(self._rng.choice(_CONSONANTS) for _ in range(count))

    def _tail(self) -> str:
        return f"{len(self.places):04}".translate(str.maketrans("0123456789", "aeiouybdfg"))

    def name(self, place: str) -> tuple[str, str]:
        """Return a surname and a given name for a place."""
        tail = self._tail()
        self.places.append(place)
        return (self.surname_stem + tail).capitalize(), (self.given_stem + tail).capitalize()

    def number(self, place: str) -> str:
        """Return an NHS number; so few are used that no digest holds one by chance."""
        return self.numbers[sum(place.encode()) % len(self.numbers)]

    def text(self, place: str) -> str:
        """Return a name as it stands in a text, with a number."""
        surname, given = self.name(place)
        return f"{given} {surname} {self.number(place)}"

    def person(self, place: str) -> str:
        """Return a name as DICOM writes it (PN)."""
        return "^".join(self.name(place))

    def found_in(self, data: bytes) -> list[str]:
        """Return what of the canaries is in the bytes: each hit with what stands around it."""
        hits = []
        for form in _forms(data):
            for stem in (self.surname_stem, self.given_stem):
                if (place := form.find(stem.encode())) >= 0:
                    hits.append(repr(form[max(0, place - 60) : place + 60]))
            hits += [
                repr(form[max(0, match.start() - 60) : match.end() + 60])
                for match in re.finditer(self.number_stem.encode() + rb"\d{5}", form)
                if match.group().decode() in self.numbers
            ]
        for stem in (self.surname_stem, self.given_stem):
            hits += [f"base64 of {stem}" for coded in _base64_forms(stem) if coded in data]
        return hits[:_MOST_HITS]


def _forms(data: bytes) -> Iterator[bytes]:
    """Yield the bytes as they are, and without separators and the zeros of UTF-16; in lower case."""
    yield data.lower()
    for escape in _ESCAPES:
        data = data.replace(escape, b"")
    yield data.translate(None, _SEPARATORS).lower()


def _base64_forms(stem: str) -> Iterator[bytes]:
    """Yield what the stem looks like within base64, wherever it starts."""
    for form in (stem, stem.capitalize(), stem.upper()):
        for shift in range(3):
            coded = base64.b64encode(b"\0" * shift + form.encode())
            yield coded[(0, 2, 3)[shift] : -4]


def search_files(canaries: Canaries, folder: Path, aside: Iterable[Path] = ()) -> list[str]:
    """Return hits in the names of everything below `folder` and in its files' bytes.

    aside: folders whose files are not opened; their names are searched all the same.
    """
    aside = tuple(aside)
    hits = []
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder)).encode("utf-8", "surrogateescape")
        hits += [f"a file's name: {hit}" for hit in canaries.found_in(name)]
        if path.is_file() and not path.is_symlink() and not any(place in path.parents for place in aside):
            found = canaries.found_in(path.read_bytes())
            hits += [f"{path.relative_to(folder)}: {hit}" for hit in found]
    return hits


def search_database(canaries: Canaries, path: Path) -> list[str]:
    """Return hits in every row of an SQLite database; long values are whole here, not in its file."""
    with sqlite3.connect(path) as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    return [f"row: {hit}" for hit in canaries.found_in(dump.encode("utf-8", "surrogateescape"))]
