"""Recovery: what rolls forward, what is set aside, what is left alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from ingest.archive.store import Archive
from tests.filing import SUBJECT, content, file_two_versions, order, stage
from tests.ocfl_validity import ocfl_faults


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """An archive whose v2 has been renamed into place, and listed nowhere."""
    archive = Archive(tmp_path / "archive")
    file_two_versions(archive)
    root = archive.places.object_of(SUBJECT)
    for name in ("inventory.json", "inventory.json.sha256"):
        (root / name).unlink()
        shutil.copyfile(root / "v1" / name, root / name)
    assert archive.head(SUBJECT) == 1
    return archive


def _change(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def test_a_complete_version_that_is_not_listed_rolls_forward(archive: Archive) -> None:
    recovery = archive.recover(SUBJECT)
    assert (recovery.head, recovery.rolled_forward, recovery.orphaned) == (2, (2,), ())
    assert content(archive)["rtdose/3.1.dcm"] == b"dose"
    assert ocfl_faults(archive.places.subjects) == ""


def test_recovery_of_what_is_well_changes_nothing(archive: Archive) -> None:
    archive.recover(SUBJECT)
    recovery = archive.recover(SUBJECT)
    assert (recovery.head, recovery.rolled_forward, recovery.orphaned, recovery.is_completed) == (
        2,
        (),
        (),
        False,
    )


@pytest.mark.parametrize(
    "harm",
    [
        lambda v2: _change(v2 / "content/rtdose/3.1.dcm", b"d0se"),
        lambda v2: (v2 / "content/rtdose/3.1.dcm").unlink(),
        lambda v2: (v2 / "content/rtdose/stray.dcm").write_bytes(b"?"),
        lambda v2: (v2 / "inventory.json").unlink(),
        lambda v2: (v2 / "inventory.json.sha256").unlink(),
        lambda v2: _change(v2 / "inventory.json", (v2 / "inventory.json").read_bytes()[:-9]),
        lambda v2: (
            shutil.copytree(v2.parent / "v1", v2, dirs_exist_ok=False) if not shutil.rmtree(v2) else None
        ),
        lambda v2: v2.rename(v2.parent / "v3"),
    ],
    ids=[
        "other bytes",
        "missing",
        "extra",
        "no inventory",
        "no sidecar",
        "cut inventory",
        "another version",
        "gap",
    ],
)
def test_any_other_version_goes_to_the_orphans(archive: Archive, harm: object) -> None:
    harm(archive.places.object_of(SUBJECT) / "v2")  # type: ignore[operator]
    recovery = archive.recover(SUBJECT)
    assert (recovery.head, recovery.rolled_forward) == (1, ())
    assert len(recovery.orphaned) == 1
    assert (archive.places.orphans / recovery.orphaned[0]).is_dir()
    assert ocfl_faults(archive.places.subjects) == ""


def test_a_version_that_does_not_name_its_submission_goes_to_the_orphans(archive: Archive) -> None:
    record = archive.places.object_of(SUBJECT) / "v2/content/records/v2/filing.json"
    _change(record, record.read_bytes().replace(b"S000002", b""))
    assert archive.recover(SUBJECT).orphaned


def test_a_sidecar_that_was_not_written_is_written(archive: Archive) -> None:
    archive.recover(SUBJECT)
    root = archive.places.object_of(SUBJECT)
    _change(root / "inventory.json.sha256", (root / "v1/inventory.json.sha256").read_bytes())
    recovery = archive.recover(SUBJECT)
    assert recovery.is_completed
    assert recovery.head == 2
    assert ocfl_faults(archive.places.subjects) == ""


def test_a_sidecar_is_not_written_for_an_inventory_that_was_changed(archive: Archive) -> None:
    archive.recover(SUBJECT)
    inventory = archive.places.object_of(SUBJECT) / "inventory.json"
    _change(inventory, inventory.read_bytes().replace(b"Arrival of S000002", b"Arrival of S000009"))
    assert archive.recover(SUBJECT).is_damaged


def test_leftovers_of_a_killed_filing_are_swept_away(archive: Archive) -> None:
    leftover = archive.places.new_building(SUBJECT)
    (leftover / "content").mkdir(parents=True)
    other = archive.places.new_building("124-0001")
    other.mkdir()
    archive.recover(SUBJECT)
    assert not leftover.exists()
    assert other.exists()
    assert {subject for subject, _ in archive.recover_all()} == {SUBJECT, "124-0001"}
    assert list(archive.places.building.iterdir()) == []


def test_filing_recovers_first(archive: Archive) -> None:
    filed = archive.file(order([stage(archive, "mr/1.dcm", b"mr")], head=2, submission="S000003"))
    assert filed.version == 3
    assert ocfl_faults(archive.places.subjects) == ""
