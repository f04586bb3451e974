"""What a stranger reads of an archive with the page of its format alone is what the service filed."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from pydicom import dcmread

from ingest.service import open_service
from ingest.settings import Settings
from ingest.steps.drive import drain
from ingest.steps.settle_held import release
from tests.builders import build_case, change, zip_instances
from tests.deployment import deploy


def read_as_a_stranger(subjects: Path) -> dict[str, Any]:
    """Run the reader, which knows nothing of this program, on a storage root."""
    reader = Path(__file__).with_name("strangers_reader.py")
    command = [sys.executable, "-I", "-S", str(reader), str(subjects)]
    return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)


def data_of(version: dict[str, str]) -> dict[str, str]:
    """Return a version's files without its records."""
    return {path: place for path, place in version.items() if not path.startswith("records/")}


def test_a_stranger_reads_every_version(tmp_path: Path) -> None:
    case = build_case("123-1001", ct_slices=4, fractions=1, cbct=0)
    dose = [item for item in case if item.dataset.Modality == "RTDOSE"]
    rest = [item for item in case if item.dataset.Modality != "RTDOSE"]
    with deploy(tmp_path) as deployment:
        for name, items in (("a.zip", rest), ("b.zip", dose)):
            deployment.drop("explorer", "123", name, zip_instances(items))
            deployment.run()
        archive = deployment.parts.archive
        filed = {file.logical: file.path for file in archive.files("123-1001")}
    found = read_as_a_stranger(archive.places.subjects)
    assert found.keys() == {"123-1001"}
    subject = found["123-1001"]
    assert (subject["head"], list(subject["versions"])) == ("v2", ["v1", "v2"])
    read = data_of(subject["versions"]["v2"])
    assert read == {path: str(place) for path, place in filed.items()}
    assert {dcmread(place).SOPInstanceUID for place in read.values()} == {
        item.dataset.SOPInstanceUID for item in case
    }
    assert not any(path.startswith("rtdose/") for path in subject["versions"]["v1"])
    records = {path for path in subject["versions"]["v2"] if path.startswith("records/")}
    names = ("filing.json", "receipt.json", "verdict.json", "current.json")
    assert records == {f"records/{version}/{name}" for version in ("v1", "v2") for name in names}


def test_the_page_s_rule_finds_the_receipt_of_each_file(tmp_path: Path) -> None:
    """Two zips, then a correction that a person released: of a file tells the newest receipt that has it."""
    case = build_case("123-1001", ct_slices=4, fractions=1, cbct=0)
    rest = [item for item in case if item.dataset.Modality != "RTDOSE"]
    with deploy(tmp_path) as deployment:
        for name, items in (("a.zip", rest), ("b.zip", case)):
            deployment.drop("explorer", "123", name, zip_instances(items))
            deployment.run()
        change(case, "RTPLAN", lambda plan: setattr(plan, "RTPlanLabel", "CORRECTED"))
        deployment.drop("explorer", "123", "c.zip", zip_instances(case))
        deployment.run()
        who = {"by": "A. Manager", "reason": "a test"}
        release(deployment.parts, 1, supersedes=True, **who)
        drain(deployment.parts, deployment.service.woken)
        archive = deployment.parts.archive
    head = read_as_a_stranger(archive.places.subjects)["123-1001"]["versions"]["v3"]
    receipts = [
        json.loads(Path(place).read_text("utf-8"))
        for path, place in sorted(head.items(), reverse=True)
        if path.endswith("/receipt.json")
    ]
    brought = {}
    for path, place in data_of(head).items():
        digest = hashlib.sha256(Path(place).read_bytes()).hexdigest()
        found = [
            receipt["submission"]
            for receipt in receipts
            if any((file["path"], file["filed_sha256"]) == (path, digest) for file in receipt["files"])
        ]
        brought[path.partition("/")[0]] = found[0]
    assert brought["rtdose"] == "S000002" and brought["rtplan"] == "S000003"
    assert {brought[kind] for kind in ("planning-ct", "rtstruct")} == {"S000001"}


def test_a_stranger_reads_what_the_demonstration_filed(tmp_path: Path) -> None:
    demo = [sys.executable, "-m", "ingest.cli", "demo", "--out", str(tmp_path / "out")]
    subprocess.run(demo, check=True, capture_output=True)
    data = tmp_path / "out" / "data"
    found = read_as_a_stranger(data / "subjects")
    settings = Settings(data_dir=data, shares=str(tmp_path / "out" / "shares"))
    with open_service(settings) as service, service.parts.ledger.read() as tx:
        catalogued = {
            subject_id: {(item.path, item.sop_instance_uid) for item in tx.catalogue.of_subject(subject_id)}
            for subject_id in service.parts.archive.subjects()
        }
    assert len(catalogued) > 1
    assert catalogued == {
        subject_id: {
            (path, str(dcmread(place).SOPInstanceUID))
            for path, place in data_of(subject["versions"][subject["head"]]).items()
        }
        for subject_id, subject in found.items()
    }
