"""What the reports for data managers are made from: site QA report, trial report, morning e-mail.

Plain values that the steps read from the ledger. Objects are keys of the trial file's expected objects.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ingest.model.finding import Severity
from ingest.model.picture import ObjectState
from ingest.model.verdict import CompletenessState, Outcome

#: Stands for all that the trial expects, where nothing of a subject has come yet.
EVERYTHING = "everything"
#: How far back a site's findings are counted.
FINDINGS_DAYS = 365


@dataclass(frozen=True, slots=True)
class AwaitedObject:
    """One object that a subject lacks, or EVERYTHING.

    since: when the first data without it arrived; of EVERYTHING, when the subject was enrolled.
    """

    object: str
    expected: str
    found: str
    since: date


@dataclass(frozen=True, slots=True)
class SubjectRow:
    """One subject of a site.

    registered:     from the enrolment list, None where there is none.
    first_received: None: enrolled, and nothing has come yet.
    completed:      when it became complete, None while it is not.
    is_first_time_right: the first submission with its data was accepted as it came; None: nothing came yet.
    held_since:     the oldest thing held of it, None where nothing is.
    """

    subject_id: str
    completeness: CompletenessState
    objects: Mapping[str, ObjectState] = field(default_factory=dict)
    registered: date | None = None
    first_received: datetime | None = None
    completed: datetime | None = None
    submissions: int = 0
    is_first_time_right: bool | None = None
    held_since: datetime | None = None
    awaited: tuple[AwaitedObject, ...] = ()
    is_withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class FindingTally:
    """How often a site's data had one finding; `submissions` and `subjects` count each once."""

    code: str
    severity: Severity
    message: str
    action: str
    submissions: int
    subjects: int
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class HeldLine:
    """Held data that nobody has decided on. `label`: study ID or `unidentified-1`."""

    submission_id: str
    label: str
    site_number: str
    since: datetime
    codes: tuple[str, ...] = ()
    owner: str = ""


@dataclass(frozen=True, slots=True)
class SiteReportInput:
    """Everything of one site's QA report.

    objects:  key and title of the matrix's columns, in order.
    findings: of the last FINDINGS_DAYS days.
    """

    site_number: str
    site_name: str
    made: datetime
    objects: tuple[tuple[str, str], ...]
    subjects: tuple[SubjectRow, ...]
    findings: tuple[FindingTally, ...] = ()
    held: tuple[HeldLine, ...] = ()
    corrections: tuple[str, ...] = ()
    trial_name: str = ""
    trial_title: str = ""
    program_version: str = ""
    contact: str = ""


@dataclass(frozen=True, slots=True)
class SiteLine:
    """One site in the trial report. `enrolled` is None where the trial has no enrolment list.

    held: patients with data that waits for a decision, those without a study ID included.
    first_time_right, first_time_all: subjects whose first submission was accepted as it came, of how many.
    overdue: awaited objects past their time; last_received: None: the site has never sent anything.
    """

    number: str
    name: str
    subjects: int
    complete: int
    awaiting: int
    held: int
    enrolled: int | None = None
    first_time_right: int = 0
    first_time_all: int = 0
    overdue: int = 0
    oldest_awaited: date | None = None
    oldest_held: datetime | None = None
    last_received: datetime | None = None


@dataclass(frozen=True, slots=True)
class MonthLine:
    """Accrual against data received in one month; `month` is its first day."""

    month: date
    enrolled: int | None
    received: int
    completed: int


@dataclass(frozen=True, slots=True)
class OverdueLine:
    """One object of one subject that should have been there."""

    subject_id: str
    site_number: str
    object: str
    since: date


@dataclass(frozen=True, slots=True)
class TrialReportInput:
    """Everything of the data manager's report on the whole trial.

    silent_after: days after which a site from which nothing came needs a call.
    """

    trial_name: str
    trial_title: str
    made: datetime
    sites: tuple[SiteLine, ...]
    months: tuple[MonthLine, ...] = ()
    overdue: tuple[OverdueLine, ...] = ()
    program_version: str = ""
    silent_after: int = 60


@dataclass(frozen=True, slots=True)
class ArrivalLine:
    """A submission since the last morning e-mail; `headline` is its report's first line."""

    submission_id: str
    site_number: str
    outcome: Outcome | None
    headline: str


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """Something that does not move: a stuck submission, or an unfinished upload. `what`: in words."""

    what: str
    site_number: str
    since: datetime


@dataclass(frozen=True, slots=True)
class SilentSite:
    """A site from which nothing has come for long; `last_received` None: never."""

    number: str
    name: str
    last_received: datetime | None


@dataclass(frozen=True, slots=True)
class MorningInput:
    """Everything of the study team's morning e-mail. `since`: when the last one was written."""

    trial_name: str
    made: datetime
    since: datetime
    arrivals: tuple[ArrivalLine, ...] = ()
    held: tuple[HeldLine, ...] = ()
    stuck: tuple[WaitingLine, ...] = ()
    unfinished: tuple[WaitingLine, ...] = ()
    silent_sites: tuple[SilentSite, ...] = ()
    undelivered: int = 0
    free_bytes: int | None = None
    total_bytes: int | None = None
