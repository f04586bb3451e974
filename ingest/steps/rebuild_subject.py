"""One subject of the archive, recorded in the ledger again: every version, as of its day."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from ingest.archive.disk import digest_file
from ingest.archive.inventory import INVENTORY, Inventory
from ingest.archive.order import RECORDS, Version
from ingest.ledger.filings import FiledMember, Filing
from ingest.ledger.inspections import InstanceDecision, InstanceState
from ingest.ledger.rebuilding import FoundSubmission
from ingest.ledger.transaction import Transaction
from ingest.model.inspection import Coverage, Inspection, PackageFacts, SubjectFacts
from ingest.model.instance import InstanceFacts
from ingest.model.route import RouteKind, ShareAddress
from ingest.model.submission import Act, ActKind
from ingest.model.verdict import Completeness
from ingest.model.wire import from_wire
from ingest.steps.parts import Parts
from ingest.steps.rebuild_records import record_acts, record_decisions
from ingest.steps.reread import ReceiptFile, bare_facts, reread_facts
from ingest.steps.subject_work import recount


class SubjectRebuilding:
    """One subject, recorded version by version in one transaction."""

    def __init__(self, parts: Parts, subject_id: str) -> None:
        self._parts = parts
        self._subject_id = subject_id
        inventory = parts.archive.inventory(subject_id)
        assert inventory is not None, "a subject of the archive has an inventory"
        self._inventory: Inventory = inventory
        self._root = parts.places.object_of(subject_id)
        self._uids: dict[str, str] = {}
        self._site = ""
        self._counts = [0, 0]

    def rebuild(self) -> tuple[int, int, int]:
        """Return how many versions, instances and unread files were recorded."""
        versions = self._parts.archive.versions(self._subject_id)
        read = [(version, *self._read(version)) for version in versions]
        with self._parts.ledger.write() as tx:
            for version, files, facts in read:
                # Each version is recorded at the instant at which it was made.
                self._record(Transaction(tx.connection, version.created), version, files, facts)
            if "verdict.json" not in versions[-1].documents:
                recount(self._parts, tx, self._subject_id)
            anchors = {
                f"v{version.number}": digest_file(self._root / f"v{version.number}" / INVENTORY)
                for version in versions
            }
            tx.audit.append("subject-found", subject_id=self._subject_id, detail=anchors)
        return len(versions), self._counts[0], self._counts[1]

    def _read(self, version: Version) -> tuple[list[ReceiptFile], dict[int, InstanceFacts]]:
        if "receipt.json" not in version.documents:
            return [], {}
        receipt = json.loads(version.documents["receipt.json"])
        files = [self._file(item) for item in receipt["files"]]
        label = _label(version)
        facts = reread_facts(self._parts, self._subject_id, label, receipt, files)
        for file in files:
            if file.ordinal not in facts:
                facts[file.ordinal] = bare_facts(label, file)
                self._counts[1] += file.path is not None
        self._counts[0] += len(files)
        return files, facts

    def _file(self, item: dict[str, Any]) -> ReceiptFile:
        places = self._inventory.manifest.get(item["filed_sha256"])
        return ReceiptFile(
            item["ordinal"],
            item["kind"],
            item["path"],
            item["sop_instance_uid"],
            item["sent_sha256"],
            item["filed_sha256"],
            item["content_sha256"],
            item["pixel_sha256"],
            self._root / places[0] if places else None,
        )

    def _record(
        self, tx: Transaction, version: Version, files: list[ReceiptFile], facts: dict[int, InstanceFacts]
    ) -> None:
        gone = self._gone_in(version.number)
        held = [file for file in files if file.path is not None]
        arriving = {file.sop_instance_uid for file in held}
        inspection_id, completeness = None, None
        if "receipt.json" in version.documents:
            inspection_id = self._record_inspection(tx, version, files, facts)
            record_decisions(tx, version)
            completeness = _completeness(version)
        else:
            record_acts(tx, version)
        self._uids.update((file.logical, file.sop_instance_uid) for file in held)
        lease = tx.subjects.lease(self._subject_id, self._site, self._parts.worker, timedelta(seconds=1))
        assert lease is not None, "nobody else works on a ledger that is being rebuilt"
        filing = Filing(
            subject_id=self._subject_id,
            submission_id=version.submission_id,
            act_name=version.act_name,
            inspection_id=inspection_id,
            expected_head=version.number - 1,
            version=version.number,
            members=tuple(FiledMember(file.ordinal, file.kind, file.logical) for file in held),
            superseded=tuple(uid for uid in gone if uid in arriving),
            removed=tuple(uid for uid in gone if uid not in arriving),
            bytes=self._bytes_of(version.number),
            receipt_sha256=hashlib.sha256(version.documents.get("receipt.json", b"")).hexdigest()
            if completeness
            else "",
            completeness=completeness,
        )
        tx.filings.record(lease, filing)
        tx.subjects.release(lease)

    def _record_inspection(
        self, tx: Transaction, version: Version, files: list[ReceiptFile], facts: dict[int, InstanceFacts]
    ) -> int:
        receipt, verdict = (json.loads(version.documents[name]) for name in ("receipt.json", "verdict.json"))
        share = self._share(receipt)
        self._site = self._site or share.site
        act, package = receipt["act"], PackageFacts(**receipt["package"])
        found = FoundSubmission(
            version.submission_id,
            share,
            datetime.fromisoformat(receipt["received"]),
            Act(ActKind(act["kind"]), act["name"], act["by"], act["reason"]),
            package.size,
            package.sha256,
        )
        tx.rebuilding.submission(found)
        subject = SubjectFacts(_label(version), self._subject_id, len(files))
        inspection = Inspection(package, (subject,), (), from_wire(Coverage, verdict["coverage"]))
        inspection_id = tx.rebuilding.inspection(found, verdict["trial"]["sha256"], inspection)
        tx.inspections.append(inspection_id, [facts[file.ordinal] for file in files])
        purged = [file for file in files if file.path is None]
        if purged:
            state = InstanceState.REMOVED
            tx.inspections.mark(
                inspection_id,
                [InstanceDecision(file.ordinal, state, self._subject_id, file.kind) for file in purged],
            )
            tx.rebuilding.empty(inspection_id, [file.ordinal for file in purged])
        return inspection_id

    def _share(self, receipt: dict[str, Any]) -> ShareAddress:
        route, site = RouteKind(receipt["route"]), receipt["site"]
        known = (share for share in self._parts.shares if (share.route, share.site) == (route, site))
        return next(known, ShareAddress(route, site, ""))

    def _gone_in(self, number: int) -> list[str]:
        """Return the UIDs of what a version no longer holds, or holds with other bytes."""
        if number == 1:
            return []
        before, after = self._inventory.state_of(number - 1), self._inventory.state_of(number)
        return [
            self._uids[path]
            for path, digest in sorted(before.items())
            if after.get(path) != digest and path in self._uids
        ]

    def _bytes_of(self, number: int) -> int:
        records = f"v{number}/content/{RECORDS}/"
        own = (path for path in self._inventory.added_in(number) if not path.startswith(records))
        return sum((self._root / path).stat().st_size for path in own)


def _label(version: Version) -> str:
    return str(json.loads(version.documents["verdict.json"])["subject"]["label"])


def _completeness(version: Version) -> Completeness:
    return from_wire(Completeness, json.loads(version.documents["verdict.json"])["subject"]["completeness"])
