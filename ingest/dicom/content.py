"""The content digest: equal for files that say the same, however encoded and whenever written.

Left out: file meta, group lengths, padding, what the service stamps, and when the object was written. Values
are hashed little endian with their tags and places, so that implicit, explicit and big endian agree.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256
from struct import Struct

from ingest.dicom.elements import Element
from ingest.dicom.paths import TagPath
from ingest.dicom.pixels import pixel_element
from ingest.dicom.stamp import STAMPED
from ingest.dicom.walk import Walk

#: InstanceCreationDate, InstanceCreationTime, InstanceCreatorUID, DataSetTrailingPadding.
_WHEN_WRITTEN = frozenset({0x00080012, 0x00080013, 0x00080014, 0xFFFCFFFC})
_WORD = {
    **dict.fromkeys(("US", "SS", "OW", "AT"), 2),
    **dict.fromkeys(("UL", "SL", "FL", "OL", "OF"), 4),
    **dict.fromkeys(("FD", "OD", "SV", "UV", "OV"), 8),
}
_LENGTH = Struct("<Q").pack
_PLACE = Struct("<HII").pack
_PIECE = 1 << 20


def digest_pixels(found: Walk) -> str:
    """Return the sha256 of the first-level pixel data's bytes, little endian; empty where there is none."""
    element = pixel_element(found)
    if element is None:
        return ""
    digest = sha256()
    for piece in _pieces(found, element):
        digest.update(piece)
    return digest.hexdigest()


def digest_content(found: Walk, pixels: str) -> str:
    """Return the content digest of a file walked whole.

    pixels: what `digest_pixels` said; it stands for the pixel data.
    """
    data = found.data
    is_big = found.outside.encoding.is_big
    pixel = pixel_element(found)
    parts: list[bytes] = []
    add = parts.append
    item = None
    for element in found.elements:
        path, begin, end, inside = element
        mark = path.mark
        if mark is None:
            mark = path.mark = _mark(path)
        if not mark:
            continue
        if inside is not item:
            item = inside
            add(_PLACE(0xFFFF, inside[2], inside[3]) if inside is not None else b"\xff\xff")
        add(mark)
        if element is pixel:
            add(pixels.encode("ascii"))
        elif is_big and path.vr in _WORD:
            add(_LENGTH(end - begin))
            parts.extend(_pieces(found, element))
        else:
            add(_LENGTH(end - begin))
            add(data[begin:end])
    add(_LENGTH(found.found.items))
    return sha256(b"".join(parts)).hexdigest()


def _mark(path: TagPath) -> bytes:
    is_left_out = path.tag & 0xFFFF == 0 or (path.is_top and path.tag in _WHEN_WRITTEN | STAMPED)
    return b"" if is_left_out else path.tag.to_bytes(4, "little")


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
