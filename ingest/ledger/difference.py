"""The difference of two verdicts on the same submission."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.model.verdict import CompletenessState, Outcome, Verdict


@dataclass(frozen=True, slots=True)
class SubjectDifference:
    """What changed for one subject (`label` empty: the package). None: it was not there."""

    label: str
    outcome_before: Outcome | None
    outcome_after: Outcome | None
    completeness_before: CompletenessState | None = None
    completeness_after: CompletenessState | None = None
    codes_new: tuple[str, ...] = ()
    codes_gone: tuple[str, ...] = ()

    @property
    def is_change(self) -> bool:
        """Whether anything differs at all."""
        return (
            self.outcome_before is not self.outcome_after
            or self.completeness_before is not self.completeness_after
            or bool(self.codes_new or self.codes_gone)
        )


@dataclass(frozen=True, slots=True)
class VerdictDifference:
    """What changed between two verdicts; `subjects` are only those that changed."""

    outcome_before: Outcome | None
    outcome_after: Outcome
    subjects: tuple[SubjectDifference, ...]

    @property
    def is_change(self) -> bool:
        """Whether anything differs at all."""
        return self.outcome_before is not self.outcome_after or bool(self.subjects)


@dataclass(frozen=True, slots=True)
class _Side:
    outcome: Outcome | None
    completeness: CompletenessState | None
    codes: frozenset[str]


_ABSENT = _Side(None, None, frozenset())


def compare(before: Verdict | None, after: Verdict) -> VerdictDifference:
    """Return what passes that failed, what fails that passed, and which codes came and went."""
    left, right = _sides(before), _sides(after)
    labels = sorted(left.keys() | right.keys())
    differences = [_between(label, left.get(label, _ABSENT), right.get(label, _ABSENT)) for label in labels]
    return VerdictDifference(
        before.outcome if before else None,
        after.outcome,
        tuple(item for item in differences if item.is_change),
    )


def _between(label: str, left: _Side, right: _Side) -> SubjectDifference:
    return SubjectDifference(
        label,
        left.outcome,
        right.outcome,
        left.completeness,
        right.completeness,
        tuple(sorted(right.codes - left.codes)),
        tuple(sorted(left.codes - right.codes)),
    )


def _sides(verdict: Verdict | None) -> dict[str, _Side]:
    if verdict is None:
        return {}
    sides = {"": _Side(None, None, frozenset(item.finding.code for item in verdict.findings))}
    for subject in verdict.subjects:
        codes = frozenset(item.finding.code for item in subject.findings)
        sides[subject.label] = _Side(subject.outcome, subject.completeness.state, codes)
    return sides
