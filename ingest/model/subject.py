"""What is known of a subject apart from one package: enrolment, and the same data under another study ID."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class EnrolmentRecord:
    """One row of the trial's enrolment list. `fractions`: planned; `is_withdrawn`: consent withdrawn."""

    subject_id: str
    site: str
    registered: date | None = None
    arm: str = ""
    tumour_site: str = ""
    fractions: int | None = None
    is_withdrawn: bool = False


class CollisionKind(StrEnum):
    """What two study IDs share that only one patient can have."""

    PIXELS = "pixels"
    FRAME_OF_REFERENCE = "frame-of-reference"
    STUDY = "study"
    INSTANCE = "instance"


@dataclass(frozen=True, slots=True)
class Collision:
    """Something of this subject that lies under another study ID too.

    value: the UID or digest shared; count: instances of the other subject that have it.
    """

    kind: CollisionKind
    value: str
    subject_id: str
    site: str
    submission_id: str
    count: int = 1
