"""The archive as the steps see it: file, recover, read (DESIGN: "Filing survives a crash anywhere")."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from ingest.archive.build import build_version
from ingest.archive.disk import (
    OPEN_FOLDER,
    digest_bytes,
    digest_file,
    discard,
    is_read_only,
    make_directory,
    move_directory,
    sync_directory,
    worldly_faults,
    write_file,
)
from ingest.archive.handout import hand_out
from ingest.archive.inventory import INVENTORY, Inventory, read_inventory
from ingest.archive.locks import subject_lock
from ingest.archive.order import (
    RECORDS,
    ArchiveDamaged,
    ArchivedFile,
    Filed,
    FilingOrder,
    HeadMoved,
    NoSuchFile,
    Recovery,
    Version,
    check_order,
    check_subject_id,
)
from ingest.archive.places import Places
from ingest.archive.recovery import list_version, read_filing_record, recover_object

LAYOUT = "0002-flat-direct-storage-layout"
_ROOT_DECLARATION = ("0=ocfl_1.1", b"ocfl_1.1\n")
#: How long a writer waits for another of the same subject, in seconds.
LOCK_WAIT = 60.0


class Archive:
    """An archive under one folder (`places`); opened by many processes at once, one writer a subject.

    What the disk refuses is a TransientError (NoRoom, StagingLost); ArchiveDamaged waits for a person.
    """

    def __init__(self, root: Path, *, lock_wait: float = LOCK_WAIT) -> None:
        self.places = Places(root)
        self._lock_wait = lock_wait
        with worldly_faults("opening the archive"):
            # One that is mounted read-only is read as it stands.
            if not is_read_only(root):
                self.places.make()
                if not self.places.subjects.exists():
                    self._make_storage_root()
                hand_out(self.places)

    def subjects(self) -> list[str]:
        """Return the ids of all subjects that have anything filed."""
        with worldly_faults("listing the archive"):
            found = self.places.subjects.iterdir()
            return sorted(path.name for path in found if path.is_dir() and path.name != "extensions")

    def head(self, subject_id: str) -> int:
        """Return the subject's newest version; 0: nothing is filed. Recover before relying on it."""
        inventory = self.inventory(subject_id)
        return inventory.head if inventory else 0

    def inventory(self, subject_id: str) -> Inventory | None:
        """Return the subject's inventory, None where nothing is filed. Raises ArchiveDamaged."""
        check_subject_id(subject_id)
        root = self.places.object_of(subject_id)
        with worldly_faults("reading an inventory"):
            try:
                data = (root / INVENTORY).read_bytes()
            except FileNotFoundError:
                if root.exists():
                    raise ArchiveDamaged("the inventory is missing") from None
                return None
        return read_inventory(data)

    def recover(self, subject_id: str) -> Recovery:
        """Bring what a dead worker left of a filing to its end, or set it aside."""
        check_subject_id(subject_id)
        with self.writing(subject_id), worldly_faults("recovering a subject"):
            return recover_object(self.places, subject_id)[0]

    def recover_all(self) -> Iterator[tuple[str, Recovery]]:
        """Recover every subject, and those of which only leftovers exist."""
        with worldly_faults("listing the archive"):
            begun = {path.name.partition("~")[0] for path in self.places.building.iterdir()}
        for subject_id in sorted(begun.union(self.subjects())):
            yield subject_id, self.recover(subject_id)

    def file(self, order: FilingOrder) -> Filed:
        """File one version; the same submission and act are filed once, however often they are asked for.

        Raises HeadMoved, StagingLost, NoRoom, TransientError, ArchiveDamaged; ValueError for a wrong order.
        """
        check_order(order)
        with self.writing(order.subject_id), worldly_faults("filing a version"):
            recovery, before = recover_object(self.places, order.subject_id)
            if recovery.is_damaged:
                raise ArchiveDamaged("the subject's inventory is damaged")
            filed = self._filed_before(order, before)
            return filed or self._file(order, before)

    def versions(self, subject_id: str) -> tuple[Version, ...]:
        """Return all versions, oldest first, with their documents. Raises NoSuchFile, ArchiveDamaged."""
        inventory = self._existing(subject_id)
        with worldly_faults("reading the records"):
            return tuple(self._version(inventory, number) for number in range(1, inventory.head + 1))

    def files(self, subject_id: str, version: int | None = None) -> tuple[ArchivedFile, ...]:
        """Return a version's files (None: the head's) by logical path, no records. Raises NoSuchFile."""
        inventory = self._existing(subject_id)
        return tuple(
            self._archived(inventory, logical, sha256)
            for logical, sha256 in sorted(_state(inventory, version).items())
            if not logical.startswith(f"{RECORDS}/")
        )

    def find(self, subject_id: str, logical: str, version: int | None = None) -> ArchivedFile:
        """Return one file of a version (None: the head). Raises NoSuchFile."""
        inventory = self._existing(subject_id)
        sha256 = _state(inventory, version).get(logical)
        if sha256 is None:
            raise NoSuchFile("no such file in this version")
        return self._archived(inventory, logical, sha256)

    @contextlib.contextmanager
    def writing(self, subject_id: str) -> Iterator[None]:
        """Hold the subject's lock. Raises TransientError when another worker does not let it go."""
        with contextlib.ExitStack() as stack:
            with worldly_faults("locking a subject"):
                stack.enter_context(subject_lock(self.places.locks, subject_id, self._lock_wait))
            yield

    def _file(self, order: FilingOrder, before: Inventory | None) -> Filed:
        head = before.head if before else 0
        if head != order.expected_head:
            raise HeadMoved(order.expected_head, head)
        root = self.places.object_of(order.subject_id)
        build, inventory = build_version(order, before, self.places.new_building(order.subject_id))
        try:
            move_directory(build.top, root / f"v{build.number}" if before else root)
        except FileExistsError:
            # Another machine was quicker: the rename is a compare-and-set where the lock does not reach.
            discard(build.top)
            raise HeadMoved(order.expected_head, build.number) from None
        except OSError:
            discard(build.top)
            raise
        if before:
            list_version(self.places, root, inventory)
        return Filed(
            version=build.number,
            is_new=True,
            files_added=build.files_added,
            bytes_added=build.bytes_added,
            files_known=build.files_known,
            copied=build.copied,
            inventory_sha256=digest_bytes(inventory),
        )

    def _filed_before(self, order: FilingOrder, before: Inventory | None) -> Filed | None:
        root = self.places.object_of(order.subject_id)
        for number in range(before.head if before else 0, 0, -1):
            if read_filing_record(root, number) == (order.submission_id, order.act_name):
                digest = digest_file(root / f"v{number}" / INVENTORY)
                return Filed(number, is_new=False, inventory_sha256=digest)
        return None

    def _existing(self, subject_id: str) -> Inventory:
        inventory = self.inventory(subject_id)
        if inventory is None:
            raise NoSuchFile("nothing is filed for this subject")
        return inventory

    def _version(self, inventory: Inventory, number: int) -> Version:
        entry = inventory.versions[number - 1]
        prefix = f"{RECORDS}/v{number}/"
        documents = {
            logical.removeprefix(prefix): self._archived(inventory, logical, sha256).path.read_bytes()
            for logical, sha256 in inventory.state_of(number).items()
            if logical.startswith(prefix)
        }
        submission_id, act_name = read_filing_record(self.places.object_of(inventory.subject_id), number)
        return Version(number, entry.created, entry.message, entry.user, submission_id, act_name, documents)

    def _archived(self, inventory: Inventory, logical: str, sha256: str) -> ArchivedFile:
        content = inventory.manifest[sha256][0]
        path = self.places.object_of(inventory.subject_id) / content
        return ArchivedFile(logical, sha256, path, int(content.partition("/")[0][1:]))

    def _make_storage_root(self) -> None:
        """Make the storage root in one rename; another process may do so at the same time."""
        with self.writing("storage-root"):
            if self.places.subjects.exists():
                return
            top = self.places.new_building("storage-root")
            make_directory(top, OPEN_FOLDER)
            layout = {
                "extension": LAYOUT,
                "description": "One object a subject, in a directory of its study ID.",
            }
            write_file(top / _ROOT_DECLARATION[0], _ROOT_DECLARATION[1])
            write_file(top / "ocfl_layout.json", json.dumps(layout, indent=2).encode() + b"\n")
            sync_directory(top)
            move_directory(top, self.places.subjects)


def _state(inventory: Inventory, version: int | None) -> dict[str, str]:
    number = inventory.head if version is None else version
    if not 1 <= number <= inventory.head:
        raise NoSuchFile("no such version")
    return inventory.state_of(number)
