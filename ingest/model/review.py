"""What the radiotherapy checks are told besides the instances, and what they give back for one subject."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ingest.model.finding import Finding
from ingest.model.picture import SubjectPictures
from ingest.model.verdict import Completeness


class ObjectKind(StrEnum):
    """What a series is, whatever its description says; the key of expected objects and archive folders."""

    PLANNING_CT = "planning-ct"
    IMAGE_GUIDANCE = "image-guidance"
    RTSTRUCT = "rtstruct"
    RTPLAN = "rtplan"
    RTDOSE = "rtdose"
    REG = "reg"
    RTRECORD = "rtrecord"
    RTIMAGE = "rtimage"
    MR = "mr"
    PET = "pet"
    LOCALISER = "localiser"
    OTHER = "other"


class EnrolmentState(StrEnum):
    """Where a subject stands on the trial's enrolment list."""

    ENROLLED = "enrolled"
    WITHDRAWN = "withdrawn"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class EnrolmentRecord:
    """A subject on the enrolment list; state UNKNOWN: there is a list, and the subject is not on it.

    registered: YYYYMMDD; sex: M, F, O; arm, tumour_site: as the expected objects name them. "" unknown.
    """

    subject_id: str
    state: EnrolmentState
    registered: str = ""
    sex: str = ""
    arm: str = ""
    tumour_site: str = ""
    site: str = ""


class CollisionKind(StrEnum):
    """What of this subject's data is held under another study ID, or of the subject from another site."""

    PIXELS = "pixels"
    BYTES = "bytes"
    FRAME_OF_REFERENCE = "frame-of-reference"
    STUDY = "study"
    INSTANCE = "instance"
    OTHER_SITE = "other-site"


@dataclass(frozen=True, slots=True)
class Collision:
    """Arriving instances that meet data held elsewhere. The other subject is never named.

    value: the digest or UID in common; of BYTES the package's digest; empty for OTHER_SITE.
    """

    kind: CollisionKind
    value: str = ""


class Standing(StrEnum):
    """An arriving instance against what is filed for the subject."""

    NEW = "new"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class SubjectReview:
    """The result of the radiotherapy checks of one subject, over what is filed and what arrives.

    standings: ordinal of an arriving instance → its standing.
    kinds:     Series Instance UID → kind.
    instance_kinds: SOP Instance UID → kind, where it differs from its series'.
    disputed:  SOP Instance UIDs of filed instances that an arriving one contradicts.
    held_ordinals: arriving instances held by themselves (conflicts), whatever becomes of the subject.
    """

    findings: tuple[Finding, ...]
    completeness: Completeness
    pictures: SubjectPictures
    standings: Mapping[int, Standing] = field(default_factory=dict)
    kinds: Mapping[str, ObjectKind] = field(default_factory=dict)
    instance_kinds: Mapping[str, ObjectKind] = field(default_factory=dict)
    disputed: tuple[str, ...] = ()
    held_ordinals: tuple[int, ...] = ()
