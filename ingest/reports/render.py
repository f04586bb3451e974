"""The submission report as HTML, JSON and plain text."""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Mapping
from typing import Any

from ingest.reports.page import render_page, render_plain
from ingest.reports.pictures.subject import draw_subject
from ingest.reports.report import Problem, Steps, SubjectSection, SubmissionReport

#: Of the published JSON, docs/schemas/submission-report.schema.json.
SCHEMA_VERSION = 1

_LINE = 78
_LIST_MARK = re.compile(r" *(?:[*-] |[0-9]+\. )?")


def render_html(report: SubmissionReport) -> str:
    """Return the report as one self-contained page."""
    pictures = {
        subject.anchor: draw_subject(subject.pictures, subject.anchor) if subject.pictures else ()
        for subject in report.subjects
    }
    return render_page("submission.html.j2", report=report, steps=_steps_by_part(report), pictures=pictures)


def render_text(report: SubmissionReport) -> str:
    """Return the report as a plain-text e-mail, in lines of at most 78 characters where words allow."""
    return wrap_lines(compose_text(report))


def compose_text(report: SubmissionReport) -> str:
    """Return the plain text before its lines are folded; at most one empty line in a row."""
    return re.sub(r"\n{3,}", "\n\n", render_plain("submission.txt.j2", report=report)).strip() + "\n"


def render_json(report: SubmissionReport) -> str:
    """Return the report as JSON of the published schema."""
    return json.dumps(_document(report), ensure_ascii=False, indent=1) + "\n"


def wrap_lines(text: str) -> str:
    """Return `text` with long lines folded under their indent."""
    return "\n".join(folded for line in text.splitlines() for folded in _fold(line)) + "\n"


def _fold(line: str) -> list[str]:
    if len(line) <= _LINE:
        return [line]
    mark = _LIST_MARK.match(line)
    indent = " " * (mark.end() if mark else 0)
    folded = textwrap.wrap(
        line, _LINE, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )
    return folded or [line]


def _steps_by_part(report: SubmissionReport) -> Mapping[str, Mapping[str, Steps]]:
    parts = {subject.anchor: {item.key: item for item in subject.steps} for subject in report.subjects}
    return {"": {item.key: item for item in report.steps}, **parts}


def _document(report: SubmissionReport) -> dict[str, Any]:
    return {
        "schema": SCHEMA_VERSION,
        "submission": report.submission_id,
        "headline": report.headline,
        "lead": report.lead,
        "tone": report.tone.value,
        "outcome": report.outcome,
        "act": report.act,
        "site": {"number": report.site_number, "name": report.site},
        "route": report.route,
        "received": report.received.isoformat(),
        "reported": report.reported.isoformat(),
        "trial": {"name": report.trial_name, "sha256": report.trial_sha256},
        "program_version": report.program_version,
        "package": {
            "sha256": report.receipt.sha256,
            "size": report.receipt.size,
            "members": report.receipt.members,
            "instances": report.receipt.instances,
            "not_read": dict(report.receipt.not_read),
        },
        "findings": [_problem(item) for item in report.findings],
        "steps": [_steps(item) for item in report.steps],
        "subjects": [_subject(item) for item in report.subjects],
        "coverage": list(report.coverage),
    }


def _subject(subject: SubjectSection) -> dict[str, Any]:
    return {
        "subject_id": subject.subject_id,
        "label": subject.label,
        "tone": subject.tone.value,
        "outcome": subject.outcome,
        "near_miss": subject.near_miss or None,
        "completeness": {
            "state": subject.completeness,
            "missing": [
                {
                    "object": line.object,
                    "title": line.title,
                    "expected": line.expected,
                    "found": line.found,
                    "is_held": line.is_held,
                    "steps": line.steps or None,
                }
                for line in subject.missing
            ],
        },
        "arrived": [
            {
                "object": line.kind,
                "title": line.title,
                "instances": line.instances,
                "series": list(line.series),
            }
            for line in subject.arrived
        ],
        "changes": list(subject.changes),
        "findings": [_problem(item) for item in subject.findings],
        "steps": [_steps(item) for item in subject.steps],
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {
        "code": problem.code,
        "severity": problem.severity,
        "message": problem.message,
        "action": problem.action,
        "where": problem.place,
        "count": problem.count,
        "files": list(problem.files),
        "instances": [
            {
                "ordinal": ref.ordinal,
                "modality": ref.modality,
                "series_number": ref.series_number,
                "instance_number": ref.instance_number,
            }
            for ref in problem.instances
        ],
        "steps": problem.steps or None,
    }


def _steps(item: Steps) -> dict[str, Any]:
    return {
        "key": item.key,
        "title": item.title,
        "system": item.system,
        "version": item.version,
        "review": item.review,
        "is_checked": item.is_checked,
        "steps": list(item.steps),
    }
