"""What a check says about data: findings, before and after the trial's policy is applied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding matters, worst first."""

    BLOCK = "block"
    REVIEW = "review"
    WARN = "warn"
    INFO = "info"


class Scope(StrEnum):
    """What a finding speaks of."""

    MEMBER = "member"
    SUBJECT = "subject"
    PACKAGE = "package"


class Effect(StrEnum):
    """What a finding does to the outcome of what it speaks of."""

    REJECT = "reject"
    HOLD = "hold"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class InstanceRef:
    """An instance as a radiographer knows it; `ordinal` is its place in the central directory, from 1."""

    ordinal: int
    modality: str | None = None
    series_number: int | None = None
    instance_number: int | None = None


#: Places in a package that are not tag paths.
ZIP_NAME = "zip name"
ZIP_COMMENT = "zip comment"
MEMBER_NAME = "member name"
PREAMBLE = "preamble"
TRAILING_BYTES = "trailing bytes"
#: With the offset of its first byte in the zip behind it.
ZIP_GAP = "zip gap at offset"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check found. It never holds a value read from the data.

    code:      key of finding_codes.toml.
    subject:   label of the subject it belongs to (`123-1001`, `unidentified-1`); None: the package.
    where:     tag path with item indices, `(300A,00B0)[0]>(0008,0080)`, or a container place.
    keyword:   DICOM keyword of the last tag of `where`, else empty.
    detail:    what the sentence needs (counts, object names, classes such as "NHS-number-shaped").
    count:     how many times, in all.
    instances: some of the instances, at most `MAX_INSTANCES`.
    """

    code: str
    subject: str | None = None
    where: str = ""
    keyword: str = ""
    detail: Mapping[str, str | int] = field(default_factory=dict)
    count: int = 1
    instances: tuple[InstanceRef, ...] = ()


#: A finding names at most this many instances; `count` says how many there are.
MAX_INSTANCES = 20


@dataclass(frozen=True, slots=True)
class JudgedFinding:
    """A finding with the severity, effect and texts that the trial and the site give its code."""

    finding: Finding
    severity: Severity
    scope: Scope
    effect: Effect
    message: str
    action: str


@dataclass(frozen=True, slots=True)
class FindingCode:
    """One entry of finding_codes.toml: the defaults of a code and its texts.

    `message` and `action` are `str.format` templates over the finding's detail and `count`.
    """

    code: str
    name: str
    severity: Severity
    scope: Scope
    effect: Effect
    message: str
    action: str
