"""`ingest check` as other programs call it: one JSON object of the published form, and the exit status."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.builders import build_case, zip_instances
from tests.real_data import REAL_DATA

SCHEMA = json.loads((Path(__file__).parents[2] / "docs" / "schemas" / "check.schema.json").read_text())


def check(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "ingest.cli", "check", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def case(subject_id: str, seed: int = 1):
    return build_case(subject_id, seed=seed, ct_slices=4, fractions=1, cbct=1, cbct_slices=2)


@pytest.fixture(scope="module")
def complete(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("zips") / "123-1001.zip"
    path.write_bytes(zip_instances(case("123-1001")))
    return path


def read(done: subprocess.CompletedProcess[str]) -> dict:
    document = json.loads(done.stdout)
    Draft202012Validator(SCHEMA).validate(document)
    return document


def test_an_accepted_zip_exits_0_with_one_json_object(complete: Path) -> None:
    done = check(complete, "--route", "explorer", "--site", "123", "--json")
    document = read(done)
    assert (done.returncode, document["outcome"]) == (0, "accepted")
    (subject,) = document["subjects"]
    assert (subject["subject_id"], subject["completeness"]["state"]) == ("123-1001", "complete")
    assert document["package"]["instances"] == document["package"]["members"] > 0
    assert done.stdout.count("\n") == 1


def test_without_a_site_the_sender_is_not_judged(complete: Path) -> None:
    assert check(complete, "--route", "htp", "--json").returncode == 0


def test_a_held_zip_exits_1_and_names_no_value(tmp_path: Path) -> None:
    instances = case("123-1001")
    instances[0].dataset.OperatorsName = "Quillfeather^Ottoline"
    path = tmp_path / "x.zip"
    path.write_bytes(zip_instances(instances))
    done = check(path, "--route", "smb", "--site", "123", "--json")
    document = read(done)
    assert (done.returncode, document["outcome"]) == (1, "held")
    assert "quillfeather" not in (done.stdout + done.stderr).lower()
    (finding,) = [item for item in document["subjects"][0]["findings"] if item["severity"] == "block"]
    assert finding["where"] == "(0008,1070)"
    assert finding["instances"][0]["modality"] == "CT"


def test_a_rejected_zip_exits_2_with_a_finding_of_the_package(tmp_path: Path) -> None:
    path = tmp_path / "123-1001.zip"
    path.write_bytes(b"PK\x03\x04 and no more")
    done = check(path, "--route", "egress", "--site", "123", "--json")
    document = read(done)
    assert (done.returncode, document["outcome"], document["subjects"]) == (2, "rejected", [])
    assert document["findings"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("absent.zip", "--route", "smb"),
        ("{zip}",),
        ("{zip}", "--route", "pigeon"),
        ("{zip}", "--route", "smb", "--site", "999"),
        ("{zip}", "--route", "smb", "--trial", "absent.toml"),
        ("{zip}", "--route", "smb", "--no-such-option"),
    ],
)
def test_what_cannot_run_exits_3_and_says_why(complete: Path, arguments: tuple[str, ...]) -> None:
    done = check(*(item.replace("{zip}", str(complete)) for item in arguments))
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr


def test_names_within_the_zip_are_shown_only_when_asked_for(tmp_path: Path) -> None:
    instances = case("123-1001")
    instances[0].dataset.OperatorsName = "Quillfeather^Ottoline"
    path = tmp_path / "x.zip"
    path.write_bytes(zip_instances(instances))
    assert "CT/0001.dcm" not in check(path, "--route", "smb").stdout
    assert "CT/0001.dcm" in check(path, "--route", "smb", "--show-names").stdout


def test_the_real_sets_have_the_published_form(tmp_path: Path) -> None:
    for number, name in enumerate(("eclipse-partial.zip", "rt-utils-references.zip"), 1001):
        path = tmp_path / f"123-{number}.zip"
        path.write_bytes((REAL_DATA / name).read_bytes())
        done = check(path, "--route", "egress", "--site", "123", "--json")
        assert read(done)["package"]["instances"] > 3
        assert done.returncode in (0, 1)


def test_the_report_that_would_be_sent_is_printed_and_written_as_a_page(tmp_path: Path) -> None:
    held = [*case("123-1001"), *case("123-1002", 2)]
    held[0].dataset.OperatorsName = "Quillfeather^Ottoline"
    path, page = tmp_path / "x.zip", tmp_path / "report.html"
    path.write_bytes(zip_instances(held))
    done = check(path, "--route", "smb", "--site", "123", "--html", page)
    assert done.returncode == 1
    assert done.stdout.startswith("This zip would be held")
    assert "nothing was sent" in done.stdout and "123-1002: COMPLETE" in done.stdout
    html = page.read_text(encoding="utf-8")
    assert "<h1>This zip would be held" in html and "123-1001" in html
    assert "Submission not sent" in html and "name the submission" not in html + done.stdout
    assert "Quillfeather" not in html + done.stdout + done.stderr
    assert check(path, "--route", "smb", "--html", tmp_path / "nowhere" / "r.html").returncode == 3


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
@pytest.mark.parametrize("form", [(), ("--findings",), ("--json",), ("--show-names",)])
def test_a_console_of_another_code_page_ends_no_check(
    tmp_path: Path, encoding: str, form: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", encoding)
    broken = case("123-1001")
    broken[0].dataset.PatientID = "123_1001"
    path = tmp_path / "x.zip"
    path.write_bytes(zip_instances(broken))
    command = [sys.executable, "-m", "ingest.cli", "check", str(path), "--route", "smb", *form]
    done = subprocess.run(command, capture_output=True, timeout=120, check=False)
    assert done.returncode == 1, done.stderr
    done.stdout.decode(encoding)
