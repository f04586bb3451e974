"""From findings to outcomes: the trial's and the site's severities, and what they do (DESIGN section 2)."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping

from ingest.checks.codes import load_codes
from ingest.model.finding import Effect, Finding, FindingCode, JudgedFinding, Severity
from ingest.model.verdict import Outcome
from ingest.trial.definition import SeverityOverride, Site, Trial

#: Worst first, for sorting.
SEVERITY_ORDER = {severity: rank for rank, severity in enumerate(Severity)}

_DEFAULT_EFFECTS = {
    Severity.BLOCK: Effect.HOLD,
    Severity.REVIEW: Effect.HOLD,
    Severity.WARN: Effect.NONE,
    Severity.INFO: Effect.NONE,
}

_TIMES = {1: "once", 2: "twice"}


class _Blanks(dict[str, object]):
    """Details for a sentence; one that was not given reads as an ellipsis, never as an error."""

    def __missing__(self, key: str) -> str:
        return "…"


def judge(findings: Iterable[Finding], trial: Trial, site: Site | None) -> tuple[JudgedFinding, ...]:
    """Return the findings with severity, effect and sentences, worst first.

    A site's override comes before the trial's, the trial's before finding_codes.toml.
    """
    overrides = _overrides_by_code(trial, site)
    codes = load_codes()
    judged = [_judge_one(finding, codes[finding.code], overrides.get(finding.code)) for finding in findings]
    return tuple(
        sorted(
            judged, key=lambda item: (SEVERITY_ORDER[item.severity], item.finding.code, item.finding.where)
        )
    )


def _overrides_by_code(trial: Trial, site: Site | None) -> Mapping[str, SeverityOverride]:
    overrides = {item.code: item for item in trial.overrides}
    if site is not None:
        overrides.update({item.code: item for item in site.overrides})
    return overrides


def _judge_one(finding: Finding, code: FindingCode, override: SeverityOverride | None) -> JudgedFinding:
    severity, effect = code.severity, code.effect
    if override is not None:
        severity = override.severity or severity
        effect = override.effect or (_effect_of(severity, effect) if override.severity else effect)
    return JudgedFinding(
        finding=finding,
        severity=severity,
        scope=code.scope,
        effect=effect,
        message=phrase(code.message, finding),
        action=phrase(code.action, finding),
    )


def _effect_of(severity: Severity, effect: Effect) -> Effect:
    """Return the effect that goes with an overridden severity; what rejects still rejects while it blocks."""
    if severity is Severity.BLOCK and effect is Effect.REJECT:
        return effect
    return _DEFAULT_EFFECTS[severity]


def phrase(template: str, finding: Finding) -> str:
    """Return a sentence of finding_codes.toml, filled with the finding's detail and count.

    Besides the detail: {count}, {times} ("once", "3 times"), {files} ("1 file"), {keyword}, {where}.
    """
    details = _Blanks(
        count=finding.count,
        times=_TIMES.get(finding.count, f"{finding.count} times"),
        files="1 file" if finding.count == 1 else f"{finding.count} files",
        keyword=finding.keyword,
        where=finding.where,
    )
    details.update(finding.detail)
    return string.Formatter().vformat(template, (), details)


def outcome_of(findings: Iterable[JudgedFinding]) -> Outcome:
    """Return what these findings, all of one subject or all of the package, do to it."""
    effects = {finding.effect for finding in findings}
    if Effect.REJECT in effects:
        return Outcome.REJECTED
    return Outcome.HELD if Effect.HOLD in effects else Outcome.ACCEPTED
