"""scikit-rt itself reads an export in its layout: images, structures, doses and plans are where it looks."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from pydicom import dcmread

from ingest.cli import ingest
from ingest.model.verdict import Outcome
from ingest.steps.approve import approve, proposals_of
from tests.builders import build_case, zip_instances
from tests.deployment import deploy, write_settings
from tests.real_data import REAL_DATA

pytestmark = pytest.mark.services

HERE = Path(__file__).parent
INTERPRETER = HERE / ".venv" / "bin" / "python"


def read_by_scikit_rt(folder: Path) -> Any:
    command = [INTERPRETER, "-I", "-W", "ignore", HERE / "read_export.py", folder]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def export(root: Path, monkeypatch: pytest.MonkeyPatch, *words: str) -> Path:
    settings = write_settings(root)
    monkeypatch.setenv("INGEST_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("INGEST_SHARES", settings.shares)
    monkeypatch.setenv("INGEST_TRIAL_FILE", str(settings.trial_file))
    target = root / "export"
    command = ["export", str(target), "--layout", "scikit-rt", *words]
    result = CliRunner(catch_exceptions=False).invoke(ingest, command)
    assert result.exit_code == 0, result.output
    return target


def of_modality(files: list[Path], modality: str) -> list[Any]:
    data_sets = [dcmread(path) for path in files]
    return [item for item in data_sets if modality == item.Modality]


def test_scikit_rt_finds_each_series_where_it_belongs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = build_case("123-1001", seed=1, ct_slices=5, fractions=2, cbct=2, cbct_slices=3)
    with deploy(tmp_path) as deployment:
        deployment.drop("smb", "123", "a.zip", zip_instances(case))
        deployment.run()
    folder = export(tmp_path, monkeypatch) / "123-1001"
    files = sorted(folder.rglob("*.dcm"))
    assert len(files) == len(case)
    found = read_by_scikit_rt(folder)
    assert found["id"] == "123-1001"
    planned, treated = (found["studies"][name] for name in sorted(found["studies"]))
    ((kind, (ct,)),) = planned["images"].items()
    assert (kind, ct["shape"][2]) == ("ct", 5)
    assert [image["shape"][2] for image in treated["images"]["cbct"]] == [3, 3]
    (structures,), (dose,) = planned["structures"], planned["doses"]
    names = of_modality(files, "RTSTRUCT")[0].StructureSetROISequence
    assert structures == {"rois": sorted(item.ROIName for item in names), "image": ct["timestamp"]}
    truth = of_modality(files, "RTDOSE")[0]
    assert dose["shape"] == [truth.Columns, truth.Rows, int(truth.NumberOfFrames)]
    grays = float(np.max(truth.pixel_array) * truth.DoseGridScaling)
    assert dose["highest"] == pytest.approx(grays, rel=1e-5)
    groups = of_modality(files, "RTPLAN")[0].FractionGroupSequence
    assert planned["plans"] == [sum(int(item.NumberOfFractionsPlanned) for item in groups)]


def test_scikit_rt_reads_a_real_scan_and_its_structures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with deploy(tmp_path) as deployment:
        deployment.drop("egress", "123", "123-1001.zip", (REAL_DATA / "phantom-ct-rtstruct.zip").read_bytes())
        deployment.run()
        (submission,) = deployment.submissions()
        proposed = [item.approval for item in proposals_of(deployment.parts, submission.id)]
        approve(deployment.parts, "123", proposed, by="P. Hysicist", reason="the phantom's own scanner")
        deployment.reprocess("again", submission.id)
        assert deployment.submissions()[0].outcome is Outcome.ACCEPTED
    folder = export(tmp_path, monkeypatch) / "123-1001"
    truth = of_modality(sorted(folder.rglob("RTSTRUCT_*.dcm")), "RTSTRUCT")[0]
    (study,) = read_by_scikit_rt(folder)["studies"].values()
    (image,) = study["images"]["ct"]
    assert (image["shape"][2], image["spacing"][2]) == (190, 1.0)
    (structures,) = study["structures"]
    assert structures["image"] == image["timestamp"]
    assert structures["rois"] == sorted(item.ROIName for item in truth.StructureSetROISequence)
