"""What arriving data has in common with what is filed under other study IDs, or came from other sites."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.ledger.transaction import Transaction
from ingest.model.inspection import SubjectFacts
from ingest.model.instance import InstanceFacts
from ingest.model.review import Collision, CollisionKind
from ingest.model.submission import Submission
from ingest.steps.acts_in_force import names_of


def collisions_with(
    tx: Transaction,
    submission: Submission,
    package_sha256: str,
    facts: SubjectFacts,
    arriving: Iterable[InstanceFacts],
) -> tuple[Collision, ...]:
    """Return what a subject's arriving data shares with another study ID or another site."""
    subject_id = facts.subject_id
    assert subject_id is not None, "of a subject without a study ID nothing is known elsewhere"
    former = names_of(facts.label, tx.acts.of_submission(submission.id))
    found = list(_shared_elsewhere(tx, submission, subject_id, arriving, former))
    for earlier in tx.collisions.same_package(submission.id, package_sha256):
        if earlier.site != submission.share.site:
            found.append(Collision(CollisionKind.OTHER_SITE))
        elif subject_id not in earlier.subject_ids and earlier.subject_ids:
            found.append(Collision(CollisionKind.BYTES, package_sha256))
    return tuple(found)


def _shared_elsewhere(
    tx: Transaction,
    submission: Submission,
    subject_id: str,
    arriving: Iterable[InstanceFacts],
    former: Iterable[str],
) -> tuple[Collision, ...]:
    """Return what is filed under other study IDs too; against what this submission filed, only earlier data.

    What arrives later never unfiles anything: it was compared itself when it came, and a person let it pass.
    """
    filings = [
        item.filed for item in tx.filings.of_submission(submission.id) if item.subject_id == subject_id
    ]
    if not filings:
        return tx.collisions.elsewhere(subject_id, arriving, former)
    kept = tx.catalogue.contents_of(subject_id)
    filed: list[InstanceFacts] = []
    new: list[InstanceFacts] = []
    for facts in arriving:
        (filed if (facts.sop_instance_uid, facts.content_sha256) in kept else new).append(facts)
    return (
        *tx.collisions.elsewhere(subject_id, new, former),
        *tx.collisions.elsewhere(subject_id, filed, former, filed_until=min(filings)),
    )
