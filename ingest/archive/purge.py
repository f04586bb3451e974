"""Purge of a part: an object is rebuilt without some of its files, as valid as before.

What is kept by submission (originals/, quarantine/, staging/) and what cannot be reached (backups, exports)
is the caller's to remove, or to name in the certificate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from ingest.archive.build import build_version
from ingest.archive.disk import (
    digest_bytes,
    digest_file,
    make_directories,
    move_directory,
    place_file,
    remove_tree,
    sync_directory,
    sync_tree,
    worldly_faults,
    write_file,
)
from ingest.archive.inventory import (
    INVENTORY,
    OBJECT_DECLARATION,
    SIDECAR,
    Inventory,
    PathsByDigest,
    sidecar_of,
)
from ingest.archive.order import RECORDS, ArchiveDamaged, FilingOrder, HeadMoved, NoSuchFile, check_order
from ingest.archive.places import Places
from ingest.archive.recovery import REBUILT, REPLACED, read_filing_record, recover_object, remove_leftovers
from ingest.archive.store import Archive


@dataclass(frozen=True, slots=True)
class PurgeOrder:
    """A part to take out of every version of an object.

    record:    the version that says so; its documents are filed, its `files` are empty.
    digests:   sha256 of the files that go, in all versions and under all names.
    rewritten: path of a record at the head (`records/v2/receipt.json`) → what it is to hold instead,
               because it tells of what goes.
    """

    record: FilingOrder
    digests: frozenset[str]
    rewritten: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Purged:
    """What a purge removed; `anchors`: `v1` → sha256 of each version's inventory as it is now."""

    version: int
    is_new: bool
    files: int
    bytes: int
    orphans: int
    anchors: Mapping[str, str]


def purge(archive: Archive, order: PurgeOrder) -> Purged:
    """Rebuild an object without some of its files; version numbers stay, one version more says what was done.

    Raises HeadMoved, NoSuchFile (nothing of that digest is held), ArchiveDamaged, TransientError.
    """
    record, places = order.record, archive.places
    check_order(record)
    if record.files or record.remove or any(not path.startswith(f"{RECORDS}/") for path in order.rewritten):
        raise ValueError("a purge files nothing but records")
    with archive.writing(record.subject_id), worldly_faults("purging a subject"):
        recovery, before = recover_object(places, record.subject_id)
        remove_leftovers(places, record.subject_id)
        if recovery.is_damaged:
            raise ArchiveDamaged("the subject's inventory is damaged")
        if before is None:
            raise NoSuchFile("nothing is filed for this subject")
        root = places.object_of(record.subject_id)
        orphans = [path for path in places.orphans_of(record.subject_id) if _holds(path, order.digests)]
        if read_filing_record(root, before.head) == (record.submission_id, record.act_name):
            _remove_trees(orphans)
            return Purged(before.head, False, 0, 0, len(orphans), _anchors(root, before.head))
        if before.head != record.expected_head:
            raise HeadMoved(record.expected_head, before.head)
        if not order.digests & before.manifest.keys():
            raise NoSuchFile("no file of this digest is held")
        gone = [root / path for digest in order.digests for path in before.manifest.get(digest, ())]
        size = sum(path.stat().st_size for path in gone)
        after = _rebuild(places, order, before)
        _exchange(places, record.subject_id)
        _remove_trees(orphans)
        return Purged(after, True, len(gone), size, len(orphans), _anchors(root, after))


def _rebuild(places: Places, order: PurgeOrder, before: Inventory) -> int:
    """Build the object anew, as `<subject>~rebuilt`; return its head."""
    root = places.object_of(before.subject_id)
    top = places.new_building(before.subject_id)
    made: dict[Path, None] = {}
    make_directories(places.building, Path(top.name), made)
    write_file(top / OBJECT_DECLARATION[0], OBJECT_DECLARATION[1])
    rewritten = _rewritten(before, order)
    following = _without(before, order.digests, {old: digest_bytes(data) for old, data in rewritten.items()})
    kept = {
        path: digest for digest in before.manifest.keys() - order.digests for path in before.manifest[digest]
    }
    for path, digest in sorted(kept.items()):
        relative = PurePosixPath(path)
        target = make_directories(top, Path(relative.parent), made) / relative.name
        if digest in rewritten:
            write_file(target, rewritten[digest])
        else:
            place_file(root / path, target)
    for number in range(1, following.head + 1):
        make_directories(top, Path(f"v{number}"), made)
        _write_inventory(top / f"v{number}", _up_to(following, number).to_bytes())
    _, inventory = build_version(order.record, following, top / f"v{following.head + 1}")
    _write_inventory(top, inventory)
    sync_tree(made)
    move_directory(top, places.building / f"{before.subject_id}~{REBUILT}")
    return following.head + 1


def _exchange(places: Places, subject_id: str) -> None:
    """Put the rebuilt object in the old one's place; recovery finishes from any point of it."""
    root = places.object_of(subject_id)
    replaced = places.building / f"{subject_id}~{REPLACED}"
    move_directory(root, replaced)
    move_directory(places.building / f"{subject_id}~{REBUILT}", root)
    remove_tree(replaced)
    sync_directory(places.building)


def _rewritten(before: Inventory, order: PurgeOrder) -> dict[str, bytes]:
    """Return digest of a record as it was → its new bytes."""
    state = before.state_of(before.head)
    if not order.rewritten.keys() <= state.keys():
        raise NoSuchFile("a record to rewrite is not there")
    rewritten = {state[path]: data for path, data in order.rewritten.items()}
    if any(rewritten[state[path]] != data for path, data in order.rewritten.items()):
        raise ValueError("two records of the same bytes are to be rewritten differently")
    return rewritten


def _without(before: Inventory, gone: frozenset[str], changed: Mapping[str, str]) -> Inventory:
    """Return the inventory without some digests, and with others in place of those that change."""

    def kept(paths: PathsByDigest) -> PathsByDigest:
        names: dict[str, list[str]] = {}
        for digest in paths.keys() - gone:
            names.setdefault(changed.get(digest, digest), []).extend(paths[digest])
        return {digest: tuple(sorted(held)) for digest, held in sorted(names.items())}

    versions = tuple(replace(entry, state=kept(entry.state)) for entry in before.versions)
    return Inventory(before.subject_id, kept(before.manifest), versions)


def _up_to(inventory: Inventory, number: int) -> Inventory:
    """Return the inventory as it stood at a version."""
    manifest = {
        digest: kept
        for digest, paths in inventory.manifest.items()
        if (kept := tuple(path for path in paths if _version_of(path) <= number))
    }
    return Inventory(inventory.subject_id, manifest, inventory.versions[:number])


def _version_of(content_path: str) -> int:
    return int(content_path.partition("/")[0][1:])


def _write_inventory(folder: Path, inventory: bytes) -> None:
    write_file(folder / INVENTORY, inventory)
    write_file(folder / SIDECAR, sidecar_of(inventory))


def _anchors(root: Path, head: int) -> dict[str, str]:
    return {f"v{number}": digest_file(root / f"v{number}" / INVENTORY) for number in range(1, head + 1)}


def _holds(folder: Path, digests: frozenset[str]) -> bool:
    return any(digest_file(path) in digests for path in folder.rglob("*") if path.is_file())


def _remove_trees(folders: list[Path]) -> None:
    for folder in folders:
        remove_tree(folder)
