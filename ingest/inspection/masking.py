"""UIDs in which an identifier hides: facts keep a keyed hash in their place."""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import fields, replace
from typing import Any

from ingest.model.instance import InstanceFacts, Reference

_UIDS = tuple(item.name for item in fields(InstanceFacts) if item.name.endswith("_uid"))
_REFERENCE_UIDS = tuple(item.name for item in fields(Reference) if item.name.endswith("_uid"))


class UidMask:
    """Puts `2.25.<keyed hash>` in the place of UIDs; the same UID has the same mask under one key.

    identifying: the UIDs in which an identifier was found; it may grow while facts are masked.
    """

    def __init__(self, identifying: Collection[str], key: bytes) -> None:
        self._identifying = identifying
        self._key = key

    def mask(self, facts: InstanceFacts) -> InstanceFacts:
        """Return the facts without UIDs that identify."""
        if not self._identifying:
            return facts
        changes: dict[str, Any] = self._changes(facts, _UIDS)
        changes["references"] = tuple(
            replace(item, **self._changes(item, _REFERENCE_UIDS)) for item in facts.references
        )
        if facts.structures is not None:
            frames = tuple(map(self._masked, facts.structures.frame_uids))
            changes["structures"] = replace(facts.structures, frame_uids=frames)
        if facts.registration is not None:
            frames = tuple(map(self._masked, facts.registration.frame_uids))
            changes["registration"] = replace(facts.registration, frame_uids=frames)
        return replace(facts, **changes)

    def _changes(self, item: InstanceFacts | Reference, names: tuple[str, ...]) -> dict[str, Any]:
        return {name: self._masked(getattr(item, name)) for name in names}

    def _masked(self, uid: str) -> str:
        if uid not in self._identifying:
            return uid
        digest = hmac.digest(self._key, b"uid\0" + uid.encode(), "sha256")
        return f"2.25.{int.from_bytes(digest[:16], 'big')}"
