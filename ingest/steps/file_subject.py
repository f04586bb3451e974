"""File one subject of a verdict: one version of its object, under the subject's lease.

The archive first, then the ledger's transaction: done again, it brings a crash between the two to its end.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta

from ingest.archive.order import Filed, FilingOrder, NewFile
from ingest.archive.order import HeadMoved as ArchiveHeadMoved
from ingest.archive.staging import is_recent, staged_file, staged_size
from ingest.archive.trial_texts import keep_trial_text
from ingest.ledger.catalogue import CataloguedInstance
from ingest.ledger.claims import Claim
from ingest.ledger.filings import FiledMember, Filing
from ingest.ledger.inspections import StoredInspection
from ingest.ledger.subjects import SubjectLease
from ingest.ledger.transaction import Transaction
from ingest.ledger.verdicts import StoredVerdict
from ingest.model.errors import HeadMoved
from ingest.model.instance import InstanceFacts
from ingest.model.verdict import SubjectVerdict
from ingest.steps.anchors import anchor_of
from ingest.steps.current import CURRENT_RECORD, current_document, objects_with
from ingest.steps.documents import build_documents, read_authority
from ingest.steps.keep_alive import keep_alive
from ingest.steps.parts import Parts

#: How long, and how often, a subject that another worker files is asked for before the step is put off.
SUBJECT_TRIES, SUBJECT_PAUSE = 50, 0.2
#: A filing that began before the verdict and was committed after it was not seen either.
MEANWHILE = timedelta(seconds=2)

Members = list[tuple[InstanceFacts, FiledMember]]


class SubjectBusy(Exception):
    """Another worker files the subject, or has filed it and not yet recorded it: come again."""


def file_subject(
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
            if members:
                _keep_trial(parts, decided.verdict.trial_sha256)
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


def _keep_trial(parts: Parts, sha256: str) -> None:
    """See to it that the archive has the trial file that the verdict names."""
    with parts.ledger.read() as tx:
        text = tx.trials.get(sha256).text
    keep_trial_text(parts.archive, sha256, text)


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
