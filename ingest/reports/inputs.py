"""What the reports are built from: plain values that the steps read from the ledger. No DICOM, no paths.

Objects are named by ObjectKind's values (`planning-ct`, `rtstruct`, …), systems by the keys of texts.toml
(`eclipse`, `raystation`, `monaco`, `pinnacle`, `oncentra`, `tomotherapy`, `xvi`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ingest.model.currency import ObjectState
from ingest.model.inspection import Coverage, PackageFacts
from ingest.model.picture import SubjectPictures
from ingest.model.route import RouteKind
from ingest.model.submission import ActKind
from ingest.model.verdict import SubjectVerdict, Verdict


@dataclass(frozen=True, slots=True)
class ArrivedSeries:
    """One series of the package, or several objects of one kind that have no series number.

    first_image, last_image: the instance numbers, as the console shows them.
    """

    kind: str
    modality: str
    series_number: int | None
    instances: int
    first_image: int | None = None
    last_image: int | None = None
    system: str = ""


@dataclass(frozen=True, slots=True)
class SubjectInput:
    """One subject of a submission; `verdict` is its entry of `Verdict.subjects`.

    arrived:      what this package brought.
    filed:        instances in the archive after this submission, by kind.
    held_objects: kinds that arrived and are held: they satisfy nothing, and are said to be there.
    resolved:     kinds that were missing before this submission and are there now.
    states:       how each structure set, plan and dose that is filed stands now.
    brought:      SOP Instance UIDs of what this package brought.
    replaced:     files that took the place of others of the same UID, by a person's word.
    systems:      modality → the system that made it, for the steps shown with a finding.
    """

    verdict: SubjectVerdict
    arrived: tuple[ArrivedSeries, ...] = ()
    filed: Mapping[str, int] = field(default_factory=dict)
    held_objects: tuple[str, ...] = ()
    resolved: tuple[str, ...] = ()
    systems: Mapping[str, str] = field(default_factory=dict)
    states: tuple[ObjectState, ...] = ()
    brought: frozenset[str] = frozenset()
    replaced: int = 0
    near_miss: str | None = None
    pictures: SubjectPictures | None = None


@dataclass(frozen=True, slots=True)
class SubmissionReportInput:
    """Everything one submission report says.

    planning_system:  of the site, where the data does not say which system made it.
    is_repeat:        the same bytes were received and accepted before.
    act:              why it was judged; anything but the arrival is said in the report.
    object_titles:    key of an expected object → its title in the trial file.
    contact:          where a site writes with questions.
    """

    submission_id: str
    route: RouteKind
    site_number: str
    site_name: str
    received: datetime
    reported: datetime
    package: PackageFacts
    verdict: Verdict
    subjects: tuple[SubjectInput, ...]
    coverage: Coverage = field(default_factory=Coverage)
    trial_name: str = ""
    trial_title: str = ""
    program_version: str = ""
    planning_system: str = ""
    is_repeat: bool = False
    act: ActKind = ActKind.ARRIVAL
    object_titles: Mapping[str, str] = field(default_factory=dict)
    contact: str = ""
