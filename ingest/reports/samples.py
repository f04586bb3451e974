"""Sample submissions for the preview: every answer and every picture, with no patient behind any of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from ingest.model.finding import Effect, Finding, InstanceRef, JudgedFinding, Scope, Severity
from ingest.model.inspection import Coverage, PackageFacts
from ingest.model.route import RouteKind
from ingest.model.submission import ActKind
from ingest.model.verdict import (
    Completeness,
    CompletenessState,
    MissingObject,
    Outcome,
    SubjectVerdict,
    Verdict,
    worst,
)
from ingest.reports.inputs import ArrivedSeries, SubjectInput, SubmissionReportInput
from ingest.reports.sample_pictures import sample_pictures

RECEIVED = datetime(2026, 11, 23, 9, 5, tzinfo=UTC)
_TRIAL = "Hamlet.rt"
_DIGEST = "9f2c7c1a4be0d5c2f1a8e7765bb0c3d24e9a10f4c6d8b7a3902e51f64d7c8b1e"


def sample_submissions() -> Mapping[str, SubmissionReportInput]:
    """Return samples by file name: one for each answer that a site can get."""
    whole, partial = sample_subject("123-1001"), sample_awaiting("123-1002")
    leak, review = sample_leak("123-1003"), sample_review("123-1004")
    return {
        "complete": _submission(1, (whole,)),
        "awaiting": _submission(2, (partial,)),
        "name-left": _submission(3, (leak,), route=RouteKind.EGRESS),
        "to-be-looked-at": _submission(4, (review,)),
        "batch": _submission(5, (whole, partial, leak)),
        "repeat": _submission(6, (whole,), is_repeat=True),
        "study-id-wrong": _submission(7, (_unidentified(),), route=RouteKind.HTP),
        "password": _submission(8, (), findings=(_password(),)),
        "unfinished": _submission(9, (), is_unfinished=True),
        "no-dicom": _submission(10, ()),
        "withdrawn": _submission(11, (sample_withdrawn("123-1005"),)),
        "judged-again": _submission(12, (whole,), act=ActKind.REPROCESS),
        "released": _submission(13, (whole,), act=ActKind.RELEASE),
        "reassigned": _submission(14, (whole,), act=ActKind.REASSIGN),
        "earlier-held": _submission(15, (sample_earlier_held("123-1002"),)),
    }


def sample_subject(subject_id: str) -> SubjectInput:
    """Return a subject with everything."""
    verdict = SubjectVerdict(
        subject_id,
        subject_id,
        Outcome.ACCEPTED,
        Completeness(CompletenessState.COMPLETE),
        (_finding("PSN156", Severity.INFO, "The dates of study are kept.", "Nothing needs to be done."),),
        head_version=1,
        new=1,
        duplicates=1_811,
    )
    return SubjectInput(
        verdict=verdict,
        arrived=_arrived(dose=True),
        filed={
            "planning-ct": 98,
            "rtstruct": 1,
            "rtplan": 1,
            "rtdose": 1,
            "image-guidance": 1672,
            "reg": 19,
        },
        resolved=("rtdose",),
        systems={"RTPLAN": "eclipse", "IGRT": "eclipse"},
        pictures=sample_pictures(),
    )


def sample_awaiting(subject_id: str) -> SubjectInput:
    """Return a subject that lacks its dose and some slices of its CT."""
    missing = (
        MissingObject("planning-ct", "98 CT images", "91 present"),
        MissingObject("rtdose", "at least 1 RTDOSE", "none"),
    )
    verdict = SubjectVerdict(
        subject_id,
        subject_id,
        Outcome.ACCEPTED,
        Completeness(CompletenessState.AWAITING, missing),
        (
            _finding(
                "IGR101",
                Severity.WARN,
                "4 days of treatment without an image, of 20 fractions delivered.",
                "If there were scans on those days, export and send them. If not, there is nothing to do.",
                tuple(InstanceRef(2000 + n, "RTRECORD", 300 + n, 1) for n in (5, 10, 15, 20)),
            ),
        ),
        new=1_804,
    )
    return SubjectInput(
        verdict=verdict,
        arrived=_arrived(dose=False),
        filed={
            "planning-ct": 91,
            "rtstruct": 1,
            "rtplan": 1,
            "image-guidance": 1672,
            "reg": 19,
            "rtrecord": 20,
        },
        systems={"RTPLAN": "raystation", "CT": "raystation"},
        pictures=sample_pictures(is_whole=False),
    )


def sample_leak(subject_id: str) -> SubjectInput:
    """Return a subject with a name left in the plan."""
    finding = _finding(
        "PSN101",
        Severity.BLOCK,
        "A person's name stands in an attribute made for names (once). Only the study ID, a placeholder or"
        " nothing may stand there.",
        "Remove the name in the planning system's anonymiser and send the data again.",
        (InstanceRef(97, "RTPLAN", 4, 1),),
        where="(0008,1070)",
        keyword="OperatorsName",
        effect=Effect.HOLD,
    )
    born = _finding(
        "PSN102",
        Severity.BLOCK,
        "A date of birth is in the data.",
        "Empty the date of birth, or set it to 1 January 1900, and send the data again.",
        tuple(InstanceRef(n, "CT", 2, n) for n in range(1, 21)),
        where="(0010,0030)",
        keyword="PatientBirthDate",
        effect=Effect.HOLD,
        count=98,
    )
    verdict = SubjectVerdict(
        subject_id,
        subject_id,
        Outcome.HELD,
        Completeness(
            CompletenessState.AWAITING,
            tuple(
                MissingObject(kind, "1", "none") for kind in ("planning-ct", "rtstruct", "rtplan", "rtdose")
            ),
        ),
        (finding, born),
    )
    return SubjectInput(
        verdict=verdict,
        arrived=_arrived(dose=True),
        held_objects=("planning-ct", "rtstruct", "rtplan", "rtdose"),
        systems={"RTPLAN": "monaco", "IGRT": "xvi"},
    )


def sample_review(subject_id: str) -> SubjectInput:
    """Return a subject that a person of the trial team has to look at."""
    finding = _finding(
        "PSN301",
        Severity.REVIEW,
        "A manufacturer's private element is in the data, and nobody has approved it yet for your site.",
        "Have your anonymiser remove private elements, or ask the study team to approve this maker's.",
        tuple(InstanceRef(n, "CT", 2, n) for n in range(1, 9)),
        where="(7005,1008)",
        effect=Effect.HOLD,
        count=98,
    )
    verdict = SubjectVerdict(
        subject_id, subject_id, Outcome.HELD, Completeness(CompletenessState.NOT_VERIFIABLE), (finding,)
    )
    return SubjectInput(verdict=verdict, arrived=_arrived(dose=True), systems={"RTPLAN": "pinnacle"})


def sample_withdrawn(subject_id: str) -> SubjectInput:
    """Return a subject that was withdrawn before the zip came."""
    finding = _finding(
        "SID140",
        Severity.BLOCK,
        "This study ID is withdrawn from the trial.",
        "Send nothing more for this study ID. What arrived is not kept.",
        effect=Effect.REJECT,
    )
    completeness = Completeness(CompletenessState.NOT_VERIFIABLE)
    return SubjectInput(
        verdict=SubjectVerdict(subject_id, subject_id, Outcome.REJECTED, completeness, (finding,)),
        arrived=_arrived(dose=True),
    )


def sample_earlier_held(subject_id: str) -> SubjectInput:
    """Return a subject whose dose came in an earlier zip and is held."""
    return replace(sample_awaiting(subject_id), held_objects=("rtdose",), pictures=None)


def _arrived(*, dose: bool) -> tuple[ArrivedSeries, ...]:
    scans = tuple(ArrivedSeries("image-guidance", "CT", 100 + n, 88, 1, 88, "xvi") for n in range(19))
    doses = (ArrivedSeries("rtdose", "RTDOSE", 5, 1, 1, 1, "eclipse"),) if dose else ()
    return (
        ArrivedSeries("planning-ct", "CT", 2, 98 if dose else 91, 1, 98),
        ArrivedSeries("rtstruct", "RTSTRUCT", 3, 1, 1, 1, "eclipse"),
        ArrivedSeries("rtplan", "RTPLAN", 4, 1, 1, 1, "eclipse"),
        *doses,
        *scans,
        ArrivedSeries("reg", "REG", 200, 19, 1, 19, "xvi"),
        ArrivedSeries("rtrecord", "RTRECORD", None, 20),
    )


def _unidentified() -> SubjectInput:
    finding = _finding(
        "SID101",
        Severity.BLOCK,
        "PatientID is not a study ID, but nearly one: did you mean 123-1001? (1,812 files)",
        "Write the study ID exactly as 123-1001 into PatientID and PatientName and send the set again.",
        tuple(InstanceRef(n, "CT", 2, n) for n in range(1, 21)),
        where="(0010,0020)",
        keyword="PatientID",
        effect=Effect.HOLD,
        count=1_812,
        detail={"near_miss": "123-1001"},
    )
    verdict = SubjectVerdict(
        "unidentified-1", None, Outcome.HELD, Completeness(CompletenessState.NOT_VERIFIABLE), (finding,)
    )
    return SubjectInput(verdict=verdict, arrived=_arrived(dose=True), near_miss="123-1001")


def _password() -> JudgedFinding:
    return _finding(
        "PKG101",
        Severity.BLOCK,
        "The zip is protected by a password.",
        "Send it again without one: the transfer itself is encrypted.",
        effect=Effect.REJECT,
        scope=Scope.PACKAGE,
    )


def _finding(
    code: str,
    severity: Severity,
    message: str,
    action: str,
    instances: tuple[InstanceRef, ...] = (),
    *,
    where: str = "",
    keyword: str = "",
    effect: Effect = Effect.NONE,
    scope: Scope = Scope.SUBJECT,
    count: int = 1,
    detail: Mapping[str, str | int] | None = None,
) -> JudgedFinding:
    finding = Finding(code, None, where, keyword, detail or {}, count, instances)
    return JudgedFinding(finding, severity, scope, effect, message, action)


def _submission(
    number: int,
    subjects: tuple[SubjectInput, ...],
    *,
    route: RouteKind = RouteKind.EXPLORER,
    findings: tuple[JudgedFinding, ...] = (),
    is_repeat: bool = False,
    is_unfinished: bool = False,
    act: ActKind = ActKind.ARRIVAL,
) -> SubmissionReportInput:
    verdicts = tuple(subject.verdict for subject in subjects)
    instances = sum(series.instances for subject in subjects for series in subject.arrived)
    return SubmissionReportInput(
        submission_id=f"S{number:06d}",
        route=route,
        site_number="123",
        site_name="Northfield Hospital",
        received=RECEIVED,
        reported=RECEIVED + timedelta(minutes=4),
        package=PackageFacts(
            _DIGEST,
            734_003_211,
            instances + 3,
            instances,
            {"dicomdir": 1, "viewer": 2},
            is_unfinished=is_unfinished,
        ),
        verdict=Verdict(worst([v.outcome for v in verdicts]), findings, verdicts, _TRIAL, _DIGEST),
        subjects=subjects,
        coverage=Coverage(
            elements=184_212, elements_without_rule=12, private_elements=1_330, pixels_checked=190
        ),
        trial_name=_TRIAL,
        trial_title="Hamlet.rt: image-based learning in radiotherapy",
        program_version="0.1.0",
        planning_system="eclipse",
        is_repeat=is_repeat,
        act=act,
        contact="hamlet-data@example.org",
    )
