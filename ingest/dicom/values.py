"""Values of single elements from their bytes, by the grammar of their VR; what does not fit is None."""

from __future__ import annotations

import re
from functools import lru_cache
from struct import Struct

from ingest.dicom.elements import Element
from ingest.dicom.walk import Walk

_INT = re.compile(rb" *[+-]?[0-9]{1,12}[ \0]*")
_FLOAT = re.compile(rb" *[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,4})?[ \0]*")
_DATE = re.compile(
    rb"((?:19|20)[0-9]{2})\.?(0[1-9]|1[0-2])\.?(0[1-9]|[12][0-9]|3[01])"
    rb"([0-2][0-9]([0-5][0-9]([0-6][0-9](\.[0-9]{1,6})?)?)?)?([+-][0-9]{4})?[ \0]*"
)
#: Nothing that is kept is so large; ten digits may be a patient's number.
_LARGEST = 10**9
_U16 = {False: Struct("<H").unpack_from, True: Struct(">H").unpack_from}


def as_int(raw: bytes) -> int | None:
    """Return a single IS value; what is too large to be kept is None."""
    value = int(raw.strip(b" \0")) if _INT.fullmatch(raw) else None
    return value if value is not None and abs(value) < _LARGEST else None


def as_float(raw: bytes) -> float | None:
    """Return a single DS value; what is too large to be kept is None."""
    if not _FLOAT.fullmatch(raw):
        return None
    value = float(raw.strip(b" \0"))
    return value if abs(value) < _LARGEST else None


@lru_cache(maxsize=1024)
def as_floats(raw: bytes, count: int) -> tuple[float, ...] | None:
    """Return exactly `count` DS values."""
    parts = raw.split(b"\\")
    if len(parts) != count:
        return None
    values = [as_float(part) for part in parts]
    return None if None in values else tuple(value for value in values if value is not None)


def as_date(raw: bytes) -> str:
    """Return a DA or the date of a DT as YYYYMMDD, empty where it is neither."""
    matched = _DATE.fullmatch(raw)
    return b"".join(matched.group(1, 2, 3)).decode("ascii") if matched else ""


def as_text(raw: bytes) -> str:
    """Return the text of a code-like VR (CS, UI, DA), without padding."""
    return raw.decode("latin-1").strip(" \0")


def as_short(found: Walk, tag: int) -> int | None:
    """Return the first-level US value of `tag`."""
    element = found.top.get(tag)
    return short_of(found, element) if element else None


def short_of(found: Walk, element: Element) -> int | None:
    """Return an element's single US value."""
    _, begin, end, _ = element
    if end - begin < 2:
        return None
    value: int = _U16[found.outside.encoding.is_big](found.data, begin)[0]
    return value


def decode(raw: bytes, charset: str) -> str:
    """Return text under (0008,0005), for comparing with a vocabulary; beyond UTF-8 as Latin-1."""
    text = raw.rstrip(b" \0")
    if charset in ("ISO_IR 192", "ISO_IR 6", ""):
        return text.decode("utf-8", "replace")
    return text.decode("latin-1")
