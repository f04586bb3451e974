"""Held work in words: why, what to do next, and by when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ingest.ledger.acts import NewAct, RecordedAct, waiting_act
from ingest.ledger.held import HeldItem
from ingest.ledger.transaction import Transaction
from ingest.model.finding import Effect, JudgedFinding
from ingest.model.verdict import Outcome, Verdict
from ingest.steps.incident import identifies

#: UK GDPR, article 33: a breach is notified within 72 hours of becoming aware of it.
INCIDENT_TIME = timedelta(hours=72)
HELD_TIME = timedelta(days=14)

#: The new content of a file contradicts what is filed: a person takes one of the two.
CONFLICT = "CMP402"
_NOT_ENROLLED = "SID141"


@dataclass(frozen=True, slots=True)
class HeldWork:
    """A held item as the study team reads it.

    reasons: the findings that hold it, worst first; acts: what was asked for and done, oldest first.
    """

    item: HeldItem
    reasons: tuple[JudgedFinding, ...]
    files: int
    near_miss: str
    next_action: str
    acts: tuple[RecordedAct, ...] = ()

    @property
    def reason(self) -> str:
        """Return the first reason in words, and how many more there are."""
        if not self.reasons:
            return "no reason is recorded"
        more = len(self.reasons) - 1
        return self.reasons[0].message + (f" (and {more} more)" if more else "")


def deadline_of(verdict: Verdict, now: datetime) -> datetime | None:
    """Return by when a person must have looked at what a verdict holds; None where it holds nothing."""
    held = [subject for subject in verdict.subjects if subject.outcome is Outcome.HELD]
    if not held:
        return None
    findings = [*verdict.findings, *(item for subject in held for item in subject.findings)]
    return now + (INCIDENT_TIME if any(identifies(item) for item in findings) else HELD_TIME)


def describe_held(tx: Transaction, item: HeldItem) -> HeldWork:
    """Return a held item with what its newest verdict says."""
    decided = tx.verdicts.latest(item.submission_id)
    stored = tx.inspections.latest(item.submission_id)
    reasons = holding(decided.verdict, item.label) if decided else ()
    subjects = stored.inspection.subjects if stored else ()
    facts = next((facts for facts in subjects if facts.label == item.label), None)
    near_miss = (facts.near_miss or "") if facts and item.subject_id is None else ""
    known = tx.acts.of_submission(item.submission_id, in_force_only=False)
    acts = tuple(recorded for recorded in known if recorded.act.label == item.label)
    files = facts.instances if facts else 0
    action = _next_action(item, reasons, near_miss, waiting_act(acts))
    return HeldWork(item, reasons, files, near_miss, action, acts)


def holding(verdict: Verdict, label: str) -> tuple[JudgedFinding, ...]:
    """Return the findings that hold a subject: its own, and those of the whole zip."""
    own = next((subject.findings for subject in verdict.subjects if subject.label == label), ())
    return tuple(item for item in (*verdict.findings, *own) if item.effect is Effect.HOLD)


def in_words(act: NewAct) -> str:
    """Return what an act does, for the person who is to confirm it."""
    of = f" of {act.submission_id}" if act.submission_id else ""
    to = f" as {act.assign_to}" if act.assign_to else ""
    over = ", in the place of what is filed" if act.supersedes else ""
    return f"{act.kind.value} {act.subject_id or act.label or 'the whole zip'}{of}{to}{over}"


def needs_two(reasons: Sequence[JudgedFinding]) -> bool:
    """Whether a release sets aside who the patient is, or what identifies one: that takes two people."""
    return any(item.finding.code.startswith("SID") or identifies(item) for item in reasons)


def _next_action(
    item: HeldItem, reasons: Sequence[JudgedFinding], near_miss: str, waiting: RecordedAct | None
) -> str:
    """Return what a person does next, as the command where one fits."""
    codes = {reason.finding.code for reason in reasons}
    show = f"ingest held show {item.id}"
    if item.closed is not None:
        return f"nothing: it was resolved on {item.closed:%Y-%m-%d} (ingest show {item.submission_id})"
    if waiting is not None:
        asked = f"{waiting.act.by} asks to {in_words(waiting.act)}: {waiting.act.reason}"
        return f"a second person: ingest held confirm {waiting.name} --by NAME --reason …  ({asked})"
    if any(identifies(reason) for reason in reasons):
        return f"look ({show} --show-values), then purge and ask for a clean resend"
    if near_miss:
        return f"ask the site, then ingest held release {item.id} --as {near_miss}"
    if item.subject_id is None:
        return f"ask the site for the study ID, then ingest held release {item.id} --as ID"
    if CONFLICT in codes:
        return f"ask which is right, then ingest held release {item.id} --supersede, or reject"
    if codes == {_NOT_ENROLLED}:
        again = f"ingest reprocess submission {item.submission_id}"
        return f"ask the site; if it is right, import the new list (ingest enrolment import), then {again}"
    if any(code.startswith("SID") for code in codes):
        return (
            f"ask the site whose data it is, then ingest held release {item.id} (with --as, if need be), "
            "or reject"
        )
    if any(code.startswith("PSN") for code in codes):
        return f"look ({show} --show-values), then ingest approve --from {item.submission_id}, or reject"
    return f"look ({show}), then release or reject"
