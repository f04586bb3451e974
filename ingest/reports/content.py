"""Builds the submission report: a pure function from what is known to what is said."""

from __future__ import annotations

from ingest.model.finding import Severity
from ingest.model.inspection import Coverage, PackageFacts
from ingest.reports.headline import WORST_FIRST, package_headline, package_lead, package_tone
from ingest.reports.held import name_what_is_held
from ingest.reports.inputs import SubmissionReportInput
from ingest.reports.plain_text import clean, counted, joined, mail_address
from ingest.reports.problems import fixes_of, problems_of, stops
from ingest.reports.report import Receipt, SubjectSection, SubmissionReport, Tone
from ingest.reports.steps import StepsShelf
from ingest.reports.subject_section import build_subject
from ingest.reports.texts import Texts, load_texts


def build_submission_report(source: SubmissionReportInput, texts: Texts | None = None) -> SubmissionReport:
    """Return the report on one submission. `texts` defaults to those that ship with the program."""
    words = texts or load_texts()
    source = name_what_is_held(source)
    verdict, package = source.verdict, source.package
    shelf = StepsShelf(words, source.planning_system, "zip-")
    tone = Tone.REJECTED if package.is_unfinished else package_tone(verdict)
    stopping = problems_of([item for item in verdict.findings if stops(item)], shelf, {})
    others = problems_of([item for item in verdict.findings if not stops(item)], shelf, {})
    return SubmissionReport(
        submission_id=clean(source.submission_id),
        tone=tone,
        outcome=verdict.outcome.value,
        headline=package_headline(verdict, source.is_repeat, package.is_unfinished, words),
        lead=package_lead(verdict, source.is_repeat, package.is_unfinished, words),
        status=words.statuses[tone.value].text,
        trial_name=clean(source.trial_name or verdict.trial_name),
        trial_title=clean(source.trial_title),
        site=clean(source.site_name),
        site_number=clean(source.site_number),
        route=source.route.value,
        route_title=words.routes[source.route.value],
        received=source.received,
        reported=source.reported,
        act=words.acts[source.act.value].text if source.act.value in words.acts else "",
        subjects=_subjects(source, words),
        findings=stopping + others,
        to_fix=fixes_of(stopping, package.members),
        to_know=fixes_of([item for item in others if item.severity != Severity.INFO.value]),
        noted=fixes_of([item for item in others if item.severity == Severity.INFO.value]),
        steps=shelf.taken,
        receipt=_receipt(package, words),
        coverage=_coverage(source.coverage, words),
        contact=mail_address(source.contact),
        program_version=clean(source.program_version),
        trial_sha256=clean(verdict.trial_sha256),
    )


def _subjects(source: SubmissionReportInput, texts: Texts) -> tuple[SubjectSection, ...]:
    """Return the subjects' parts: what needs a person first, what needs nothing last."""
    sections = [build_subject(subject, source, texts) for subject in source.subjects]
    return tuple(sorted(sections, key=lambda section: WORST_FIRST.index(section.tone)))


def _receipt(package: PackageFacts, texts: Texts) -> Receipt:
    kinds = [
        (clean(texts.members.get(kind, kind), 60), count) for kind, count in package.kinds.items() if count
    ]
    return Receipt(
        sha256=clean(package.sha256),
        size=package.size,
        members=package.members,
        instances=package.instances,
        not_read=tuple(sorted(kinds)),
        display_name=clean(package.display_name, 120),
    )


def _coverage(coverage: Coverage, texts: Texts) -> tuple[str, ...]:
    """Say what was looked at, and what was not: that never counts as clean."""
    counts = {
        "read": (coverage.elements, "field"),
        "without-rule": (coverage.elements_without_rule, "field"),
        "private": (coverage.private_elements, "field"),
        "private-technical": (coverage.private_let_through, "private field"),
        "pixels": (coverage.pixels_checked, "image"),
        "not-read": (coverage.members_not_read, "file"),
    }
    said = [
        texts.coverage[key].text.format(counted=counted(count, one))
        for key, (count, one) in counts.items()
        if count
    ]
    left_out = [f"{clean(what, 80)} ({count:,})" for what, count in sorted(coverage.not_checked.items())]
    if left_out:
        said.append(texts.coverage["not-checked"].text.format(what=joined(left_out)))
    return tuple(said)


def subjects_in_words(report: SubmissionReport, most: int = 3) -> str:
    """Return the study IDs of a report for an e-mail's subject line; what is not a study ID is counted."""
    known = sorted(section.subject_id for section in report.subjects if section.subject_id)
    unknown = len(report.subjects) - len(known)
    parts = [*known[:most]]
    rest = len(known) - len(parts) + unknown
    if rest:
        parts.append(f"{rest} more" if parts else counted(rest, "patient"))
    return joined(parts)
