"""Export: copies of what is filed, in one of two layouts, with a manifest of digests."""

from __future__ import annotations

import errno
import json
import shutil
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from ingest.archive.disk import digest_file, worldly_faults
from ingest.archive.layouts import ExportItem, Layout, Moment, arrange, moment_of
from ingest.archive.order import ArchiveDamaged, ArchivedFile, NoSuchFile
from ingest.archive.store import Archive
from ingest.dicom.paths import PathTree
from ingest.dicom.walk import walk
from ingest.trial.definition import Limits

MANIFEST, SUMS = "manifest.json", "manifest.sha256"
#: ioctl(2) FICLONE: the copy shares its blocks with the source until one of them is written to.
_CLONE = 0x40049409
_TIMES = {
    0x00080020: "StudyDate",
    0x00080030: "StudyTime",
    0x00080021: "SeriesDate",
    0x00080031: "SeriesTime",
    0x00080022: "AcquisitionDate",
    0x00080032: "AcquisitionTime",
}


@dataclass(frozen=True, slots=True)
class Exported:
    """What was exported; `cloned`: files whose copy shares its blocks with the archive's."""

    files: int
    bytes: int
    subjects: int
    cloned: int


def export(
    archive: Archive,
    items: Iterable[ExportItem],
    target: Path,
    *,
    layout: Layout,
    created: str,
    on_file: Callable[[int, int], None] | None = None,
) -> Exported:
    """Copy the items' head versions into the new folder `target`, verified, with a manifest of digests.

    `target` is there only when the export is whole. Leaving out what is disputed is the caller's.
    created: the time that the manifest states. on_file: called with (files done, files in all).
    Raises FileExistsError, ValueError for a folder within the archive; NoSuchFile, TransientError, and
    ArchiveDamaged (bytes are not those that were filed).
    """
    if target.exists():
        raise FileExistsError(errno.EEXIST, "the export's folder is there already")
    if target.resolve().is_relative_to(archive.places.root.resolve()):
        raise ValueError("an export may not lie within the archive: name another folder")
    held = _Held(archive)
    paths = arrange(items, layout, held.read_moment)
    draft = target.with_name(f"{target.name}~partial")
    with worldly_faults("exporting"):
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(parents=True)
        size = cloned = 0
        for done, (path, item) in enumerate(paths.items(), 1):
            source, copy = held.file(item), draft / path
            copy.parent.mkdir(parents=True, exist_ok=True)
            cloned += copy_out(source.path, copy)
            if digest_file(copy) != source.sha256:
                raise ArchiveDamaged("a file's bytes are not those that were filed: verify the archive")
            size += copy.stat().st_size
            if on_file:
                on_file(done, len(paths))
        _write_manifest(draft, paths, held, layout, created)
        draft.rename(target)
    return Exported(len(paths), size, len({item.subject_id for item in paths.values()}), cloned)


def copy_out(source: Path, target: Path) -> bool:
    """Copy a file, by reflink where there are any, never by hard link. Returns whether it was cloned."""
    with source.open("rb") as reader, target.open("xb") as writer:
        if _clone(reader.fileno(), writer.fileno()):
            return True
        shutil.copyfileobj(reader, writer, 1 << 20)
    return False


class _Held:
    """What the archive holds of the subjects to export, each inventory read once."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._files: dict[str, dict[str, ArchivedFile]] = {}
        self._tree = PathTree()

    def file(self, item: ExportItem) -> ArchivedFile:
        files = self._files.get(item.subject_id)
        if files is None:
            files = {file.logical: file for file in self._archive.files(item.subject_id)}
            self._files[item.subject_id] = files
        if item.logical not in files:
            raise NoSuchFile("a file to export is not at the head of its subject")
        return files[item.logical]

    def read_moment(self, item: ExportItem) -> Moment:
        with worldly_faults("reading a file's times"):
            found = walk(self.file(item).path.read_bytes(), self._tree, Limits())
        return moment_of({keyword: found.text(tag) for tag, keyword in _TIMES.items()})


def _write_manifest(
    folder: Path, paths: dict[str, ExportItem], held: _Held, layout: Layout, created: str
) -> None:
    files = [
        {
            "path": path,
            "sha256": held.file(item).sha256,
            "subject_id": item.subject_id,
            "kind": item.kind,
            "archive_path": item.logical,
            "archive_version": held.file(item).since,
            "state": item.state,
            "disputed": item.is_disputed,
            "sop_instance_uid": item.facts.sop_instance_uid,
        }
        for path, item in paths.items()
    ]
    manifest = {"schema": 1, "layout": layout.value, "created": created, "files": files}
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1) + "\n", encoding="utf-8")
    sums = "".join(f"{file['sha256']}  {file['path']}\n" for file in files)
    (folder / SUMS).write_text(sums, encoding="utf-8")


if sys.platform == "linux":
    import fcntl

    def _clone(source: int, target: int) -> bool:
        try:
            fcntl.ioctl(target, _CLONE, source)
        except OSError:
            return False
        return True

else:

    def _clone(source: int, target: int) -> bool:
        return False
