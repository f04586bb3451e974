"""What a file says of itself: whether it was de-identified, what is burned into it, its class."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from ingest.checks.pseudonymisation.context import Context
from ingest.checks.pseudonymisation.raised import Raised

_HEAD_PARTS: Final = frozenset({"HEAD", "BRAIN", "NECK", "HEADNECK", "SKULL", "FACE", "ORBIT"})
_RT_IMAGE: Final = "rtimage"
_DATES_CHANGED: Final = ("MODIFIED", "REMOVED")

#: Tag paths whose values are kept for the instance at hand, with the keyword under which they are.
WATCHED: Final = {
    "(0012,0062)": "PatientIdentityRemoved",
    "(0012,0063)": "DeidentificationMethod",
    "(0012,0064)>(0008,0100)": "DeidentificationMethodCodeSequence",
    "(0028,0301)": "BurnedInAnnotation",
    "(0008,0008)": "ImageType",
    "(0008,0064)": "ConversionType",
    "(0018,0015)": "BodyPartExamined",
    "(0008,0060)": "Modality",
    "(0008,0020)": "StudyDate",
    "(0028,0303)": "LongitudinalTemporalInformationModified",
}


@dataclass(slots=True)
class Markers:
    """The watched values of one instance, in upper case."""

    sop_class_uid: str = ""
    values: dict[str, str] = field(default_factory=dict)

    def get(self, keyword: str) -> str:
        """Return a watched value, empty where absent."""
        return self.values.get(keyword, "")


def judge_markers(markers: Markers, context: Context) -> list[tuple[str, str, Raised]]:
    """Return (tag path, keyword, codes) of what an instance says of itself."""
    out = [_identity_removed(markers), _sop_class(markers, context)]
    if markers.get("BurnedInAnnotation").startswith("Y"):
        out.append(("(0028,0301)", "BurnedInAnnotation", _one("PSN316")))
    if markers.get("BodyPartExamined").replace(" ", "").replace("_", "") in _HEAD_PARTS and markers.get(
        "Modality"
    ) in ("CT", "MR"):
        out.append(("(0018,0015)", "BodyPartExamined", _one("PSN701")))
    if markers.get("StudyDate") and not markers.get("LongitudinalTemporalInformationModified").startswith(
        _DATES_CHANGED
    ):
        out.append(("(0008,0020)", "StudyDate", _one("PSN156")))
    return [item for item in out if item[2].codes]


def pixel_check_reason(markers: Markers, context: Context) -> str:
    """Return why the pixels should be read for text, empty where they need not."""
    kind = context.rules.sop_classes.get(markers.sop_class_uid, "")
    if kind in ("screen", "ultrasound", "other", _RT_IMAGE):
        return kind
    if markers.get("BurnedInAnnotation").startswith("Y"):
        return "burned-in"
    if markers.get("ConversionType"):
        return "converted"
    image_type = markers.get("ImageType").split("\\")
    return "secondary" if len(image_type) > 2 and "SECONDARY" in image_type[2] else ""


def _identity_removed(markers: Markers) -> tuple[str, str, Raised]:
    removed = markers.get("PatientIdentityRemoved")
    raised = Raised()
    if removed.startswith("N"):
        raised.add("PSN503")
    elif not (
        removed or markers.get("DeidentificationMethod") or markers.get("DeidentificationMethodCodeSequence")
    ):
        raised.add("PSN502")
    return "(0012,0062)", "PatientIdentityRemoved", raised


def _sop_class(markers: Markers, context: Context) -> tuple[str, str, Raised]:
    uid = markers.sop_class_uid
    kind = context.rules.sop_classes.get(uid, "")
    raised = Raised()
    if (
        kind
        and uid not in context.approvals.sop_classes
        and uid not in context.trial.pseudonymisation.allowed_sop_classes
    ):
        if kind == _RT_IMAGE:
            raised.add("PSN315")
        else:
            raised.add("PSN314", kind=kind)
    return "(0008,0016)", "SOPClassUID", raised


def _one(code: str) -> Raised:
    raised = Raised()
    raised.add(code)
    return raised
