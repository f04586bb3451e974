"""Whose study ID counts, route by route: one table of what arrives and what becomes of it."""

from __future__ import annotations

import io
from pathlib import Path

import pydicom
import pytest

from ingest.model.route import RouteKind
from ingest.reports.verdict_json import describe_verdict
from tests.corpus.planted.blind import base_of
from tests.inspections import inspect_here, request_for, zip_of

OWN, ANOTHER, OTHER_SITE = "123-1001", "123-1002", "124-1001"
NHS = "9434765919"

#: (route, the zip's name, PatientID, PatientName, the codes of pseudonymisation and identity that stop it)
TABLE = [
    # The zip's name counts on egress; PatientID is any one value that gives nothing away.
    ("egress", f"{OWN}.zip", OWN, OWN, set()),
    ("egress", f"{OWN}.zip", "ANON77", "ANON77", set()),
    ("egress", f"{OWN}.zip", "ANON77", "Smith^John", {"PSN101"}),
    ("egress", f"{OWN}.zip", NHS, OWN, {"PSN104", "PSN108"}),
    ("egress", f"{OWN}.zip", "RXH1234567", OWN, {"PSN108"}),
    ("egress", f"{OWN}.zip", ANOTHER, ANOTHER, {"SID"}),
    ("egress", f"{OTHER_SITE}.zip", "ANON77", "ANON77", {"SID"}),
    ("egress", "Smith_John.zip", "ANON77", "ANON77", {"PSN601", "SID"}),
    # PatientID and PatientName count where people copy zips to a share, whatever the zip is called.
    ("explorer", "upload.zip", OWN, OWN, set()),
    ("explorer", "upload.zip", "ANON77", "ANON77", {"SID"}),
    ("explorer", "upload.zip", OTHER_SITE, OTHER_SITE, {"SID"}),
    ("explorer", "upload.zip", NHS, OWN, {"PSN104", "SID"}),
    ("explorer", "Smith_John.zip", OWN, OWN, {"PSN601"}),
    ("smb", "upload.zip", OWN, OWN, set()),
    ("smb", "upload.zip", "ANON77", "ANON77", {"SID"}),
    ("smb", "upload.zip", OWN, "Smith^John", {"PSN101", "SID"}),
    # The uploader names its zips by the study ID or by a batch; what is in it must agree.
    ("htp", f"{OWN}.zip", OWN, OWN, set()),
    ("htp", "batch-7.zip", OWN, OWN, set()),
    ("htp", f"{ANOTHER}.zip", OWN, OWN, {"SID"}),
    ("htp", "batch-7.zip", "ANON77", "ANON77", {"SID"}),
    ("htp", "batch-7.zip", OTHER_SITE, OTHER_SITE, {"SID"}),
]


def stopped_by(folder: Path, route: str, zip_name: str, patient_id: str, patient_name: str) -> set[str]:
    """What stops a CT of these: PSN codes, and SID for any code of identity."""
    dataset = base_of("CT")
    dataset.PatientID, dataset.PatientName = patient_id, patient_name
    buffer = io.BytesIO()
    pydicom.dcmwrite(buffer, dataset, enforce_file_format=True)
    request = request_for(
        zip_of({"CT/1.dcm": buffer.getvalue()}), folder, name=zip_name, route=RouteKind(route)
    )
    found = inspect_here(request)
    said = describe_verdict(found.inspection.package, found.verdict, found.inspection.coverage)
    every = [*said["findings"], *(item for subject in said["subjects"] for item in subject["findings"])]
    stopping = {item["code"] for item in every if item["severity"] in ("block", "review")}
    return {"SID" if code.startswith("SID") else code for code in stopping if code[:3] in ("SID", "PSN")}


@pytest.mark.parametrize(("route", "zip_name", "patient_id", "patient_name", "wanted"), TABLE)
def test_each_route_has_its_own_rule(
    tmp_path: Path, route: str, zip_name: str, patient_id: str, patient_name: str, wanted: set[str]
) -> None:
    assert stopped_by(tmp_path, route, zip_name, patient_id, patient_name) == wanted
