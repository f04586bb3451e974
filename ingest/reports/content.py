"""Builds the submission report: a pure function from what is known to what is said."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.model.inspection import Coverage, PackageFacts
from ingest.reports.headline import package_headline, package_lead, package_tone
from ingest.reports.held import name_what_is_held
from ingest.reports.inputs import SubmissionReportInput
from ingest.reports.plain_text import clean, counted, joined, mail_address
from ingest.reports.problems import problems_of, stops
from ingest.reports.report import Receipt, SubmissionReport, Tone
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
        subjects=tuple(build_subject(subject, source, words) for subject in source.subjects),
        to_fix=problems_of([item for item in verdict.findings if stops(item)], shelf, {}),
        to_know=problems_of([item for item in verdict.findings if not stops(item)], shelf, {}),
        steps=shelf.taken,
        receipt=_receipt(package, words),
        coverage=_coverage(source.coverage),
        contact=mail_address(source.contact),
        program_version=clean(source.program_version),
        trial_sha256=clean(verdict.trial_sha256),
    )


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


def _coverage(coverage: Coverage) -> tuple[str, ...]:
    """Say what was looked at, and what was not: that never counts as clean."""
    said = []
    if coverage.elements:
        said.append(f"{counted(coverage.elements, 'field')} of the DICOM files were read and judged.")
    if coverage.elements_without_rule:
        said.append(f"{counted(coverage.elements_without_rule, 'field')} had no rule of their own.")
    if coverage.private_elements:
        said.append(f"{counted(coverage.private_elements, 'field')} were private fields of a manufacturer.")
    if coverage.pixels_checked:
        said.append(
            f"{counted(coverage.pixels_checked, 'image')} were searched for text burnt into the picture."
        )
    if coverage.members_not_read:
        said.append(f"{counted(coverage.members_not_read, 'file')} in the zip could not be read.")
    left_out = [f"{clean(what, 80)} ({count:,})" for what, count in sorted(coverage.not_checked.items())]
    if left_out:
        said.append(f"Not checked: {joined(left_out)}.")
    return tuple(said)


def subjects_in_words(report: SubmissionReport, most: int = 3) -> str:
    """Return the study IDs of a report for an e-mail's subject line; what is not a study ID is counted."""
    known: Sequence[str] = [section.subject_id for section in report.subjects if section.subject_id]
    unknown = len(report.subjects) - len(known)
    parts = [*known[:most]]
    rest = len(known) - len(parts) + unknown
    if rest:
        parts.append(f"{rest} more" if parts else counted(rest, "patient"))
    return joined(parts)
