"""Read the facts of archived files again, by the inspection process, as when they came."""

from __future__ import annotations

import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ingest.model.inspection import Approval, ApprovalKind, InspectionRequest
from ingest.model.instance import InstanceFacts
from ingest.model.route import RouteKind
from ingest.steps.parts import Parts

#: Bytes handed to the inspection process at a time, but for a file that is larger.
_PORTION = 256 << 20


@dataclass(frozen=True, slots=True)
class ReceiptFile:
    """A file as its receipt tells of it; `path`: where its bytes lie, None: they were purged."""

    ordinal: int
    kind: str
    logical: str
    sop_instance_uid: str
    sent_sha256: str
    filed_sha256: str
    content_sha256: str
    pixel_sha256: str
    path: Path | None


def reread_facts(
    parts: Parts, subject_id: str, label: str, receipt: dict[str, Any], files: Sequence[ReceiptFile]
) -> dict[int, InstanceFacts]:
    """Return ordinal → facts, with the digests of the receipt; what cannot be read is not among them.

    Raises TransientError.
    """
    found: dict[int, InstanceFacts] = {}
    for portion in _portions([file for file in files if file.path is not None]):
        for facts in _inspect(parts, subject_id, receipt, portion):
            file = portion[facts.ordinal - 1]
            if facts.sent_sha256 == file.filed_sha256:
                found[file.ordinal] = _as_they_came(facts, label, file)
    return found


def bare_facts(label: str, file: ReceiptFile) -> InstanceFacts:
    """Return what is known of a file whose bytes are gone: what its receipt says."""
    return InstanceFacts(
        ordinal=file.ordinal,
        subject=label,
        size=0,
        sent_sha256=file.sent_sha256,
        filed_sha256=file.filed_sha256,
        content_sha256=file.content_sha256,
        sop_class_uid="",
        sop_instance_uid=file.sop_instance_uid,
        study_uid="",
        series_uid="",
        modality="",
        transfer_syntax_uid="",
    )


def _portions(files: Sequence[ReceiptFile]) -> Iterator[list[ReceiptFile]]:
    portion: list[ReceiptFile] = []
    size = 0
    for file in files:
        assert file.path is not None
        length = file.path.stat().st_size
        if portion and size + length > _PORTION:
            yield portion
            portion, size = [], 0
        portion.append(file)
        size += length
    if portion:
        yield portion


def _inspect(
    parts: Parts, subject_id: str, receipt: dict[str, Any], portion: Sequence[ReceiptFile]
) -> list[InstanceFacts]:
    found: list[InstanceFacts] = []
    with tempfile.TemporaryDirectory(prefix=".reread-", dir=parts.places.root) as folder:
        package = Path(folder) / f"{subject_id}.zip"
        with zipfile.ZipFile(package, "w") as writing:
            for number, file in enumerate(portion, 1):
                assert file.path is not None
                writing.write(file.path, f"{number}.dcm")
        request = InspectionRequest(
            package_path=str(package),
            package_name=package.name,
            route=RouteKind(receipt["route"]),
            site=receipt["site"],
            trial_toml=parts.trial.text,
            hmac_key=parts.key.hex(),
            approvals=_approvals(receipt),
        )
        parts.inspector.inspect(request, found.extend)
    return found


def _approvals(receipt: dict[str, Any]) -> tuple[Approval, ...]:
    return tuple(
        Approval(ApprovalKind(item["kind"]), item["where"], item["value_hmac"], item["clear"])
        for item in receipt.get("approvals", ())
    )


def _as_they_came(facts: InstanceFacts, label: str, file: ReceiptFile) -> InstanceFacts:
    return replace(
        facts,
        ordinal=file.ordinal,
        subject=label,
        sent_sha256=file.sent_sha256,
        filed_sha256=file.filed_sha256,
        content_sha256=file.content_sha256,
        pixel_sha256=file.pixel_sha256,
    )
