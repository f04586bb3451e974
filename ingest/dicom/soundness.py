"""Does a file that was walked say the same thing everywhere, and is its object whole?

File meta against the data set, modality against SOP class, the UIDs' grammar, what an object must have.
"""

from __future__ import annotations

import re

from ingest.dicom import faults
from ingest.dicom.classes import SopClass, sop_classes
from ingest.dicom.faults import Fault
from ingest.dicom.part10 import meta_value
from ingest.dicom.pixels import check_pixels
from ingest.dicom.walk import Walk

SOP_CLASS, SOP_INSTANCE, MODALITY, STUDY, SERIES = 0x00080016, 0x00080018, 0x00080060, 0x0020000D, 0x0020000E
_NEEDED = {
    SOP_CLASS: ("(0008,0016)", "SOPClassUID"),
    SOP_INSTANCE: ("(0008,0018)", "SOPInstanceUID"),
    STUDY: ("(0020,000D)", "StudyInstanceUID"),
    SERIES: ("(0020,000E)", "SeriesInstanceUID"),
    MODALITY: ("(0008,0060)", "Modality"),
}
#: PS3.5 9.1; leading zeros, common in old data, are let pass.
_UID = re.compile(r"[0-9]+(\.[0-9]+)*")


def is_uid(text: str) -> bool:
    """Is the text a UID: digits and dots, at most 64 characters?"""
    return len(text) <= 64 and _UID.fullmatch(text) is not None


def check_soundness(found: Walk) -> list[Fault]:
    """Return the faults of a walked file beyond its encoding. A file not walked whole has none to add."""
    if not found.is_whole:
        return []
    out: list[Fault] = []
    _check_needed(found, out)
    _check_meta(found, out)
    known = sop_classes().get(found.text(SOP_CLASS))
    if known is not None:
        _check_class(found, known, out)
    elif found.raw(SOP_CLASS):
        out.append(Fault(faults.UNKNOWN_CLASS, "(0008,0016)", "SOPClassUID"))
    check_pixels(found, known, out)
    return out


def _check_needed(found: Walk, out: list[Fault]) -> None:
    for tag, (where, keyword) in _NEEDED.items():
        text = found.text(tag)
        if not text:
            out.append(
                Fault(
                    faults.ATTRIBUTE_MISSING, where, keyword, {"attribute": keyword}, is_fatal=tag != MODALITY
                )
            )
        elif tag != MODALITY and not is_uid(text):
            out.append(Fault(faults.NOT_A_UID, where, keyword, {"attribute": keyword}, is_fatal=True))


def _check_meta(found: Walk, out: list[Fault]) -> None:
    """(0002,0002) and (0002,0003) repeat the data set's UIDs (PS3.10 7.1)."""
    for meta_tag, tag, code, keyword in (
        (0x00020002, SOP_CLASS, faults.META_CLASS_DIFFERS, "MediaStorageSOPClassUID"),
        (0x00020003, SOP_INSTANCE, faults.META_INSTANCE_DIFFERS, "MediaStorageSOPInstanceUID"),
    ):
        said = meta_value(found.outside, meta_tag)
        if said and said != found.text(tag):
            out.append(Fault(code, f"file meta (0002,{meta_tag & 0xFFFF:04X})", keyword))


def _check_class(found: Walk, known: SopClass, out: list[Fault]) -> None:
    modality = found.text(MODALITY)
    if modality and known.modalities and modality not in known.modalities:
        out.append(Fault(faults.MODALITY_DIFFERS, "(0008,0060)", "Modality", {"sop_class": known.name}))
    for code, attributes in (
        (faults.OBJECT_INCOMPLETE, known.required),
        (faults.OBJECT_UNUSUAL, known.usual),
    ):
        for keyword, tag in attributes.items():
            if tag not in found.top:
                where = f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
                out.append(Fault(code, where, keyword, {"attribute": keyword, "sop_class": known.name}))
