"""Texts in one form: small letters without accents; labels cut into words."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_SPLIT = re.compile(r"[A-Z]?[a-z]+(?:['’][A-Za-z][a-z]+)?|[A-Z]+(?:['’][A-Z]{2,})?(?![a-z])|[A-Z]|[0-9]+")
_LETTERS: Final = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "ø": "o",
        "Ø": "O",
        "đ": "d",
        "ð": "d",
        "ı": "i",
        "ß": "ss",
        "æ": "ae",
        "œ": "oe",
        **dict.fromkeys("þÞ", "th"),
        "Ð": "d",
        "ħ": "h",
        "ŋ": "n",
        "ŧ": "t",
        "ə": "e",
        "Ə": "e",
    }
)


def fold(text: str) -> str:
    """Return a text in lower case without accents, in compatible form."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).translate(_LETTERS))
    return "".join(c for c in plain if not unicodedata.combining(c)).lower()


def split_words(text: str) -> list[str]:
    """Return the words of a label, cut at what is no letter and where the case changes (`BowelBag`)."""
    if not text.isascii():
        text = "".join(
            c for c in unicodedata.normalize("NFKD", text.translate(_LETTERS)) if not unicodedata.combining(c)
        )
    return [word for word in _SPLIT.findall(text) if not word[0].isdigit()]
