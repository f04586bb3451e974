"""docs/archive-format.md and docs/schemas/ say what the archive really holds."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ingest.archive.store import Archive
from ingest.archive.verify_archive import FAULTS
from ingest.ledger.acts import NewAct, RecordedAct
from ingest.ledger.approvals import ApprovalRow
from ingest.ledger.filings import FiledMember
from ingest.ledger.inspections import StoredInspection
from ingest.ledger.verdicts import StoredVerdict
from ingest.model.finding import Effect, Finding, InstanceRef, JudgedFinding, Scope, Severity
from ingest.model.inspection import Approval, ApprovalKind, Coverage, Inspection, PackageFacts
from ingest.model.review import ObjectKind
from ingest.model.route import RouteKind, ShareAddress
from ingest.model.submission import Act, ActKind, Submission, SubmissionState
from ingest.model.verdict import (
    Completeness,
    CompletenessState,
    MissingObject,
    Outcome,
    SubjectVerdict,
    Verdict,
)
from ingest.steps.documents import Authority, build_documents
from tests.builders import build_case
from tests.facts import facts_of_case
from tests.filing import NOON, SUBJECT, content, file_two_versions, sha256

DOCS = Path(__file__).resolve().parents[3] / "docs"
PAGE = (DOCS / "archive-format.md").read_text()

AUTHORITY = Authority(
    approvals=(
        ApprovalRow(
            7,
            "123",
            Approval(ApprovalKind.PRIVATE_CREATOR, clear="SIEMENS CSA HEADER"),
            "A. Manager",
            "the planning system's block",
            NOON,
            None,
            None,
            "",
            "",
        ),
    ),
    acts=(
        RecordedAct(
            "release:S000001:1",
            NewAct(ActKind.RELEASE, "A. Manager", "checked", "S000001", SUBJECT, overrules=("DCM101",)),
            "I. G. Lead",
            NOON,
            NOON,
            None,
        ),
    ),
)


def _schema(name: str) -> Any:
    return json.loads((DOCS / "schemas" / f"{name}.schema.json").read_text())


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    archive = Archive(tmp_path / "archive")
    file_two_versions(archive)
    return archive


def test_the_page_begins_with_terminology() -> None:
    assert re.findall(r"^## (.*)$", PAGE, re.MULTILINE)[0] == "Words"


def test_the_pages_example_reads_the_archive(archive: Archive) -> None:
    example = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert example
    code = example[1] + "print(json.dumps({path: file.read_text() for path, file in files.items()}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=archive.places.root, capture_output=True, text=True, check=True
    )
    read = {
        path: text.encode()
        for path, text in json.loads(done.stdout).items()
        if not path.startswith("records/")
    }
    assert read == content(archive)


def test_the_page_names_every_code_and_every_kind() -> None:
    assert set(re.findall(r"^\| (ARC\d+) \|", PAGE, re.MULTILINE)) == set(FAULTS)
    assert {kind.value for kind in ObjectKind} <= set(re.findall(r"`([a-z-]+)`", PAGE))


def test_the_page_links_to_what_exists() -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", PAGE)
    assert [target for target in targets if not (DOCS / target).exists()] == []


def test_the_page_lists_what_lies_in_an_archive(archive: Archive) -> None:
    for path in archive.places.root.iterdir():
        assert path.name in PAGE


def test_filing_records_fit_their_schema(archive: Archive) -> None:
    for version in archive.versions(SUBJECT):
        jsonschema.validate(json.loads(version.documents["filing.json"]), _schema("filing"))


def test_verification_fits_its_schema(archive: Archive) -> None:
    (archive.places.object_of(SUBJECT) / "stray").write_bytes(b"")
    script = archive.places.root / "verify_archive.py"
    done = subprocess.run(
        [sys.executable, str(script), "--json"], capture_output=True, text=True, check=False
    )
    told = json.loads(done.stdout)
    assert told["problems"]
    jsonschema.validate(told, _schema("archive-verification"))


def test_receipts_and_verdicts_fit_their_schemas() -> None:
    data = b"an instance"
    facts = replace(
        next(iter(facts_of_case(build_case(SUBJECT, ct_slices=1, fractions=1, cbct=0)))),
        sent_sha256=sha256(data),
        pixel_sha256="",
    )
    judged = JudgedFinding(
        Finding("CMP101", SUBJECT, instances=(InstanceRef(1, "CT", 2, None),)),
        Severity.WARN,
        Scope.SUBJECT,
        Effect.NONE,
        "Something is missing.",
        "Send it.",
    )
    missing = MissingObject("rtdose", "1", "0")
    subject = SubjectVerdict(
        SUBJECT, SUBJECT, Outcome.ACCEPTED, Completeness(CompletenessState.AWAITING, (missing,)), (judged,)
    )
    verdict = Verdict(Outcome.ACCEPTED, (), (subject,), "Hamlet.rt", "0" * 64)
    package = PackageFacts(sha256(data), 11, 1, 1)
    act = Act(ActKind.ARRIVAL, "arrival:S000001")
    share = ShareAddress(RouteKind.EGRESS, "123", "folder:x")
    submission = Submission("S000001", share, "", SubmissionState.TO_FILE, NOON, 11, act)
    documents = build_documents(
        submission,
        StoredInspection(1, "S000001", act.name, "0" * 64, NOON, Inspection(package, (), (), Coverage())),
        StoredVerdict("S000001", act.name, verdict, "0.1.0", "2024e", NOON),
        subject,
        [(facts, FiledMember(1, "planning-ct", "planning-ct/1.dcm"))],
        AUTHORITY,
    )
    assert set(documents) == {"receipt.json", "verdict.json"}
    receipt = json.loads(documents["receipt.json"])
    jsonschema.validate(receipt, _schema("receipt"))
    assert [item["reason"] for item in receipt["approvals"]] == ["the planning system's block"]
    assert [(item["by"], item["second_by"]) for item in receipt["acts"]] == [("A. Manager", "I. G. Lead")]
    jsonschema.validate(json.loads(documents["verdict.json"]), _schema("verdict"))


@pytest.mark.parametrize("path", sorted((DOCS / "schemas").glob("*.json")), ids=lambda path: path.stem)
def test_schemas_are_schemas(path: Path) -> None:
    jsonschema.Draft202012Validator.check_schema(json.loads(path.read_text()))
