"""Elements whose header does not say how they go on: private ones, sequences, values of unknown VR."""

from __future__ import annotations

from ingest.dicom.buffer import Buffer
from ingest.dicom.encodings import IMPLICIT_LITTLE, UNDEFINED, Encoding
from ingest.dicom.paths import TagPath

#: A value; a sequence in the encoding around it; a sequence in implicit VR little endian.
PLAIN, SAME, AS_IMPLICIT = range(3)


def look_closer(
    data: Buffer, pos: int, limit: int, path: TagPath, creators: dict[int, str], encoding: Encoding
) -> tuple[TagPath, int, int, int]:
    """Return (path, begin, end, how it is nested) of a sequence, a private element or one of unknown VR.

    The end is -1 for an undefined length. Bytes of unknown VR are a sequence in implicit VR where they hold
    whole items (PS3.5 6.2.2, CP 246), else a plain value.
    """
    if path.long_form is False:
        start = pos + 8
        stop = start + encoding.u16(data, pos + 6)[0]
        length = stop - start
    else:
        start = pos + (8 if path.long_form is None else 12)
        length = encoding.u32(data, start - 4)[0]
        stop = -1 if length == UNDEFINED else start + length
    if path.is_private:
        path = _with_creator(data, start, stop, path, creators)
    if path.vr == "SQ":
        return path, start, stop, SAME
    if path.vr != "UN":
        return path, start, stop if stop >= 0 else start + UNDEFINED, PLAIN
    if stop < 0:
        return path, start, stop, AS_IMPLICIT
    if length >= 8 and stop <= limit and holds_items(data, start, stop):
        return path, start, stop, AS_IMPLICIT
    return path, start, stop, PLAIN


def _with_creator(data: Buffer, start: int, stop: int, path: TagPath, creators: dict[int, str]) -> TagPath:
    if path.is_creator:
        value = data[start : min(stop, start + 64)] if stop >= 0 else b""
        creators[path.tag] = value.decode("latin-1").strip(" \0")
        return path
    return path.with_creator(creators.get(path.block, ""))


def holds_items(data: Buffer, begin: int, end: int) -> bool:
    """Are these bytes whole items in implicit VR little endian, and nothing else?

    Values whose VR the dictionary does not know are stepped over, so that nested guesses cost nothing twice.
    """
    _, _, _, u32, item_mark, sequence_end = IMPLICIT_LITTLE
    ends: list[tuple[bool, bool, int]] = [(True, False, end)]  # (holds items, undefined length, limit)
    pos = begin
    while ends:
        in_items, is_open, limit = ends[-1]
        if pos >= limit:
            if is_open or pos > limit:
                return False
            ends.pop()
            continue
        if pos + 8 > limit:
            return False
        tag, length = data[pos : pos + 4], u32(data, pos + 4)[0]
        pos += 8
        stop = pos + length
        if tag == (sequence_end if in_items else b"\xfe\xff\x0d\xe0"):
            if not is_open:
                return False
            ends.pop()
        elif in_items:
            if tag != item_mark or len(ends) > 128:
                return False
            if length != UNDEFINED and stop > limit:
                return False
            ends.append((False, length == UNDEFINED, limit if length == UNDEFINED else stop))
        elif length == UNDEFINED:
            ends.append((True, True, limit))
        else:
            pos = stop
    return pos == end
