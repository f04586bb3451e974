"""Orders for the archive, and what it holds afterwards."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from ingest.archive.order import FilingOrder, NewFile
from ingest.archive.store import Archive

SUBJECT = "123-1001"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def sha256(data: bytes) -> str:
    """Return the digest in hex."""
    return hashlib.sha256(data).hexdigest()


def stage(archive: Archive, logical: str, data: bytes) -> NewFile:
    """Write a file to staging, not synced, as inspection does."""
    path = archive.places.staging / secrets.token_hex(8)
    path.write_bytes(data)
    return NewFile(path, logical, sha256(data), len(data))


def order(
    files: Iterable[NewFile],
    *,
    head: int = 0,
    submission: str = "S000001",
    subject: str = SUBJECT,
    remove: tuple[str, ...] = (),
    documents: Mapping[str, bytes] | None = None,
) -> FilingOrder:
    """Return an order for the arrival of a submission."""
    return FilingOrder(
        subject_id=subject,
        submission_id=submission,
        act_name=f"arrival:{submission}",
        expected_head=head,
        files=tuple(files),
        documents={"receipt.json": f'{{"submission": "{submission}"}}'.encode()}
        if documents is None
        else documents,
        message=f"Arrival of {submission}",
        user="ingest",
        created=NOON,
        remove=remove,
    )


def file_two_versions(archive: Archive, subject: str = SUBJECT) -> None:
    """File two CT slices and an RTSTRUCT; then another RTSTRUCT and an RTDOSE, one slice less."""
    first = [stage(archive, f"planning-ct/1.{n}.dcm", b"slice %d" % n) for n in (1, 2)]
    first.append(stage(archive, "rtstruct/2.1.dcm", b"contours"))
    archive.file(order(first, subject=subject))
    second = [
        stage(archive, "rtstruct/2.1.dcm", b"better contours"),
        stage(archive, "rtdose/3.1.dcm", b"dose"),
    ]
    archive.file(
        order(second, subject=subject, head=1, submission="S000002", remove=("planning-ct/1.2.dcm",))
    )


def content(archive: Archive, subject: str = SUBJECT, version: int | None = None) -> dict[str, bytes]:
    """Return logical path → bytes of a version."""
    return {file.logical: file.path.read_bytes() for file in archive.files(subject, version)}
