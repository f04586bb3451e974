"""The facts of one DICOM instance that may be kept.

The set is closed: nothing here may hold free text from the data. Labels (structure names) appear only when
the vocabulary, the trial file or an approval knows them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ReferenceKind(StrEnum):
    """What one instance says of another, named by the object and the level that hold the reference."""

    STRUCTURE_SERIES = "structure-series"  # (3006,0010)>(3006,0012)>(3006,0014)>(3006,0016)
    STRUCTURE_CONTOUR = "structure-contour"  # (3006,0039)>(3006,0040)>(3006,0016)
    PLAN_STRUCTURES = "plan-structures"  # (300C,0060)
    PLAN_DOSE = "plan-dose"  # (300C,0080)
    DOSE_PLAN = "dose-plan"  # (300C,0002) in RTDOSE
    DOSE_STRUCTURES = "dose-structures"  # (300C,0060) in RTDOSE
    RECORD_PLAN = "record-plan"  # (300C,0002) in RTRECORD
    IMAGE_PLAN = "image-plan"  # (300C,0002) in RTIMAGE
    REGISTRATION_IMAGE = "registration-image"  # (0070,0308)>(0008,1140) and (0008,1115)


@dataclass(frozen=True, slots=True)
class Reference:
    """A reference to an instance; `class_uid` as the referrer claims it."""

    kind: ReferenceKind
    instance_uid: str
    class_uid: str = ""
    series_uid: str = ""


@dataclass(frozen=True, slots=True)
class ImagePlane:
    """PS3.3 C.7.6.2: position (mm), orientation (6 cosines), spacing (row, column; mm), matrix."""

    position: tuple[float, float, float] | None
    orientation: tuple[float, float, float, float, float, float] | None
    spacing: tuple[float, float] | None
    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Roi:
    """A structure: `name` is None where the vocabulary does not know it; contours' extent in mm along z."""

    number: int
    name: str | None
    contours: int
    z_min: float | None = None
    z_max: float | None = None
    box_min: tuple[float, float, float] | None = None
    box_max: tuple[float, float, float] | None = None
    interpreted_type: str = ""


@dataclass(frozen=True, slots=True)
class StructureSet:
    """RTSTRUCT, PS3.3 A.19: frames it refers to and its structures.

    follows: (3006,0018), the structure sets before this one.
    stray_frame_uids: frames of single structures that (3006,0010) does not list, where it lists any.
    study_uids:       studies that it names as its images' (3006,0012).
    """

    frame_uids: tuple[str, ...] = ()
    stray_frame_uids: tuple[str, ...] = ()
    study_uids: tuple[str, ...] = ()
    rois: tuple[Roi, ...] = ()
    has_series_references: bool = False
    has_contour_references: bool = False
    date: str = ""
    approval: str = ""
    follows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Beam:
    """One item of (300A,00B0)."""

    number: int
    delivery_type: str = ""
    control_points: int = 0


@dataclass(frozen=True, slots=True)
class Plan:
    """RTPLAN or RTIONPLAN, PS3.3 C.8.8.9–14: fractions are summed over fraction groups.

    follows, concurrent: (300C,0002), the plans before this one, and those delivered beside it.
    silent_groups: fraction groups that do not say how many fractions they have.
    """

    intent: str = ""
    fractions: int | None = None
    beams: tuple[Beam, ...] = ()
    referenced_beams: tuple[int, ...] = ()
    approval: str = ""
    date: str = ""
    has_brachy: bool = False
    follows: tuple[str, ...] = ()
    concurrent: tuple[str, ...] = ()
    silent_groups: int = 0


@dataclass(frozen=True, slots=True)
class Dose:
    """RTDOSE, PS3.3 C.8.8.3. `is_all_zero` is None where the pixels were not decoded."""

    summation: str = ""
    units: str = ""
    dose_type: str = ""
    frames: int | None = None
    offsets: tuple[float, ...] = ()
    scaling: float | None = None
    is_all_zero: bool | None = None
    referenced_beams: tuple[int, ...] = ()
    referenced_fraction_groups: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Registration:
    """REG, PS3.3 C.20.2: the frames that it joins."""

    frame_uids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TreatmentRecord:
    """RTRECORD, PS3.3 C.8.8.17–21: delivery of one fraction."""

    date: str = ""
    fraction: int | None = None
    beams: tuple[int, ...] = ()
    termination: str = ""


@dataclass(frozen=True, slots=True)
class InstanceFacts:
    """What is kept of one instance. Digests are sha256 in hex; dates are DICOM's YYYYMMDD.

    subject:         label of its subject in this package (a study ID or `unidentified-N`).
    sent_sha256:     the member's bytes as sent.
    filed_sha256:    the bytes as written to staging, after stamping.
    content_sha256:  elements without group 0002, stamped and creation-time attributes, encoding-independent.
    pixel_sha256:    the pixel data's value bytes, else empty.
    is_blank:        every pixel is the same, as in the outermost slices of many a CBCT.
    system:          key of the planning or imaging system, from (0008,0070) and (0008,1090) by a closed list.
    image_type:      values of (0008,0008) that the standard defines; others are replaced by "OTHER".
    """

    ordinal: int
    subject: str
    size: int
    sent_sha256: str
    filed_sha256: str
    content_sha256: str
    sop_class_uid: str
    sop_instance_uid: str
    study_uid: str
    series_uid: str
    modality: str
    transfer_syntax_uid: str
    pixel_sha256: str = ""
    is_blank: bool = False
    frame_of_reference_uid: str = ""
    series_number: int | None = None
    instance_number: int | None = None
    acquisition_number: int | None = None
    temporal_position: int | None = None
    system: str = ""
    is_cone_beam: bool = False
    is_megavoltage: bool = False
    image_type: tuple[str, ...] = ()
    sex: str = ""
    study_date: str = ""
    series_date: str = ""
    acquisition_date: str = ""
    frames: int = 1
    plane: ImagePlane | None = None
    references: tuple[Reference, ...] = ()
    structures: StructureSet | None = None
    plan: Plan | None = None
    dose: Dose | None = None
    registration: Registration | None = None
    record: TreatmentRecord | None = None
