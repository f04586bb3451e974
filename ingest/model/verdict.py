"""What was decided: the outcome of each subject of a submission, and a subject's completeness."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ingest.model.finding import JudgedFinding


class Outcome(StrEnum):
    """Of a subject in a submission, and of a submission: the worst of its subjects."""

    ACCEPTED = "accepted"
    HELD = "held"
    REJECTED = "rejected"


class CompletenessState(StrEnum):
    """Whether a subject has all that the trial expects of it."""

    COMPLETE = "complete"
    AWAITING = "awaiting"
    NOT_VERIFIABLE = "not verifiable"


@dataclass(frozen=True, slots=True)
class MissingObject:
    """One expected object that is not there: what was expected and what was found, in words and counts."""

    object: str
    expected: str
    found: str


@dataclass(frozen=True, slots=True)
class Completeness:
    """A subject's completeness over everything filed for it and what is being filed now."""

    state: CompletenessState
    missing: tuple[MissingObject, ...] = ()


@dataclass(frozen=True, slots=True)
class SubjectVerdict:
    """What was decided for one subject of a submission.

    head_version: the subject's archive version that this was judged on (0: nothing filed yet).
    new, duplicates, conflicts: counts of instances against what is filed.
    resolved:     expected objects that were missing before this submission and are there with it.
    """

    label: str
    subject_id: str | None
    outcome: Outcome
    completeness: Completeness
    findings: tuple[JudgedFinding, ...]
    head_version: int = 0
    new: int = 0
    duplicates: int = 0
    conflicts: int = 0
    resolved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided for a submission; `findings` are those that belong to no subject."""

    outcome: Outcome
    findings: tuple[JudgedFinding, ...]
    subjects: tuple[SubjectVerdict, ...]
    trial_name: str
    trial_sha256: str


def worst(outcomes: list[Outcome]) -> Outcome:
    """Return the worst of the outcomes; a submission without any subject is rejected."""
    if not outcomes or Outcome.REJECTED in outcomes:
        return Outcome.REJECTED
    return Outcome.HELD if Outcome.HELD in outcomes else Outcome.ACCEPTED
