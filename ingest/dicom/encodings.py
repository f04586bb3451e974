"""How a data set is written: implicit or explicit VR, little or big endian (PS3.5 chapter 7)."""

from __future__ import annotations

from struct import Struct
from typing import Any, NamedTuple

#: A length that is not told; a delimiter ends the value (PS3.5 7.5).
UNDEFINED = 0xFFFFFFFF


class Encoding(NamedTuple):
    """How a data set is written: header width (6: explicit VR), byte order, and the marks of items."""

    width: int
    is_big: bool
    u16: Any
    u32: Any
    item: bytes
    end_of_sequence: bytes


EXPLICIT_LITTLE = Encoding(
    6, False, Struct("<H").unpack_from, Struct("<I").unpack_from, b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"
)
IMPLICIT_LITTLE = EXPLICIT_LITTLE._replace(width=4)
EXPLICIT_BIG = Encoding(
    6, True, Struct(">H").unpack_from, Struct(">I").unpack_from, b"\xff\xfe\xe0\x00", b"\xff\xfe\xe0\xdd"
)
