"""What the study team does in a week, by the commands they type."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from ingest.cli import ingest
from ingest.model.submission import SubmissionState
from ingest.model.verdict import Outcome
from ingest.service import open_service
from tests.builders import build_case, change, zip_instances
from tests.deployment import Deployment, write_settings

NAME = "Quillfeather"


class Desk:
    """One deployment, and the terminal of the study team."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        settings = write_settings(root)
        monkeypatch.setenv("INGEST_DATA_DIR", str(settings.data_dir))
        monkeypatch.setenv("INGEST_SHARES", settings.shares)
        monkeypatch.setenv("INGEST_TRIAL_FILE", str(settings.trial_file))
        self.settings = settings

    def type(self, *words: str, status: int = 0) -> str:
        """Run a command and return what it printed."""
        result = CliRunner(catch_exceptions=False).invoke(ingest, words)
        assert result.exit_code == status, result.output
        return result.stdout

    def arrive(self, route: str, site: str, name: str, data: bytes) -> str:
        """Put a zip on a share, take it all the way; return its submission."""
        with open_service(self.settings) as service:
            deployment = Deployment(service, self.root / "shares")
            before = len(deployment.submissions())
            deployment.drop(route, site, name, data)
            deployment.run()
            submission = deployment.submissions()[before]
            assert submission.state is SubmissionState.DONE
            return submission.id

    def look(self) -> Deployment:
        """Return the deployment, to be looked at; closed by the test's end."""
        self._service = open_service(self.settings)
        return Deployment(self._service, self.root / "shares")

    def outcome(self, submission: str) -> dict[str, Outcome]:
        with open_service(self.settings) as service:
            verdict = Deployment(service, self.root / "shares").verdict(submission)
        return {item.label: item.outcome for item in verdict.subjects}

    def audited(self, event: str) -> list:
        with open_service(self.settings) as service, service.parts.ledger.read() as tx:
            assert tx.audit.verify().first_fault is None
            return [item for item in tx.audit.events(limit=10_000) if item.event == event]

    def mail(self) -> str:
        folder = self.settings.data_dir / "mail"
        return "\n".join(
            path.read_text(errors="replace") for path in sorted(folder.rglob("*")) if path.is_file()
        )

    def held(self) -> list[str]:
        """Return the numbers of the open items."""
        return re.findall(r"^\[(\d+)\]", self.type("held", "list"), re.MULTILINE)

    def bytes_with(self, needle: bytes) -> list[Path]:
        """Return every file below the deployment that holds a text, zips looked into."""
        return [path for path in sorted(self.root.rglob("*")) if path.is_file() and _holds(path, needle)]


def _holds(path: Path, needle: bytes) -> bool:
    if needle in path.read_bytes():
        return True
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as package:
        return any(needle in package.read(name) for name in package.namelist())


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    yield Desk(tmp_path, monkeypatch)


def small_case(subject_id: str, seed: int, **shape):
    return build_case(subject_id, seed=seed, ct_slices=5, fractions=2, cbct=2, cbct_slices=3, **shape)


def leaking_case(subject_id: str, seed: int):
    return change(
        small_case(subject_id, seed), "RTPLAN", lambda ds: setattr(ds, "OperatorsName", f"{NAME}^Ottoline")
    )


WHO = ("--by", "A. Manager", "--reason", "as agreed")


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
    refused = CliRunner().invoke(ingest, ["held", "confirm", act, "--by", "a.  manager"])
    assert refused.exit_code != 0
    done = desk.type("held", "confirm", act, "--by", "I. G. Lead")
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
    desk.type("held", "confirm", act, "--by", "P. Hysicist")
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
