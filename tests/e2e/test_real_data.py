"""Real DICOM of public projects through the egress route, as a site would send it."""

from __future__ import annotations

import zipfile
from pathlib import Path

from ingest.model.finding import Severity
from ingest.model.verdict import CompletenessState, Outcome
from ingest.steps.approve import approve, proposals_of
from tests.deployment import deploy
from tests.real_data import REAL_DATA


def test_the_phantom_is_held_for_its_institution_then_approved(tmp_path: Path) -> None:
    with deploy(tmp_path) as running:
        running.drop("egress", "123", "123-1001.zip", (REAL_DATA / "phantom-ct-rtstruct.zip").read_bytes())
        running.run()
        (subject,) = running.verdict("S000001").subjects
        assert (subject.label, subject.outcome) == ("123-1001", Outcome.HELD)
        found = {item.finding.code: item for item in subject.findings}
        assert "PSN201" in found and "PSN301" not in found
        assert not [item for item in subject.findings if item.severity is Severity.BLOCK]
        assert not [code for code in found if code.startswith("REF")]

        proposed = [item.approval for item in proposals_of(running.parts, "S000001")]
        approve(running.parts, "123", proposed, by="P. Hysicist", reason="the phantom's own scanner")
        running.reprocess("dry", "S000001", is_dry=True)
        assert running.parts.archive.subjects() == []
        running.reprocess("real", "S000001")
        (subject,) = running.verdict("S000001").subjects
        assert subject.outcome is Outcome.ACCEPTED
        assert subject.completeness.state is CompletenessState.AWAITING
        missing = {item.object for item in subject.completeness.missing}
        assert missing == {"rtplan", "rtdose", "image-guidance"}
        files = running.parts.archive.files("123-1001")
        kinds = [item.logical.partition("/")[0] for item in files]
        assert (kinds.count("planning-ct"), kinds.count("rtstruct")) == (190, 1)


def test_the_phantom_filed_under_its_study_id_keeps_its_pixels(tmp_path: Path) -> None:
    import pydicom

    with deploy(tmp_path) as running:
        running.drop("egress", "123", "123-1001.zip", (REAL_DATA / "phantom-ct-rtstruct.zip").read_bytes())
        running.run()
        proposed = [item.approval for item in proposals_of(running.parts, "S000001")]
        approve(running.parts, "123", proposed, by="P. Hysicist", reason="the phantom's own scanner")
        running.reprocess("real", "S000001")
        filed = {
            item.SOPInstanceUID: item
            for item in (pydicom.dcmread(file.path) for file in running.parts.archive.files("123-1001"))
        }
    with zipfile.ZipFile(REAL_DATA / "phantom-ct-rtstruct.zip") as package:
        for name in package.namelist():
            if not name.endswith(".dcm"):
                continue
            with package.open(name) as member:
                sent = pydicom.dcmread(member)
            kept = filed[sent.SOPInstanceUID]
            assert (kept.PatientID, str(kept.PatientName)) == ("123-1001", "123-1001")
            assert kept.get("PixelData") == sent.get("PixelData")


def test_the_eclipse_set_is_linked_and_lacks_97_of_its_98_images(tmp_path: Path) -> None:
    with deploy(tmp_path) as running:
        running.drop("egress", "123", "123-1002.zip", (REAL_DATA / "eclipse-partial.zip").read_bytes())
        running.run()
        (subject,) = running.verdict("S000001").subjects
        (reference,) = [item for item in subject.findings if item.finding.code.startswith("REF")]
        assert reference.message.startswith("1 of 98 CT images present")
        assert reference.severity is Severity.WARN
