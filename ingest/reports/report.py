"""The submission report: what is said, in order, before it is HTML, JSON or text. All of it is clean."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ingest.model.finding import InstanceRef
from ingest.model.picture import SubjectPictures


class Tone(StrEnum):
    """The answer in one word: the colour of the band, always with its icon and its words."""

    COMPLETE = "complete"
    AWAITING = "awaiting"
    FILED = "not-verifiable"
    HELD = "held"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Steps:
    """What to do, in a planning system. `key` is unique in a report; problems and missing objects name it."""

    key: str
    title: str
    system: str
    system_title: str
    steps: tuple[str, ...]
    version: int
    review: str
    is_checked: bool


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding, for programs. `files`: as a radiographer knows them; `more` counts those not listed."""

    code: str
    severity: str
    message: str
    action: str
    place: str
    count: int
    files: tuple[str, ...]
    more: int
    instances: tuple[InstanceRef, ...]
    steps: str = ""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a problem lies: an attribute or a place in the zip, and its files; `more`: those not listed."""

    place: str
    files: tuple[str, ...]
    more: int


@dataclass(frozen=True, slots=True)
class Fix:
    """Problems that ask the same of the reader, told once: in how many places they lie is in `spots`."""

    codes: tuple[str, ...]
    severity: str
    message: str
    action: str
    spots: tuple[Spot, ...]
    steps: str = ""


@dataclass(frozen=True, slots=True)
class ArrivedLine:
    """One kind of object in this package: `4 series, 352 images`, with its series."""

    kind: str
    title: str
    amount: str
    instances: int
    series: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MissingLine:
    """One object that is awaited. `how`: why it need not be sent, where it came in an earlier zip."""

    object: str
    title: str
    expected: str
    found: str
    is_held: bool
    how: str = ""
    steps: str = ""


@dataclass(frozen=True, slots=True)
class SubjectSection:
    """One subject of the submission.

    findings: every finding, for programs.
    to_fix:   what stops it; to_know: what stops nothing and asks for something; noted: what asks nothing.
    changes:  what this submission changed in the archive, in sentences.
    """

    anchor: str
    label: str
    subject_id: str | None
    outcome: str
    completeness: str
    tone: Tone
    status: str
    sentence: str
    near_miss: str
    arrived: tuple[ArrivedLine, ...]
    missing: tuple[MissingLine, ...]
    is_withdrawn: bool
    findings: tuple[Problem, ...]
    to_fix: tuple[Fix, ...]
    to_know: tuple[Fix, ...]
    noted: tuple[Fix, ...]
    changes: tuple[str, ...]
    steps: tuple[Steps, ...]
    pictures: SubjectPictures | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the site compares with its own copy."""

    sha256: str
    size: int
    members: int
    instances: int
    not_read: tuple[tuple[str, int], ...]
    display_name: str


@dataclass(frozen=True, slots=True)
class SubmissionReport:
    """One report, ready to be rendered. `coverage` are sentences on what was looked at and what was not.

    submission_id: empty for a zip that was only checked.
    """

    submission_id: str
    tone: Tone
    outcome: str
    headline: str
    lead: str
    status: str
    trial_name: str
    trial_title: str
    site: str
    site_number: str
    route: str
    route_title: str
    received: datetime
    reported: datetime
    act: str
    subjects: tuple[SubjectSection, ...]
    findings: tuple[Problem, ...]
    to_fix: tuple[Fix, ...]
    to_know: tuple[Fix, ...]
    noted: tuple[Fix, ...]
    steps: tuple[Steps, ...]
    receipt: Receipt
    coverage: tuple[str, ...]
    contact: str
    program_version: str
    trial_sha256: str
