"""Anchors: the digests of the archive's inventories, kept in the audit chain: nobody alters them unseen.

Whoever can write to the archive can change a file, its manifest and every digest beside it; not the chain.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from ingest.ledger.audit import Detail
from ingest.ledger.transaction import Transaction

#: Events that begin a subject's anchors anew: all of its inventories were written again, or are gone.
_BEGIN_ANEW = frozenset({"subject-rebuilt", "withdrawn", "subject-found"})
_VERSION = re.compile(r"v[1-9][0-9]*", re.ASCII)
_EVERY = 1_000_000


def anchor_of(version: int | None, inventory_sha256: str) -> dict[str, str]:
    """Return what an event's detail says of a version's inventory; nothing where none was written."""
    return {f"v{version}": inventory_sha256} if version is not None and inventory_sha256 else {}


def read_anchors(tx: Transaction, subject_id: str) -> dict[str, str]:
    """Return `v1` → sha256 of that version's inventory, as the audit chain has it."""
    anchors: dict[str, str] = {}
    for event in tx.audit.events(subject_id=subject_id, limit=_EVERY):
        if event.event in _BEGIN_ANEW:
            anchors.clear()
        anchors.update(_anchors_in(event.detail))
    return anchors


def _anchors_in(detail: Mapping[str, object] | Detail) -> dict[str, str]:
    return {
        name: value for name, value in detail.items() if _VERSION.fullmatch(name) and isinstance(value, str)
    }
