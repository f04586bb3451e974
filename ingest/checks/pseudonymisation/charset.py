"""Bytes to text by (0008,0005): PS3.3 C.12.1.1.2 and PS3.5 6.1, with ISO 2022 escapes. What fails is held.

Plain ASCII, by far the most, is decoded without looking at the character set at all.
"""

from __future__ import annotations

import re
from typing import Final

#: Defined terms without and with code extensions → Python's codec.
_CODECS: Final = {
    "": "ascii",
    "ISO_IR 6": "ascii",
    "ISO_IR 100": "latin-1",
    "ISO_IR 101": "iso8859-2",
    "ISO_IR 109": "iso8859-3",
    "ISO_IR 110": "iso8859-4",
    "ISO_IR 144": "iso8859-5",
    "ISO_IR 127": "iso8859-6",
    "ISO_IR 126": "iso8859-7",
    "ISO_IR 138": "iso8859-8",
    "ISO_IR 148": "iso8859-9",
    "ISO_IR 203": "iso8859-15",
    "ISO_IR 13": "shift_jis",
    "ISO_IR 166": "tis-620",
    "ISO_IR 192": "utf-8",
    "GB18030": "gb18030",
    "GBK": "gbk",
    "ISO 2022 GBK": "gbk",
    "ISO 2022 GB18030": "gb18030",
}

#: Escape sequences (after ESC) → codec of what follows.
_ESCAPES: Final = {
    b"(B": "ascii",
    b"-A": "latin-1",
    b"-B": "iso8859-2",
    b"-C": "iso8859-3",
    b"-D": "iso8859-4",
    b"-L": "iso8859-5",
    b"-G": "iso8859-6",
    b"-F": "iso8859-7",
    b"-H": "iso8859-8",
    b"-M": "iso8859-9",
    b"-b": "iso8859-15",
    b"-T": "tis-620",
    b")I": "shift_jis",
    b"(J": "shift_jis",
    b"$B": "iso2022_jp",
    b"$@": "iso2022_jp",
    b"$(D": "iso2022_jp_2",
    b"$)C": "euc_kr",
    b"$)A": "gb2312",
}

_ESCAPE = re.compile(rb"\x1b(\$[()][A-Z]|\$[@B]|[()\-][A-Za-z])")
_ASCII_CONTROLS = re.compile(rb"[\x80-\xff\x1b]")


class UndecodableText(Exception):
    """The bytes are not what their character set says. Holds no value."""


def decode(value: bytes, charset: tuple[str, ...]) -> str:
    """Return the text of a value under (0008,0005). Raises UndecodableText."""
    if not _ASCII_CONTROLS.search(value):
        return value.decode("ascii")
    try:
        if b"\x1b" in value:
            return _decode_escapes(value, charset)
        text = value.decode(_codec(charset[0] if charset else ""))
    except (UnicodeDecodeError, LookupError):
        raise UndecodableText from None
    if any("\x80" <= character <= "\x9f" for character in text):
        raise UndecodableText  # C1 controls: the bytes were of another code page
    return text


def _codec(term: str) -> str:
    """Return the codec of a defined term, in the spellings found in the wild."""
    plain = re.sub(r"[ _-]+", " ", term.strip().upper())
    plain = plain.replace("ISO 2022 IR", "ISO IR").replace("ISO IR", "ISO_IR").replace("ISO IR_", "ISO_IR ")
    plain = re.sub(r"^ISO_IR ?(\d+)$", r"ISO_IR \1", plain)
    if plain in ("UTF 8", "UTF8"):
        plain = "ISO_IR 192"
    if plain in ("ISO_IR 87", "ISO_IR 159", "ISO_IR 149", "ISO_IR 58"):
        return "ascii"
    return _CODECS[plain]


def _decode_escapes(value: bytes, charset: tuple[str, ...]) -> str:
    """Decode ISO 2022: each escape sets what the bytes after it are, up to the next or to a delimiter."""
    initial = _codec(charset[0] if charset else "")
    out: list[str] = []
    codec = initial
    for index, part in enumerate(_ESCAPE.split(value)):
        if index % 2:
            codec = _ESCAPES[part]
        elif codec.startswith("iso2022"):
            escape = {"iso2022_jp": b"\x1b$B", "iso2022_jp_2": b"\x1b$(D"}[codec]
            out.append((escape + part + b"\x1b(B").decode(codec))
        else:
            out.append(part.decode(codec))
    if any("\x1b" in part for part in out):
        raise UndecodableText
    return "".join(out)
