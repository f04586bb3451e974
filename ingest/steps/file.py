"""File: one OCFL version for each accepted subject; what is held goes to quarantine.

The archive first, then the ledger's transaction, then the staged files: a crash between any two is brought to
its end by running the step again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from ingest.archive.order import Filed, FilingOrder, NewFile, StagingLost
from ingest.archive.order import HeadMoved as ArchiveHeadMoved
from ingest.archive.staging import clear_staging, is_recent, quarantine_members, staged_file, staged_size
from ingest.ledger.catalogue import CataloguedInstance
from ingest.ledger.claims import Claim
from ingest.ledger.filings import FiledMember, Filing
from ingest.ledger.inspections import InstanceDecision, InstanceState, StoredInspection
from ingest.ledger.subjects import SubjectLease
from ingest.ledger.transaction import Transaction
from ingest.ledger.transitions import Event
from ingest.ledger.verdicts import StoredVerdict
from ingest.model.errors import HeadMoved
from ingest.model.instance import InstanceFacts
from ingest.model.verdict import Outcome, SubjectVerdict
from ingest.steps.anchors import anchor_of
from ingest.steps.current import CURRENT_RECORD, current_document, objects_with
from ingest.steps.documents import build_documents, read_authority
from ingest.steps.keep_alive import keep_alive
from ingest.steps.logical_paths import logical_path
from ingest.steps.parts import Parts

#: How long, and how often, a subject that another worker files is asked for before the step is put off.
SUBJECT_TRIES, SUBJECT_PAUSE = 50, 0.2
#: Seconds until a step that was put off is tried again.
SUBJECT_BUSY = 5.0
#: A filing that began before the verdict and was committed after it was not seen either.
MEANWHILE = timedelta(seconds=2)
#: How often what was staged is staged again.
STAGING_TRIES = 3

Members = list[tuple[InstanceFacts, FiledMember]]


class SubjectBusy(Exception):
    """Another worker files the subject, or has filed it and not yet recorded it: come again."""


def file(parts: Parts, claim: Claim) -> None:
    """File what the verdict accepts, quarantine what it holds. Run twice, it files nothing twice."""
    submission = claim.submission
    with parts.ledger.read() as tx:
        stored = tx.inspections.latest(submission.id)
        decided = tx.verdicts.latest(submission.id, submission.act.name)
        assert stored is not None and decided is not None, "a submission is filed after it was decided"
        decisions = tx.inspections.decisions(stored.id)
        facts = {item.ordinal: item for item in tx.inspections.instances(stored.id)}
    try:
        for subject in decided.verdict.subjects:
            if subject.outcome is Outcome.ACCEPTED:
                _file_subject(parts, claim, stored, decided, subject, _members(subject, decisions, facts))
        held = {
            item.ordinal: facts[item.ordinal].filed_sha256
            for item in decisions
            if item.state is InstanceState.HELD
        }
        quarantine_members(parts.places, submission.id, held)
    except HeadMoved:
        with parts.ledger.finish(claim, Event.HEAD_MOVED) as tx:
            tx.audit.append("head-moved", submission_id=submission.id)
        return
    except SubjectBusy:
        parts.ledger.postpone(claim, seconds=SUBJECT_BUSY)
        return
    except StagingLost:
        _inspect_again(parts, claim, stored)
        return
    with parts.ledger.finish(claim, Event.FILED) as tx:
        tx.audit.append(
            "filed", submission_id=submission.id, detail={"outcome": decided.verdict.outcome.value}
        )
    clear_staging(parts.places, submission.id)


def _inspect_again(parts: Parts, claim: Claim, stored: StoredInspection) -> None:
    """Back to `inspect`, which stages anew: as often as a step is tried, and unless part is filed already.

    Raises StagingLost where it must be left to a person.
    """
    submission = claim.submission
    with parts.ledger.read() as tx:
        lost_before = sum(
            row["result"] == Event.STAGING_LOST.value for row in tx.submissions.attempts_of(submission.id)
        )
        is_begun = any(row.act_name == submission.act.name for row in tx.filings.of_submission(submission.id))
    if is_begun or lost_before >= STAGING_TRIES or not parts.originals.has(submission.id):
        raise StagingLost("what was staged is gone")
    with parts.ledger.finish(claim, Event.STAGING_LOST) as tx:
        tx.audit.append(Event.STAGING_LOST.value, submission_id=submission.id)


def _members(
    subject: SubjectVerdict, decisions: Sequence[InstanceDecision], facts: dict[int, InstanceFacts]
) -> Members:
    """Return the subject's instances that are to be filed (or were, by an earlier try), with their paths."""
    wanted = (InstanceState.TO_FILE, InstanceState.FILED)
    return [
        (item, FiledMember(item.ordinal, decision.kind, logical_path(item, decision.kind)))
        for decision in decisions
        if decision.state in wanted and decision.subject_id == subject.subject_id
        for item in [facts[decision.ordinal]]
    ]


def _file_subject(
    parts: Parts,
    claim: Claim,
    stored: StoredInspection,
    decided: StoredVerdict,
    subject: SubjectVerdict,
    members: Members,
) -> None:
    """File one subject under its lease. Raises HeadMoved, SubjectBusy, TransientError."""
    submission, subject_id = claim.submission, subject.subject_id
    assert subject_id is not None, "only a subject with a study ID is accepted"
    with parts.ledger.read() as tx:
        if tx.filings.of(submission.id, subject_id, submission.act.name) is not None:
            return
        if tx.subjects.is_withdrawn(subject_id):
            raise HeadMoved
        replaced = _replaced(tx, submission.id, subject_id, members)
        authority = read_authority(tx, submission, stored, decided, subject)
        number = subject.head_version + 1
        objects = objects_with(
            tx, subject_id, members, number, without=(item.sop_instance_uid for item in replaced)
        )
    lease = _lease(parts, subject_id, parts.site_of(subject_id))
    try:
        if lease.head_version != subject.head_version or _is_overtaken(parts, subject_id, decided, members):
            raise HeadMoved
        documents = build_documents(submission, stored, decided, subject, members, authority)
        documents[CURRENT_RECORD] = current_document(subject_id, number, objects)
        with keep_alive(parts, lambda: parts.ledger.renew_subject(lease)):
            filed = _write(parts, claim, subject, members, documents, tuple(item.path for item in replaced))
        filing = Filing(
            subject_id=subject_id,
            submission_id=submission.id,
            act_name=submission.act.name,
            inspection_id=stored.id,
            expected_head=subject.head_version,
            version=filed.version if filed else None,
            members=tuple(member for _, member in members),
            superseded=tuple(item.sop_instance_uid for item in replaced),
            bytes=filed.bytes_added if filed else 0,
            receipt_sha256=hashlib.sha256(documents["receipt.json"]).hexdigest(),
            completeness=subject.completeness,
        )
        _record(
            parts, claim, lease, filing, anchor_of(filed.version, filed.inventory_sha256) if filed else {}
        )
    finally:
        parts.ledger.release_subject(lease)


def _is_overtaken(parts: Parts, subject_id: str, decided: StoredVerdict, members: Members) -> bool:
    """Whether the same data was filed under another study ID since the verdict, which cannot speak of it."""
    arriving = [facts for facts, _ in members]
    with parts.ledger.read() as tx:
        return tx.collisions.is_new_since(subject_id, arriving, decided.decided - MEANWHILE)


def _replaced(
    tx: Transaction, submission_id: str, subject_id: str, members: Members
) -> tuple[CataloguedInstance, ...]:
    """Return what is filed under the UIDs of new members: a person released them with `--supersede`."""
    uids = {facts.sop_instance_uid for facts, _ in members}
    return tuple(
        item
        for item in tx.catalogue.of_subject(subject_id)
        if item.sop_instance_uid in uids and item.submission_id != submission_id
    )


def _lease(parts: Parts, subject_id: str, site: str) -> SubjectLease:
    """Take the subject; filing takes a second or two, so another worker is waited for. Raises SubjectBusy."""
    for _ in range(SUBJECT_TRIES):
        lease = parts.ledger.lease_subject(
            subject_id, site=site, worker=parts.worker, lease_seconds=parts.lease_seconds
        )
        if lease is not None:
            return lease
        parts.clock.sleep(SUBJECT_PAUSE)
    raise SubjectBusy


def _write(
    parts: Parts,
    claim: Claim,
    subject: SubjectVerdict,
    members: Members,
    documents: dict[str, bytes],
    replaced: Sequence[str] = (),
) -> Filed | None:
    """File the archive's new version; None where nothing is new."""
    if not members:
        return None
    submission = claim.submission
    assert subject.subject_id is not None
    is_sure = is_recent(parts.places, submission.id)
    order = FilingOrder(
        subject_id=subject.subject_id,
        submission_id=submission.id,
        act_name=submission.act.name,
        expected_head=subject.head_version,
        files=tuple(_new_file(parts, submission.id, facts, member, is_sure) for facts, member in members),
        documents=documents,
        message=f"{submission.act.name} by route {submission.share.route.value}",
        user=submission.act.by or "hamlet-ingest",
        created=parts.clock.now(),
        remove=tuple(path for path in replaced if path not in {member.path for _, member in members}),
    )
    try:
        filed = parts.archive.file(order)
    except ArchiveHeadMoved:
        # The archive is ahead of the ledger: a worker died between the two; its submission is woken again.
        raise SubjectBusy from None
    if filed.version != subject.head_version + 1:
        # Filed before, after versions that this ledger does not have yet: it was restored from a backup.
        raise SubjectBusy
    return filed


def _new_file(
    parts: Parts, submission_id: str, facts: InstanceFacts, member: FiledMember, is_sure: bool
) -> NewFile:
    staged = staged_file(parts.places, submission_id, facts.ordinal)
    return NewFile(staged, member.path, facts.filed_sha256, staged_size(staged), is_sure)


def _record(parts: Parts, claim: Claim, lease: SubjectLease, filing: Filing, anchor: dict[str, str]) -> None:
    with parts.ledger.work(claim) as tx:
        tx.filings.record(lease, filing)
        tx.audit.append(
            "subject-filed",
            submission_id=filing.submission_id,
            subject_id=filing.subject_id,
            detail={
                "act": filing.act_name,
                "version": filing.version,
                "instances": len(filing.members),
                "receipt": filing.receipt_sha256,
                **anchor,
            },
        )
    parts.log(
        "subject-filed",
        submission=filing.submission_id,
        subject=filing.subject_id,
        version=filing.version,
        instances=len(filing.members),
        bytes=filing.bytes,
    )
