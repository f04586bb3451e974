"""Acts of people on held and filed data: recorded, confirmed where two are needed, carried out, audited.

An act is carried out once it is in force; one that a crash or a fault left is carried out by the sweep.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta

from ingest.ledger.acts import NewAct, RecordedAct, waiting_act
from ingest.ledger.errors import LedgerError, Refused
from ingest.ledger.transaction import Transaction
from ingest.ledger.transitions import Event
from ingest.model.errors import TransientError
from ingest.model.submission import ActKind, Step, SubmissionState
from ingest.steps.parts import Parts
from ingest.steps.purge import purge
from ingest.steps.reassign import check_reassignment, reassign
from ingest.steps.withdraw import withdraw


def record(parts: Parts, act: NewAct, second_by: str = "") -> RecordedAct:
    """Record an act, and carry it out where it is in force; `second_by` confirms it at once.

    Raises Refused, NotInLedger (nothing is recorded then), TransientError (the sweep tries again).
    """
    with parts.ledger.write() as tx:
        _require_rest(tx, act)
        if act.needs_second and not second_by:
            _require_new(tx, act)
        recorded = tx.acts.record(act)
        tx.audit.append(
            f"{act.kind.value}-asked" if act.needs_second else act.kind.value,
            submission_id=act.submission_id or "",
            subject_id=act.subject_id,
            by=act.by,
            detail=_detail(recorded),
        )
        if second_by:
            recorded = _confirm(tx, recorded.name, second_by, act.reason)
    return _carry_out(parts, recorded)


def confirm(parts: Parts, name: str, by: str, reason: str) -> RecordedAct:
    """Confirm an act as its second person, who says why, and carry it out. Raises as `record`."""
    if not reason.strip():
        raise Refused(f"{name} needs the reason of the second person: --reason")
    with parts.ledger.read() as tx:
        asked = tx.acts.get(name)
    if asked.act.kind is ActKind.REASSIGN and not asked.is_in_force:
        check_reassignment(parts, asked.act)
    with parts.ledger.write() as tx:
        asked = tx.acts.get(name)
        if not asked.is_in_force and waiting_act(tx.acts.on_same(asked.act)) != asked:
            raise Refused(
                f"something else was decided since {name} was asked for: ask for it again, if it is right"
            )
        _require_rest(tx, asked.act)
        recorded = _confirm(tx, name, by, reason)
    return _carry_out(parts, recorded)


def carry_out_due(parts: Parts) -> int:
    """Carry out what was left in force and not carried out; return how many.

    For as long as a lease after it was confirmed an act is with whoever confirmed it.
    """
    with parts.ledger.read() as tx:
        left = tx.now - timedelta(seconds=parts.lease_seconds)
        due = [item for item in tx.acts.to_carry_out() if item.confirmed and item.confirmed <= left]
    done = 0
    for recorded in due:
        try:
            _carry_out(parts, recorded)
            done += 1
        except (TransientError, LedgerError) as error:
            parts.log("act-put-off", act=recorded.name, reason=str(error))
    return done


def _confirm(tx: Transaction, name: str, by: str, reason: str) -> RecordedAct:
    recorded = tx.acts.confirm(name, by)
    act = recorded.act
    tx.audit.append(
        "confirmed",
        submission_id=act.submission_id or "",
        subject_id=act.subject_id,
        by=by,
        detail={"act": name, "first": act.by, "reason": reason},
    )
    return recorded


def _require_new(tx: Transaction, act: NewAct) -> None:
    """Raise Refused where the very same was asked for, and waits for its second person."""
    waiting = waiting_act(tx.acts.on_same(act))
    if waiting is None:
        return
    same = ("kind", "assign_to", "supersedes", "overrules")
    if all(getattr(waiting.act, name) == getattr(act, name) for name in same):
        raise Refused(
            f"{waiting.act.by} asked for the same already; the second person types: "
            f"ingest held confirm {waiting.name} --by NAME --reason …"
        )


def _detail(recorded: RecordedAct) -> dict[str, str | int | bool | None]:
    act = recorded.act
    return {
        "act": recorded.name,
        "label": act.label,
        "assign_to": act.assign_to,
        "supersedes": act.supersedes,
        "overrules": ", ".join(act.overrules),
        "reason": act.reason,
    }


def _require_rest(tx: Transaction, act: NewAct) -> None:
    """Raise Refused while a step of the submission is under way: what a person saw may change."""
    if act.submission_id is None:
        return
    submission = tx.submissions.get(act.submission_id)
    if submission.state is not SubmissionState.DONE:
        state = submission.state.value
        raise Refused(f"{submission.id} is {state}: wait until it is done (ingest show {submission.id})")


def _carry_out(parts: Parts, recorded: RecordedAct) -> RecordedAct:
    if recorded.is_in_force and recorded.carried_out is None:
        try:
            _WAYS[recorded.act.kind](parts, recorded)
        except TransientError as error:
            raise TransientError(
                f"{recorded.name} is in force and not done yet ({error}): it is tried again by itself"
            ) from None
        parts.log("act-carried-out", act=recorded.name, submission=recorded.act.submission_id or "")
    with parts.ledger.read() as tx:
        return tx.acts.get(recorded.name)


def _judge_anew(parts: Parts, recorded: RecordedAct) -> None:
    """Open the submission again for the act: from the bytes where they are held, else from the facts."""
    submission_id = recorded.act.submission_id
    assert submission_id is not None, "a release or rejection speaks of a submission"
    has_bytes = parts.originals.has(submission_id)
    with parts.ledger.write() as tx:
        event = Event.INSPECT_AGAIN if has_bytes else Event.DECIDE_AGAIN
        tx.submissions.reopen(submission_id, event, recorded.as_act())
        tx.acts.mark_carried_out(recorded.name)
    parts.wake(submission_id, Step.INSPECT if has_bytes else Step.DECIDE)


_WAYS: Mapping[ActKind, Callable[[Parts, RecordedAct], None]] = {
    ActKind.RELEASE: _judge_anew,
    ActKind.REJECT: _judge_anew,
    ActKind.PURGE: purge,
    ActKind.REASSIGN: reassign,
    ActKind.WITHDRAW: withdraw,
}
