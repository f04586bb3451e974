"""Texts that are written so that a plain search misses them: %20, &#83;, base64, hexadecimal, s p a c e d."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final
from urllib.parse import unquote

_SPACED_LETTERS = re.compile(r"(?<![^\W_])(?:[^\W\d_][ ._-]){3,}[^\W\d_](?![^\W_])")
_DIGITS_AS_LETTERS = re.compile(
    r"(?<![^\W_])(?=[A-Za-z0-9]{5})[A-Za-z]+[01345](?:[A-Za-z]+[01345])*[A-Za-z]+(?![^\W_])"
)
#: ciss3d and tfl3d name a sequence.
_DIMENSIONS = re.compile(r"[345][dD]$")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{12,}={0,2}(?![A-Za-z0-9+/=])")
_HEX = re.compile(r"(?<![0-9A-Fa-f])(?:[2-7][0-9A-Fa-f]){6,}(?![0-9A-Fa-f])")
_ENTITY = re.compile(r"&#(x?)([0-9A-Fa-f]{1,6});")


def undo(text: str) -> list[str]:
    """Return what a text says once undone: %20, &#83;, base64, hexadecimal, letters spaced out."""
    out = []
    if "%" in text and (plain := unquote(text)) != text:
        out.append(plain)
    if "&#" in text:
        out.append(_ENTITY.sub(lambda m: chr(min(int(m.group(2), 16 if m.group(1) else 10), 0xFFFF)), text))
    out += [_with_letters(run) for run in _DIGITS_AS_LETTERS.findall(text) if not _DIMENSIONS.search(run)]
    for run in _SPACED_LETTERS.findall(text):
        out.append(re.sub(r"[ ._-]", "", run))
    if len(text) >= 12:
        out += [plain for run in _BASE64.findall(text) if (plain := _from_base64(run))]
        out += [plain for run in _HEX.findall(text) if (plain := _as_words(bytes.fromhex(run)))]
    return out


def _with_letters(run: str) -> str:
    """Return a word with letters in the place of the digits that look like them: Sm1th."""
    return run.translate(_LOOKALIKES)


_LOOKALIKES: Final = str.maketrans("01345", "oieas")


def _from_base64(run: str) -> str:
    try:
        return _as_words(base64.b64decode(run + "=" * (-len(run) % 4), validate=True))
    except (binascii.Error, ValueError):
        return ""


def _as_words(data: bytes) -> str:
    """Return the text of bytes that are nothing but letters, digits and name punctuation; else nothing."""
    if not data.isascii() or not re.fullmatch(rb"[A-Za-z0-9 ^,.@:/_'=-]{6,}", data):
        return ""
    return data.decode("ascii")
