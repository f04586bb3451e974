"""Held bytes: the zip of a submission as it came, or, when that is gone, what the archive has of it."""

from __future__ import annotations

import contextlib
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ingest.archive.order import ArchivedFile, NoSuchFile
from ingest.archive.originals import BytesGone, Original
from ingest.ledger.inspections import InstanceState
from ingest.model.inspection import Inspection
from ingest.model.route import RouteKind
from ingest.model.submission import Submission
from ingest.steps.parts import Parts

CONTAINER_NOT_CHECKED = "container not checked again: read from the archive"
#: What is added for each member of a stored zip: two headers and a short name.
_PER_MEMBER = 256


@dataclass(frozen=True, slots=True)
class HeldBytes:
    """A package to inspect. `is_archived`: made of what is filed; the zip and all else in it are gone."""

    original: Original
    is_archived: bool

    def qualify(self, inspection: Inspection, submission: Submission) -> Inspection:
        """Return the inspection as what it is: of an archived package, the container was not checked."""
        if not self.is_archived:
            return inspection
        package = replace(
            inspection.package,
            sha256=submission.sha256,
            size=submission.size,
            display_name=submission.display_name,
        )
        left_out = {**inspection.coverage.not_checked, CONTAINER_NOT_CHECKED: 1}
        return replace(
            inspection, package=package, coverage=replace(inspection.coverage, not_checked=left_out)
        )


@contextmanager
def bytes_of(parts: Parts, submission: Submission) -> Iterator[HeldBytes]:
    """Give a submission's bytes. Raises BytesGone where nothing of them is held, NoRoom."""
    if parts.originals.has(submission.id):
        yield HeldBytes(parts.originals.open(submission.id), is_archived=False)
        return
    files = _filed(parts, submission)
    if not files:
        raise BytesGone("the bytes are no longer held")
    size = sum(file.path.stat().st_size + _PER_MEMBER for _, file in files)
    with parts.originals.spool(submission.id, size) as path:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as package:
            for ordinal, file in files:
                package.write(file.path, f"{ordinal:06}.dcm")
        yield HeldBytes(Original(path, _name(parts, submission)), is_archived=True)


def _filed(parts: Parts, submission: Submission) -> list[tuple[int, ArchivedFile]]:
    """Return what the archive holds of the submission, with its ordinals in the zip.

    That is what the newest versions hold, and what a reassignment took out of one and has not yet filed anew.
    """
    with parts.ledger.read() as tx:
        # By the last filing that brought a subject something: what was moved twice is read where it was last.
        brought = [row.subject_id for row in tx.filings.of_submission(submission.id) if row.instances]
        last = {subject_id: place for place, subject_id in enumerate(brought)}
        rows = [
            item
            for subject_id in last
            for item in tx.catalogue.of_subject(subject_id, (InstanceState.FILED, InstanceState.REMOVED))
            if item.submission_id == submission.id and item.version is not None
        ]
    found: dict[int, ArchivedFile] = {}
    rows.sort(
        key=lambda item: (item.state is not InstanceState.FILED, -last[item.subject_id], -(item.version or 0))
    )
    for item in rows:
        version = None if item.state is InstanceState.FILED else item.version
        if item.ordinal not in found:
            # What was purged or withdrawn is in no version any more.
            with contextlib.suppress(NoSuchFile):
                found[item.ordinal] = parts.archive.find(item.subject_id, item.path, version)
    return sorted(found.items())


def _name(parts: Parts, submission: Submission) -> str:
    """Return a name that says nothing, but on the egress route, where it names the subject."""
    if submission.share.route is RouteKind.EGRESS:
        with parts.ledger.read() as tx:
            filed = tx.filings.of_submission(submission.id)
        return f"{filed[-1].subject_id}.zip"
    return "batch-from-the-archive.zip"
