"""The submission: a settled arrival on its way through the steps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from ingest.model.route import ShareAddress
from ingest.model.verdict import Outcome


class SubmissionState(StrEnum):
    """Where a submission stands. Named for the step it waits for, or for where its way ended."""

    TO_STAGE = "to-stage"
    TO_INSPECT = "to-inspect"
    TO_DECIDE = "to-decide"
    TO_FILE = "to-file"
    TO_REPORT = "to-report"
    TO_SET_ASIDE = "to-set-aside"
    DONE = "done"
    UNFINISHED = "unfinished"
    VANISHED = "vanished"
    STUCK = "stuck"


class Step(StrEnum):
    """The steps that take one submission id."""

    STAGE = "stage"
    INSPECT = "inspect"
    DECIDE = "decide"
    FILE = "file"
    REPORT = "report"
    SET_ASIDE = "set-aside"


class ActKind(StrEnum):
    """Why a submission is judged and filed: its arrival, a reprocess run, or a person's act."""

    ARRIVAL = "arrival"
    REPROCESS = "reprocess"
    RELEASE = "release"
    REASSIGN = "reassign"
    REJECT = "reject"
    PURGE = "purge"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Act:
    """What a version in the archive is filed for. `name` is unique: `arrival:S0001`, `reprocess:RUN`, …"""

    kind: ActKind
    name: str
    by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Submission:
    """The ledger's row, as the steps see it.

    id:       `S` and digits, shown to people: S000123.
    source_key: keyed hash of the entry's path on its share; the name itself is found again by listing.
    attempts: of the present step.
    content_md5: in hex, what the sender said and the fetched bytes were found to have; else empty.
    outcome:  of the newest verdict; None: not decided yet.
    changed:  when the row last moved from one state to another.
    retry_at: not before this instant, after a failure.
    faults, faulty_since: passing faults of the world in a row, and when the first one was.
    fault:    why the present step last failed; empty: it has not.
    parked_from: the state in which it was parked, when it is stuck.
    is_overdue: unfinished for so long that it is judged as it is, and never moved.
    notice_id: the uploader's own id of the upload, given back with the verdict.
    """

    id: str
    share: ShareAddress
    source_key: str
    state: SubmissionState
    created: datetime
    size: int
    act: Act
    sha256: str = ""
    content_md5: str = ""
    declared_sha256: str = ""
    etag: str = ""
    file_id: str = ""
    display_name: str = ""
    attempts: int = 0
    outcome: Outcome | None = None
    last_modified: datetime | None = None
    changed: datetime | None = None
    retry_at: datetime | None = None
    parked_from: SubmissionState | None = None
    is_overdue: bool = False
    notice_id: str = ""
    faults: int = 0
    faulty_since: datetime | None = None
    fault: str = ""

    @property
    def is_vouched(self) -> bool:
        """Whether the sender declared a digest that the fetched bytes have: then they are whole."""
        return bool(self.content_md5) or (self.sha256 != "" and self.declared_sha256 == self.sha256)
