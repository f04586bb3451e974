"""What the inspection process is asked, and what it gives back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ingest.model.finding import Finding
from ingest.model.route import RouteKind


class ApprovalKind(StrEnum):
    """What a person may approve for a site."""

    PRIVATE_CREATOR = "private-creator"
    PRIVATE_ELEMENT = "private-element"
    INSTITUTION = "institution"
    LABEL = "label"
    UID_ROOT = "uid-root"
    SOP_CLASS = "sop-class"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Approval:
    """An approval as the inspection process needs it.

    where:      tag path without item indices, `(300A,00B0)>(0008,0080)`; empty: anywhere.
    value_hmac: HMAC-SHA256 (hex) of the normalised value, under the service's key; empty: any value.
    clear:      for kinds whose value is no personal data (private creator, UID root, SOP class), the value.
    """

    kind: ApprovalKind
    where: str = ""
    value_hmac: str = ""
    clear: str = ""


@dataclass(frozen=True, slots=True)
class InspectionRequest:
    """One package to inspect. `package_name` may identify a patient: it goes to the child and nowhere else.

    staging_dir: where the members are written as `<ordinal>.dcm`; None: nothing is written (`ingest check`).
    assign:      subject label as read → study ID to stamp (a recorded act: `held release --as`, `reassign`).
    trial_toml:  the trial file's text.
    hmac_key:    hex.
    package_sha256: of the package's bytes where it is known already; empty: the child reads and hashes them.
    """

    package_path: str
    package_name: str
    route: RouteKind
    site: str | None
    trial_toml: str
    hmac_key: str
    staging_dir: str | None = None
    approvals: tuple[Approval, ...] = ()
    assign: Mapping[str, str] = field(default_factory=dict)
    package_sha256: str = ""


@dataclass(frozen=True, slots=True)
class PackageFacts:
    """The container: digest and counts. `kinds` counts members that are not read as data, by kind.

    display_name: the zip's own name, only when it is nothing but study IDs or fits the site's declared
                  pattern; else empty.
    """

    sha256: str
    size: int
    members: int
    instances: int
    kinds: Mapping[str, int] = field(default_factory=dict)
    display_name: str = ""
    is_unfinished: bool = False


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """A subject as the package names it.

    subject_id: the study ID, None where the PatientID is not one.
    near_miss:  the study ID that was probably meant, said only when its site part is the sender's.
    """

    label: str
    subject_id: str | None
    instances: int
    near_miss: str | None = None


#: In `Coverage.not_checked`: the inspection did not come to its end, so that nothing is known of the package.
UNCHECKED = "package"


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was looked at and what was not. What is not covered never counts as clean.

    private_let_through: of the private elements, those that nobody approved and that are technical only.
    """

    elements: int = 0
    elements_without_rule: int = 0
    bytes_read: int = 0
    members_not_read: int = 0
    private_elements: int = 0
    private_let_through: int = 0
    pixels_checked: int = 0
    not_checked: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProposedApproval:
    """What a person could approve, so that `codes` are raised no more; `count`: how often it occurs."""

    approval: Approval
    codes: tuple[str, ...]
    count: int = 1


@dataclass(frozen=True, slots=True)
class Inspection:
    """The result of one inspection; the instances' facts are handed over separately, in batches."""

    package: PackageFacts
    subjects: tuple[SubjectFacts, ...]
    findings: tuple[Finding, ...]
    coverage: Coverage
    proposals: tuple[ProposedApproval, ...] = ()
