"""Text in pictures, read by Tesseract where it is installed. It may raise a doubt, never lift one."""

from __future__ import annotations

import os
import shutil
from array import array
from functools import cache

from ingest.dicom.pixels import pixel_element
from ingest.dicom.values import as_int, as_short
from ingest.dicom.walk import Walk

_SECONDS = 30.0
#: Larger pictures are not read; a screen has at most so many pixels.
_MOST_PIXELS = 16_000_000


@cache
def find_reader() -> str | None:
    """Return the path of the `tesseract` program, None where there is none."""
    return shutil.which("tesseract")


def read_pixel_text(found: Walk) -> str | None:
    """Return the text in the first, middle and last frame, None where one could not be looked at.

    A label burned into a film or a stack of screens is in all frames, or on its first or last page.
    """
    program = find_reader()
    if program is None:
        return None
    texts = []
    for frame in _frames_to_read(found):
        picture = _picture(found, frame)
        text = _read(program, picture) if picture is not None else None
        if text is None:
            return None
        texts.append(text)
    return "\n".join(texts)


def _frames_to_read(found: Walk) -> tuple[int, ...]:
    """Return the numbers, from 0, of the frames that are read."""
    count = max(as_int(found.raw(0x00280008)) or 1, 1)
    return tuple(sorted({0, count // 2, count - 1}))


def _read(program: str, picture: bytes) -> str | None:
    """Return what Tesseract reads in a picture, None where it fails."""
    import subprocess

    try:
        ended = subprocess.run(
            [program, "stdin", "stdout", "--psm", "11"],
            input=picture,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
            env={**os.environ, "OMP_THREAD_LIMIT": "1"},
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return ended.stdout.decode("utf-8", "replace") if ended.returncode == 0 else None


def _picture(found: Walk, frame: int) -> bytes | None:
    """Return a frame as PGM or PPM, its range of values stretched to 8 bits."""
    element = pixel_element(found)
    rows, columns = as_short(found, 0x00280010) or 0, as_short(found, 0x00280011) or 0
    samples, bits = as_short(found, 0x00280002) or 1, as_short(found, 0x00280100) or 0
    if element is None or element[1] in found.found.fragments or not 0 < rows * columns <= _MOST_PIXELS:
        return None
    size = rows * columns * samples * bits // 8
    begin = element[1] + frame * size
    if begin + size > element[2]:
        return None
    raw = found.data[begin : begin + size]
    if bits == 8 and samples in (1, 3) and as_short(found, 0x00280006) in (None, 0):
        kind = b"P5" if samples == 1 else b"P6"
    elif bits == 16 and samples == 1:
        kind, raw = b"P5", _stretch(raw, found.outside.encoding.is_big)
    else:
        return None
    return b"%s %d %d 255\n" % (kind, columns, rows) + raw


def _stretch(raw: bytes, is_big: bool) -> bytes:
    words = array("H")
    words.frombytes(raw[: len(raw) & ~1])
    if is_big != (array("H", [1]).tobytes() == b"\0\1"):
        words.byteswap()
    low, high = min(words, default=0), max(words, default=0)
    span = max(high - low, 1)
    return bytes((word - low) * 255 // span for word in words)
