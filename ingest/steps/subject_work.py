"""Work on a subject's object outside a submission's way: the lease, and the completeness afterwards."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ingest.ledger.subjects import SubjectLease
from ingest.ledger.transaction import Transaction
from ingest.model.errors import TransientError
from ingest.steps.judge import Knowledge, review_alone
from ingest.steps.keep_alive import keep_alive
from ingest.steps.parts import Parts

#: How long, and how often, a subject that a worker files is asked for.
_TRIES, _PAUSE = 50, 0.2


@contextlib.contextmanager
def lease_subject(parts: Parts, subject_id: str, site: str) -> Iterator[SubjectLease]:
    """Hold a subject as its only worker. Raises TransientError while another does not let it go."""
    for _ in range(_TRIES):
        lease = parts.ledger.lease_subject(
            subject_id, site=site, worker=parts.worker, lease_seconds=parts.lease_seconds
        )
        if lease is not None:
            break
        parts.clock.sleep(_PAUSE)
    else:
        raise TransientError(f"{subject_id} is being filed by another worker: try again")
    try:
        with keep_alive(parts, lambda: parts.ledger.renew_subject(lease)):
            yield lease
    finally:
        parts.ledger.release_subject(lease)


def recount(parts: Parts, tx: Transaction, subject_id: str) -> None:
    """Record a subject's completeness over what is filed now."""
    site = parts.site_of(subject_id)
    trial_site = parts.trial.site(site)
    waivers = (*(trial_site.waivers if trial_site else ()), *tx.waivers.active(site, subject_id))
    known = Knowledge(
        filed=tx.catalogue.filed(subject_id), waivers=waivers, enrolment=tx.enrolment.get(subject_id)
    )
    review = review_alone(parts.trial, subject_id, (), known, trial_site)
    tx.subjects.set_completeness(subject_id, review.completeness)
