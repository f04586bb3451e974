"""What people do to held and filed data, done wrong as well as right."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pydicom import dcmread

from ingest.cli import ingest
from ingest.model.errors import ConfigurationError
from ingest.model.verdict import Outcome
from ingest.service import open_service
from ingest.steps.act import carry_out_due
from ingest.steps.drive import drain
from tests.builders import change, of_modality, zip_instances
from tests.desk import (
    NAME,
    SECOND,
    TWO,
    WHO,
    Desk,
    ided,
    leaking_case,
    on_a_terminal,
    refused,
    small_case,
)
from tests.e2e.routes.sending import ShiftedClock


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    yield Desk(tmp_path, monkeypatch)


def test_data_is_not_released_under_another_site_s_id_or_a_withdrawn_one(desk: Desk) -> None:
    submission = desk.arrive("smb", "123", "a.zip", zip_instances(ided("123-1003", 3, "123_1003")))
    said = refused("held", "release", "1", "--as", "124-1003", *WHO)
    assert "site 124" in said and submission in said and "held reject 1" in said
    desk.type("withdraw", "123-1003", *TWO)
    assert "withdrawn" in refused("held", "release", "1", "--as", "123-1003", *WHO)
    assert desk.outcome(submission) == {"unidentified-1": Outcome.HELD}


def test_only_the_newest_request_waits_and_what_was_decided_since_makes_it_void(desk: Desk) -> None:
    desk.arrive("smb", "123", "a.zip", zip_instances(ided("123-1003", 3, "123_1003")))
    desk.type("held", "release", "1", "--as", "123-1004", *WHO)
    assert "asked for the same already" in refused("held", "release", "1", "--as", "123-1004", *WHO)
    desk.type("held", "release", "1", "--as", "123-1003", *WHO)
    assert "decided since" in refused("held", "confirm", "release:S000001:1", *SECOND)
    asked = "A. Manager asks to release unidentified-1 of S000001 as 123-1003: as agreed"
    assert asked in " ".join(desk.type("held", "list").split())
    desk.type("held", "confirm", "release:S000001:2", *SECOND)
    assert "in force already" in refused("held", "confirm", "release:S000001:2", *SECOND)
    assert desk.outcome("S000001") == {"123-1003": Outcome.ACCEPTED}


def test_what_is_resolved_or_unknown_is_said_with_the_way_on(desk: Desk) -> None:
    desk.arrive("explorer", "123", "a.zip", zip_instances(leaking_case("123-1002", 2)))
    desk.type("held", "reject", "1", *WHO)
    for words in (("assign", "1", "B"), ("release", "1"), ("reject", "1"), ("purge", "1")):
        said = refused("held", *words, *WHO)
        assert "123-1002 of S000001" in said and "ingest show S000001" in said
    assert "held item 99" in refused("held", "show", "99")
    assert "no act purge:S000009:1" in refused("held", "confirm", "purge:S000009:1", *SECOND)
    assert "S000099" in refused("reprocess", "submission", "S000099", "--dry-run", *WHO)
    assert "999" in refused("reprocess", "site", "999", "--dry-run", *WHO)
    assert "123-7777" in refused("reprocess", "subject", "123-7777", "--dry-run", *WHO)


def test_where_a_subject_is_of_which_nothing_is_filed_is_said(desk: Desk) -> None:
    desk.arrive("explorer", "123", "a.zip", zip_instances(leaking_case("123-1002", 2)))
    assert "(ingest held show 1)" in refused("subject", "123-1002")
    assert "Held: 123-1002, next: ingest held show 1" in desk.type("show", "S000001")
    desk.type("held", "reject", "1", *WHO)
    assert "it came with S000001 (ingest show S000001)" in refused("subject", "123-1002")
    assert "Held:" not in desk.type("show", "S000001")
    assert "nothing has arrived for 123-1999" in refused("subject", "123-1999")


def test_what_a_person_turned_away_is_not_said_to_be_held(desk: Desk) -> None:
    desk.arrive("explorer", "123", "a.zip", zip_instances(leaking_case("123-1002", 2)))
    assert "arrived, held" in desk.type("show", "S000001")
    desk.type("held", "reject", "1", *WHO)
    report = desk.settings.data_dir / "reports" / "S000001" / "report.txt"
    for said in (desk.type("show", "S000001"), report.read_text()):
        words = " ".join(said.split())
        assert "RTPLAN" in words and "arrived, held" not in words


def test_a_contradiction_is_not_released_without_saying_which_content_counts(desk: Desk) -> None:
    first, second = small_case("123-1009", 9), small_case("123-1009", 9)
    desk.arrive("smb", "123", "a.zip", zip_instances(first))
    change(second, "RTPLAN", lambda ds: setattr(ds, "RTPlanLabel", "PLAN2"))
    desk.arrive("smb", "123", "b.zip", zip_instances(second))
    said = refused("held", "release", "1", *WHO)
    assert "--supersede" in said and "held reject 1" in said


def test_an_approval_and_a_waiver_hold_until_the_end_of_their_last_day(desk: Desk) -> None:
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    desk.type("approve", "--site", "123", "--creator", "X", "--until", today, *WHO)
    assert f"until {today}" in desk.type("approvals", "list")
    assert "ran out" not in desk.type("approvals", "list", "--all")
    desk.type("waive", "rtdose", "--site", "123", "--subject", "123-1001", "--until", today, *WHO)
    assert "123-1001  rtdose" in desk.type("waivers", "list")
    assert "is over" in refused("approve", "--site", "123", "--creator", "X", "--until", "2020-01-01", *WHO)
    assert "site 123" in refused("waive", "rtdose", "--site", "123", "--subject", "124-1001", *WHO)


def test_some_of_what_holds_a_zip_is_approved_by_its_number(desk: Desk) -> None:
    def add(ds) -> None:
        for creator in ("NORTHFIELD 1", "NORTHFIELD 2", "NORTHFIELD 3"):
            ds.private_block(0x0029, creator, create=True).add_new(0x10, "LO", "couch A")

    submission = desk.arrive(
        "smb", "123", "a.zip", zip_instances(change(small_case("123-1006", 6), "CT", add))
    )
    proposed = desk.type("approvals", "propose", submission)
    assert "Approve these 3 private creators for site 123?" in proposed and "5 files" in proposed
    assert "NORTHFIELD" not in proposed
    with pytest.raises(ConfigurationError, match="terminal only"):
        CliRunner(catch_exceptions=False).invoke(
            ingest, ["approvals", "propose", submission, "--show-values", *WHO]
        )
    shown, log = on_a_terminal(["approvals", "propose", submission, "--show-values", *WHO])
    (number,) = re.findall(r"^  (\d+)  private-creator .*'NORTHFIELD 2'", shown, re.MULTILINE)
    assert "NORTHFIELD" not in log and len(desk.audited("values-shown")) == 1
    desk.type("approve", "--from", submission, "--only", number, *WHO)
    (hashed,) = re.findall(rf"^  {number}  private-creator  hash (\w+)", proposed, re.MULTILINE)
    assert desk.type("approvals", "list").count("private-creator") == 1
    assert hashed in desk.type("approvals", "list")
    assert "no number 9" in refused("approve", "--from", submission, "--only", "9", *WHO)


def test_filed_data_is_purged_by_two_people_and_the_archive_stays_valid(desk: Desk) -> None:
    batch = [*small_case("123-1015", 15), *small_case("123-1016", 16)]
    submission = desk.arrive("smb", "123", "a.zip", zip_instances(batch))
    uid = of_modality(batch, "RTPLAN")[0].dataset.SOPInstanceUID.encode()
    assert "123-1015, 123-1016" in refused("purge", submission, *WHO)
    assert "nothing of 123-7777" in refused("purge", submission, "123-7777", *WHO)
    asked = desk.type("purge", submission, "123-1015", *WHO)
    assert desk.type("subject", "123-1015").count("filed") and "nothing happens" in asked
    assert "purge 123-1015 of S000001" in desk.type("held", "list")
    done = desk.type("held", "confirm", "purge:S000001:1", "--by", "I. G. Lead", "--reason", "I agree")
    assert "18 files of the archive" in done
    assert [path for path in desk.bytes_with(uid) if path.suffix in (".dcm", ".zip")] == []
    assert desk.outcome(submission) == {"123-1016": Outcome.ACCEPTED, "123-1015": Outcome.REJECTED}
    assert "nothing is wrong" in desk.type("archive", "verify")


def forget_originals(desk: Desk, *submissions: str) -> None:
    """Remove zips as retention does."""
    with open_service(desk.settings) as service:
        for submission in submissions:
            assert service.parts.originals.remove(submission)


@pytest.mark.parametrize("route", ["smb", "egress"])
def test_what_was_filed_is_reassigned_from_the_archive_when_the_zip_is_gone(desk: Desk, route: str) -> None:
    submission = desk.arrive(route, "123", "123-1007.zip", zip_instances(small_case("123-1007", 7)))
    forget_originals(desk, submission)
    desk.type("reassign", "123-1007", "123-1008", *TWO)
    assert desk.outcome(submission) == {"123-1008": Outcome.ACCEPTED}
    assert "complete" in desk.type("subject", "123-1008").splitlines()[0]
    filed = list((desk.settings.data_dir / "subjects" / "123-1008").rglob("*.dcm"))
    assert len(filed) == 18 and {dcmread(path).PatientID for path in filed} == {"123-1008"}
    desk.type("reassign", "123-1008", "123-1017", *TWO)
    assert desk.outcome(submission) == {"123-1017": Outcome.ACCEPTED}
    assert "nothing is wrong" in desk.type("archive", "verify")
    run = desk.type("reprocess", "submission", submission, "--dry-run", *WHO)
    assert "bytes no longer held" not in run


def test_who_moved_a_subject_stands_in_the_archive_where_its_new_name_is_read(desk: Desk) -> None:
    desk.arrive("smb", "123", "a.zip", zip_instances(small_case("123-1007", 7)))
    desk.type("reassign", "123-1007", "123-1008", *TWO)
    filed = desk.settings.data_dir / "subjects" / "123-1008" / "v1" / "content" / "records" / "v1"
    receipt = json.loads((filed / "receipt.json").read_text())
    whole, part = receipt["acts"]
    assert (whole["by"], whole["second_by"], whole["reason"]) == ("A. Manager", "P. Hysicist", "as agreed")
    assert (whole["name"], whole["submission"]) == ("reassign:123-1007:1", None)
    assert (part["reason"], part["submission"]) == (whole["name"], "S000001")
    shutil.rmtree(desk.settings.data_dir / "subjects" / "123-1007")
    for path in desk.settings.data_dir.glob("ledger.sqlite*"):
        path.unlink()
    desk.type("archive", "rebuild-ledger")
    with open_service(desk.settings) as service, service.parts.ledger.read() as tx:
        assert tx.acts.get(whole["name"]).second_by == "P. Hysicist"


def test_a_released_id_is_reassigned_from_the_archive_too(desk: Desk) -> None:
    submission = desk.arrive("smb", "123", "a.zip", zip_instances(ided("123-1003", 3, "123_1003")))
    desk.type("held", "release", "1", "--as", "123-1003", *WHO)
    desk.type("held", "confirm", "release:S000001:1", *SECOND)
    forget_originals(desk, submission)
    desk.type("reassign", "123-1003", "123-1018", *TWO)
    assert desk.outcome(submission) == {"123-1018": Outcome.ACCEPTED}
    assert "nothing is wrong" in desk.type("archive", "verify")


def test_only_what_one_submission_brought_is_reassigned(desk: Desk) -> None:
    right = desk.arrive("smb", "123", "a.zip", zip_instances(small_case("123-1007", 7)))
    wrong = desk.arrive("smb", "123", "b.zip", zip_instances(small_case("123-1007", 77)))
    assert "S000009" in refused("reassign", "123-1007", "123-1008", "--from", "S000009", *TWO)
    asked = desk.type("reassign", "123-1007", "123-1008", "--from", wrong, *WHO)
    desk.type("held", "confirm", re.search(r"reassign:S\d+:\d+", asked).group(), *SECOND)
    assert desk.outcome(right) == {"123-1007": Outcome.ACCEPTED}
    assert desk.outcome(wrong) == {"123-1008": Outcome.ACCEPTED}
    with open_service(desk.settings) as service:
        assert len(service.parts.archive.files("123-1007")) == 18
        assert len(service.parts.archive.files("123-1008")) == 18
    assert "nothing is wrong" in desk.type("archive", "verify")


def files_with(desk: Desk, needle: bytes) -> list[Path]:
    return [path for path in desk.bytes_with(needle) if path.suffix == ".dcm"]


@pytest.mark.parametrize("how", ["withdraw", "purge"])
def test_what_a_reassignment_left_in_older_versions_is_deleted_too(desk: Desk, how: str) -> None:
    case = small_case("123-1007", 7)
    uid = case[0].dataset.SOPInstanceUID.encode()
    submission = desk.arrive("smb", "123", "a.zip", zip_instances(case))
    desk.type("reassign", "123-1007", "123-1008", *TWO)
    desk.type("reassign", "123-1008", "123-1017", *TWO)
    held_by = {
        path.relative_to(desk.settings.data_dir / "subjects").parts[0] for path in files_with(desk, uid)
    }
    assert held_by == {"123-1007", "123-1008", "123-1017"}
    if how == "withdraw":
        desk.type("withdraw", "123-1017", *TWO)
    else:
        desk.type("purge", submission, *TWO)
    assert [path for path in desk.bytes_with(uid) if path.suffix in (".dcm", ".zip")] == []
    assert "nothing is wrong" in desk.type("archive", "verify")
    desk.audited("withdrawn")


def test_a_reassignment_between_sites_counts_for_the_right_site(desk: Desk) -> None:
    desk.arrive("smb", "123", "a.zip", zip_instances(small_case("123-1007", 7)))
    assert "no site 999" in refused("reassign", "123-1007", "999-1008", *TWO)
    desk.type("reassign", "123-1007", "124-1008", *TWO)
    assert desk.type("subject", "124-1008").startswith("124-1008  site 124 ")
    for site in ("123", "124"):
        desk.type("report", "site", site, "--out", str(desk.root / site))
        for name in ("data-quality.html", "data-quality.txt"):
            said = " ".join((desk.root / site / name).read_text().split())
            assert "filed under 123-1007 is filed under 124-1008 now" in said
    report = " ".join((desk.settings.data_dir / "reports" / "S000001" / "report.txt").read_text().split())
    assert "What was filed under 123-1007 is filed under 124-1008 now" in report
    assert "is withdrawn already" not in desk.type("withdraw", "124-1009", *TWO)
    assert "is withdrawn already" in refused("withdraw", "124-1009", *TWO)


def test_a_reassignment_asked_for_before_the_new_subject_withdrew_is_not_confirmed(desk: Desk) -> None:
    desk.arrive("smb", "123", "a.zip", zip_instances(small_case("123-1007", 7)))
    desk.type("reassign", "123-1007", "123-1008", *WHO)
    desk.type("withdraw", "123-1008", *TWO)
    assert "withdrawn" in refused("held", "confirm", "reassign:123-1007:1", *SECOND)
    assert "complete" in desk.type("subject", "123-1007").splitlines()[0]


@pytest.mark.parametrize("place", ["staging", "quarantine", "originals"])
def test_a_purge_that_the_disk_refuses_certifies_nothing_until_it_is_done(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    submission = desk.arrive("explorer", "123", "a.zip", zip_instances(leaking_case("123-1002", 2)))
    left = desk.settings.data_dir / "staging" / submission
    left.mkdir()
    (left / "1.dcm").write_bytes(NAME.encode())
    refused_below, unlink = desk.settings.data_dir / place, os.unlink

    def refuse(path: Any, *, dir_fd: int | None = None) -> None:
        where = Path(f"/proc/self/fd/{dir_fd}").resolve() if dir_fd is not None else Path(path)
        if where.is_relative_to(refused_below):
            raise OSError(errno.EIO, "Input/output error")
        unlink(path, dir_fd=dir_fd)

    desk.type("held", "purge", "1", *WHO)
    with monkeypatch.context() as disk:
        disk.setattr(os, "unlink", refuse)
        said = refused("held", "confirm", "purge:S000001:1", *SECOND)
    assert "purge:S000001:1 is in force and not done yet" in said and "EIO" in said
    assert NAME not in said
    assert desk.audited("purged") == []
    assert "purge:S000001:1" in desk.type("held", "list")
    clock = ShiftedClock()
    clock.advance(3600)
    with open_service(desk.settings, clock=clock) as service:
        assert carry_out_due(service.parts) == 1
        drain(service.parts, service.woken)
    (done,) = desk.audited("purged")
    assert (done.detail["originals"], done.detail["share_files"]) == (1, 1)
    assert done.detail["instances"] == 18
    assert desk.bytes_with(NAME.encode()) == []


def test_a_purge_names_the_other_arrivals_of_the_same_zip_until_they_are_purged_too(desk: Desk) -> None:
    data = zip_instances(leaking_case("123-1002", 2))
    first, second = (desk.arrive("explorer", "123", name, data) for name in ("a.zip", "b.zip"))
    said = desk.type("purge", first, *TWO)
    assert f"the same zip in {second} (ingest purge {second})" in " ".join(said.split())
    assert {second} == {
        path.parent.name for path in desk.bytes_with(NAME.encode()) if path.name == "package.zip"
    }
    assert "the same zip" not in desk.type("purge", second, *TWO)
    assert desk.bytes_with(NAME.encode()) == []
    assert second in desk.audited("purged")[0].detail["not_reached"]
