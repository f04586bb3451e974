"""What compressed pictures say beside their pixels: comments and application segments of JPEG's family.

PS3.5 Annex A.4 allows them; nobody who looks at the picture sees them. Nothing is decompressed.
"""

from __future__ import annotations

from ingest.dicom.buffer import Buffer

_JPEG = b"\xff\xd8"
_JPEG_2000 = b"\xff\x4f"
_END = b"\xff\xd9"
_LONE = frozenset((0x01, 0x4F, *range(0xD0, 0xD9)))
#: Where the picture itself begins: SOS of JPEG and JPEG-LS, SOT and SOD of JPEG 2000.
_PICTURE = frozenset((0xDA, 0x90, 0x93, 0xD9))
_COMMENTS = frozenset((0xFE, 0x64, *range(0xE0, 0xF0)))
_MOST_SEGMENTS = 200
_LONGEST_REST = 64 * 1024


def picture_remarks(data: Buffer, begin: int, end: int) -> list[bytes]:
    """Return the texts beside the picture in one fragment: its header's comments, what follows its end."""
    if data[begin : begin + 2] not in (_JPEG, _JPEG_2000):
        return []
    out = []
    position = begin + 2
    for _ in range(_MOST_SEGMENTS):
        if position + 4 > end or data[position] != 0xFF:
            break
        marker = data[position + 1]
        if marker in _PICTURE:
            break
        if marker in _LONE or marker == 0xFF:
            position += 1 if marker == 0xFF else 2
            continue
        length = int.from_bytes(data[position + 2 : position + 4], "big")
        if marker in _COMMENTS:
            out.append(bytes(data[position + 4 : min(position + 2 + length, end)]))
        position += 2 + max(length, 2)
    rest = data[max(begin, end - _LONGEST_REST) : end]
    after = bytes(rest[rest.rfind(_END) + 2 :]) if _END in rest else b""
    return [text for text in (*out, after) if text.strip(b"\0")]
