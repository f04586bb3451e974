"""Held bytes: the zip of a submission as it came, or, when that is gone, what the archive has of it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from ingest.archive.order import ArchivedFile
from ingest.archive.originals import BytesGone, Original
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
    """Return what the archive's newest versions hold of the submission, with its ordinals in the zip."""
    found = []
    with parts.ledger.read() as tx:
        for subject_id in sorted({row.subject_id for row in tx.filings.of_submission(submission.id)}):
            for item in tx.catalogue.of_subject(subject_id):
                if item.submission_id == submission.id:
                    found.append((item.ordinal, parts.archive.find(subject_id, item.path)))
    return sorted(found, key=lambda pair: pair[0])


def _name(parts: Parts, submission: Submission) -> str:
    """Return a name that says nothing, but on the egress route, where it names the subject."""
    if submission.share.route is RouteKind.EGRESS:
        with parts.ledger.read() as tx:
            filed = tx.filings.of_submission(submission.id)
        return f"{filed[-1].subject_id}.zip"
    return "batch-from-the-archive.zip"
