"""Pixel data without decoding it: is there as much as the header says, no less and no more?"""

from __future__ import annotations

from ingest.dicom import faults
from ingest.dicom.buffer import Buffer, is_zero
from ingest.dicom.classes import SopClass
from ingest.dicom.elements import PIXEL_DATA, PIXEL_TAGS, Element
from ingest.dicom.faults import Fault
from ingest.dicom.part10 import BIG_ENDIAN_UID, DEFLATED_UIDS, EXPLICIT_UID, IMPLICIT_UID
from ingest.dicom.values import as_int, as_short
from ingest.dicom.walk import Walk

_NATIVE = frozenset({IMPLICIT_UID, EXPLICIT_UID, BIG_ENDIAN_UID, *DEFLATED_UIDS})
_PLACES = {0x7FE00008: "FloatPixelData", 0x7FE00009: "DoubleFloatPixelData", PIXEL_DATA: "PixelData"}
_BITS = {0x7FE00008: 32, 0x7FE00009: 64}
#: Samples a pixel that are stored where chrominance is subsampled (PS3.3 C.7.6.3.1.2).
_SUBSAMPLED = {"YBR_FULL_422": 2.0, "YBR_PARTIAL_422": 2.0, "YBR_PARTIAL_420": 1.5}


def pixel_element(found: Walk) -> Element | None:
    """Return the first-level pixel data element, None where there is none."""
    for tag in PIXEL_TAGS:
        if tag in found.top:
            return found.top[tag]
    return None


def check_pixels(found: Walk, known: SopClass | None, out: list[Fault]) -> None:
    """Compare the length of the pixel data with Rows × Columns × samples × bits × frames (PS3.5 8.1.1)."""
    element = pixel_element(found)
    rows, columns = as_short(found, 0x00280010), as_short(found, 0x00280011)
    if element is None:
        is_matrix = bool(rows and columns and found.raw(0x00280100)) and (known is None or known.has_pixels)
        if is_matrix or (known is not None and known.has_pixels):
            out.append(Fault(faults.PIXELS_MISSING, "(7FE0,0010)", "PixelData", is_fatal=True))
        return
    tag = element[0].tag
    place = (f"(7FE0,{tag & 0xFFFF:04X})", _PLACES[tag])
    bits = _BITS.get(tag) or as_short(found, 0x00280100)
    if not rows or not columns or not bits:
        out.append(Fault(faults.MATRIX_MISSING, *place))
        return
    frames = _frames(found)
    fragments = found.found.fragments.get(element[1])
    if (fragments is None) != (found.outside.syntax_uid in _NATIVE) and _is_standard(found):
        out.append(Fault(faults.ENCAPSULATION_DIFFERS, *place))
    if fragments is not None:
        _check_fragments(fragments, frames, place, out)
        return
    samples = float(as_short(found, 0x00280002) or 1)
    samples = _SUBSAMPLED.get(found.text(0x00280004), samples)
    expected = (int(rows * columns * samples * frames) * bits + 7) // 8
    present = element[2] - element[1]
    detail = {"expected": expected, "found": present}
    if present < expected:
        out.append(Fault(faults.PIXELS_SHORT, *place, detail, is_fatal=True))
    elif present > expected + (expected & 1) and not _is_padding(
        found.data, element[1] + expected, element[2]
    ):
        out.append(Fault(faults.PIXELS_LONG, *place, detail))


def _frames(found: Walk) -> int:
    frames = as_int(found.raw(0x00280008))
    return frames if frames is not None and frames > 0 else 1


def _is_standard(found: Walk) -> bool:
    return found.outside.syntax_uid.startswith("1.2.840.10008.1.2")


def _is_padding(data: Buffer, begin: int, end: int) -> bool:
    """Is what follows the pixels less than a sector of zeros?"""
    return end - begin <= 512 and is_zero(data, begin, end)


def _check_fragments(
    fragments: list[tuple[int, int]], frames: int, place: tuple[str, str], out: list[Fault]
) -> None:
    """The first fragment is the offset table; each frame has at least one more, none of them empty."""
    held = [fragment for fragment in fragments[1:] if fragment[1] > fragment[0]]
    if len(held) < frames:
        detail = {"expected": frames, "found": len(held)}
        out.append(Fault(faults.FRAMES_MISSING, *place, detail, is_fatal=not held))
