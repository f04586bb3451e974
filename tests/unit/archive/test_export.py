"""Export: copies in two layouts, verified, with a manifest; the archive itself stays as it is."""

from __future__ import annotations

import json
import re
import subprocess
from functools import cache
from pathlib import Path

import jsonschema
import pytest
from pydicom import dcmread

from ingest.archive.export import copy_out, export
from ingest.archive.layouts import ExportItem, Layout
from ingest.archive.order import ArchiveDamaged, NoSuchFile
from ingest.archive.store import Archive
from ingest.dicom.paths import PathTree
from tests.builders import build_case, encode
from tests.facts import facts_of_bytes
from tests.filing import SUBJECT, order, stage

SCHEMA = Path(__file__).resolve().parents[3] / "docs/schemas/export-manifest.schema.json"
CREATED = "2026-03-02T12:00:00+00:00"
KINDS = {"CT": "planning-ct", "CBCT": "image-guidance"}


@cache
def _files(subject: str) -> list[tuple[str, str, bytes]]:
    """Return modality, SOP Instance UID and bytes of a small synthetic set."""
    case = build_case(subject, ct_slices=4, fractions=3, cbct=2, cbct_slices=2)
    return [(i.name.split("/")[1], i.dataset.SOPInstanceUID, encode(i.dataset)) for i in case]


def file_case(archive: Archive, subject: str = SUBJECT) -> list[ExportItem]:
    """File a synthetic set; return its items as the catalogue would name them."""
    items, files = [], []
    for number, (modality, uid, data) in enumerate(_files(subject), 1):
        kind = KINDS.get(modality, modality.lower())
        logical = f"{kind}/{uid}.dcm"
        files.append(stage(archive, logical, data))
        items.append(ExportItem(subject, logical, kind, facts_of_bytes(data, number, PathTree(), subject)))
    archive.file(order(files, subject=subject))
    return items


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(tmp_path / "archive")


def _paths(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_the_plain_layout_is_that_of_the_archive(archive: Archive, tmp_path: Path) -> None:
    items = file_case(archive)
    done = export(archive, items, tmp_path / "out", layout=Layout.PLAIN, created=CREATED)
    assert (done.files, done.subjects) == (len(items), 1)
    expected = {f"{SUBJECT}/{item.logical}" for item in items} | {"manifest.json", "manifest.sha256"}
    assert _paths(tmp_path / "out") == expected


def test_the_manifest_is_one_that_sha256sum_checks(archive: Archive, tmp_path: Path) -> None:
    items = file_case(archive)
    export(archive, items, tmp_path / "out", layout=Layout.SCIKIT_RT, created=CREATED)
    command = ["sha256sum", "--check", "--strict", "--quiet", "manifest.sha256"]
    assert subprocess.run(command, cwd=tmp_path / "out", check=False).returncode == 0
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    jsonschema.validate(manifest, json.loads(SCHEMA.read_text()))
    assert (manifest["layout"], manifest["created"]) == ("scikit-rt", CREATED)
    assert {file["archive_path"] for file in manifest["files"]} == {item.logical for item in items}


def test_copies_are_never_hard_links(archive: Archive, tmp_path: Path) -> None:
    items = file_case(archive)
    export(archive, items, tmp_path / "out", layout=Layout.PLAIN, created=CREATED)
    copy = tmp_path / "out" / SUBJECT / items[0].logical
    copy.write_bytes(b"changed by its reader")
    assert archive.find(SUBJECT, items[0].logical).path.read_bytes() != b"changed by its reader"
    assert copy.stat().st_nlink == 1


def test_scikit_rt_finds_images_and_what_belongs_to_them(archive: Archive, tmp_path: Path) -> None:
    items = file_case(archive)
    export(archive, items, tmp_path / "out", layout=Layout.SCIKIT_RT, created=CREATED)
    paths = _paths(tmp_path / "out" / SUBJECT)
    stamp = r"\d{8}_\d{6}"
    shapes = [
        rf"{stamp}/(CT|CBCT|MVCT)/{stamp}/\d+\.dcm",
        rf"{stamp}/(RTSTRUCT|RTPLAN|RTDOSE)/CT/{stamp}/\1_{stamp}\.dcm",
        r"other/(reg|rtrecord)/[0-9.]+\.dcm",
    ]
    assert [path for path in sorted(paths) if not any(re.fullmatch(shape, path) for shape in shapes)] == []
    (planning,) = {path.rsplit("/", 1)[0] for path in paths if "/CT/" in path and path.endswith("/1.dcm")}
    study, _, image = planning.split("/")
    for modality in ("RTSTRUCT", "RTPLAN", "RTDOSE"):
        assert any(path.startswith(f"{study}/{modality}/CT/{image}/") for path in paths)
    assert len({path.rsplit("/", 1)[0] for path in paths if "/CBCT/" in path}) == 2


def test_slices_are_numbered_in_order_and_folders_named_by_their_times(
    archive: Archive, tmp_path: Path
) -> None:
    export(archive, file_case(archive), tmp_path / "out", layout=Layout.SCIKIT_RT, created=CREATED)
    for first in (tmp_path / "out").rglob("CT/*/1.dcm"):
        slices = [dcmread(first.with_name(f"{n}.dcm")) for n in range(1, 5)]
        assert [int(ds.InstanceNumber) for ds in slices] == sorted(int(ds.InstanceNumber) for ds in slices)
        assert first.parts[-4] == f"{slices[0].StudyDate}_{slices[0].StudyTime[:6]}"


def test_a_cohort_is_exported_subject_by_subject(archive: Archive, tmp_path: Path) -> None:
    items = [*file_case(archive), *file_case(archive, "123-1002")]
    done = export(archive, items, tmp_path / "out", layout=Layout.SCIKIT_RT, created=CREATED)
    assert done.subjects == 2
    assert {path.name for path in (tmp_path / "out").iterdir() if path.is_dir()} == {SUBJECT, "123-1002"}


def test_rotten_bytes_are_not_exported(archive: Archive, tmp_path: Path) -> None:
    items = file_case(archive)
    rotten = archive.find(SUBJECT, items[0].logical).path
    rotten.chmod(0o644)
    rotten.write_bytes(rotten.read_bytes()[:-1] + b"!")
    with pytest.raises(ArchiveDamaged):
        export(archive, items, tmp_path / "out", layout=Layout.PLAIN, created=CREATED)
    assert not (tmp_path / "out").exists()


def test_an_export_is_there_whole_or_not_at_all(archive: Archive, tmp_path: Path) -> None:
    items = file_case(archive)
    unknown = ExportItem(SUBJECT, "mr/none.dcm", "mr", items[0].facts)
    with pytest.raises(NoSuchFile):
        export(archive, [*items, unknown], tmp_path / "out", layout=Layout.PLAIN, created=CREATED)
    assert not (tmp_path / "out").exists()
    seen: list[tuple[int, int]] = []
    export(
        archive,
        items,
        tmp_path / "out",
        layout=Layout.PLAIN,
        created=CREATED,
        on_file=lambda done, of: seen.append((done, of)),
    )
    assert seen[-1] == (len(items), len(items))
    with pytest.raises(FileExistsError):
        export(archive, items, tmp_path / "out", layout=Layout.PLAIN, created=CREATED)


def test_a_copy_holds_the_bytes_whether_cloned_or_not(tmp_path: Path) -> None:
    (tmp_path / "source").write_bytes(b"bytes" * 1000)
    (tmp_path / "source").chmod(0o444)
    copy_out(tmp_path / "source", tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == b"bytes" * 1000
    (tmp_path / "copy").write_bytes(b"")
    assert (tmp_path / "source").stat().st_size == 5000
