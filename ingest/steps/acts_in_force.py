"""What people's acts say of a subject of a submission: an input to `decide`, whenever it is decided."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from ingest.ledger.acts import RecordedAct
from ingest.ledger.transaction import Transaction
from ingest.model.finding import Finding
from ingest.model.inspection import Inspection, SubjectFacts
from ingest.model.submission import ActKind

REJECTED, PURGED = "ARC201", "ARC202"


@dataclass(frozen=True, slots=True)
class SubjectActs:
    """What the acts in force come to for one subject of a submission.

    overruled:  finding codes that a release sets aside.
    supersedes: the new content takes the place of what is filed.
    added:      the finding that says what a person did: rejected, purged.
    """

    overruled: tuple[str, ...] = ()
    supersedes: bool = False
    added: tuple[Finding, ...] = ()

    @property
    def is_settled(self) -> bool:
        """Whether a person has settled what was disputed: released or rejected."""
        return bool(self.overruled or self.added)


def acts_on(tx: Transaction, submission_id: str, label: str) -> SubjectActs:
    """Return what the acts in force say of a subject, by its label now or before it was assigned.

    A release after a rejection is a change of mind; a purge is for good.
    """
    return combine(label, tx.acts.of_submission(submission_id))


def combine(label: str, acts: Iterable[RecordedAct]) -> SubjectActs:
    """Return what acts, oldest first, come to for a subject."""
    acts = tuple(acts)
    names = names_of(label, acts)
    codes: set[str] = set()
    supersedes = is_rejected = is_purged = False
    for item in acts:
        if item.act.label not in names:
            continue
        kind = item.act.kind
        is_purged = is_purged or kind is ActKind.PURGE
        if kind is ActKind.RELEASE:
            codes.update(item.act.overrules)
            supersedes = supersedes or item.act.supersedes
            is_rejected = False
        elif kind is ActKind.REJECT:
            is_rejected = True
            codes.clear()
            supersedes = False
    code = PURGED if is_purged else REJECTED if is_rejected else ""
    added = (Finding(code, label),) if code else ()
    return SubjectActs(tuple(sorted(codes)), supersedes, added)


def names_of(label: str, acts: tuple[RecordedAct, ...]) -> set[str]:
    """Return the labels that a subject has had, as acts assigned it one study ID after another."""
    names, before = {label}, 0
    while len(names) > before:
        before = len(names)
        for item in acts:
            if item.act.assign_to and not names.isdisjoint((item.act.label, item.act.assign_to)):
                names |= {item.act.label, item.act.assign_to}
    return names


def with_purged(tx: Transaction, submission_id: str, inspection: Inspection) -> Inspection:
    """Return the inspection with the subjects that were purged from it: they are reported, not forgotten."""
    present = {facts.label for facts in inspection.subjects}
    gone = {
        item.act.label: item.act.subject_id or None
        for item in tx.acts.of_submission(submission_id)
        if item.act.kind is ActKind.PURGE and item.act.label not in present
    }
    if not gone:
        return inspection
    missing = tuple(SubjectFacts(label, subject_id, 0) for label, subject_id in gone.items())
    return replace(inspection, subjects=(*inspection.subjects, *missing))
