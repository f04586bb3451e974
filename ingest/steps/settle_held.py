"""What a person decides of a held item, as an act: release, reject, purge; and whose the item is."""

from __future__ import annotations

from datetime import datetime

from ingest.ledger.acts import NewAct, RecordedAct
from ingest.ledger.errors import Refused
from ingest.ledger.held import HeldItem
from ingest.model.submission import ActKind
from ingest.steps.act import record
from ingest.steps.held_work import CONFLICT, HeldWork, describe_held, needs_two
from ingest.steps.parts import Parts


def list_held(parts: Parts, site: str | None = None, owner: str | None = None) -> tuple[HeldWork, ...]:
    """Return the open items, oldest first."""
    with parts.ledger.read() as tx:
        return tuple(describe_held(tx, item) for item in tx.held.find(site=site, owner=owner))


def get_held(parts: Parts, item_id: int) -> HeldWork:
    """Return one item. Raises NotInLedger."""
    with parts.ledger.read() as tx:
        return describe_held(tx, tx.held.get(item_id))


def assign_held(
    parts: Parts, item_id: int, owner: str, *, by: str, reason: str, deadline: datetime | None = None
) -> None:
    """Give an item to a person. Raises NotInLedger, Refused."""
    if not owner.strip() or not by.strip() or not reason.strip():
        raise Refused("to assign takes an owner, a person and a reason: OWNER, --by, --reason")
    item = _open_item(parts, item_id).item
    with parts.ledger.write() as tx:
        tx.held.assign(item_id, owner, deadline)
        detail: dict[str, str | int | bool | None] = {
            "item": item_id,
            "label": item.label,
            "owner": owner,
            "deadline": deadline.isoformat() if deadline else "",
            "reason": reason,
        }
        tx.audit.append("held-assigned", submission_id=item.submission_id, by=by, detail=detail)


def release(
    parts: Parts, item_id: int, *, by: str, reason: str, assign_to: str = "", supersedes: bool = False
) -> RecordedAct:
    """Let held data pass: what holds it now is set aside, and all else is decided anew.

    assign_to:  the study ID to stamp and to file under; the data's own no longer counts.
    supersedes: the new content takes the place of what is filed under the same UIDs.
    Who the patient is, and what identifies one, takes two people. Raises Refused, NotInLedger.
    """
    work = _open_item(parts, item_id)
    item = work.item
    if assign_to:
        _check_study_id(parts, item, assign_to)
    elif item.subject_id is None:
        raise Refused(f"{_named(item)} has no study ID: name the right one with --as")
    if not supersedes and any(found.finding.code == CONFLICT for found in work.reasons):
        raise Refused(
            f"{_named(item)} contradicts what is filed. Take the new (--supersede), or keep what is filed: "
            f"ingest held reject {item_id}"
        )
    if not parts.originals.has(item.submission_id):
        raise Refused(
            f"the zip of {item.submission_id} is no longer held: ingest held reject {item_id}, "
            "and ask for a resend"
        )
    act = NewAct(
        ActKind.RELEASE,
        by=by,
        reason=reason,
        submission_id=item.submission_id,
        label=item.label,
        subject_id=item.subject_id or "",
        assign_to=assign_to,
        supersedes=supersedes,
        needs_second=bool(assign_to) or needs_two(work.reasons),
        overrules=tuple(sorted({reason.finding.code for reason in work.reasons})),
    )
    return record(parts, act)


def reject(parts: Parts, item_id: int, *, by: str, reason: str) -> RecordedAct:
    """Turn held data away: the site is told, what is filed stands. Raises Refused, NotInLedger."""
    return record(parts, _act(_open_item(parts, item_id).item, ActKind.REJECT, by, reason))


def purge_held(parts: Parts, item_id: int, *, by: str, reason: str) -> RecordedAct:
    """Ask for held data to be deleted wherever it can be reached; a second person confirms it."""
    item = _open_item(parts, item_id).item
    return record(parts, _act(item, ActKind.PURGE, by, reason, needs_second=True))


def purge_of(parts: Parts, submission_id: str, subject: str, *, by: str, reason: str) -> NewAct:
    """Return the purge of what a submission brought of a subject, by study ID or label; empty: its only one.

    Raises Refused, NotInLedger.
    """
    with parts.ledger.read() as tx:
        tx.submissions.get(submission_id)
        stored = tx.inspections.latest(submission_id)
    known = stored.inspection.subjects if stored else ()
    if not known:
        raise Refused(f"nothing of {submission_id} was read: ingest show {submission_id}")
    brought = f"{submission_id} brought {', '.join(item.label for item in known)}"
    if not subject and len(known) > 1:
        raise Refused(f"{brought}: name the one to purge")
    found = next((item for item in known if subject in ("", item.label, item.subject_id)), None)
    if found is None:
        raise Refused(f"{submission_id} brought nothing of {subject}; {brought}")
    return NewAct(
        ActKind.PURGE,
        by=by,
        reason=reason,
        submission_id=submission_id,
        label=found.label,
        subject_id=found.subject_id or "",
        needs_second=True,
    )


def _act(item: HeldItem, kind: ActKind, by: str, reason: str, *, needs_second: bool = False) -> NewAct:
    return NewAct(
        kind,
        by=by,
        reason=reason,
        submission_id=item.submission_id,
        label=item.label,
        subject_id=item.subject_id or "",
        needs_second=needs_second,
    )


def _open_item(parts: Parts, item_id: int) -> HeldWork:
    work = get_held(parts, item_id)
    if work.item.closed is not None:
        item = work.item
        raise Refused(
            f"item {item_id}, {_named(item)}, was resolved on {item.closed:%Y-%m-%d %H:%M}; "
            f"what became of it: ingest show {item.submission_id}"
        )
    return work


def _named(item: HeldItem) -> str:
    return f"{item.label or 'the whole zip'} of {item.submission_id}"


def _check_study_id(parts: Parts, item: HeldItem, study_id: str) -> None:
    grammar = parts.trial.study_id
    site = grammar.site_of(study_id)
    if site is None:
        raise Refused(f"{study_id} is not a study ID; one looks like {grammar.example}")
    if parts.trial.site(site) is None:
        raise Refused(f"{study_id}: the trial file has no site {site}")
    if site != item.site:
        raise Refused(
            f"{study_id} is a study ID of site {site}, and {item.submission_id} came from site {item.site}: "
            f"reject it (ingest held reject {item.id}) and ask site {site} to send it"
        )
    with parts.ledger.read() as tx:
        if tx.subjects.is_withdrawn(study_id):
            raise Refused(f"{study_id} is withdrawn: nothing is filed for it any more")
