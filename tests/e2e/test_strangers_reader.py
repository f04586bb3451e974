"""What a stranger reads of an archive with the page of its format alone is what the service filed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from pydicom import dcmread

from tests.builders import build_case, zip_instances
from tests.deployment import deploy


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
    reader = Path(__file__).with_name("strangers_reader.py")
    command = [sys.executable, "-I", "-S", str(reader), str(archive.places.subjects)]
    found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert found.keys() == {"123-1001"}
    subject = found["123-1001"]
    assert (subject["head"], list(subject["versions"])) == ("v2", ["v1", "v2"])
    read = {path: place for path, place in subject["versions"]["v2"].items() if path[:8] != "records/"}
    assert read == {path: str(place) for path, place in filed.items()}
    assert {dcmread(place).SOPInstanceUID for place in read.values()} == {
        item.dataset.SOPInstanceUID for item in case
    }
    assert not any(path.startswith("rtdose/") for path in subject["versions"]["v1"])
    records = {path for path in subject["versions"]["v2"] if path.startswith("records/")}
    names = ("filing.json", "receipt.json", "verdict.json", "current.json")
    assert records == {f"records/{version}/{name}" for version in ("v1", "v2") for name in names}
