"""The trial file's form: pydantic models, one a table of the TOML, and their way into definitions."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from ingest.model.finding import Effect, Severity
from ingest.model.route import RouteKind

_UNITS = {
    "second": 1.0,
    "minute": 60.0,
    "hour": 3600.0,
    "day": 86_400.0,
}
_SIZES = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3, "TB": 1024**4}


def read_duration(value: object) -> float:
    """Return seconds from a number or from words such as "2 minutes". Raises ValueError."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    found = re.fullmatch(r"(\d+(?:\.\d+)?) (second|minute|hour|day)s?", str(value))
    if not found:
        raise ValueError('a duration such as "2 minutes", "24 hours" or "30 days"')
    return float(found[1]) * _UNITS[found[2]]


def read_size(value: object) -> int:
    """Return bytes from a number or from words such as "5 GB". Raises ValueError."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = re.fullmatch(r"(\d+(?:\.\d+)?) ?([KMGT]?B)", str(value))
    if not found:
        raise ValueError('a size such as "5 GB"')
    return int(float(found[1]) * _SIZES[found[2]])


def read_days(value: object) -> int | None:
    """Return days from "30 days"; None from "until resolved". Raises ValueError."""
    if value == "until resolved":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = re.fullmatch(r"(\d+) days?", str(value))
    if not found:
        raise ValueError('"until resolved" or a number of days such as "30 days"')
    return int(found[1])


def read_pattern(value: object) -> str:
    """Return a regular expression that compiles. Raises ValueError."""
    try:
        re.compile(str(value))
    except re.error:
        raise ValueError("a regular expression") from None
    return str(value)


Duration = Annotated[float, BeforeValidator(read_duration)]
Size = Annotated[int, BeforeValidator(read_size)]
WholeDays = Annotated[int, BeforeValidator(read_days), Field(ge=1)]
Days = Annotated[int | None, BeforeValidator(read_days)]
Pattern = Annotated[str, BeforeValidator(read_pattern)]
SiteNumber = Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z0-9]+$")]


class Table(BaseModel):
    """A table of the trial file: nothing but the keys it names."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class TeamTable(Table):
    """`[trial.team]`."""

    operations: str = ""
    information_governance: str = ""
    data_management: str = ""
    sender: str = ""


class TrialTable(Table):
    """`[trial]`."""

    name: str = Field(min_length=1)
    title: str = ""
    allowed_modalities: tuple[str, ...] = ()
    team: TeamTable = TeamTable()


class StudyIdTable(Table):
    """`[study_id]`: the pattern has the groups `site` and `number`, and the example matches."""

    pattern: Pattern
    example: str

    @model_validator(mode="after")
    def _check_example(self) -> StudyIdTable:
        groups = re.compile(self.pattern).groupindex
        if not {"site", "number"} <= set(groups):
            raise ValueError("a pattern with the groups (?P<site>…) and (?P<number>…)")
        if not re.fullmatch(self.pattern, self.example, re.ASCII):
            raise ValueError("an example that matches the pattern")
        return self


class OverrideTable(Table):
    """`[[severity]]`, of the trial or of a site."""

    code: str
    severity: Severity | None = None
    effect: Effect | None = None
    reason: str = Field(min_length=1)


class ContactTable(Table):
    """An item of a site's `contacts`."""

    name: str
    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$")
    gets_email: bool = False


class WaiverTable(Table):
    """`[[site.waiver]]`."""

    object: str
    reason: str = Field(min_length=1)
    by: str = Field(min_length=1)
    subject: str | None = None


class SiteTable(Table):
    """`[[site]]`."""

    number: SiteNumber
    name: str = Field(min_length=1)
    routes: tuple[RouteKind, ...]
    contacts: tuple[ContactTable, ...] = ()
    hospital_number_patterns: tuple[Pattern, ...] = ()
    zip_name_pattern: Pattern | None = None
    planning_system: str = ""
    severity: tuple[OverrideTable, ...] = ()
    waiver: tuple[WaiverTable, ...] = ()


class SettleTable(Table):
    """`[settle]` and, for one route, `[route.X.settle]`."""

    polls: int = Field(default=3, ge=1)
    minimum_age: Duration = 120.0
    unfinished_after: Duration = 86_400.0


class RouteTable(Table):
    """`[route.egress]` and its three sisters."""

    address: str = Field(pattern=r"^(folder|azure-files):.+")
    report: tuple[str, ...] = ("share",)
    queue: str = ""
    poll_every: Duration = 60.0
    maximum_size: Size | None = None
    settle: SettleTable | None = None

    @model_validator(mode="after")
    def _check_ways_back(self) -> RouteTable:
        unknown = set(self.report) - {"share", "email", "queue"}
        if unknown:
            raise ValueError("report holds only share, email or queue")
        if "queue" in self.report and not self.queue:
            raise ValueError("the name of a queue, because report says queue")
        return self


class ShareTable(Table):
    """`[[share]]`: one site's own address on one route, in place of the route's template."""

    route: RouteKind
    site: SiteNumber
    address: str = Field(pattern=r"^(folder|azure-files):.+")


class ExpectedTable(Table):
    """`[[expected]]`."""

    object: str
    title: str
    minimum: int = Field(default=1, ge=0)
    maximum: int | None = None
    required: bool = True
    per_fraction: float | None = None
    tolerance: int = 0
    modalities: tuple[str, ...] = ()
    arm: str | None = None
    tumour_site: str | None = None
    time_point: str | None = None


class RoiTable(Table):
    """`[[roi]]`."""

    name: str
    aliases: tuple[str, ...] = ()
    required: bool = False
    reason: str = ""


class PseudonymisationTable(Table):
    """`[pseudonymisation]`."""

    placeholder_names: tuple[str, ...] = ("ANON", "ANONYMOUS", "ANONYMISED", "ANONYMIZED", "PSEUDO")
    placeholder_birth_dates: tuple[str, ...] = ("19000101",)
    uid_roots: tuple[str, ...] = ()
    private_creators: tuple[str, ...] = ()
    vocabulary: tuple[str, ...] = ()
    allowed_sop_classes: tuple[str, ...] = ()
    ocr: bool = True


class StampTable(Table):
    """`[stamp]`."""

    routes: tuple[RouteKind, ...] = (RouteKind.EGRESS,)
    protocol_id: str = ""
    sponsor: str = ""


class RetentionTable(Table):
    """`[retention]`."""

    accepted: Days = 30
    held: Days = None
    rejected: Days = 30
    reports: Days = None
    delete_share_snapshots: bool = False


class ChasingTable(Table):
    """`[chasing]`."""

    overdue_after: WholeDays = 28
    silent_after: WholeDays = 60


class LimitsTable(Table):
    """`[limits]`."""

    zip_bytes: Size = 64 * 1024**3
    members: int = Field(default=200_000, ge=1)
    inflated_bytes: Size = 256 * 1024**3
    member_bytes: Size = 4 * 1024**3
    ratio: int = Field(default=200, ge=2)
    depth: int = Field(default=1, ge=0, le=1)
    seconds: Duration = 4 * 3600.0
    element_depth: int = Field(default=64, ge=1)
    elements: int = Field(default=1_000_000, ge=1)


class TrialFile(Table):
    """The whole file."""

    trial: TrialTable
    study_id: StudyIdTable
    site: tuple[SiteTable, ...] = ()
    route: dict[RouteKind, RouteTable] = Field(min_length=1)
    expected: tuple[ExpectedTable, ...] = Field(min_length=1)
    share: tuple[ShareTable, ...] = ()
    settle: SettleTable = SettleTable()
    severity: tuple[OverrideTable, ...] = ()
    roi: tuple[RoiTable, ...] = ()
    pseudonymisation: PseudonymisationTable = PseudonymisationTable()
    stamp: StampTable = StampTable()
    retention: RetentionTable = RetentionTable()
    chasing: ChasingTable = ChasingTable()
    limits: LimitsTable = LimitsTable()

    def as_dict(self) -> dict[str, Any]:
        """Return the file's content with every default filled in."""
        return self.model_dump(mode="python")
