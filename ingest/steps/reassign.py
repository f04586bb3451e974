"""Reassign: what was filed under one study ID is filed under another. Both get a new version; nothing goes.

The old object's newest version no longer holds the files; its older versions stay as they are. Under the new
study ID they are filed from the bytes that came, else from the archive's, stamped, and judged anew.
"""

from __future__ import annotations

from collections import defaultdict

from ingest.archive.order import FilingOrder
from ingest.ledger.acts import NewAct, RecordedAct
from ingest.ledger.catalogue import CataloguedInstance
from ingest.ledger.errors import Refused
from ingest.ledger.filings import Filing
from ingest.ledger.inspections import InstanceState
from ingest.ledger.outbox import Channel, Message
from ingest.ledger.transaction import Transaction
from ingest.ledger.transitions import Event
from ingest.model.submission import Act, ActKind, Step, SubmissionState
from ingest.steps.anchors import anchor_of
from ingest.steps.current import CURRENT_RECORD, current_document, objects_with
from ingest.steps.documents import encode_act_record
from ingest.steps.parts import Parts
from ingest.steps.subject_work import lease_subject, recount


def check_reassignment(parts: Parts, act: NewAct) -> tuple[str, ...]:
    """Return the submissions whose data would move. Raises Refused where that cannot be done."""
    old, new, grammar = act.subject_id, act.assign_to, parts.trial.study_id
    for study_id in (old, new):
        site = grammar.site_of(study_id)
        if site is None:
            raise Refused(f"{study_id} is not a study ID; one looks like {grammar.example}")
        if parts.trial.site(site) is None:
            raise Refused(f"{study_id}: the trial file has no site {site}")
    if old == new:
        raise Refused(f"{old} and {new} are the same study ID")
    with parts.ledger.read() as tx:
        if tx.subjects.is_withdrawn(new):
            raise Refused(f"{new} is withdrawn: nothing is filed for it any more")
        filed = sorted({item.submission_id for item in tx.catalogue.of_subject(old)})
        moved = [item for item in filed if act.submission_id in (None, item)]
        states = {item: tx.submissions.get(item).state for item in moved}
    if not filed:
        raise Refused(f"nothing is filed under {old}: ingest subject {old}")
    if not moved:
        raise Refused(f"{act.submission_id} filed nothing under {old}; what did: {', '.join(filed)}")
    for submission_id, state in states.items():
        if state is not SubmissionState.DONE:
            raise Refused(
                f"{submission_id} is {state.value}: wait until it is done (ingest show {submission_id})"
            )
    return tuple(moved)


def reassign(parts: Parts, recorded: RecordedAct) -> None:
    """Carry a reassignment out: all that is filed under the old study ID, or what one submission brought.

    Raises Refused, TransientError.
    """
    old, new = recorded.act.subject_id, recorded.act.assign_to
    only = recorded.act.submission_id
    site = parts.trial.study_id.site_of(old) or ""
    with parts.ledger.read() as tx:
        filed = [item for item in tx.catalogue.of_subject(old) if only in (None, item.submission_id)]
        # A try that broke off may have left some out of the old subject and not yet filed them anew.
        left_before = [
            item.submission_id for item in tx.filings.of_subject(old) if item.act_name == recorded.name
        ]
        left_out = tx.catalogue.of_subject(old, (InstanceState.REMOVED,))
        files = len(filed) + sum(item.submission_id in left_before for item in left_out)
    by_submission: dict[str, list[CataloguedInstance]] = defaultdict(list)
    for item in filed:
        by_submission[item.submission_id].append(item)
    for submission_id in sorted({*by_submission, *left_before}):
        if items := by_submission.get(submission_id):
            _leave_out(parts, recorded, submission_id, items, site)
        _file_anew(parts, recorded, submission_id)
    with parts.ledger.write() as tx:
        tx.acts.mark_carried_out(recorded.name)
        for told in sorted({site, parts.trial.study_id.site_of(new) or site}):
            _tell(tx, recorded, told, files)
        detail: dict[str, str | int | bool | None] = {
            "act": recorded.name,
            "to": new,
            "files": files,
            "second": recorded.second_by,
        }
        tx.audit.append("reassigned", subject_id=old, by=recorded.act.by, detail=detail)


def _leave_out(
    parts: Parts, recorded: RecordedAct, submission_id: str, items: list[CataloguedInstance], site: str
) -> None:
    """Make a version of the old subject without the files of one submission."""
    old = recorded.act.subject_id
    with lease_subject(parts, old, site) as lease:
        with parts.ledger.read() as tx:
            gone = [item.sop_instance_uid for item in items]
            objects = objects_with(tx, old, (), 0, without=gone)
        order = FilingOrder(
            subject_id=old,
            submission_id=submission_id,
            act_name=recorded.name,
            expected_head=lease.head_version,
            files=(),
            documents={
                "reassignment.json": encode_act_record(recorded, to=recorded.act.assign_to),
                CURRENT_RECORD: current_document(old, lease.head_version + 1, objects),
            },
            message=f"{recorded.name}: {len(items)} files now under {recorded.act.assign_to}",
            user=recorded.act.by,
            created=parts.clock.now(),
            remove=tuple(item.path for item in items),
        )
        filed = parts.archive.file(order)
        with parts.ledger.write() as tx:
            filing = Filing(
                subject_id=old,
                submission_id=submission_id,
                act_name=recorded.name,
                inspection_id=None,
                expected_head=lease.head_version,
                version=filed.version,
                removed=tuple(item.sop_instance_uid for item in items),
            )
            tx.filings.record(lease, filing)
            tx.audit.append(
                "subject-filed",
                submission_id=submission_id,
                subject_id=old,
                detail={
                    "act": recorded.name,
                    "version": filed.version,
                    "instances": 0,
                    **anchor_of(filed.version, filed.inventory_sha256),
                },
            )
            recount(parts, tx, old)


def _file_anew(parts: Parts, recorded: RecordedAct, submission_id: str) -> None:
    """Open the submission again under an act of its own that stamps the new study ID."""
    act = recorded.act
    with parts.ledger.write() as tx:
        own = recorded if act.submission_id is not None else _own_act(parts, tx, recorded, submission_id)
        named = Act(ActKind.REASSIGN, own.name, act.by, own.act.reason)
        tx.submissions.reopen(submission_id, Event.INSPECT_AGAIN, named)
        if own.name != recorded.name:
            tx.acts.mark_carried_out(own.name)
    parts.wake(submission_id, Step.INSPECT)


def _own_act(parts: Parts, tx: Transaction, recorded: RecordedAct, submission_id: str) -> RecordedAct:
    """Return the act of one submission within a reassignment of all, recorded once."""
    act = recorded.act
    for known in tx.acts.of_submission(submission_id):
        if known.act.reason == recorded.name:
            return known
    own = NewAct(
        ActKind.REASSIGN,
        by=act.by,
        reason=recorded.name,
        submission_id=submission_id,
        label=label_as_read(parts, tx, submission_id, act.subject_id),
        subject_id=act.subject_id,
        assign_to=act.assign_to,
    )
    return tx.acts.record(own)


def label_as_read(parts: Parts, tx: Transaction, submission_id: str, subject_id: str) -> str:
    """Return how the package itself names the subject: an earlier act may have assigned it.

    The archive's copy has the study ID that was stamped.
    """
    if not parts.originals.has(submission_id):
        return subject_id
    assigned = tx.acts.assignments(submission_id)
    return next((label for label, given in assigned.items() if given == subject_id), subject_id)


def _tell(tx: Transaction, recorded: RecordedAct, site: str, files: int) -> None:
    old, new = recorded.act.subject_id, recorded.act.assign_to
    headline = f"{old}: its data is now filed under {new}"
    text = (
        f"{files} files that were filed under the study ID {old} are filed under {new} from now on. "
        f"They no longer count for {old}; please correct your own log.\n\nNothing needs to be sent again. "
        "If this is not right, tell the trial team."
    )
    payload = {"event": "reassigned", "to": f"site:{site}", "headline": headline, "text": text}
    tx.outbox.put(Message(f"{recorded.name}:site:{site}", Channel.OPERATIONS, payload))
