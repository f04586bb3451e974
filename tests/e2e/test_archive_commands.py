"""What is done with the archive by command: verified, listed, exported, the ledger rebuilt from it."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import io
import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from ingest.cli import ingest
from ingest.cli.catalogue import show_rows
from ingest.ledger.transitions import Event
from ingest.model.clock import SystemClock
from ingest.model.submission import SubmissionState
from ingest.model.verdict import Outcome
from ingest.steps.advance import advance
from ingest.steps.poll import poll_share
from ingest.steps.reconcile import reconcile
from tests.builders import build_case, change, zip_instances
from tests.deployment import Deployment, deploy, write_settings
from tests.e2e.routes.sending import ShiftedClock

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"
VERIFICATION = Draft202012Validator(json.loads((SCHEMAS / "archive-verify.schema.json").read_text()))


def small_case(subject_id: str, seed: int):
    return build_case(subject_id, seed=seed, ct_slices=5, fractions=2, cbct=2, cbct_slices=3)


def point_at(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = write_settings(root)
    monkeypatch.setenv("INGEST_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("INGEST_SHARES", settings.shares)
    monkeypatch.setenv("INGEST_TRIAL_FILE", str(settings.trial_file))


def type_in(*words: str, status: int = 0) -> str:
    result = CliRunner(catch_exceptions=False).invoke(ingest, words, standalone_mode=False)
    assert result.exit_code == 0 and (result.return_value or 0) == status, result.output
    return result.stdout


@pytest.fixture(scope="module")
def filed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two subjects: one complete, one whose dose came later."""
    root = tmp_path_factory.mktemp("filed")
    with deploy(root) as deployment:
        case = small_case("124-1002", 2)
        dose = [item for item in case if item.dataset.Modality == "RTDOSE"]
        rest = [item for item in case if item.dataset.Modality != "RTDOSE"]
        deployment.drop("explorer", "123", "a.zip", zip_instances(small_case("123-1001", 1)))
        deployment.drop("smb", "124", "b.zip", zip_instances(rest))
        deployment.run()
        deployment.drop("smb", "124", "c.zip", zip_instances(dose))
        deployment.run()
        assert {item.outcome for item in deployment.submissions()} == {Outcome.ACCEPTED}
    return root


@pytest.fixture
def copy(filed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same deployment, to be spoiled."""
    root = tmp_path / "copy"
    shutil.copytree(filed, root)
    point_at(root, monkeypatch)
    return root


def flip(path: Path) -> None:
    path.chmod(0o644)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))


def slices(root: Path) -> list[Path]:
    return sorted((root / "data" / "subjects" / "123-1001" / "v1" / "content" / "planning-ct").rglob("*.dcm"))


def test_a_sound_archive_verifies_against_ledger_and_anchors(copy: Path) -> None:
    assert type_in("archive", "verify").endswith("nothing is wrong.\n")
    assert type_in("archive", "verify", "--sample", "1", "--rate", "1000").startswith("1 subject, ")
    said = json.loads(type_in("archive", "verify", "--subject", "123-1001", "--json"))
    assert said["verified"]["subjects"] == 1 and said["problems"] == []
    VERIFICATION.validate(said)


def test_damage_is_named_and_is_exit_status_1(copy: Path) -> None:
    flip(slices(copy)[0])
    assert "ARC101 123-1001: " in type_in("archive", "verify", status=1)
    said = json.loads(type_in("archive", "verify", "--json", status=1))
    VERIFICATION.validate(said)
    assert [item["code"] for item in said["problems"]] == ["ARC101"]
    assert type_in("archive", "verify", "--subject", "124-1002").endswith("nothing is wrong.\n")


def test_a_whole_version_forged_with_its_digests_is_found_by_the_anchors(copy: Path) -> None:
    root = copy / "data" / "subjects" / "123-1001"
    for folder in (root, root / "v1"):
        inventory = (folder / "inventory.json").read_text().replace("by route", "by rouse")
        for name in ("inventory.json", "inventory.json.sha256"):
            (folder / name).chmod(0o644)
        (folder / "inventory.json").write_text(inventory)
        digest = hashlib.sha256(inventory.encode()).hexdigest()
        (folder / "inventory.json.sha256").write_text(f"{digest} inventory.json\n")
    verifier = copy / "data" / "verify_archive.py"
    alone = [sys.executable, str(verifier), str(copy / "data")]
    assert subprocess.run(alone, check=False, capture_output=True).returncode == 0
    assert "ARC114 123-1001: v1/inventory.json" in type_in("archive", "verify", status=1)
    anchors = copy / "anchors.json"
    anchors.write_text(type_in("archive", "anchors"))
    done = subprocess.run([*alone, "--anchors", str(anchors)], check=False, capture_output=True, text=True)
    assert done.returncode == 1 and "ARC114 123-1001" in done.stdout


def roll_back(root: Path) -> None:
    shutil.rmtree(root / "v2")
    for name in ("inventory.json", "inventory.json.sha256"):
        (root / name).unlink()
        shutil.copyfile(root / "v1" / name, root / name)


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (shutil.rmtree, "ledger 124-1002: the ledger says version 2, the archive has version 0"),
        (roll_back, "ledger 124-1002: the ledger says version 2, the archive has version 1"),
        (
            lambda root: root.rename(root.with_name("124-1009")),
            "ledger 124-1002: the ledger says version 2, the archive has version 0",
        ),
        (lambda root: root.rename(root.with_name("124-1009")), "ARC108 124-1009: inventory.json"),
        (lambda root: shutil.rmtree(root / "v2"), "ARC109 124-1002: v2: the version is missing"),
    ],
    ids=[
        "object removed",
        "rolled back",
        "renamed: the old name",
        "renamed: the new name",
        "version removed",
    ],
)
def test_what_was_taken_away_whole_is_known_by_the_ledger(
    copy: Path, harm: Callable[[Path], object], said: str
) -> None:
    harm(copy / "data" / "subjects" / "124-1002")
    assert said in type_in("archive", "verify", status=1)


def test_a_withdrawn_subject_that_came_back_is_found(copy: Path) -> None:
    root = copy / "data" / "subjects" / "124-1002"
    shutil.copytree(root, copy / "kept")
    type_in("withdraw", "124-1002", "--reason", "asked to", "--by", "A. Monitor", "--by", "B. Manager")
    assert type_in("archive", "verify").endswith("nothing is wrong.\n")
    shutil.copytree(copy / "kept", root)
    said = type_in("archive", "verify", status=1)
    assert "ledger 124-1002: it is withdrawn, and the archive holds version 2 of it" in said


def test_a_ledger_that_tells_another_story_is_found(copy: Path) -> None:
    with deploy(copy) as deployment, deployment.parts.ledger.write() as tx:
        uid = tx.catalogue.of_subject("124-1002")[0].sop_instance_uid
        tx.catalogue.remove("124-1002", [uid])
    assert "in the archive, not in the ledger" in type_in("archive", "verify", status=1)


def test_an_altered_audit_event_is_found(copy: Path) -> None:
    with contextlib.closing(sqlite3.connect(copy / "data" / "ledger.sqlite")) as connection, connection:
        (seq,) = connection.execute(
            "SELECT min(seq) FROM audit_events WHERE subject_id = '124-1002'"
        ).fetchone()
        connection.execute(
            "UPDATE audit_events SET body = replace(body, '-1002', '-1003') WHERE seq = ?", (seq,)
        )
    said = type_in("archive", "verify", "--subject", "123-1001", status=1)
    assert f"audit chain, event {seq}: the event or the one before it was changed" in said


def test_all_is_read_again_within_the_days_a_slice_a_night(copy: Path) -> None:
    clock = MovingClock()
    with deploy(copy, clock=clock, fixity_days=2, fixity_rate=0) as deployment:
        nights = []
        for _ in range(3):
            clock.passed += timedelta(days=1)
            nights.append(reconcile(deployment.parts))
        assert [night.problems for night in nights] == [(), (), ()]
        assert [night.subjects_verified for night in nights] == [1, 1, 1]
        clock.passed += timedelta(days=9)
        assert reconcile(deployment.parts).subjects_verified == 2, "nights that were missed are made up for"
        flip(slices(copy)[0])
        found = ()
        for _ in range(2):
            clock.passed += timedelta(days=1)
            found += reconcile(deployment.parts).problems
    assert len(found) == 1 and found[0].startswith("123-1001: v1/content/planning-ct")


class MovingClock:
    """The system's clock, moved on."""

    def __init__(self) -> None:
        self._clock = SystemClock()
        self.passed = timedelta(0)

    def now(self):
        return self._clock.now() + self.passed

    def sleep(self, seconds: float) -> None:
        self._clock.sleep(seconds)


def test_members_lost_from_staging_are_inspected_again_and_filed(tmp_path: Path) -> None:
    with deploy(tmp_path) as deployment:
        deployment.drop("explorer", "123", "a.zip", zip_instances(small_case("123-1001", 1)))
        _take_to(deployment, SubmissionState.TO_FILE)
        (submission,) = deployment.submissions()
        next((deployment.parts.places.staging / submission.id).iterdir()).unlink()
        advance(deployment.parts, submission.id)
        assert deployment.submissions()[0].state is SubmissionState.TO_INSPECT
        deployment.run()
        assert deployment.submissions()[0].outcome is Outcome.ACCEPTED
        assert deployment.parts.archive.head("123-1001") == 1
        with deployment.parts.ledger.read() as tx:
            events = [item.event for item in tx.audit.events(submission_id=submission.id)]
        assert events.count(Event.STAGING_LOST.value) == 1
        assert reconcile(deployment.parts).problems == ()


def test_what_killed_workers_left_is_swept_away_at_night(tmp_path: Path) -> None:
    clock = ShiftedClock()
    with deploy(tmp_path, clock=clock) as deployment:
        deployment.drop("explorer", "123", "a.zip", zip_instances(small_case("123-1001", 1)))
        deployment.run()
        (submission,) = deployment.submissions()
        staging = deployment.parts.places.staging
        (staging / submission.id).mkdir()
        (staging / submission.id / "1.dcm").write_bytes(b"staged")
        (staging / f".{submission.id}~0123456789abcdef").mkdir()
        (staging / "S000999").mkdir()
        download = deployment.parts.places.originals / f".{submission.id}~0123456789abcdef"
        download.mkdir()
        (download / "package.zip").write_bytes(b"half")
        assert reconcile(deployment.parts).problems == ()
        assert list(staging.iterdir()) == []
        assert download.exists(), "somebody may be reading what is filed through one"
        clock.advance(2 * 86_400)
        assert reconcile(deployment.parts).problems == ()
        assert not download.exists()
        assert deployment.parts.originals.has(submission.id)


def _take_to(deployment: Deployment, state: SubmissionState) -> None:
    for _ in range(3):
        for share in deployment.parts.shares:
            poll_share(deployment.parts, share)
    (submission,) = deployment.submissions()
    for _ in range(6):
        if deployment.submissions()[0].state is state:
            return
        advance(deployment.parts, submission.id)
    raise AssertionError("it never came there")


def test_lists_are_narrowed_and_come_as_table_json_and_csv(copy: Path) -> None:
    table = type_in("subjects").splitlines()
    assert table[0].split()[:3] == ["subject_id", "site", "version"] and len(table) == 3
    (subject,) = json.loads(type_in("subjects", "--site", "124", "--json"))
    assert (subject["subject_id"], subject["version"], subject["completeness"]) == ("124-1002", 2, "complete")
    assert json.loads(type_in("subjects", "--completeness", "awaiting", "--json")) == []
    (series,) = json.loads(type_in("series", "--subject", "123-1001", "--kind", "planning-ct", "--json"))
    assert series["instances"] == 5 and series["modality"] == "CT"
    doses = json.loads(type_in("instances", "--modality", "rtdose", "--json"))
    assert [(item["subject_id"], item["version"]) for item in doses] == [("123-1001", 1), ("124-1002", 2)]
    rows = list(csv.DictReader(io.StringIO(type_in("instances", "--site", "123", "--csv").lstrip("\ufeff"))))
    assert len(rows) == len(json.loads(type_in("instances", "--site", "123", "--json"))) > 5
    assert rows[0]["subject_id"] == "123-1001"
    assert type_in("series", "--since", "2999-01-01") == "No such series.\n"


def test_cells_of_a_list_are_no_formulas(capsys: pytest.CaptureFixture[str]) -> None:
    show_rows([{"path": "=1+1"}, {"path": "@x"}], ("path",), "csv", "")
    assert [row[0][0] for row in csv.reader(io.StringIO(capsys.readouterr().out))][1:] == ["'", "'"]


@pytest.mark.parametrize("layout", ["plain", "scikit-rt"])
def test_a_cohort_is_exported_with_digests(copy: Path, tmp_path: Path, layout: str) -> None:
    target = tmp_path / "out"
    said = type_in("export", str(target), "--layout", layout, "--site", "124", "--complete")
    assert " files of 1 subject," in said
    manifest = json.loads((target / "manifest.json").read_text())
    schema = SCHEMAS / "export-manifest.schema.json"
    Draft202012Validator(json.loads(schema.read_text())).validate(manifest)
    assert {item["subject_id"] for item in manifest["files"]} == {"124-1002"}
    done = subprocess.run(["sha256sum", "--check", "--quiet", "manifest.sha256"], cwd=target, check=False)
    assert done.returncode == 0


def test_an_export_is_narrowed_and_leaves_out_what_is_disputed(copy: Path, tmp_path: Path) -> None:
    with deploy(copy) as deployment, deployment.parts.ledger.write() as tx:
        plan = next(item for item in tx.catalogue.of_subject("123-1001") if item.modality == "RTPLAN")
        tx.catalogue.dispute("123-1001", [plan.sop_instance_uid])
    said = type_in("export", str(tmp_path / "out"), "--modality", "rtplan")
    assert said.startswith("1 file of 1 subject,") and "Left out because disputed: 1 file" in said
    paths = [item["path"] for item in json.loads((tmp_path / "out" / "manifest.json").read_text())["files"]]
    assert len(paths) == 1 and paths[0].startswith("124-1002/rtplan/")
    with pytest.raises(click.ClickException, match="nothing is filed"):
        type_in("export", str(tmp_path / "none"), "--since", "2999-01-01")
    with pytest.raises(click.ClickException, match="there already"):
        type_in("export", str(tmp_path / "out"))


#: Counted anew with each row, or of the moment.
_OF_THE_ROW = {"id", "inspection_id", "changed", "filed", "first_seen", "lease_until", "token", "verified"}


def catalogue(root: Path, table: str, order: str) -> list[dict[str, object]]:
    with contextlib.closing(sqlite3.connect(root / "data" / "ledger.sqlite")) as connection:
        connection.row_factory = sqlite3.Row
        rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table} ORDER BY {order}")]
    return [{name: value for name, value in row.items() if name not in _OF_THE_ROW} for row in rows]


def lose_the_ledger(root: Path) -> None:
    for path in (root / "data").glob("ledger.sqlite*"):
        path.unlink()


TABLES = {
    "subjects": "subject_id",
    "instances": "subject_id, submission, ordinal",
    "filings": "subject_id, version",
    "verdicts": "submission, act_name",
    "subject_verdicts": "submission, act_name, label",
    "verdict_codes": "submission, act_name, label, code",
}


def test_the_catalogue_is_rebuilt_from_the_archive_alone(copy: Path) -> None:
    before = {table: catalogue(copy, table, order) for table, order in TABLES.items()}
    assert all(before.values())
    with pytest.raises(click.ClickException, match="not empty"):
        type_in("archive", "rebuild-ledger")
    lose_the_ledger(copy)
    (copy / "data" / "originals" / "S000007").mkdir()
    assert type_in("archive", "rebuild-ledger").startswith("2 subjects, 3 versions, ")
    after = {table: catalogue(copy, table, order) for table, order in TABLES.items()}
    for table in TABLES:
        assert after[table] == before[table], table
    assert type_in("archive", "verify").endswith("nothing is wrong.\n")
    with deploy(copy) as deployment:
        deployment.drop("explorer", "123", "again.zip", zip_instances(small_case("123-1001", 1)))
        deployment.run()
        submission = deployment.submissions()[-1]
        assert (submission.id, submission.outcome) == ("S000008", Outcome.ACCEPTED)
        assert deployment.verdict(submission.id).subjects[0].new == 0, "it is known to be filed"
        assert reconcile(deployment.parts).problems == ()


WHO = ("--by", "A. Manager", "--reason", "as agreed")
TWO = ("--by", "A. Manager", "--by", "B. Second", "--reason", "as agreed")


def arrive(root: Path, name: str, data: bytes) -> None:
    with deploy(root) as deployment:
        deployment.drop("smb", "123", name, data)
        deployment.run()


def archived(root: Path) -> list[dict[str, object]]:
    """What the ledger knows of instances that are in the archive, or were; a duplicate never is."""
    rows = catalogue(root, "instances", TABLES["instances"] + ", version")
    return [row for row in rows if row["version"] is not None]


def test_what_was_superseded_and_reassigned_is_rebuilt_as_it_stands(copy: Path) -> None:
    second = change(small_case("123-1001", 1), "RTPLAN", lambda ds: setattr(ds, "RTPlanLabel", "PLAN2"))
    arrive(copy, "new-plan.zip", zip_instances(second))
    (item,) = re.findall(r"^\[(\d+)\]", type_in("held", "list"), re.MULTILINE)
    type_in("held", "release", item, "--supersede", *WHO)
    type_in("reassign", "123-1001", "123-1005", *TWO)
    assert type_in("held", "list").startswith("Nothing is held.")
    assert "version 2  complete" in type_in("subject", "123-1005")
    before = archived(copy), catalogue(copy, "subjects", "subject_id")
    decided = {(row["submission"], row["act_name"]): row for row in catalogue(copy, "verdicts", "submission")}
    acts = {row["name"]: row for row in catalogue(copy, "acts", "name")}
    assert {row["state"] for row in before[0]} == {"filed", "superseded", "removed"}
    receipts = sorted((copy / "data" / "subjects" / "123-1001").rglob("receipt.json"))
    (released,) = json.loads(receipts[-1].read_text())["acts"]
    assert (released["kind"], released["by"], released["supersedes"]) == ("release", "A. Manager", True)
    assert type_in("archive", "verify").endswith("nothing is wrong.\n")
    lose_the_ledger(copy)
    type_in("archive", "rebuild-ledger")
    assert archived(copy) == before[0]
    assert catalogue(copy, "subjects", "subject_id") == before[1]
    assert type_in("archive", "verify").endswith("nothing is wrong.\n")
    again = {(row["submission"], row["act_name"]): row for row in catalogue(copy, "verdicts", "submission")}
    assert all(row == decided[key] for key, row in again.items())
    never = {act_name for _, act_name in decided.keys() - again.keys()}
    assert never == {"arrival:S000004"}, "that it was held at first was never in the archive"
    found = {row["name"]: row for row in catalogue(copy, "acts", "name")}
    assert {name: without_moment(row) for name, row in found.items()} == {
        name: without_moment(acts[name]) for name in found
    }
    assert {name.partition(":")[0] for name in found} == {"release", "reassign"}


def without_moment(act: dict[str, object]) -> dict[str, object]:
    """An act without the instant at which the machine was done with it."""
    return {name: value for name, value in act.items() if name not in ("carried_out", "needs_second")}


def test_a_batch_an_approval_and_a_withdrawal_are_rebuilt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    point_at(tmp_path, monkeypatch)
    batch = small_case("123-1001", 1) + small_case("123-1002", 2)
    for instance in batch:
        instance.dataset.InstitutionName = "Northfield Hospital"
    gone = small_case("123-1003", 3)
    arrive(tmp_path, "batch.zip", zip_instances(batch))
    arrive(tmp_path, "gone.zip", zip_instances(gone))
    type_in("approve", "--from", "S000001", *WHO)
    type_in("reprocess", "submission", "S000001", *WHO)
    type_in("withdraw", "123-1003", *TWO)
    verdicts = catalogue(tmp_path, "verdicts", "submission, act_name")
    (approval,) = catalogue(tmp_path, "approvals", "site")
    lose_the_ledger(tmp_path)
    assert type_in("archive", "rebuild-ledger").startswith("2 subjects, 2 versions, ")
    assert catalogue(tmp_path, "verdicts", "submission, act_name") == [
        row for row in verdicts if str(row["act_name"]).startswith("reprocess:")
    ]
    (found,) = catalogue(tmp_path, "approvals", "site")
    revoked = {name: found[name] for name in found if name.startswith("revoked")}
    assert found == approval | revoked and revoked["revoked_by"] == "rebuild-ledger"
    assert json.loads(type_in("subjects", "--json", "--subject", "123-1003"))[0]["withdrawn"] is True
    assert type_in("archive", "verify").endswith("nothing is wrong.\n")
    with deploy(tmp_path) as deployment:
        deployment.drop("smb", "123", "late.zip", zip_instances(gone))
        deployment.run()
        late = deployment.submissions()[-1]
        assert late.outcome is Outcome.REJECTED
        assert "withdrawn" in deployment.report(late.id)
        assert deployment.parts.archive.subjects() == ["123-1001", "123-1002"]
        assert not deployment.parts.originals.has(late.id), "purged once it was reported"
