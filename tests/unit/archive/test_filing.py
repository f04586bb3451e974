"""Filing as the steps use it: versions, deltas, refusals."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from ingest.archive.order import ArchiveDamaged, HeadMoved, NewFile, NoRoom, NoSuchFile, StagingLost
from ingest.archive.store import Archive
from ingest.model.errors import TransientError
from tests.filing import SUBJECT, content, file_two_versions, order, sha256, stage
from tests.ocfl_validity import ocfl_faults


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def test_a_subject_without_filings_has_head_zero(archive: Archive) -> None:
    assert archive.head(SUBJECT) == 0
    assert archive.subjects() == []
    with pytest.raises(NoSuchFile):
        archive.files(SUBJECT)


def test_each_filing_is_one_version_that_ocfl_py_finds_valid(archive: Archive) -> None:
    file_two_versions(archive)
    assert archive.head(SUBJECT) == 2
    assert archive.subjects() == [SUBJECT]
    assert ocfl_faults(archive.places.subjects) == ""


def test_nothing_is_ever_overwritten(archive: Archive) -> None:
    file_two_versions(archive)
    assert content(archive, version=1)["rtstruct/2.1.dcm"] == b"contours"
    assert content(archive)["rtstruct/2.1.dcm"] == b"better contours"
    assert "planning-ct/1.2.dcm" in content(archive, version=1)
    assert "planning-ct/1.2.dcm" not in content(archive)


def test_only_what_is_new_is_stored(archive: Archive) -> None:
    file_two_versions(archive)
    again = [stage(archive, "planning-ct/1.2.dcm", b"slice 2"), stage(archive, "mr/9.dcm", b"new")]
    filed = archive.file(order(again, head=2, submission="S000003"))
    assert (filed.files_added, filed.files_known, filed.bytes_added) == (1, 1, 3)
    stored = archive.places.object_of(SUBJECT) / "v3/content"
    assert {path.name for path in stored.rglob("*.dcm")} == {"9.dcm"}
    assert archive.find(SUBJECT, "planning-ct/1.2.dcm").since == 1


def test_the_same_bytes_under_two_names_are_stored_once(archive: Archive) -> None:
    archive.file(order([stage(archive, "mr/1.dcm", b"same"), stage(archive, "mr/2.dcm", b"same")]))
    assert content(archive) == {"mr/1.dcm": b"same", "mr/2.dcm": b"same"}
    assert len(list(archive.places.object_of(SUBJECT).rglob("*.dcm"))) == 1
    assert ocfl_faults(archive.places.subjects) == ""


def test_a_file_moves_to_another_folder_without_its_bytes_being_sent_again(archive: Archive) -> None:
    archive.file(order([stage(archive, "other/1.dcm", b"ct")]))
    moved = NewFile(None, "planning-ct/1.dcm", sha256(b"ct"), 2)
    archive.file(order([moved], head=1, submission="S000002", remove=("other/1.dcm",)))
    assert content(archive) == {"planning-ct/1.dcm": b"ct"}
    assert ocfl_faults(archive.places.subjects) == ""


def test_the_same_act_is_filed_once(archive: Archive) -> None:
    new = [stage(archive, "mr/1.dcm", b"mr")]
    assert archive.file(order(new)).is_new
    again = archive.file(order(new))
    assert (again.version, again.is_new) == (1, False)
    assert archive.head(SUBJECT) == 1


def test_a_head_that_moved_is_said_and_nothing_is_filed(archive: Archive) -> None:
    archive.file(order([stage(archive, "mr/1.dcm", b"mr")]))
    with pytest.raises(HeadMoved) as refused:
        archive.file(order([stage(archive, "mr/2.dcm", b"mr2")], head=0, submission="S000002"))
    assert (refused.value.expected, refused.value.actual) == (0, 1)
    with pytest.raises(HeadMoved):
        archive.file(order([stage(archive, "mr/2.dcm", b"mr2")], head=7, submission="S000002"))
    assert archive.head(SUBJECT) == 1


def test_versions_name_submission_act_and_documents(archive: Archive) -> None:
    file_two_versions(archive)
    first, second = archive.versions(SUBJECT)
    assert (first.number, first.submission_id, first.act_name) == (1, "S000001", "arrival:S000001")
    assert second.documents["receipt.json"] == b'{"submission": "S000002"}'
    assert set(second.documents) == {"receipt.json", "filing.json"}
    assert second.message == "Arrival of S000002"


def test_filed_bytes_are_linked_not_copied_and_read_only(archive: Archive) -> None:
    new = stage(archive, "mr/1.dcm", b"mr")
    assert archive.file(order([new])).copied == 0
    assert new.staged is not None
    path = archive.find(SUBJECT, "mr/1.dcm").path
    assert path.samefile(new.staged)
    assert stat.S_IMODE(path.stat().st_mode) == 0o444


def test_where_links_are_not_to_be_had_bytes_are_copied(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: object, **_options: object) -> None:
        raise OSError(errno.EXDEV, "cross-device")

    monkeypatch.setattr(os, "link", refuse)
    assert archive.file(order([stage(archive, "mr/1.dcm", b"mr")])).copied == 1
    assert content(archive) == {"mr/1.dcm": b"mr"}
    assert ocfl_faults(archive.places.subjects) == ""


def test_a_staged_file_that_is_gone_or_changed_must_be_staged_again(archive: Archive) -> None:
    new = stage(archive, "mr/1.dcm", b"mr")
    assert new.staged is not None
    new.staged.write_bytes(b"longer")
    with pytest.raises(StagingLost):
        archive.file(order([new]))
    new.staged.unlink()
    with pytest.raises(StagingLost):
        archive.file(order([new]))
    assert archive.head(SUBJECT) == 0
    assert list(archive.places.building.iterdir()) == []


def test_bytes_whose_sync_failed_are_not_trusted_again(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = stage(archive, "mr/1.dcm", b"mr")
    assert new.staged is not None

    sync, suspect = os.fsync, new.staged.stat().st_ino

    def fail(descriptor: int) -> None:
        if os.fstat(descriptor).st_ino == suspect:
            raise OSError(errno.EIO, "input/output error")
        sync(descriptor)

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", fail)
        with pytest.raises(StagingLost):
            archive.file(order([new]))
    assert not new.staged.exists()
    with pytest.raises(StagingLost):
        archive.file(order([new]))


def test_a_full_disk_is_said_without_naming_a_path(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise OSError(errno.ENOSPC, "no space", "/secret/path")

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(NoRoom) as refused:
        archive.file(order([stage(archive, "mr/1.dcm", b"mr")]))
    assert str(refused.value) == "filing a version: ENOSPC"
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


@pytest.mark.parametrize("logical", ["../x", "/x", "a//b", "a/../b", ".hidden", "a/.b", "a\\b", "", "a/" * 9])
def test_unsafe_paths_are_refused(archive: Archive, logical: str) -> None:
    with pytest.raises(ValueError, match="logical path"):
        archive.file(order([stage(archive, logical, b"x")]))
    assert archive.head(SUBJECT) == 0
    assert list(archive.places.building.iterdir()) == []


def test_a_path_cannot_be_file_and_folder(archive: Archive) -> None:
    archive.file(order([stage(archive, "mr/1", b"x")]))
    with pytest.raises(ValueError, match="folder of another"):
        archive.file(order([stage(archive, "mr/1/2", b"y")], head=1, submission="S000002"))
    assert archive.head(SUBJECT) == 1


@pytest.mark.parametrize(
    "subject", ["", ".", "..", "a/b", "extensions", "ocfl_layout.json", "0=ocfl_1.1", "-"]
)
def test_subject_ids_that_cannot_be_a_directory_are_refused(archive: Archive, subject: str) -> None:
    with pytest.raises(ValueError, match="subject id"):
        archive.file(order([stage(archive, "mr/1.dcm", b"x")], subject=subject))


def test_the_records_belong_to_the_archive(archive: Archive) -> None:
    with pytest.raises(ValueError, match="records"):
        archive.file(order([stage(archive, "records/v1/receipt.json", b"x")]))
    with pytest.raises(ValueError, match="document"):
        archive.file(order([], documents={"filing.json": b"{}"}))


def test_a_damaged_inventory_stops_filing_and_waits_for_a_person(archive: Archive) -> None:
    file_two_versions(archive)
    inventory = archive.places.object_of(SUBJECT) / "inventory.json"
    damaged = inventory.read_bytes()[:-40]
    inventory.chmod(0o644)
    inventory.write_bytes(damaged)
    assert archive.recover(SUBJECT).is_damaged
    with pytest.raises(ArchiveDamaged):
        archive.file(order([stage(archive, "mr/1.dcm", b"x")], head=2, submission="S000003"))
    assert inventory.read_bytes() == damaged


def test_an_archive_is_opened_again_as_it_was(archive: Archive) -> None:
    file_two_versions(archive)
    again = Archive(archive.places.root)
    assert again.head(SUBJECT) == 2
    assert content(again) == content(archive)


def test_a_subject_in_another_writers_hands_is_a_passing_fault(archive: Archive) -> None:
    impatient = Archive(archive.places.root, lock_wait=0.05)
    with archive.writing(SUBJECT), pytest.raises(TransientError, match="another worker"):
        impatient.recover(SUBJECT)
