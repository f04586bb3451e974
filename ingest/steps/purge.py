"""Purge: a subject of a submission is deleted wherever it can be reached; its site is told to send again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ingest.archive.order import FilingOrder, NoSuchFile
from ingest.archive.purge import PurgeOrder
from ingest.archive.purge import purge as purge_archive
from ingest.ledger.acts import RecordedAct
from ingest.ledger.catalogue import CataloguedInstance
from ingest.ledger.filings import Filing
from ingest.ledger.inspections import InstanceState
from ingest.ledger.subjects import SubjectLease
from ingest.ledger.transitions import Event
from ingest.model.submission import Step, Submission
from ingest.steps.current import CURRENT_RECORD, current_document, objects_with
from ingest.steps.deletion import Deletion
from ingest.steps.documents import encode_act_record
from ingest.steps.moved_copies import MovedCopies, moved_copies
from ingest.steps.parts import Parts
from ingest.steps.subject_work import lease_subject, recount
from ingest.steps.take_out import Certificate, take_out_copies

#: What the archive may hold of a subject, whatever stands for it now.
_IN_ARCHIVE = (InstanceState.FILED, InstanceState.SUPERSEDED, InstanceState.REMOVED)


def purge(parts: Parts, recorded: RecordedAct) -> None:
    """Carry a purge out: archive, copies, ledger; then report again. Raises TransientError."""
    act = recorded.act
    assert act.submission_id is not None, "a purge speaks of a submission"
    with parts.ledger.read() as tx:
        submission = tx.submissions.get(act.submission_id)
    archived = _purge_archive(parts, submission, recorded) if act.subject_id else 0
    moved = moved_copies(parts, act.subject_id, recorded.name, submission.id) if act.subject_id else ()
    for copies in moved:
        archived += purge_moved(parts, copies, recorded)
    deletion = Deletion(recorded.name, act.subject_id, submission.id, act.label)
    certificate = replace(take_out_copies(parts, submission, deletion), archived=archived)
    certificate = _name_others(parts, submission, certificate)
    has_bytes = parts.originals.has(submission.id)
    with parts.ledger.write() as tx:
        forgotten = tx.inspections.forget(submission.id, act.label, act.subject_id or None)
        tx.held.close(submission.id, act.label, recorded.name)
        event = Event.INSPECT_AGAIN if has_bytes else Event.DECIDE_AGAIN
        tx.submissions.reopen(submission.id, event, recorded.as_act())
        tx.acts.mark_carried_out(recorded.name)
        tx.audit.append(
            "purged",
            submission_id=submission.id,
            subject_id=act.subject_id,
            by=act.by,
            detail=_certified(certificate, recorded, forgotten),
        )
    parts.wake(submission.id, Step.INSPECT if has_bytes else Step.DECIDE)


def _name_others(parts: Parts, submission: Submission, certificate: Certificate) -> Certificate:
    """The same zip may have come twice: each arrival is purged by itself, and what is left is named."""
    with parts.ledger.read() as tx:
        others = tx.submissions.with_same_bytes(submission.id)
    left = [other for other in others if parts.originals.has(other)]
    named = tuple(f"the same zip in {other} (ingest purge {other})" for other in left)
    return replace(certificate, unreached=(*certificate.unreached, *named))


def _certified(
    certificate: Certificate, recorded: RecordedAct, forgotten: int
) -> dict[str, str | int | bool | None]:
    detail = replace(certificate, instances=forgotten).as_detail()
    return detail | {"act": recorded.name, "label": recorded.act.label, "second": recorded.second_by}


def _purge_archive(parts: Parts, submission: Submission, recorded: RecordedAct) -> int:
    """Rebuild the subject's object without what this submission filed; return how many files went."""
    subject_id = recorded.act.subject_id
    with parts.ledger.read() as tx:
        filed = [
            item
            for item in tx.catalogue.of_subject(subject_id, _IN_ARCHIVE)
            if item.submission_id == submission.id and item.version is not None
        ]
        is_done = tx.filings.of(submission.id, subject_id, recorded.name) is not None
    if not filed:
        return 0
    if is_done:
        return _contents(filed)
    with lease_subject(parts, subject_id, parts.site_of(subject_id)) as lease:
        return _rebuild(parts, submission.id, recorded, filed, lease)


def purge_moved(parts: Parts, copies: MovedCopies, recorded: RecordedAct) -> int:
    """Rebuild another subject's object without what a reassignment left in its older versions."""
    if copies.is_done:
        return _contents(copies.files)
    with lease_subject(parts, copies.subject_id, parts.site_of(copies.subject_id)) as lease:
        return _rebuild(parts, copies.submission_id, recorded, list(copies.files), lease)


def _contents(filed: Sequence[CataloguedInstance]) -> int:
    """Return how many files of the archive these are: equal ones are kept once."""
    return len({item.filed_sha256 for item in filed})


def _rebuild(
    parts: Parts,
    submission_id: str,
    recorded: RecordedAct,
    filed: list[CataloguedInstance],
    lease: SubjectLease,
) -> int:
    with parts.ledger.read() as tx:
        gone = [item.sop_instance_uid for item in filed]
        objects = objects_with(tx, lease.subject_id, (), 0, without=gone)
    record = FilingOrder(
        subject_id=lease.subject_id,
        submission_id=submission_id,
        act_name=recorded.name,
        expected_head=lease.head_version,
        files=(),
        documents={
            "purge.json": encode_act_record(recorded, by=recorded.act.by, second=recorded.second_by),
            CURRENT_RECORD: current_document(lease.subject_id, lease.head_version + 1, objects),
        },
        message=f"{recorded.name}: {len(filed)} files purged",
        user=recorded.act.by,
        created=parts.clock.now(),
    )
    digests = frozenset(item.filed_sha256 for item in filed)
    try:
        done = purge_archive(parts.archive, PurgeOrder(record, digests))
    except NoSuchFile:
        return 0
    with parts.ledger.write() as tx:
        tx.filings.record(
            lease,
            Filing(
                subject_id=lease.subject_id,
                submission_id=submission_id,
                act_name=recorded.name,
                inspection_id=None,
                expected_head=lease.head_version,
                version=done.version,
                removed=tuple(item.sop_instance_uid for item in filed),
            ),
        )
        tx.audit.append(
            "subject-rebuilt",
            submission_id=submission_id,
            subject_id=lease.subject_id,
            by=recorded.act.by,
            detail={"act": recorded.name, "version": done.version, **done.anchors},
        )
        recount(parts, tx, lease.subject_id)
    return done.files if done.is_new else _contents(filed)
