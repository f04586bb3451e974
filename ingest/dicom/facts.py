"""A walked file → InstanceFacts: the closed set of what may be kept of an instance, without free text."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from ingest.checks.equipment import recognise_equipment
from ingest.dicom.buffer import is_uniform
from ingest.dicom.pixels import pixel_element
from ingest.dicom.references import read_references
from ingest.dicom.select import Selection
from ingest.dicom.soundness import MODALITY, SERIES, SOP_CLASS, SOP_INSTANCE, STUDY, is_uid
from ingest.dicom.structure_set import IsKnownLabel, read_structure_set
from ingest.dicom.terms import IMAGE_TYPES, MODALITIES, SEXES, closed
from ingest.dicom.treatment import read_dose, read_plan, read_record, read_registration
from ingest.dicom.values import as_date, as_float, as_floats, as_int, as_short
from ingest.dicom.walk import Walk
from ingest.model.finding import InstanceRef
from ingest.model.instance import ImagePlane, InstanceFacts

_WITH_REFERENCES = frozenset({"RTSTRUCT", "RTPLAN", "RTDOSE", "REG", "RTRECORD", "RTIMAGE"})
_NO_PLANE = frozenset({"RTSTRUCT", "RTPLAN", "REG", "RTRECORD", "SR", "PR", "KO"})


@dataclass(frozen=True, slots=True)
class Digests:
    """sha256 in hex of the bytes sent, of those filed, of the content and of the pixel data."""

    sent: str
    filed: str
    content: str
    pixels: str = ""


#: Stands for the digests of a file that is still being hashed.
NOT_YET = Digests("", "", "")


def complete_facts(facts: InstanceFacts, size: int, digests: Digests) -> InstanceFacts:
    """Return facts read before the file was hashed, with its size and digests."""
    return replace(
        facts,
        size=size,
        sent_sha256=digests.sent,
        filed_sha256=digests.filed,
        content_sha256=digests.content,
        pixel_sha256=digests.pixels,
    )


def instance_ref(found: Walk, ordinal: int) -> InstanceRef:
    """Return the instance as a radiographer knows it."""
    return InstanceRef(
        ordinal,
        closed(found.text(MODALITY), MODALITIES) or None,
        _number(found, 0x00200011),
        _number(found, 0x00200013),
    )


def read_facts(
    found: Walk,
    ordinal: int,
    subject: str,
    size: int,
    digests: Digests,
    is_known_label: IsKnownLabel,
) -> InstanceFacts:
    """Return the facts of a file that was walked whole.

    size: bytes of the file as it is filed.
    """
    modality = closed(found.text(MODALITY), MODALITIES)
    selection = Selection(found) if modality in _WITH_REFERENCES else None
    made_by = _equipment(found.text(0x00080070), found.text(0x00081090))
    voltage = as_float(found.raw(0x00180060))
    frames = as_int(found.raw(0x00280008))
    frame_uid = found.text(0x00200052)
    return InstanceFacts(
        ordinal=ordinal,
        subject=subject,
        size=size,
        sent_sha256=digests.sent,
        filed_sha256=digests.filed,
        content_sha256=digests.content,
        pixel_sha256=digests.pixels,
        is_blank=_is_blank(found),
        sop_class_uid=found.text(SOP_CLASS),
        sop_instance_uid=found.text(SOP_INSTANCE),
        study_uid=found.text(STUDY),
        series_uid=found.text(SERIES),
        modality=modality,
        transfer_syntax_uid=found.outside.syntax_uid,
        frame_of_reference_uid=frame_uid if is_uid(frame_uid) else "",
        series_number=_number(found, 0x00200011),
        instance_number=_number(found, 0x00200013),
        acquisition_number=_number(found, 0x00200012),
        temporal_position=_number(found, 0x00200100),
        system=made_by.system,
        is_cone_beam=made_by.is_cone_beam and modality == "CT",
        is_megavoltage=made_by.is_megavoltage or (voltage is not None and voltage >= 1000),
        image_type=_image_type(found.text(0x00080008)),
        sex=closed(found.text(0x00100040), SEXES),
        study_date=as_date(found.raw(0x00080020)),
        series_date=as_date(found.raw(0x00080021)),
        acquisition_date=as_date(found.raw(0x00080022)) or as_date(found.raw(0x0008002A)),
        frames=frames if frames is not None and frames > 0 else 1,
        plane=None if modality in _NO_PLANE else _plane(found),
        references=read_references(modality, selection) if selection else (),
        structures=(
            read_structure_set(found, selection, is_known_label)
            if selection and modality == "RTSTRUCT"
            else None
        ),
        plan=read_plan(found, selection) if selection and modality == "RTPLAN" else None,
        dose=read_dose(found, selection) if selection and modality == "RTDOSE" else None,
        registration=read_registration(selection) if selection and modality == "REG" else None,
        record=read_record(found, selection) if selection and modality == "RTRECORD" else None,
    )


def _is_blank(found: Walk) -> bool:
    element = pixel_element(found)
    return element is not None and is_uniform(found.data, element[1], element[2])


def _number(found: Walk, tag: int) -> int | None:
    return as_int(found.raw(tag))


#: Of one series these are the same in every file.
_equipment = lru_cache(maxsize=256)(recognise_equipment)


@lru_cache(maxsize=256)
def _image_type(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    return tuple(closed(value.strip(), IMAGE_TYPES) for value in text.split("\\")[:16])


def _plane(found: Walk) -> ImagePlane | None:
    """PS3.3 C.7.6.2; None where there is no matrix."""
    rows, columns = as_short(found, 0x00280010), as_short(found, 0x00280011)
    if not rows or not columns:
        return None
    position = as_floats(found.raw(0x00200032), 3)
    orientation = as_floats(found.raw(0x00200037), 6)
    spacing = as_floats(found.raw(0x00280030), 2) or as_floats(found.raw(0x30020011), 2)
    return ImagePlane(
        position=(position[0], position[1], position[2]) if position else None,
        orientation=(
            (orientation[0], orientation[1], orientation[2], orientation[3], orientation[4], orientation[5])
            if orientation
            else None
        ),
        spacing=(spacing[0], spacing[1]) if spacing else None,
        rows=rows,
        columns=columns,
    )
