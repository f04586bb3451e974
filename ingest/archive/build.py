"""Building a version outside the storage root: whole and on the disk before anyone can see it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingest.archive.disk import (
    SyncError,
    digest_bytes,
    digest_file,
    discard,
    link_file,
    make_directories,
    sync_file,
    sync_tree,
    write_file,
)
from ingest.archive.inventory import (
    INVENTORY,
    OBJECT_DECLARATION,
    SIDECAR,
    Inventory,
    VersionEntry,
    sidecar_of,
)
from ingest.archive.order import (
    FILING_RECORD,
    RECORDS,
    FilingOrder,
    NewFile,
    StagingLost,
    check_folders,
    check_logical_path,
)


@dataclass(slots=True)
class Build:
    """A version in the making: `top` is its directory within building/, `version` where `vN/` is written.

    added: digest → content path of what this version brings.
    state: logical path → digest of the whole version.
    linked: files that are in their place and not synced yet → where they were staged.
    """

    number: int
    top: Path
    version: Path
    state: dict[str, str]
    known: set[str]
    added: dict[str, tuple[str, ...]] = field(default_factory=dict)
    directories: dict[Path, None] = field(default_factory=dict)
    folders: dict[str, Path] = field(default_factory=dict)
    linked: dict[Path, Path] = field(default_factory=dict)
    files_added: int = 0
    bytes_added: int = 0
    files_known: int = 0
    copied: int = 0

    def target_of(self, logical: str) -> Path:
        """Return where a file's bytes go, its directories made."""
        folder, _, name = logical.rpartition("/")
        place = self.folders.get(folder)
        if place is None:
            place = make_directories(self.version, Path("content", folder), self.directories)
            self.folders[folder] = place
        return place / name

    def enter(self, logical: str, sha256: str) -> None:
        """Note that this version brings the bytes of `logical`."""
        self.added[sha256] = (f"v{self.number}/content/{logical}",)
        self.known.add(sha256)


def build_version(order: FilingOrder, before: Inventory | None, top: Path) -> tuple[Build, bytes]:
    """Build the order's version in `top`, synced, and return it with the object's new inventory.

    The first time `top` is the whole object, later it is `vN`. Raises StagingLost, and OSError of the disk;
    nothing stays in `top` then.
    """
    try:
        return _build(order, before, top)
    except BaseException:
        discard(top)
        raise


def _build(order: FilingOrder, before: Inventory | None, top: Path) -> tuple[Build, bytes]:
    build = _begin(order, before, top)
    for file in order.files:
        _add_file(build, file)
    _sync_linked(build)
    for name, data in _documents(order, before, build).items():
        _add_document(build, f"{RECORDS}/v{build.number}/{name}", data)
    check_folders(build.state)
    inventory = _next_inventory(order, before, build)
    for place in {build.top, build.version}:
        write_file(place / INVENTORY, inventory)
        write_file(place / SIDECAR, sidecar_of(inventory))
    sync_tree(build.directories)
    return build, inventory


def _begin(order: FilingOrder, before: Inventory | None, top: Path) -> Build:
    state = before.state_of(before.head) if before else {}
    for logical in order.remove:
        if state.pop(logical, None) is None:
            raise ValueError("an order removes a path that is not there")
    number = before.head + 1 if before else 1
    build = Build(number, top, top if before else top / "v1", state, set(before.manifest if before else ()))
    make_directories(top.parent, Path(top.name), build.directories)
    if before is None:
        write_file(top / OBJECT_DECLARATION[0], OBJECT_DECLARATION[1])
        make_directories(top, Path("v1"), build.directories)
    return build


def _add_file(build: Build, file: NewFile) -> None:
    check_logical_path(file.logical)
    build.state[file.logical] = file.sha256
    if file.sha256 in build.known:
        build.files_known += 1
        return
    if file.staged is None:
        raise ValueError("an order refers to bytes that are not in the object")
    _place(build, file, file.staged)
    build.enter(file.logical, file.sha256)
    build.files_added += 1
    build.bytes_added += file.size


def _place(build: Build, file: NewFile, staged: Path) -> None:
    target = build.target_of(file.logical)
    try:
        is_linked = link_file(staged, target)
    except FileNotFoundError:
        raise StagingLost("a staged file is not there") from None
    is_sure = is_linked and file.is_recent
    if target.stat().st_size != file.size or not (is_sure or digest_file(target) == file.sha256):
        raise StagingLost("a staged file is not the one that was judged")
    if is_linked:
        build.linked[target] = staged
    build.copied += not is_linked


def _sync_linked(build: Build) -> None:
    """Sync each file once all have their names: a journal takes all the names down with the first."""
    for target, staged in build.linked.items():
        try:
            sync_file(target)
        except SyncError:
            # The kernel may drop what it could not write and report success the next time: never trust this
            # file again, so that the retry inspects anew instead of filing it.
            discard(staged)
            raise StagingLost("a staged file could not be written to the disk") from None
    build.linked.clear()


def _add_document(build: Build, logical: str, data: bytes) -> None:
    sha256 = digest_bytes(data)
    build.state[logical] = sha256
    if sha256 not in build.known:
        write_file(build.target_of(logical), data)
        build.enter(logical, sha256)


def _documents(order: FilingOrder, before: Inventory | None, build: Build) -> dict[str, bytes]:
    earlier = before.state_of(before.head) if before else {}
    record: dict[str, Any] = {
        "schema": 1,
        "subject_id": order.subject_id,
        "version": build.number,
        "head_before": order.expected_head,
        "submission": order.submission_id,
        "act": order.act_name,
        "created": order.created.isoformat(),
        "added": sum(file.logical not in earlier for file in order.files),
        "replaced": sorted(
            file.logical for file in order.files if earlier.get(file.logical, file.sha256) != file.sha256
        ),
        "removed": sorted(order.remove),
    }
    return {**order.documents, FILING_RECORD: json.dumps(record, indent=2).encode() + b"\n"}


def _next_inventory(order: FilingOrder, before: Inventory | None, build: Build) -> bytes:
    paths: dict[str, list[str]] = {}
    for logical, sha256 in build.state.items():
        paths.setdefault(sha256, []).append(logical)
    state = {sha256: tuple(logical) for sha256, logical in paths.items()}
    entry = VersionEntry(order.created, state, order.message, order.user or "hamlet-ingest")
    earlier = before or Inventory(order.subject_id, {}, ())
    return earlier.with_version(entry, build.added).to_bytes()
