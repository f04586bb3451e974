"""Small, valid rows for tests of the ledger, and a clock that moves only when told."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta

from ingest.ledger.ledger import Ledger
from ingest.ledger.transitions import Event
from ingest.model.finding import Effect, Finding, JudgedFinding, Scope, Severity
from ingest.model.inspection import Coverage, Inspection, PackageFacts, SubjectFacts
from ingest.model.instance import InstanceFacts
from ingest.model.route import Arrival, RouteKind, ShareAddress, Sighting
from ingest.model.verdict import (
    Completeness,
    CompletenessState,
    MissingObject,
    Outcome,
    SubjectVerdict,
    Verdict,
    worst,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHARE = ShareAddress(RouteKind.EXPLORER, "123", "folder:/shares/explorer/123")
AWAITING_DOSE = Completeness(CompletenessState.AWAITING, (MissingObject("rtdose", "1", "0"),))
COMPLETE = Completeness(CompletenessState.COMPLETE)


class ManualClock:
    """A clock for tests: `advance` moves it, `sleep` too."""

    def __init__(self, start: datetime = NOON) -> None:
        self._now = start

    def now(self) -> datetime:
        """Return the present instant of the test."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Move on at once."""
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._now += timedelta(seconds=seconds)


def digest(text: str) -> str:
    """Return the sha256 of a text, in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def sighting(name: str = "a.zip", size: int = 1000, etag: str = "1") -> Sighting:
    """Return a sighting of a settled entry."""
    return Sighting(digest(name), size, "", etag, NOON - timedelta(minutes=9), NOON, NOON, 3)


def arrival(name: str = "a.zip", share: ShareAddress = SHARE, etag: str = "1") -> Arrival:
    """Return a settled entry; another `etag` is another arrival."""
    return Arrival(share, name, sighting(name, etag=etag))


def facts(ordinal: int = 1, subject: str = "123-1001", **changes: str) -> InstanceFacts:
    """Return the facts of a CT slice; UIDs and digests follow from subject and ordinal."""
    stem = f"{subject}/{ordinal}"
    values = {
        "sop_instance_uid": f"1.2.{int(digest(stem)[:12], 16)}",
        "content_sha256": digest("content" + stem),
        "pixel_sha256": digest("pixels" + stem),
        "study_uid": f"1.3.{int(digest(subject)[:12], 16)}",
        "series_uid": f"1.4.{int(digest(subject)[:12], 16)}",
        "frame_of_reference_uid": f"1.5.{int(digest(subject)[:12], 16)}",
        "modality": "CT",
    } | changes
    return InstanceFacts(
        ordinal=ordinal,
        subject=subject,
        size=1000,
        sent_sha256=digest("sent" + stem),
        filed_sha256=digest("filed" + stem),
        sop_class_uid="1.2.840.10008.5.1.4.1.1.2",
        transfer_syntax_uid="1.2.840.10008.1.2.1",
        **values,
    )


def inspection(*subjects: str, instances: int = 2, sha256: str | None = None) -> Inspection:
    """Return the result of inspecting a package with these subjects."""
    return Inspection(
        PackageFacts(sha256 or digest("package"), 1000, instances, instances),
        tuple(SubjectFacts(label, label, instances) for label in subjects),
        (Finding("DCM101", subject=subjects[0] if subjects else None),),
        Coverage(elements=10, elements_without_rule=1),
    )


def finding(code: str, effect: Effect = Effect.HOLD, subject: str | None = None) -> JudgedFinding:
    """Return a judged finding."""
    return JudgedFinding(Finding(code, subject), Severity.REVIEW, Scope.SUBJECT, effect, "What.", "Do.")


def verdict(trial_sha256: str = "", **subjects: tuple[Outcome, tuple[str, ...]]) -> Verdict:
    """Return a verdict: subject label with `_` for `-` → (outcome, codes)."""
    decided = tuple(
        SubjectVerdict(
            label.replace("_", "-").lstrip("-"),
            label.replace("_", "-").lstrip("-"),
            outcome,
            AWAITING_DOSE,
            tuple(finding(code, subject=label) for code in codes),
            new=2,
        )
        for label, (outcome, codes) in subjects.items()
    )
    return Verdict(worst([item.outcome for item in decided]), (), decided, "Hamlet.rt", trial_sha256)


def take(ledger: Ledger, submission_id: str, event: Event, worker: str = "w") -> None:
    """Claim a submission and finish its step with an event, recording nothing else."""
    claim = ledger.claim(submission_id, worker=worker, lease_seconds=60)
    assert claim is not None
    with ledger.finish(claim, event):
        pass


def submit(ledger: Ledger, name: str = "a.zip", share: ShareAddress = SHARE, etag: str = "1") -> str:
    """Make a submission and return its id."""
    with ledger.write() as tx:
        return tx.submissions.create(arrival(name, share, etag))[0].id
