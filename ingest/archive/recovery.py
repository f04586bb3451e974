"""Recovery: what a killed worker or a power cut left of a filing is brought to its end, or set aside.

A version enters the object by one rename and is listed afterwards, so that these are the states to be met:
a version that no inventory lists; an inventory without its sidecar; leftovers in building/. After recovery
the object is valid OCFL, and holds either all of the filing or nothing of it.
"""

from __future__ import annotations

import json
import re
import secrets
from pathlib import Path

from ingest.archive.disk import (
    digest_file,
    discard,
    move_directory,
    remove_tree,
    replace_file,
    sync_directory,
)
from ingest.archive.inventory import INVENTORY, SIDECAR, Inventory, read_inventory, sidecar_of
from ingest.archive.order import FILING_RECORD, RECORDS, ArchiveDamaged, Recovery
from ingest.archive.places import Places

_VERSION = re.compile(r"v([1-9][0-9]*)", re.ASCII)
_GONE = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
#: Names within building/ of a rebuild (purge) on its way: the old object set aside, the new one ready.
REPLACED, REBUILT = "replaced", "rebuilt"


def recover_object(places: Places, subject_id: str) -> tuple[Recovery, Inventory | None]:
    """Recover one subject; return what was done, and its inventory (None: nothing filed, or damaged).

    Call it with the subject's lock held. Raises OSError of the disk.
    """
    is_completed = _finish_exchange(places, subject_id)
    for leftover in places.buildings_of(subject_id):
        discard(leftover)
    root = places.object_of(subject_id)
    if not root.is_dir():
        return Recovery(0, is_completed=is_completed), None
    # Who died may have renamed without syncing: what is about to be relied upon must last.
    sync_directory(root)
    sync_directory(places.subjects)
    try:
        inventory, is_sidecar_written = _root_inventory(places, root)
    except ArchiveDamaged:
        return Recovery(0, is_completed=is_completed, is_damaged=True), None
    rolled: list[int] = []
    orphaned: list[str] = []
    for number in _unlisted(root, inventory.head):
        following = _whole_version(root / f"v{number}", number, inventory)
        if following is None:
            orphaned.append(_set_aside(places, root, number))
            continue
        list_version(places, root, following.to_bytes())
        inventory = following
        rolled.append(number)
    is_completed = is_completed or is_sidecar_written
    return Recovery(inventory.head, tuple(rolled), tuple(orphaned), is_completed), inventory


def remove_leftovers(places: Places, subject_id: str) -> None:
    """Remove what recovery could not: of a subject that is taken out nothing may stay. Raises OSError."""
    for leftover in places.buildings_of(subject_id):
        remove_tree(leftover)


def list_version(places: Places, root: Path, inventory: bytes) -> None:
    """Put a version's inventory, then its sidecar, at the object's top: from here on it is the head."""
    replace_file(root / INVENTORY, inventory, places.building)
    replace_file(root / SIDECAR, sidecar_of(inventory), places.building)


def read_filing_record(root: Path, version: int) -> tuple[str, str]:
    """Return submission and act of a version. Raises ArchiveDamaged where it does not name them."""
    try:
        data = json.loads((root / f"v{version}/content/{RECORDS}/v{version}/{FILING_RECORD}").read_bytes())
        names = data["submission"], data["act"]
        if data["subject_id"] != root.name or data["version"] != version or not all(names):
            raise ValueError
    except (*_GONE, ValueError, KeyError, TypeError):
        raise ArchiveDamaged("a version does not name its submission") from None
    return str(names[0]), str(names[1])


def _finish_exchange(places: Places, subject_id: str) -> bool:
    root = places.object_of(subject_id)
    replaced = places.building / f"{subject_id}~{REPLACED}"
    rebuilt = places.building / f"{subject_id}~{REBUILT}"
    if not replaced.exists():
        return False
    if not root.exists():
        move_directory(rebuilt if rebuilt.exists() else replaced, root)
    return True


def _root_inventory(places: Places, root: Path) -> tuple[Inventory, bool]:
    """Return the inventory at the object's top, its sidecar written anew where only that was missing."""
    try:
        data = (root / INVENTORY).read_bytes()
    except _GONE:
        raise ArchiveDamaged("the inventory is missing") from None
    inventory = read_inventory(data)
    if inventory.subject_id != root.name:
        raise ArchiveDamaged("the inventory is another object's")
    if _read(root / SIDECAR) == sidecar_of(data):
        return inventory, False
    head = root / f"v{inventory.head}"
    if _read(head / INVENTORY) != data or _read(head / SIDECAR) != sidecar_of(data):
        raise ArchiveDamaged("the inventory and its digest do not agree")
    replace_file(root / SIDECAR, sidecar_of(data), places.building)
    return inventory, True


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except _GONE:
        return b""


def _unlisted(root: Path, head: int) -> list[int]:
    found = (_VERSION.fullmatch(path.name) for path in root.iterdir())
    return sorted(number for match in found if match and (number := int(match.group(1))) > head)


def _whole_version(version: Path, number: int, before: Inventory) -> Inventory | None:
    """Return the inventory of a version that is complete, follows `before` and names its submission."""
    try:
        data = (version / INVENTORY).read_bytes()
        inventory = read_inventory(data)
        if _read(version / SIDECAR) != sidecar_of(data) or not _follows(inventory, number, before):
            return None
        listed = inventory.added_in(number)
        present = {f"v{number}/{path.relative_to(version)}" for path in _files(version / "content")}
        if present != listed.keys():
            return None
        if any(digest_file(version.parent / path) != sha256 for path, sha256 in listed.items()):
            return None
        read_filing_record(version.parent, number)
    except (*_GONE, ArchiveDamaged):
        return None
    return inventory


def _follows(inventory: Inventory, number: int, before: Inventory) -> bool:
    return (
        inventory.subject_id == before.subject_id
        and inventory.head == number == before.head + 1
        and inventory.versions[:-1] == before.versions
        and all(inventory.manifest.get(sha256) == paths for sha256, paths in before.manifest.items())
    )


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_symlink() or not path.is_dir()]


def _set_aside(places: Places, root: Path, number: int) -> str:
    orphan = places.orphans / f"{root.name}~v{number}~{secrets.token_hex(4)}"
    move_directory(root / f"v{number}", orphan)
    return orphan.name
