"""Texts that are written so that a plain search misses them: %20, &#83;, base64, hexadecimal, s p a c e d."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final
from urllib.parse import unquote

_SPACED_LETTERS = re.compile(r"(?<![^\W_])(?:[^\W\d_](?:[^\w\s]|[ _])){3,}[^\W\d_](?![^\W_])")
_DIGITS_AS_LETTERS = re.compile(
    r"(?<![^\W_])(?=[A-Za-z0-9]{5})[A-Za-z]+[01345](?:(?:[A-Za-z]+[01345])*[A-Za-z]+|(?:[A-Za-z]+[01345])+)(?![^\W_])"
)
#: ciss3d and tfl3d name a sequence.
_DIMENSIONS = re.compile(r"[345][dD]$")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/=])[A-Za-z0-9+/]{12,}={0,2}(?![A-Za-z0-9+/=])")
_HEX = re.compile(r"(?<![0-9A-Fa-f])(?:[2-7][0-9A-Fa-f]){6,}(?![0-9A-Fa-f])")
_SHORTEST_ENCODED: Final = 12
#: Quoted-printable, escapes of JSON, tags of HTML, words broken at the end of a line or over values.
_QUOTED = re.compile(r"=([0-9A-F]{2})")
_ESCAPE = re.compile(r"\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9]{0,15}>")
_BROKEN_LINE = re.compile(r"(?<=[^\W\d_]{2})-\s{1,8}(?=[a-z])")
#: An encoded word of a mail's header (RFC 2047).
_ENCODED_WORD = re.compile(r"=\?[A-Za-z0-9-]{1,20}\?[bB]\?([A-Za-z0-9+/]{4,200}={0,2})\?=")
_SPLIT_VALUES = re.compile(r"[^\W\d_]{1,12}(?:\\[^\W\d_]{1,12}){1,4}")
_ENTITY = re.compile(r"&#(?:[xX]([0-9A-Fa-f]{1,6})|([0-9]{1,7}));", re.ASCII)


def undo(text: str) -> list[str]:
    """Return what a text says once undone: %20, &#83;, base64, hexadecimal, letters spaced out."""
    out = []
    if "%" in text and (plain := unquote(text)) != text:
        out.append(plain)
    if "&#" in text:
        out.append(_ENTITY.sub(_of_entity, text))
    for run in _SPACED_LETTERS.findall(text):
        out.append(re.sub(r"[\W_]", "", run))
    out += [plain for run in _ENCODED_WORD.findall(text) if (plain := _from_base64(run))]
    if "=" in text and (plain := _QUOTED.sub(_character, text)) != text:
        out.append(plain)
    if "\\" in text:
        if (plain := _ESCAPE.sub(_character, text)) != text:
            out.append(plain)
        if _SPLIT_VALUES.fullmatch(text):
            out.append(text.replace("\\", ""))
    if "<" in text and (plain := _TAG.sub("", text)) != text:
        out.append(plain)
    if "-" in text and (plain := _BROKEN_LINE.sub("", text)) != text:
        out.append(plain)
    if len(text) >= _SHORTEST_ENCODED:
        out += [plain for run in _BASE64.findall(text) if (plain := _from_base64(run))]
        out += [plain for run in _HEX.findall(text) if (plain := _as_words(bytes.fromhex(run)))]
    return out


def _character(match: re.Match[str]) -> str:
    """Return the character that a code in hexadecimal stands for."""
    return chr(int(next(group for group in match.groups() if group), 16))


def without_encoded(text: str) -> str:
    """Return a text without its runs of base64 that say something: their own letters are no words."""
    if len(text) < _SHORTEST_ENCODED:
        return text
    return _BASE64.sub(lambda match: " " if _from_base64(match.group()) else match.group(), text)


def undo_digits(text: str) -> list[str]:
    """Return the words of a text that have digits in the place of letters, with the letters: Sm1th."""
    return [_with_letters(run) for run in _DIGITS_AS_LETTERS.findall(text) if not _DIMENSIONS.search(run)]


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
    if not data.isascii() or not re.fullmatch(rb"[A-Za-z0-9 ^,;.@:/_'=|+()-]{5,}", data):
        return ""
    return data.decode("ascii")


def _of_entity(entity: re.Match[str]) -> str:
    by_hex, by_ten = entity.groups()
    return chr(min(int(by_hex, 16) if by_hex else int(by_ten), 0xFFFF))
