"""Verification: every kind of damage is named, by the service and by the stand-alone verifier alike."""

from __future__ import annotations

import ast
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.archive import verify_archive
from ingest.archive.store import Archive
from ingest.archive.verify import verify_root, verify_subject
from ingest.checks.codes import load_codes
from tests.filing import SUBJECT, file_two_versions, order, stage

SLICE = "v1/content/planning-ct/1.1.dcm"
OTHER_SLICE = "v1/content/planning-ct/1.2.dcm"
SIDECAR = "inventory.json.sha256"


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    archive = Archive(tmp_path / "archive")
    file_two_versions(archive)
    return archive


def _write(path: Path, data: bytes) -> None:
    if path.exists():
        path.chmod(0o644)
    path.write_bytes(data)


def _flip_a_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    _write(path, bytes(data))


def _cut(path: Path) -> None:
    _write(path, path.read_bytes()[: path.stat().st_size // 2])


def _swap(one: Path, other: Path) -> None:
    first, second = one.read_bytes(), other.read_bytes()
    _write(one, second)
    _write(other, first)


def _reseal(folder: Path, change: Callable[[str], str]) -> None:
    """Change an inventory and take its digest anew, as a person who knows OCFL could."""
    data = change((folder / "inventory.json").read_text()).encode()
    _write(folder / "inventory.json", data)
    _write(folder / SIDECAR, f"{hashlib.sha256(data).hexdigest()} inventory.json\n".encode())


def _replace_by_link(path: Path) -> None:
    kept = path.with_suffix(".kept")
    path.rename(kept)
    path.symlink_to(kept)


DAMAGE: dict[str, tuple[Callable[[Path], object], set[tuple[str, str]]]] = {
    "bit flip": (lambda root: _flip_a_bit(root / SLICE), {("ARC101", SLICE)}),
    "truncated file": (lambda root: _cut(root / SLICE), {("ARC101", SLICE)}),
    "missing file": (lambda root: (root / SLICE).unlink(), {("ARC102", SLICE)}),
    "extra file": (
        lambda root: _write(root / "v1/content/planning-ct/9.dcm", b"?"),
        {("ARC103", "v1/content/planning-ct/9.dcm")},
    ),
    "extra file in a version": (
        lambda root: _write(root / "v1/notes.txt", b"?"),
        {("ARC103", "v1/notes.txt")},
    ),
    "extra file in the object": (lambda root: _write(root / "notes.txt", b"?"), {("ARC103", "notes.txt")}),
    "extra folder in the object": (lambda root: (root / "v2b").mkdir(), {("ARC103", "v2b")}),
    "swapped files": (lambda root: _swap(root / SLICE, root / OTHER_SLICE), {("ARC104", SLICE)}),
    "renamed file": (
        lambda root: (root / SLICE).rename(root / "v1/content/planning-ct/1.3.dcm"),
        {("ARC102", SLICE), ("ARC103", "v1/content/planning-ct/1.3.dcm")},
    ),
    "file replaced by a link": (
        lambda root: _replace_by_link(root / SLICE),
        {("ARC112", SLICE), ("ARC103", "v1/content/planning-ct/1.1.kept")},
    ),
    "truncated inventory": (lambda root: _cut(root / "inventory.json"), {("ARC105", "inventory.json")}),
    "truncated inventory of a version": (
        lambda root: _cut(root / "v1/inventory.json"),
        {("ARC105", "v1/inventory.json")},
    ),
    "empty inventory": (lambda root: _write(root / "inventory.json", b""), {("ARC105", "inventory.json")}),
    "inventory of another shape": (
        lambda root: _write(root / "inventory.json", b'{"versions": [1]}'),
        {("ARC105", "inventory.json")},
    ),
    "changed inventory": (
        lambda root: _write(
            root / "inventory.json", (root / "inventory.json").read_bytes().replace(b"S000002", b"S000003")
        ),
        {("ARC106", "inventory.json")},
    ),
    "changed sidecar": (lambda root: _flip_a_bit(root / SIDECAR), {("ARC106", "inventory.json")}),
    "changed white space in a sidecar": (
        lambda root: _write(root / SIDECAR, (root / SIDECAR).read_bytes()[:-1] + b"\x0b"),
        {("ARC106", "inventory.json")},
    ),
    "missing inventory": (lambda root: (root / "inventory.json").unlink(), {("ARC107", "inventory.json")}),
    "missing sidecar": (lambda root: (root / "v1" / SIDECAR).unlink(), {("ARC107", f"v1/{SIDECAR}")}),
    "history rewritten at the top": (
        lambda root: _reseal(root, lambda text: text.replace("Arrival of S000001", "Arrival of S000009")),
        {("ARC108", "inventory.json"), ("ARC108", "v1/inventory.json"), ("ARC108", "v2/inventory.json")},
    ),
    "history rewritten in a version": (
        lambda root: _reseal(root / "v1", lambda text: text.replace("1.1.dcm", "1.7.dcm")),
        {("ARC108", "v1/inventory.json")},
    ),
    "inventory of another subject": (
        lambda root: _reseal(root / "v1", lambda text: text.replace(f'"id":"{SUBJECT}"', '"id":"123-1002"')),
        {("ARC108", "v1/inventory.json")},
    ),
    "missing version": (
        lambda root: shutil.rmtree(root / "v1"),
        {("ARC109", "v1")} | {("ARC102", path) for path in (SLICE, OTHER_SLICE)},
    ),
    "unlisted version": (lambda root: shutil.copytree(root / "v2", root / "v4"), {("ARC110", "v4")}),
    "missing declaration": (
        lambda root: (root / "0=ocfl_object_1.1").unlink(),
        {("ARC111", "0=ocfl_object_1.1")},
    ),
    "record of another filing": (
        lambda root: _write(root / "v2/content/records/v2/filing.json", b"{}"),
        {
            ("ARC101", "v2/content/records/v2/filing.json"),
            ("ARC113", "v2/content/records/v2/filing.json"),
        },
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_named(archive: Archive, damage: str) -> None:
    root = archive.places.object_of(SUBJECT)
    harm, expected = DAMAGE[damage]
    harm(root)
    found = {(problem.code, problem.place) for problem in verify_archive.ObjectVerifier(root).problems()}
    assert expected <= found
    allowed = {code for code, _ in expected}
    # What hangs on the damaged part is named too, and nothing that does not.
    if damage == "missing version":
        allowed |= {"ARC113"}
    if damage == "unlisted version":
        allowed |= {"ARC108"}
    assert {code for code, _ in found} <= allowed
    if damage not in ("missing version", "unlisted version"):
        assert found == expected


def test_every_code_has_a_fixture() -> None:
    shown = {code for _, expected in DAMAGE.values() for code, _ in expected}
    assert shown | {"ARC114", "ARC115", "ARC116"} == set(verify_archive.FAULTS)


def test_an_archive_as_it_was_filed_has_no_problem(archive: Archive) -> None:
    verification = verify_subject(archive, SUBJECT)
    assert verification.problems == ()
    assert (verification.head, verification.files) == (2, 9)
    assert verify_root(archive) == ()


def test_a_rewritten_history_that_agrees_with_itself_is_found_by_its_anchors(archive: Archive) -> None:
    third = archive.file(order([stage(archive, "mr/1.dcm", b"mr")], head=2, submission="S000003"))
    root = archive.places.object_of(SUBJECT)
    digests = {
        name: hashlib.sha256((root / name / "inventory.json").read_bytes()).hexdigest()
        for name in ("v1", "v2", "v3")
    }
    assert digests["v3"] == third.inventory_sha256
    assert verify_subject(archive, SUBJECT, anchors=digests).problems == ()
    for folder in (root, root / "v1", root / "v2", root / "v3"):
        _reseal(folder, lambda text: text.replace("Arrival of S000001", "Arrival of S000009"))
    assert verify_subject(archive, SUBJECT).problems == ()
    problems = verify_subject(archive, SUBJECT, anchors=digests).problems
    assert [(problem.code, problem.place) for problem in problems] == [
        ("ARC114", f"v{number}/inventory.json") for number in (1, 2, 3)
    ]
    assert [p.place for p in verify_subject(archive, SUBJECT, anchors={}).problems] == ["v3/inventory.json"]


def test_a_stray_file_in_the_storage_root_is_named(archive: Archive) -> None:
    (archive.places.subjects / "notes.txt").write_text("?")
    (archive.places.subjects / "0=ocfl_1.1").chmod(0o644)
    (archive.places.subjects / "0=ocfl_1.1").write_text("ocfl_9\n")
    assert [problem.code for problem in verify_root(archive)] == ["ARC111", "ARC103"]


def test_verification_recovers_first(archive: Archive) -> None:
    root = archive.places.object_of(SUBJECT)
    for name in ("inventory.json", SIDECAR):
        (root / name).unlink()
        shutil.copyfile(root / "v1" / name, root / name)
    verification = verify_subject(archive, SUBJECT)
    assert (verification.head, verification.problems) == (2, ())


def test_the_pace_sees_every_byte(archive: Archive) -> None:
    seen: list[int] = []
    verification = verify_subject(archive, SUBJECT, pace=seen.append)
    assert sum(seen) == verification.bytes


def _run(script: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"]}
    command = [sys.executable, "-I", "-S", str(script), *words]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_the_verifier_beside_the_archive_runs_alone(archive: Archive, tmp_path: Path) -> None:
    copy = tmp_path / "somewhere else"
    shutil.copytree(archive.places.root, copy)
    done = _run(copy / "verify_archive.py")
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 subject, 9 files" in done.stdout
    assert "nothing is wrong" in done.stdout
    _flip_a_bit(copy / "subjects" / SUBJECT / SLICE)
    done = _run(copy / "verify_archive.py")
    assert done.returncode == 1
    assert f"ARC101 {SUBJECT}: {SLICE}: the bytes are not those that were filed" in done.stdout
    assert "MB read: 1 fault." in done.stdout
    nowhere = _run(copy / "verify_archive.py", str(tmp_path / "nowhere"))
    assert (nowhere.returncode, nowhere.stderr) == (2, f"cannot run: there is no folder {tmp_path}/nowhere\n")


def test_the_verifier_tells_json_samples_and_takes_anchors(archive: Archive, tmp_path: Path) -> None:
    script = archive.places.root / "verify_archive.py"
    anchors = tmp_path / "anchors.json"
    anchors.write_text(json.dumps({"123-9999": {"v1": "0" * 64}, SUBJECT: {"v1": "0" * 64}}))
    told = json.loads(_run(script, "--json", "--anchors", str(anchors)).stdout)
    assert [(fault["code"], fault["subject"]) for fault in told["problems"]] == [
        ("ARC115", "123-9999"),
        ("ARC114", SUBJECT),
        ("ARC114", SUBJECT),
    ]
    assert _run(script, "--sample", "1", "--rate", "1000").returncode == 0
    assert _run(script, "--subject", SUBJECT).returncode == 0
    assert _run(script, "--subject", "123-0000").returncode == 2
    assert _run(script, str(tmp_path / "nowhere")).returncode == 2
    anchors.write_text("[]")
    assert _run(script, "--anchors", str(anchors)).returncode == 2


def test_the_verifier_is_one_file_that_imports_the_standard_library_only() -> None:
    source = Path(verify_archive.__file__).read_text()
    tree = ast.parse(source, feature_version=(3, 9))
    imported = {
        name.partition(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= set(sys.stdlib_module_names)


def test_the_finding_codes_say_what_the_verifier_says() -> None:
    codes = {name: code.message for name, code in load_codes().items() if name.startswith("ARC1")}
    assert codes == verify_archive.FAULTS
