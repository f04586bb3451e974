"""A verdict as JSON: the object that `ingest check --json` prints (docs/schemas/check.schema.json)."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from ingest.model.finding import JudgedFinding
from ingest.model.inspection import Coverage, PackageFacts
from ingest.model.verdict import SubjectVerdict, Verdict


def describe_verdict(package: PackageFacts, verdict: Verdict, coverage: Coverage) -> dict[str, Any]:
    """Return the published form of a verdict, schema 1. Every key is always there."""
    return {
        "schema": 1,
        "package": {
            "sha256": package.sha256,
            "size": package.size,
            "members": package.members,
            "instances": package.instances,
        },
        "outcome": verdict.outcome.value,
        "findings": [describe_finding(finding) for finding in verdict.findings],
        "subjects": [_describe_subject(subject) for subject in verdict.subjects],
        "trial": {"name": verdict.trial_name, "sha256": verdict.trial_sha256},
        "coverage": _describe_coverage(coverage),
    }


def describe_finding(judged: JudgedFinding) -> dict[str, Any]:
    """Return the published form of one finding."""
    finding = judged.finding
    return {
        "code": finding.code,
        "severity": judged.severity.value,
        "scope": judged.scope.value,
        "where": finding.where,
        "keyword": finding.keyword,
        "count": finding.count,
        "instances": [
            {
                "ordinal": instance.ordinal,
                "modality": instance.modality,
                "series_number": instance.series_number,
                "instance_number": instance.instance_number,
            }
            for instance in finding.instances
        ],
        "message": judged.message,
        "action": judged.action,
    }


def _describe_subject(subject: SubjectVerdict) -> dict[str, Any]:
    return {
        "subject_id": subject.subject_id,
        "label": subject.label,
        "outcome": subject.outcome.value,
        "completeness": {
            "state": subject.completeness.state.value,
            "missing": [
                {"object": item.object, "expected": item.expected, "found": item.found}
                for item in subject.completeness.missing
            ],
        },
        "findings": [describe_finding(finding) for finding in subject.findings],
    }


def _describe_coverage(coverage: Coverage) -> dict[str, Any]:
    plain = {item.name: getattr(coverage, item.name) for item in fields(coverage)}
    return {**plain, "not_checked": dict(coverage.not_checked)}
