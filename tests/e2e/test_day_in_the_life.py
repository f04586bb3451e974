"""What the study team does in a week, by the commands they type."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from ocfl import StorageRoot
from pydicom import dcmread

from ingest.cli import ingest
from ingest.model.errors import ConfigurationError
from ingest.model.verdict import Outcome
from ingest.service import open_service
from ingest.steps.reconcile import reconcile
from tests.builders import change, of_modality, without, zip_instances
from tests.desk import NAME, WHO, Desk, leaking_case, on_a_terminal, private_case, small_case


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    yield Desk(tmp_path, monkeypatch)


def test_a_leaked_name_is_an_incident_and_is_purged_and_a_clean_resend_is_filed(desk: Desk) -> None:
    batch = [*small_case("123-1001", 1), *leaking_case("123-1002", 2)]
    submission = desk.arrive("explorer", "123", "week.zip", zip_instances(batch))
    assert desk.outcome(submission) == {"123-1001": Outcome.ACCEPTED, "123-1002": Outcome.HELD}
    (incident,) = desk.audited("incident")
    assert incident.detail["subjects"] == "123-1002"
    assert "hamlet-ig@example.org" in desk.mail() and NAME not in desk.mail()
    assert desk.bytes_with(NAME.encode())

    (item,) = desk.held()
    shown = desk.type("held", "show", item)
    assert "OperatorsName (0008,1070)" in shown and NAME not in shown
    asked = desk.type("held", "purge", item, *WHO)
    act = re.search(r"purge:S\d+:\d+", asked).group()
    assert desk.bytes_with(NAME.encode()), "nothing happens before a second person confirms it"
    refused = CliRunner().invoke(
        ingest, ["held", "confirm", act, "--by", "a.  manager", "--reason", "I agree"]
    )
    assert refused.exit_code != 0
    done = desk.type("held", "confirm", act, "--by", "I. G. Lead", "--reason", "I agree")
    assert "not reached" in done and "backups" in done
    assert desk.bytes_with(NAME.encode()) == []
    assert desk.outcome(submission) == {"123-1001": Outcome.ACCEPTED, "123-1002": Outcome.REJECTED}
    assert desk.held() == []
    (certificate,) = desk.audited("purged")
    assert certificate.detail["rewritten"] == 1 and certificate.detail["second"] == "I. G. Lead"

    clean = desk.arrive("explorer", "123", "again.zip", zip_instances(small_case("123-1002", 2)))
    assert desk.outcome(clean) == {"123-1002": Outcome.ACCEPTED}
    assert len(desk.audited("incident")) == 1


def test_a_wrong_id_is_released_under_the_right_one_by_two_people(desk: Desk) -> None:
    case = small_case("123-1003", 3)
    for instance in case:
        instance.dataset.PatientID = instance.dataset.PatientName = "123_1003"
    submission = desk.arrive("smb", "123", "a.zip", zip_instances(case))
    assert desk.outcome(submission) == {"unidentified-1": Outcome.HELD}
    listed = desk.type("held", "list")
    assert "--as 123-1003" in listed
    (item,) = desk.held()
    asked = desk.type("held", "release", item, "--as", "123-1003", *WHO)
    assert desk.outcome(submission) == {"unidentified-1": Outcome.HELD}
    act = re.search(r"release:S\d+:\d+", asked).group()
    desk.type("held", "confirm", act, "--by", "P. Hysicist", "--reason", "I agree")
    assert desk.outcome(submission) == {"123-1003": Outcome.ACCEPTED}
    assert desk.held() == []
    filed = desk.settings.data_dir / "subjects" / "123-1003"
    assert filed.is_dir() and not any(b"123_1003" in path.read_bytes() for path in filed.rglob("*.dcm"))


def test_data_without_a_study_id_is_not_released_as_it_is(desk: Desk) -> None:
    case = small_case("123-1003", 3)
    for instance in case:
        instance.dataset.PatientID = instance.dataset.PatientName = "ANON"
    desk.arrive("smb", "123", "a.zip", zip_instances(case))
    (item,) = desk.held()
    refused = CliRunner().invoke(ingest, ["held", "release", item, *WHO])
    assert refused.exit_code != 0 and "--as" in refused.output


def test_a_subject_that_withdraws_leaves_nothing_behind_and_later_arrivals_are_rejected(desk: Desk) -> None:
    mine, other = small_case("123-1004", 4), small_case("123-1005", 5)
    uid = mine[0].dataset.StudyInstanceUID.encode()
    submission = desk.arrive("explorer", "123", "both.zip", zip_instances([*mine, *other]))
    assert desk.bytes_with(uid)
    out = desk.type(
        "withdraw", "123-1004", "--reason", "consent withdrawn", "--by", "A. Manager", "--by", "I. G. Lead"
    )
    assert "not reached" in out
    assert [path for path in desk.bytes_with(uid) if path.suffix in (".dcm", ".zip")] == []
    assert (desk.settings.data_dir / "subjects" / "123-1005").is_dir()
    assert not (desk.settings.data_dir / "subjects" / "123-1004").exists()
    assert len(desk.audited("withdrawn")) == 1
    later = desk.arrive("smb", "123", "later.zip", zip_instances(small_case("123-1004", 44)))
    assert desk.outcome(later) == {"123-1004": Outcome.REJECTED}
    with open_service(desk.settings) as service:
        assert not service.parts.originals.has(later)
        assert service.parts.archive.head("123-1004") == 0
        assert service.parts.originals.has(submission), "the zip was written anew for the other patient"
        report = (service.parts.places.reports / later / "report.txt").read_text()
    assert "withdrawn" in report
    assert not (desk.root / "shares" / "smb" / "123" / "received" / f"{later}.zip").exists()


def test_a_first_zip_is_held_for_private_elements_approved_filed_and_completed_later(desk: Desk) -> None:
    case = private_case("123-1006", 6)
    dose = of_modality(case, "RTDOSE")
    first = desk.arrive("explorer", "123", "first.zip", zip_instances(without(case, dose)))
    assert desk.outcome(first) == {"123-1006": Outcome.HELD}
    proposed = desk.type("approvals", "propose", first)
    assert "Approve this private creator for site 123? It occurs in" in proposed
    desk.type("approve", "--from", first, *WHO)
    dry = desk.type("reprocess", "submission", first, "--dry-run", *WHO)
    assert "accepted" in dry and desk.outcome(first) == {"123-1006": Outcome.HELD}
    desk.type("reprocess", "submission", first, *WHO)
    assert desk.outcome(first) == {"123-1006": Outcome.ACCEPTED}
    assert desk.held() == []
    assert "awaiting rtdose" in desk.type("subject", "123-1006")
    desk.arrive("explorer", "123", "dose.zip", zip_instances(dose))
    assert "complete" in desk.type("subject", "123-1006").splitlines()[0]
    listed = desk.type("approvals", "list", "--site", "123")
    number = re.search(r"\[(\d+)\]", listed).group(1)
    desk.type("approvals", "revoke", number, *WHO)
    assert desk.type("approvals", "list") == "Nothing is approved.\n"
    assert len(desk.audited("approval-revoked")) == 1


def test_what_was_filed_under_the_wrong_id_is_filed_under_the_right_one(desk: Desk) -> None:
    submission = desk.arrive("smb", "123", "a.zip", zip_instances(small_case("123-1007", 7)))
    out = desk.type(
        "reassign", "123-1007", "123-1008", "--reason", "mixed up", "--by", "A. Manager", "--by", "B"
    )
    assert submission in out
    assert desk.outcome(submission) == {"123-1008": Outcome.ACCEPTED}
    with open_service(desk.settings) as service:
        archive = service.parts.archive
        assert (archive.head("123-1007"), archive.head("123-1008")) == (2, 1)
        assert archive.files("123-1007") == ()
        assert len(archive.files("123-1007", 1)) == len(archive.files("123-1008"))
        root = StorageRoot(root=str(service.parts.places.subjects))
        assert root.validate(validate_objects=True, check_digests=True)
        assert reconcile(service.parts).problems == ()
    stamped = next((desk.settings.data_dir / "subjects" / "123-1008").rglob("*.dcm"))
    assert dcmread(stamped).PatientID == "123-1008"
    assert "complete" in desk.type("subject", "123-1008").splitlines()[0]
    assert "123-1008" in desk.mail() and "123-1007" in desk.mail()


def test_a_contradicted_file_is_superseded_or_rejected_as_a_person_decides(desk: Desk) -> None:
    first, second = small_case("123-1009", 9), small_case("123-1009", 9)
    desk.arrive("smb", "123", "a.zip", zip_instances(first))
    change(second, "RTPLAN", lambda ds: setattr(ds, "RTPlanLabel", "PLAN2"))
    submission = desk.arrive("smb", "123", "b.zip", zip_instances(second))
    assert desk.outcome(submission) == {"123-1009": Outcome.HELD}
    assert "disputed" in desk.type("subject", "123-1009")
    (item,) = desk.held()
    desk.type("held", "reject", item, *WHO)
    assert desk.outcome(submission) == {"123-1009": Outcome.REJECTED}
    assert "disputed" not in desk.type("subject", "123-1009")

    change(second, "RTPLAN", lambda ds: setattr(ds, "RTPlanLabel", "PLAN3"))
    again = desk.arrive("smb", "123", "d.zip", zip_instances(second))
    (item,) = desk.held()
    desk.type("held", "release", item, "--supersede", *WHO)
    assert desk.outcome(again) == {"123-1009": Outcome.ACCEPTED}
    assert "disputed" not in desk.type("subject", "123-1009")
    with open_service(desk.settings) as service:
        plans = [
            file for file in service.parts.archive.files("123-1009") if file.logical.startswith("rtplan/")
        ]
        assert [dcmread(plan.path).RTPlanLabel for plan in plans] == ["PLAN3"]
        assert reconcile(service.parts).problems == ()


def test_an_enrolment_list_is_compared_first_and_then_used_by_the_checks(desk: Desk) -> None:
    file = desk.root / "list.csv"
    file.write_text("Study ID,Status,Sex\n123-1010,enrolled,M\n123-1011,withdrawn,F\n")
    dry = desk.type("enrolment", "import", str(file))
    assert "2 would be added" in dry and "Nothing was changed" in dry
    assert "No list was imported" in desk.type("enrolment", "list")
    desk.type("enrolment", "import", str(file), "--apply", *WHO)
    outcomes = [
        desk.outcome(desk.arrive("smb", "123", f"{study_id}.zip", zip_instances(small_case(study_id, seed))))
        for seed, study_id in enumerate(("123-1010", "123-1011", "123-1012"), 10)
    ]
    assert outcomes == [
        {"123-1010": Outcome.ACCEPTED},
        {"123-1011": Outcome.REJECTED},
        {"123-1012": Outcome.HELD},
    ]
    file.write_text("study_id\nJane Doe\n")
    refused = CliRunner().invoke(ingest, ["enrolment", "import", str(file)])
    assert refused.exit_code != 0 and "Jane" not in refused.output and "line 2" in refused.output


def test_a_waiver_completes_a_subject_and_its_end_awaits_again(desk: Desk) -> None:
    case = small_case("123-1013", 13)
    desk.arrive("smb", "123", "a.zip", zip_instances(without(case, of_modality(case, "RTDOSE"))))
    assert "awaiting" in desk.type("subject", "123-1013").splitlines()[0]
    desk.type("waive", "rtdose", "--site", "123", "--subject", "123-1013", *WHO)
    assert "complete" in desk.type("subject", "123-1013").splitlines()[0]
    desk.type("waivers", "revoke", "1", *WHO)
    assert "awaiting" in desk.type("subject", "123-1013").splitlines()[0]


def test_values_are_shown_on_a_terminal_only_and_that_somebody_looked_is_on_record(desk: Desk) -> None:
    desk.arrive("smb", "123", "a.zip", zip_instances(leaking_case("123-1014", 14)))
    words = ["held", "show", "1", "--show-values", *WHO]
    with pytest.raises(ConfigurationError, match="terminal only"):
        CliRunner(catch_exceptions=False).invoke(ingest, words)
    assert desk.audited("values-shown") == []
    shown, log = on_a_terminal(words)
    assert NAME in shown and NAME not in log
    (looked,) = desk.audited("values-shown")
    assert (looked.by, looked.detail["reason"]) == ("A. Manager", "as agreed")
    assert [path for path in desk.bytes_with(NAME.encode()) if path.suffix not in (".dcm", ".zip")] == []


def test_a_site_is_checked_and_a_test_upload_comes_back(desk: Desk) -> None:
    assert "good" in desk.type("site", "check", "124")
    out = desk.type("site", "test-upload", "124", "--route", "smb", "--wait", "120")
    assert "S000001 accepted" in out
    assert "a folder has no key" in desk.type("site", "rotate-key", "124")
    desk.type("site", "add", "126", "--name", "Eastfield", "--route", "smb", "--out", str(desk.root / "kit"))
    assert (desk.root / "kit" / "instructions-smb.html").is_file()
