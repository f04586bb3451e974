"""The OCFL 1.1 inventory: what an object holds, version by version (specification, section 3.5)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ingest.archive.order import ArchiveDamaged

INVENTORY = "inventory.json"
SIDECAR = "inventory.json.sha256"
OBJECT_DECLARATION = ("0=ocfl_object_1.1", b"ocfl_object_1.1\n")
_TYPE = "https://ocfl.io/1.1/spec/#inventory"

#: Digest → logical paths, or digest → content paths.
PathsByDigest = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class VersionEntry:
    """A version as the inventory tells it."""

    created: datetime
    state: PathsByDigest
    message: str
    user: str


@dataclass(frozen=True, slots=True)
class Inventory:
    """An object's inventory. `versions[0]` is v1; the head is the last."""

    subject_id: str
    manifest: PathsByDigest
    versions: tuple[VersionEntry, ...]

    @property
    def head(self) -> int:
        """Return the number of the newest version."""
        return len(self.versions)

    def state_of(self, version: int) -> dict[str, str]:
        """Return logical path → digest of a version."""
        state = self.versions[version - 1].state
        return {path: digest for digest, paths in state.items() for path in paths}

    def added_in(self, version: int) -> dict[str, str]:
        """Return content path → digest of the files that lie in a version's own directory."""
        prefix = f"v{version}/"
        return {
            path: digest
            for digest, paths in self.manifest.items()
            for path in paths
            if path.startswith(prefix)
        }

    def with_version(self, entry: VersionEntry, added: PathsByDigest) -> Inventory:
        """Return the next inventory: one version more, and the manifest's new content."""
        return Inventory(self.subject_id, {**self.manifest, **added}, (*self.versions, entry))

    def to_bytes(self) -> bytes:
        """Return the JSON document; one object's always has the same bytes."""
        versions = {f"v{number}": _written(entry) for number, entry in enumerate(self.versions, 1)}
        document = {
            "id": self.subject_id,
            "type": _TYPE,
            "digestAlgorithm": "sha256",
            "head": f"v{self.head}",
            "manifest": self.manifest,
            "versions": versions,
        }
        return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def sidecar_of(inventory: bytes) -> bytes:
    """Return the text of `inventory.json.sha256` (specification, section 3.7)."""
    return f"{hashlib.sha256(inventory).hexdigest()} {INVENTORY}\n".encode()


def read_inventory(data: bytes) -> Inventory:
    """Return the inventory that `to_bytes` wrote. Raises ArchiveDamaged for anything else."""
    try:
        return _parsed(json.loads(data))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ArchiveDamaged("an inventory is not one that this archive wrote") from None


def _written(entry: VersionEntry) -> dict[str, Any]:
    return {
        "created": entry.created.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "message": entry.message,
        "user": {"name": entry.user},
        "state": entry.state,
    }


def _parsed(document: dict[str, Any]) -> Inventory:
    if document["type"] != _TYPE or document["digestAlgorithm"] != "sha256":
        raise ValueError
    versions = document["versions"]
    names = [f"v{number}" for number in range(1, len(versions) + 1)]
    if not names or document["head"] != names[-1]:
        raise ValueError
    # Of a long history only the newest state is looked into: reading costs what is used, not what there is.
    entries = tuple(_parsed_version(versions[name]) for name in names)
    inventory = Inventory(_text(document["id"]), _checked_paths(document["manifest"]), entries)
    if not inventory.manifest.keys() >= _checked_paths(entries[-1].state).keys():
        raise ValueError
    return inventory


def _parsed_version(entry: dict[str, Any]) -> VersionEntry:
    created = datetime.fromisoformat(entry["created"])
    if created.tzinfo is None:
        raise ValueError
    return VersionEntry(created, dict(entry["state"]), _text(entry["message"]), _text(entry["user"]["name"]))


def _checked_paths(data: PathsByDigest) -> PathsByDigest:
    if not all(type(paths) is list and all(type(path) is str for path in paths) for paths in data.values()):
        raise TypeError
    return data


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value
