"""Text inside bytes: private elements in Implicit VR, UN, OB, preambles, trailing bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

#: Of longer values only both ends are read; what lies between is counted as not checked.
LONGEST: Final = 4 * 1024 * 1024
_RUN = re.compile(rb"[\x20-\x7e\t\r\n]{5,}")
_WIDE_LITTLE = re.compile(rb"(?:[\x20-\x7e\xa1-\xff]\x00){4,}")
_WIDE_BIG = re.compile(rb"(?:\x00[\x20-\x7e\xa1-\xff]){4,}")
_NOT_TEXT = bytes(range(0x09)) + b"\x0b\x0c" + bytes(range(0x0E, 0x20)) + b"\x7f"
_HIGH = bytes(range(0x80, 0x100))
#: A value is text as a whole when at most one byte in so many is no text.
_STRAY: Final = 16
_MOST_RUNS: Final = 20_000
_SHORTEST_BINARY_TEXT: Final = 6
#: Numbers that are all printable for so long, with a word among them, are rare.
_STRETCH: Final = re.compile(rb"[\x20-\x7e]{12,}")
_WORD: Final = re.compile(rb"[A-Za-z]{3}")


@dataclass(frozen=True, slots=True)
class EmbeddedText:
    """What bytes say: `whole` where all of them are text, else the `runs` of text between other bytes."""

    whole: str = ""
    runs: tuple[str, ...] = ()
    is_complete: bool = True


def read_text(value: bytes) -> EmbeddedText:
    """Return the text in bytes: ASCII, UTF-8, Latin-1 or UTF-16, as a whole or in runs."""
    body = value.strip(b"\0 \t\r\n")
    if not body:
        return EmbeddedText()
    whole = _as_whole(body) if len(body) <= LONGEST else ""
    if whole:
        return EmbeddedText(whole=whole)
    is_complete = len(body) <= LONGEST
    part = body if is_complete else body[: LONGEST // 2] + b"\0" + body[-LONGEST // 2 :]
    runs = [run.decode("ascii") for run in _RUN.findall(part)]
    # The outermost zeros may belong to 16-bit letters.
    runs += [run.decode("utf-16-le") for run in _WIDE_LITTLE.findall(part + b"\0")]
    runs += [run.decode("utf-16-be") for run in _WIDE_BIG.findall(b"\0" + part)]
    return EmbeddedText(runs=tuple(runs[:_MOST_RUNS]), is_complete=is_complete and len(runs) <= _MOST_RUNS)


def is_written_in(value: bytes) -> bool:
    """Tell whether letters are all there is in a value of numbers, or a stretch of it reads like text."""
    body = value.strip(b"\0 ")
    if len(body) >= _SHORTEST_BINARY_TEXT and body.translate(None, b" ^,.'-=").isalnum():
        return True
    return any(_WORD.search(stretch) for stretch in _STRETCH.findall(body))


def _as_whole(body: bytes) -> str:
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return body.decode("utf-16", errors="replace")
    stray = len(body) - len(body.translate(None, _NOT_TEXT))
    if stray * _STRAY > len(body):
        return ""
    high = len(body) - len(body.translate(None, _HIGH))
    if not high:
        return body.decode("ascii", errors="replace") if _looks_written(body) else ""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return body.decode("latin-1") if high * 4 <= len(body) and _looks_written(body) else ""


def _looks_written(body: bytes) -> bool:
    """Say whether bytes are more than a small number that happens to be printable."""
    letters = sum(1 for byte in body[:64] if chr(byte).isalnum())
    return len(body) > 2 and letters * 2 >= min(len(body), 64)
