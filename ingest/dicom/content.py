"""The content digest: equal for files that say the same, however encoded and whenever written.

Left out: file meta, group lengths, padding, what the service stamps, and when the object was written. Values
are hashed little endian with their tags and places, so that implicit, explicit and big endian agree.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterator
from hashlib import sha256
from itertools import chain
from typing import TYPE_CHECKING

from ingest.dicom.elements import Element
from ingest.dicom.pixels import pixel_element
from ingest.dicom.walk import Walk

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

_WORD = {
    **dict.fromkeys(("US", "SS", "OW", "AT"), 2),
    **dict.fromkeys(("UL", "SL", "FL", "OL", "OF"), 4),
    **dict.fromkeys(("FD", "OD", "SV", "UV", "OV"), 8),
}
_PIECE = 1 << 20
_Part = tuple[int, bytes, bytes, bytes, list[bytes]]


def digest_pixels(found: Walk) -> str:
    """Return the sha256 of the first-level pixel data's bytes, little endian; empty where there is none."""
    element = pixel_element(found)
    if element is None:
        return ""
    if not found.outside.encoding.is_big:
        with memoryview(found.data) as whole, whole[element[1] : element[2]] as pixels:
            return sha256(pixels).hexdigest()
    digest = sha256()
    for piece in _pieces(found, element):
        digest.update(piece)
    return digest.hexdigest()


def digest_content(found: Walk, pixels: str) -> str:
    """Return the content digest of a file walked whole. `pixels`: what `digest_pixels` said."""
    return end_content(begin_content(found), pixels)


def end_content(begun: Hash, pixels: str) -> str:
    """Return the content digest that was begun; the digest of the pixel data stands for it."""
    begun.update(pixels.encode("ascii"))
    return begun.hexdigest()


def begin_content(found: Walk) -> Hash:
    """Return the content digest so far, without the pixel data.

    Hashed are: how many elements and items there are; of each element its tag, its item's depth and index,
    its length; then the values.
    """
    parts: list[_Part] = []
    place = 0
    for start, passage in found.found.passages:
        parts.append(_part(found, place, start))
        place = start + len(passage)
        if passage.content is None:
            count, tags, places, lengths, values = _part(found, start, place)
            passage.content = (count, tags, places, lengths, [b"".join(values)])
        parts.append(passage.content)
    parts.append(_part(found, place, len(found.elements)))
    digest = sha256(_words([sum(part[0] for part in parts), found.found.items]))
    numbers = (*(part[1] for part in parts), *(part[2] for part in parts), *(part[3] for part in parts))
    digest.update(b"".join(chain(numbers, *(part[4] for part in parts))))
    return digest


def _part(found: Walk, first: int, last: int) -> _Part:
    """Return what is hashed of some elements: how many, their tags, items and lengths, their values."""
    pixel = pixel_element(found)
    kept = [
        element for element in found.elements[first:last] if element[0].is_content and element is not pixel
    ]
    if found.outside.encoding.is_big:
        values = [b"".join(_pieces(found, element)) for element in kept]
    else:
        data = found.data
        values = [data[begin:end] for _, begin, end, _ in kept]
    return (
        len(kept),
        _words([path.tag for path, _, _, _ in kept]),
        _words([0 if item is None else item[2] << 8 | item[3] for _, _, _, item in kept]),
        _words([end - begin for _, begin, end, _ in kept]),
        values,
    )


def _words(numbers: list[int]) -> bytes:
    words = array("Q", numbers)
    if sys.byteorder == "big":
        words.byteswap()
    return words.tobytes()


def _pieces(found: Walk, element: Element) -> Iterator[bytes]:
    """Yield the value's bytes, little endian, a megabyte at a time."""
    path, begin, end, _ = element
    word = _WORD.get(path.vr, 1) if found.outside.encoding.is_big else 1
    for start in range(begin, end, _PIECE):
        piece = found.data[start : min(end, start + _PIECE)]
        yield _swap(piece, word) if word > 1 else piece


def _swap(piece: bytes, word: int) -> bytes:
    """Return the bytes with each word of `word` bytes turned round; a rest stays as it is."""
    whole = len(piece) - len(piece) % word
    out = bytearray(piece)
    for place in range(word):
        out[place:whole:word] = piece[word - 1 - place : whole : word]
    return bytes(out)
