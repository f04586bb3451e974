"""Withdrawal of a subject and purge of a part: nothing of it stays within reach, what remains is valid."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest.archive.order import HeadMoved, NoSuchFile
from ingest.archive.purge import PurgeOrder, purge
from ingest.archive.store import Archive
from ingest.archive.verify import verify_subject
from ingest.archive.withdrawal import withdraw
from tests.filing import SUBJECT, content, file_two_versions, order, sha256, stage
from tests.ocfl_validity import ocfl_faults

CONTOURS = sha256(b"contours")
CERTIFICATE = {"purge.json": b'{"reason": "a name in a label"}'}


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    archive = Archive(tmp_path / "archive")
    file_two_versions(archive)
    for staged in archive.places.staging.iterdir():
        staged.unlink()
    return archive


def _purge_order(*digests: str, head: int = 2, rewritten: dict[str, bytes] | None = None) -> PurgeOrder:
    record = order([], head=head, submission="S000009", documents=CERTIFICATE)
    return PurgeOrder(record, frozenset(digests), rewritten or {})


def _bytes_anywhere(archive: Archive, data: bytes) -> list[Path]:
    return [path for path in archive.places.root.rglob("*") if path.is_file() and data in path.read_bytes()]


def test_a_withdrawn_subject_leaves_nothing_within_reach(archive: Archive) -> None:
    (archive.places.orphans / f"{SUBJECT}~v3~0000").mkdir()
    archive.places.new_building(SUBJECT).mkdir()
    file_two_versions(archive, "123-1002")
    withdrawn = withdraw(archive, SUBJECT)
    assert (withdrawn.files, withdrawn.orphans) == (16, 1)
    assert archive.subjects() == ["123-1002"]
    assert not list(archive.places.root.rglob(f"{SUBJECT}*"))
    assert archive.head(SUBJECT) == 0
    assert ocfl_faults(archive.places.subjects) == ""


def test_withdrawing_again_changes_nothing(archive: Archive) -> None:
    withdraw(archive, SUBJECT)
    assert withdraw(archive, SUBJECT).files == 0


def test_a_withdrawal_says_what_has_another_name_elsewhere(archive: Archive) -> None:
    new = stage(archive, "mr/1.dcm", b"mr")
    archive.file(order([new], head=2, submission="S000003"))
    assert withdraw(archive, SUBJECT).also_elsewhere == 1


def test_a_damaged_subject_can_be_withdrawn(archive: Archive) -> None:
    (archive.places.object_of(SUBJECT) / "inventory.json").unlink()
    withdraw(archive, SUBJECT)
    assert archive.subjects() == []


def test_a_purged_file_is_gone_from_every_version(archive: Archive) -> None:
    purged = purge(archive, _purge_order(CONTOURS))
    assert (purged.version, purged.is_new, purged.files, purged.bytes) == (3, True, 1, 8)
    assert "rtstruct/2.1.dcm" not in content(archive, version=1)
    assert content(archive)["rtstruct/2.1.dcm"] == b"better contours"
    assert [path for path in _bytes_anywhere(archive, b"contours") if path.read_bytes() == b"contours"] == []
    assert not any(CONTOURS in path.read_text() for path in archive.places.root.rglob("inventory.json"))
    assert ocfl_faults(archive.places.subjects) == ""


def test_a_purge_keeps_the_other_versions_numbers_and_records(archive: Archive) -> None:
    before = archive.versions(SUBJECT)
    purge(archive, _purge_order(CONTOURS))
    after = archive.versions(SUBJECT)
    assert after[:2] == before
    assert (after[2].submission_id, after[2].documents["purge.json"]) == (
        "S000009",
        CERTIFICATE["purge.json"],
    )


def test_a_purge_gives_new_anchors(archive: Archive) -> None:
    purged = purge(archive, _purge_order(CONTOURS))
    assert set(purged.anchors) == {"v1", "v2", "v3"}
    assert verify_subject(archive, SUBJECT, anchors=purged.anchors).problems == ()


def test_a_purge_rewrites_the_records_that_tell_of_what_goes(archive: Archive) -> None:
    purge(archive, _purge_order(CONTOURS, rewritten={"records/v1/receipt.json": b"{}"}))
    assert archive.versions(SUBJECT)[0].documents["receipt.json"] == b"{}"
    assert archive.versions(SUBJECT)[1].documents["receipt.json"] == b'{"submission": "S000002"}'
    assert _bytes_anywhere(archive, b'{"submission": "S000001"}') == []
    assert ocfl_faults(archive.places.subjects) == ""


def test_a_purge_asked_for_again_is_done_once(archive: Archive) -> None:
    purged = purge(archive, _purge_order(CONTOURS))
    again = purge(archive, _purge_order(CONTOURS))
    assert (again.version, again.is_new, again.anchors) == (3, False, purged.anchors)


def test_a_purge_takes_the_orphans_that_hold_the_same(archive: Archive) -> None:
    orphan, other = (archive.places.orphans / f"{SUBJECT}~v9~{n}" for n in "ab")
    for folder, data in ((orphan, b"contours"), (other, b"else")):
        folder.mkdir()
        (folder / "1.dcm").write_bytes(data)
    assert purge(archive, _purge_order(CONTOURS)).orphans == 1
    assert (orphan.exists(), other.exists()) == (False, True)


def test_filing_goes_on_after_a_purge(archive: Archive) -> None:
    purge(archive, _purge_order(CONTOURS))
    again = stage(archive, "rtstruct/2.9.dcm", b"contours")
    filed = archive.file(order([again], head=3, submission="S000010"))
    assert (filed.version, filed.files_added) == (4, 1)
    assert ocfl_faults(archive.places.subjects) == ""


def test_a_purge_that_cannot_be_done_changes_nothing(archive: Archive) -> None:
    before = content(archive)
    with pytest.raises(NoSuchFile):
        purge(archive, _purge_order(sha256(b"never filed")))
    with pytest.raises(NoSuchFile):
        purge(archive, _purge_order(CONTOURS, rewritten={"records/v7/receipt.json": b"{}"}))
    with pytest.raises(HeadMoved):
        purge(archive, _purge_order(CONTOURS, head=1))
    with pytest.raises(ValueError, match="nothing but records"):
        purge(archive, _purge_order(CONTOURS, rewritten={"rtstruct/2.1.dcm": b"{}"}))
    assert (archive.head(SUBJECT), content(archive)) == (2, before)
    archive.recover(SUBJECT)
    assert list(archive.places.building.iterdir()) == []


def test_a_version_emptied_by_a_purge_stays_with_its_records(archive: Archive) -> None:
    digests = {file.sha256 for file in archive.files(SUBJECT, 1)}
    purge(archive, _purge_order(*digests))
    assert content(archive, version=1) == {}
    record = json.loads(archive.versions(SUBJECT)[0].documents["filing.json"])
    assert record["added"] == 3
    assert ocfl_faults(archive.places.subjects) == ""
