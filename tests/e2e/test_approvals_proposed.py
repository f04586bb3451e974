"""What is held is proposed, approved for a time, listed, taken back; a dry run says what would change."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydicom import Dataset
from pydicom.uid import RTImageStorage, generate_uid

from ingest.model.verdict import Outcome
from tests.builders import Case, Instance, change, of_modality, zip_instances
from tests.desk import WHO, Desk, small_case

MAKER = "WESTMOOR PHYSICS"
#: A root that a list of makers has; and the finding that the trial file makes one that holds.
ROOT = "1.2.246.352"
UIDS_ARE_REVIEWED = (
    '\n[[severity]]\ncode = "PSN401"\nseverity = "review"\nreason = "UIDs are to be replaced"\n'
)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    desk = Desk(tmp_path, monkeypatch)
    with desk.settings.trial_file.open("a", encoding="utf-8") as trial_file:
        trial_file.write(UIDS_ARE_REVIEWED)
    yield desk


def with_rt_image(case: Case) -> Case:
    """Add an RT image: names are sometimes burned into those."""
    source = of_modality(case, "CT")[0].dataset
    image = copy.deepcopy(source)
    image.SOPClassUID = image.file_meta.MediaStorageSOPClassUID = RTImageStorage
    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = generate_uid(prefix="2.25.")
    image.SeriesInstanceUID = generate_uid(prefix="2.25.")
    image.Modality = "RTIMAGE"
    return [*case, Instance("set/RTIMAGE/1.dcm", image)]


def with_element_of_nobody(case: Case) -> Case:
    """Add a private element that no private creator claims (PS3.5 section 7.8.1 wants one)."""
    return change(case, "CT", lambda dataset: dataset.add_new(0x00291010, "LO", "couch A"))


def with_two_makers(case: Case) -> Case:
    def add(dataset: Dataset) -> None:
        for group, creator in ((0x0029, MAKER), (0x0031, "EASTMOOR PHYSICS")):
            dataset.private_block(group, creator, create=True).add_new(0x10, "LO", "couch A")

    return change(case, "CT", add)


def with_makers_uids(case: Case) -> Case:
    def put(dataset: Dataset) -> None:
        dataset.StudyID = ""
        dataset.SeriesInstanceUID = f"{ROOT}.{dataset.SeriesInstanceUID.removeprefix('2.25.')[:30]}"

    return change(case, "RTPLAN", put)


@pytest.mark.parametrize(
    ("make", "kind", "shown"),
    [
        (with_rt_image, "sop-class", f"{RTImageStorage} (RT Image Storage)  (PSN315)"),
        (with_element_of_nobody, "private-element", "at (0029,1010)  (PSN301)"),
        (with_makers_uids, "uid-root", f"{ROOT}  (PSN401)"),
    ],
)
def test_what_holds_a_zip_is_proposed_approved_until_a_day_listed_and_revoked(
    desk: Desk, make: Callable[[Case], Case], kind: str, shown: str
) -> None:
    first = desk.arrive("smb", "123", "a.zip", zip_instances(make(small_case("123-1001", 1))))
    assert desk.outcome(first) == {"123-1001": Outcome.HELD}
    proposed = desk.type("approvals", "propose", first)
    assert "for site 123? It occurs in " in proposed and shown in proposed
    assert f"ingest approve --from {first} --kind {kind} " in proposed

    today = f"{datetime.now(UTC):%Y-%m-%d}"
    said = desk.type("approve", "--from", first, "--kind", kind, "--until", today, *WHO)
    assert f"Approved for site 123, until {today}: 1." in said
    assert desk.outcome(first) == {"123-1001": Outcome.HELD}, "nothing passes by the approval alone"
    words = ("reprocess", "submission", first)
    dry = desk.type(*words, "--dry-run", *WHO)
    assert "held → accepted; 123-1001: -PSN" in dry
    assert desk.outcome(first) == {"123-1001": Outcome.HELD}
    desk.type(*words, *WHO)
    assert desk.outcome(first) == {"123-1001": Outcome.ACCEPTED}

    (line,) = desk.type("approvals", "list", "--site", "123", "--kind", kind).splitlines()
    assert line.startswith("[1] site 123") and f"until {today}  by A. Manager" in line
    said = desk.type("approvals", "revoke", "1", *WHO)
    assert "ingest reprocess site 123 --dry-run" in said
    assert "accepted → held" in desk.type("reprocess", "site", "123", "--dry-run", *WHO)
    assert "Nothing is approved." in desk.type("approvals", "list")
    assert "revoked" in desk.type("approvals", "list", "--all")
    second = desk.arrive("smb", "123", "b.zip", zip_instances(make(small_case("123-1002", 2))))
    assert desk.outcome(second) == {"123-1002": Outcome.HELD}


@pytest.mark.parametrize(
    ("make", "options"),
    [
        (with_rt_image, ("--sop-class", RTImageStorage)),
        (with_makers_uids, ("--uid-root", ROOT)),
        (with_two_makers, ("--element", "(0029,1010)", "--element", "(0031,1010)")),
    ],
)
def test_what_is_typed_passes_what_it_names_and_no_more(
    desk: Desk, make: Callable[[Case], Case], options: tuple[str, ...]
) -> None:
    held = desk.arrive("smb", "123", "a.zip", zip_instances(make(small_case("123-1001", 1))))
    if len(options) > 2:
        desk.type("approve", "--site", "123", *options[:2], *WHO)
        assert "no change" in desk.type("reprocess", "submission", held, "--dry-run", *WHO)
    desk.type("approve", "--site", "123", *options, *WHO)
    assert "held → accepted" in desk.type("reprocess", "submission", held, "--dry-run", *WHO)


def test_one_element_of_a_maker_is_proposed_by_its_place(desk: Desk) -> None:
    held = desk.arrive("smb", "123", "a.zip", zip_instances(with_two_makers(small_case("123-1001", 1))))
    proposed = desk.type("approvals", "propose", held)
    assert "Approve these 2 private creators for site 123? They occur in 5 files or more." in proposed
    for place in ("(0029,1010)", "(0031,1010)"):
        assert f'only one element: ingest approve --site 123 --element "{place}"' in proposed


def test_a_root_that_no_maker_has_is_not_proposed(desk: Desk) -> None:
    def put(dataset: Dataset) -> None:
        dataset.SeriesInstanceUID = "1.2.826.99.1.5"

    case = change(small_case("123-1001", 1), "RTPLAN", put)
    held = desk.arrive("smb", "123", "a.zip", zip_instances(case))
    assert desk.outcome(held) == {"123-1001": Outcome.HELD}
    assert f"Nothing of {held} could be approved" in desk.type("approvals", "propose", held)
