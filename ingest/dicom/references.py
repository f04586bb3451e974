"""What an instance says of others: UIDs with the class and series that it claims for them."""

from __future__ import annotations

from ingest.dicom.select import Selection
from ingest.dicom.soundness import is_uid
from ingest.dicom.values import as_text
from ingest.model.instance import Reference, ReferenceKind

_KINDS = {
    "RTSTRUCT": (
        ("series-image", ReferenceKind.STRUCTURE_SERIES),
        ("contour-image", ReferenceKind.STRUCTURE_CONTOUR),
    ),
    "RTPLAN": (("structures", ReferenceKind.PLAN_STRUCTURES), ("dose", ReferenceKind.PLAN_DOSE)),
    "RTDOSE": (("plan", ReferenceKind.DOSE_PLAN), ("structures", ReferenceKind.DOSE_STRUCTURES)),
    "RTRECORD": (("plan", ReferenceKind.RECORD_PLAN),),
    "RTIMAGE": (("plan", ReferenceKind.IMAGE_PLAN),),
    "REG": (
        ("registered-image", ReferenceKind.REGISTRATION_IMAGE),
        ("listed-image", ReferenceKind.REGISTRATION_IMAGE),
    ),
}


def read_references(modality: str, selection: Selection) -> tuple[Reference, ...]:
    """Return the references of an object of that modality, each once, in file order."""
    series = selection.by_item("series-uid")
    out: list[Reference] = []
    for place, kind in _KINDS.get(modality, ()):
        out.extend(_read(selection, place, kind, series))
    return tuple(out)


def _read(selection: Selection, place: str, kind: ReferenceKind, series: dict[int, bytes]) -> list[Reference]:
    classes = selection.by_item(f"{place}-class")
    # Of thousands of contours a few hundred images: each is looked at once.
    keys = dict.fromkeys(
        (uid, classes.get(id(item), b""), series.get(id(item[0]), b"") if item is not None else b"")
        for (_, _, _, item), uid in zip(selection.elements(place), selection.values(place), strict=True)
    )
    references = (_reference(kind, *map(as_text, key)) for key in keys)
    return [reference for reference in references if reference is not None]


def _reference(kind: ReferenceKind, uid: str, class_uid: str, series_uid: str) -> Reference | None:
    """A reference of a UID that is none says nothing; the walk's faults speak of its own UIDs only."""
    if not is_uid(uid):
        return None
    return Reference(
        kind, uid, class_uid if is_uid(class_uid) else "", series_uid if is_uid(series_uid) else ""
    )


def uids(selection: Selection, place: str) -> tuple[str, ...]:
    """Return the UIDs at a place, each once, in file order."""
    texts = (as_text(raw) for raw in selection.values(place))
    return tuple(dict.fromkeys(text for text in texts if is_uid(text)))
