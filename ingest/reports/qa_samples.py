"""Sample input for the data manager's reports: invented sites, patients and months."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from ingest.model.finding import Severity
from ingest.model.picture import ObjectState
from ingest.model.verdict import CompletenessState, Outcome
from ingest.reports.qa_inputs import (
    ArrivalLine,
    AwaitedObject,
    FindingTally,
    HeldLine,
    MonthLine,
    MorningInput,
    OverdueLine,
    SilentSite,
    SiteLine,
    SiteReportInput,
    SubjectRow,
    TrialReportInput,
    WaitingLine,
)

MADE = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
OBJECTS = (
    ("planning-ct", "Planning CT"),
    ("rtstruct", "Structure set"),
    ("rtplan", "Plan"),
    ("rtdose", "Dose cube"),
    ("image-guidance", "Image guidance"),
    ("mr", "MR"),
)
_TITLE = "Hamlet.rt: image-based learning in radiotherapy"


def sample_site(subjects: int = 24) -> SiteReportInput:
    """Return a site with so many subjects; every fifth lacks its dose, every eleventh is held."""
    rows = tuple(_subject(number) for number in range(subjects))
    held = [
        HeldLine(f"S0003{place:02}", row.subject_id, "123", row.held_since, ("PSN101",))
        for place, row in enumerate(rows)
        if row.held_since is not None
    ]
    return SiteReportInput(
        site_number="123",
        site_name="Northfield Hospital",
        made=MADE,
        objects=OBJECTS,
        subjects=rows,
        held=tuple(held),
        findings=(
            _tally("PSN101", Severity.BLOCK, "A name is still in the plan.", "Clear the operator's name.", 3),
            _tally(
                "REF110", Severity.WARN, "The dose cube was not sent.", "Export dose and plan together.", 5
            ),
        ),
        trial_name="Hamlet.rt",
        trial_title=_TITLE,
        program_version="0.1.0",
        contact="hamlet-data@example.org",
    )


def sample_trial(sites: int = 6) -> TrialReportInput:
    """Return a trial with so many sites."""
    lines = tuple(_site_line(number) for number in range(sites))
    months = tuple(MonthLine(date(2026, month, 1), 8 + month % 3, 6 + month % 4, 5) for month in range(6, 12))
    overdue = tuple(
        OverdueLine(f"12{n % 6}-{1000 + n}", f"12{n % 6}", "rtdose", date(2026, 9, 1) + timedelta(days=n))
        for n in range(8)
    )
    return TrialReportInput("Hamlet.rt", _TITLE, MADE, lines, months, overdue, "0.1.0")


def sample_morning() -> MorningInput:
    """Return a morning on which something of every kind waits."""
    return MorningInput(
        trial_name="Hamlet.rt",
        made=MADE,
        since=MADE - timedelta(days=1),
        arrivals=(
            ArrivalLine("S000401", "123", Outcome.ACCEPTED, "Received and filed: 123-1001 is complete."),
            ArrivalLine(
                "S000402",
                "124",
                Outcome.HELD,
                "We could not accept 124-2001 yet: a name is still in the plan.",
            ),
        ),
        held=(
            HeldLine("S000402", "124-2001", "124", MADE - timedelta(hours=20), ("PSN101",)),
            HeldLine(
                "S000311", "unidentified-1", "125", MADE - timedelta(days=45), ("SID102",), "A. Manager"
            ),
        ),
        stuck=(WaitingLine("S000398 waits for the step inspect", "123", MADE - timedelta(days=1)),),
        unfinished=(WaitingLine("an upload of 1.2 GB", "125", MADE - timedelta(days=2)),),
        silent_sites=(SilentSite("126", "Westmoor Hospital", None),),
        undelivered=1,
        free_bytes=40 * 1024**3,
        total_bytes=2 * 1024**4,
    )


def _subject(number: int) -> SubjectRow:
    is_held, lacks_dose = number % 11 == 7, number % 5 == 3
    first = datetime(2026, 2, 3, 10, tzinfo=UTC) + timedelta(days=(number * 12) % 280)
    is_complete = not is_held and not lacks_dose
    dose = ObjectState.HELD if is_held else ObjectState.AWAITED if lacks_dose else ObjectState.PRESENT
    states = (*(ObjectState.PRESENT,) * 3, dose, ObjectState.PRESENT, ObjectState.OPTIONAL)
    awaited = (AwaitedObject("rtdose", "1", "none", first.date()),) if lacks_dose else ()
    return SubjectRow(
        subject_id=f"123-{1001 + number}",
        completeness=CompletenessState.COMPLETE if is_complete else CompletenessState.AWAITING,
        objects=dict(zip((key for key, _ in OBJECTS), states, strict=True)),
        registered=(first - timedelta(days=30)).date(),
        first_received=first,
        completed=first + timedelta(days=number % 17) if is_complete else None,
        submissions=1 + number % 3,
        is_first_time_right=number % 3 != 1 and not is_held,
        held_since=first if is_held else None,
        awaited=awaited,
    )


def _tally(code: str, severity: Severity, message: str, action: str, submissions: int) -> FindingTally:
    return FindingTally(code, severity, message, action, submissions, submissions, MADE - timedelta(days=9))


def _site_line(number: int) -> SiteLine:
    is_silent = number == 4
    return SiteLine(
        number=f"{123 + number}",
        name=("Northfield Hospital", "Eastbourne Road Cancer Centre", "Westmoor Hospital")[number % 3],
        subjects=0 if is_silent else 20 - number,
        complete=0 if is_silent else 15 - 2 * number,
        awaiting=0 if is_silent else 4,
        held=0 if number in (0, 4) else number,
        enrolled=22,
        first_time_right=0 if is_silent else 14 - 2 * number,
        first_time_all=0 if is_silent else 20 - number,
        overdue=number * 2,
        oldest_held=None if number in (0, 4) else MADE - timedelta(days=5 * number),
        last_received=None if is_silent else MADE - timedelta(days=3 + 20 * number),
    )
