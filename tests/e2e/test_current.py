"""What a site sends later: a missing dose, a corrected structure set, a replan, other content under a UID."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator
from pydicom.uid import generate_uid

from ingest.cli import ingest
from ingest.model.verdict import Outcome
from ingest.steps.reconcile import reconcile
from tests.builders import Instance, build_case, change, clone, of_modality, without, zip_instances
from tests.deployment import deploy, write_settings
from tests.ocfl_validity import ocfl_faults

SUBJECT = "123-1001"
WHO = ("--by", "A. Manager", "--reason", "as agreed")
SCHEMA = json.loads((Path(__file__).parents[2] / "docs/schemas/current.schema.json").read_text())


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    settings = write_settings(tmp_path)
    monkeypatch.setenv("INGEST_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("INGEST_SHARES", settings.shares)
    monkeypatch.setenv("INGEST_TRIAL_FILE", str(settings.trial_file))
    return tmp_path


def type_in(*words: str) -> str:
    result = CliRunner(catch_exceptions=False).invoke(ingest, words, standalone_mode=False)
    assert result.exit_code == 0 and not result.return_value, result.output
    return result.stdout


def small_case() -> list[Instance]:
    return build_case(SUBJECT, seed=1, ct_slices=5, fractions=2, cbct=2, cbct_slices=3)


def send(root: Path, instances: list[Instance]) -> str:
    """Send a zip; return its report, on one line."""
    with deploy(root) as deployment:
        name = f"{len(deployment.submissions())}.zip"
        deployment.drop("smb", "123", name, zip_instances(instances))
        deployment.run()
        return " ".join(deployment.report(deployment.submissions()[-1].id).split())


def renewed(instances: list[Instance]) -> list[Instance]:
    """Return copies under new UIDs."""
    copies = clone(instances)
    for instance in copies:
        instance.dataset.SOPInstanceUID = generate_uid(prefix="2.25.")
        instance.dataset.file_meta.MediaStorageSOPInstanceUID = instance.dataset.SOPInstanceUID
    return copies


def uid(instances: list[Instance]) -> str:
    (instance,) = instances
    return str(instance.dataset.SOPInstanceUID)


def record(root: Path, version: int) -> Any:
    folder = root / "data" / "subjects" / SUBJECT / f"v{version}" / "content" / "records" / f"v{version}"
    document = json.loads((folder / "current.json").read_text())
    Draft202012Validator(SCHEMA).validate(document)
    assert document["version"] == version
    return {item["sop_instance_uid"]: (item["state"], item["because"]) for item in document["objects"]}


def exported(root: Path, name: str, *words: str) -> dict[str, Any]:
    type_in("export", str(root / name), *words)
    files = json.loads((root / name / "manifest.json").read_text())["files"]
    return {item["sop_instance_uid"]: item for item in files}


def test_what_comes_later_is_merged_and_it_is_said_what_is_current(root: Path) -> None:
    case = small_case()
    dose, plan, structures = (of_modality(case, name) for name in ("RTDOSE", "RTPLAN", "RTSTRUCT"))
    said = send(root, without(case, dose))
    assert "17 files filed." in said and "current" not in said
    said = send(root, dose)
    assert "1 file added to what was filed before. No longer missing: the dose cube." in said
    assert record(root, 2)[uid(dose)] == ("current", "only")

    corrected = renewed(structures)
    said = send(root, corrected)
    assert "The structure set in this zip is current from now on; 1 earlier structure set is kept" in said
    assert record(root, 3)[uid(structures)] == ("earlier", "later")
    assert record(root, 3)[uid(corrected)] == ("current", "later")

    replan = renewed(plan)
    said = send(root, replan)
    assert "The plan in this zip is current from now on; 1 earlier plan is kept, marked as earlier." in said
    assert "The dose on file belongs to an earlier plan; of the current plan none has arrived yet." in said
    assert record(root, 4)[uid(dose)] == ("earlier", "plan")

    shown = type_in("subject", SUBJECT)
    assert f"current rtplan: {uid(replan)} (v4)" in shown
    assert f"earlier rtplan: {uid(plan)} (v1): a later one is filed" in shown
    assert f"earlier rtdose: {uid(dose)} (v2): its plan is an earlier one" in shown
    told = json.loads(type_in("subject", SUBJECT, "--json"))
    assert {item["sop_instance_uid"]: (item["state"], item["because"]) for item in told["objects"]} == record(
        root, 4
    )
    everything, current = exported(root, "all"), exported(root, "current", "--current")
    assert everything[uid(plan)]["state"] == "earlier" and everything[uid(replan)]["state"] == "current"
    assert everything.keys() - current.keys() == {uid(plan), uid(structures), uid(dose)}


def test_other_content_under_a_filed_uid_is_held_and_the_filed_one_left_out_until_a_person_decides(
    root: Path,
) -> None:
    case = small_case()
    send(root, case)
    other = change(small_case(), "RTPLAN", lambda ds: setattr(ds, "RTPlanLabel", "PLAN2"))
    said = send(root, of_modality(other, "RTPLAN"))
    assert "Other content than what we hold under the same UID: 1 file. What we hold stays" in said
    plan = uid(of_modality(case, "RTPLAN"))
    assert plan not in exported(root, "without")
    assert exported(root, "with", "--with-disputed")[plan]["disputed"] is True
    assert "filed rtplan (disputed): 1" in type_in("subject", SUBJECT)

    (item,) = re.findall(r"^\[(\d+)\]", type_in("held", "list"), re.MULTILINE)
    type_in("held", "release", item, "--supersede", *WHO)
    with deploy(root) as deployment:
        said = " ".join(deployment.report("S000002").split())
        assert deployment.submissions()[-1].outcome is Outcome.ACCEPTED
        assert reconcile(deployment.parts).problems == ()
    assert "In the place of what was filed under the same UID with other content: 1 file." in said
    released = exported(root, "released")[plan]
    assert (released["archive_version"], released["disputed"]) == (2, False)
    archive = root / "data" / "subjects" / SUBJECT
    kept = list((archive / "v1" / "content" / "rtplan").iterdir())
    assert len(kept) == 1, "the earlier content stays in its version"
    filing = json.loads((archive / "v2/content/records/v2/filing.json").read_text())
    assert filing["replaced"] == [f"rtplan/{plan}.dcm"]


def test_a_purge_says_anew_what_is_current(root: Path) -> None:
    case = small_case()
    plan = of_modality(case, "RTPLAN")
    replan = renewed(plan)
    send(root, case)
    send(root, replan)
    assert record(root, 2)[uid(plan)] == ("earlier", "later")
    two = ("--by", "A. Manager", "--by", "B. Second", "--reason", "another patient's")
    assert "1 file of the archive" in type_in("purge", "S000002", SUBJECT, *two)
    assert "is recorded" in type_in("purge", "S000001", SUBJECT, *WHO), "one person alone purges nothing"
    with pytest.raises(click.ClickException, match="brought nothing of 123-1002"):
        type_in("purge", "S000001", "123-1002", *WHO)
    assert type_in("archive", "verify").endswith("nothing is wrong.\n")
    assert record(root, 3)[uid(plan)] == ("current", "only")
    assert uid(replan) not in record(root, 3)
    data = replan[0].dataset.SOPInstanceUID.encode()
    places = [path for path in (root / "data").rglob("*") if path.is_file()]
    holding = {path.name for path in places if data in path.read_bytes()}
    assert holding <= {"receipt.json", "current.json", "ledger.sqlite", "inventory.json"}
    assert ocfl_faults(root / "data" / "subjects") == ""


def test_an_export_may_not_lie_within_the_archive(root: Path) -> None:
    send(root, small_case())
    with pytest.raises(click.ClickException, match="may not lie within the archive"):
        type_in("export", str(root / "data" / "subjects" / "out"))
    assert not (root / "data" / "subjects" / "out~partial").exists()
