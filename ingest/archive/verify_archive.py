#!/usr/bin/env python3
"""Verify a Hamlet.rt archive: every file against its digest, every inventory against the others.

    python3 verify_archive.py [ARCHIVE] [--subject ID]... [--sample N] [--anchors FILE] [--rate MB/S] [--json]

ARCHIVE is the folder that holds `subjects/` (default: the folder of this file). Nothing is written. This one
file needs nothing but Python's standard library (3.9 or later), neither the service that made the archive nor
its database. The archive is an OCFL 1.1 storage root (https://ocfl.io/1.1/spec/).

Inventories guard the files, and themselves by a digest that lies beside them: chance cannot change both, a
person could, and who takes away a whole subject, or its newest versions, leaves nothing to compare.
`--anchors` compares them with digests that were kept elsewhere (`{"123-1001": {"v1": SHA256}}`, of each
version's inventory.json), such as the service's audit chain.

Exit status: 0 everything is as it was filed; 1 something is not, each fault on a line; 2 could not run.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, NamedTuple

#: What can be wrong, by code; `{place}` is a path within the subject's folder, `{other}` another one.
FAULTS = {
    "ARC101": "{place}: the bytes are not those that were filed",
    "ARC102": "{place}: the file is missing",
    "ARC103": "{place}: nothing lists this file or folder",
    "ARC104": "{place} and {other} hold each other's bytes",
    "ARC105": "{place}: the inventory cannot be read (cut short, or not an inventory)",
    "ARC106": "{place}: the inventory is not the one its digest was taken of",
    "ARC107": "{place}: the inventory or its digest is missing",
    "ARC108": "{place}: the inventory contradicts {other}",
    "ARC109": "{place}: the version is missing",
    "ARC110": "{place}: no inventory lists this version (a filing was cut short and not yet recovered)",
    "ARC111": "{place}: the declaration of OCFL 1.1 is missing or wrong",
    "ARC112": "{place}: the file cannot be read",
    "ARC113": "{place}: the record of the filing is missing or names another",
    "ARC114": "{place}: the inventory is not the one that the anchors name",
    "ARC115": "{place}: the subject is missing, though the anchors name it",
    "ARC116": "{place}: the subject is there, though a note says that it was withdrawn",
}

_INVENTORY, _SIDECAR = "inventory.json", "inventory.json.sha256"
_TYPE = "https://ocfl.io/1.1/spec/#inventory"
_ROOT_FILES = {"0=ocfl_1.1", "ocfl_layout.json", "ocfl_1.1.txt", "ocfl_1.1.md", "extensions"}
_CHUNK = 1 << 20
_NOT_ANCHORED = (
    "Not compared with anchors: that a subject or its newest versions were taken away, that an older state\n"
    "was put back, or that a history was rewritten with its digests is known only by what is kept elsewhere\n"
    "(--anchors FILE; the service prints it: ingest archive anchors).\n"
)

Pace = Callable[[int], None]
Anchors = dict[str, dict[str, str]]
Listing = dict[str, Any]


class Problem(NamedTuple):
    """One fault: its code, whose object, the path within the object, and another path that it concerns."""

    code: str
    subject: str
    place: str
    other: str = ""

    @property
    def text(self) -> str:
        """Return the sentence."""
        return FAULTS[self.code].format(place=self.place, other=self.other)


class ObjectVerifier:
    """Verifies one object; `files` and `bytes` count what was read. Symbolic links are never followed."""

    def __init__(self, root: Path, pace: Pace | None = None, anchors: dict[str, str] | None = None) -> None:
        self.root = root
        self.files = 0
        self.bytes = 0
        self._pace = pace
        self._anchors = anchors
        self._digests: dict[str, str] = {}

    def problems(self) -> Iterator[Problem]:
        """Yield every fault of the object."""
        yield from self._check_declaration()
        head = yield from self._read_inventory("")
        versions = self._version_folders()
        own: dict[str, Listing | None] = {}
        for name in versions:
            own[name] = yield from self._read_inventory(name + "/")
        newest = versions[-1] if versions else ""
        listing = head or next((own[name] for name in reversed(versions) if own[name]), None)
        if listing is None:
            return
        yield from self._check_versions(listing, versions)
        if head and own.get(head["head"]) and head != own[head["head"]]:
            yield self._problem("ARC108", _INVENTORY, f"{head['head']}/{_INVENTORY}")
        for name, its_own in own.items():
            if its_own and name in listing["versions"]:
                yield from self._check_history(name, its_own, listing)
        yield from self._check_anchors(newest)
        yield from self._check_content(listing, versions)

    def _problem(self, code: str, place: str, other: str = "") -> Problem:
        return Problem(code, self.root.name, place, other)

    def _check_declaration(self) -> Iterator[Problem]:
        place = "0=ocfl_object_1.1"
        if _bytes_of(self.root / place) != b"ocfl_object_1.1\n":
            yield self._problem("ARC111", place)

    def _version_folders(self) -> list[str]:
        names = [name for name in _names_in(self.root) if re.fullmatch("v[1-9][0-9]*", name)]
        return sorted(names, key=lambda name: int(name[1:]))

    def _read_inventory(self, folder: str) -> Generator[Problem, None, Listing | None]:
        """Yield what is wrong with an inventory; return it, None where it cannot be relied upon."""
        data, sidecar = _bytes_of(self.root / folder / _INVENTORY), _bytes_of(self.root / folder / _SIDECAR)
        if data is None or sidecar is None:
            yield self._problem("ARC107", folder + (_INVENTORY if data is None else _SIDECAR))
        listing = _parse_inventory(data) if data is not None else None
        if data is not None and listing is None:
            yield self._problem("ARC105", folder + _INVENTORY)
            return None
        if data is None or listing is None:
            return None
        digest = hashlib.sha256(data).hexdigest()
        self._digests[folder] = digest
        if sidecar is not None and sidecar != f"{digest} {_INVENTORY}\n".encode():
            yield self._problem("ARC106", folder + _INVENTORY)
            return None
        if listing["id"] != self.root.name or (folder and listing["head"] + "/" != folder):
            yield self._problem("ARC108", folder + _INVENTORY, "the name of its folder")
            return None
        return listing

    def _check_versions(self, listing: Listing, present: list[str]) -> Iterator[Problem]:
        for name in listing["versions"]:
            if name not in present:
                yield self._problem("ARC109", name)
        for name in present:
            if name not in listing["versions"]:
                yield self._problem("ARC110", name)
        allowed = {"0=ocfl_object_1.1", _INVENTORY, _SIDECAR, "logs", "extensions", *present}
        for entry in _names_in(self.root):
            if entry not in allowed:
                yield self._problem("ARC103", entry)

    def _check_history(self, name: str, own: Listing, listing: Listing) -> Iterator[Problem]:
        """A version's own inventory tells the same of the past as the newest one."""
        same_past = all(own["versions"][past] == listing["versions"].get(past) for past in own["versions"])
        same_bytes = all(listing["manifest"].get(key) == paths for key, paths in own["manifest"].items())
        if not (same_past and same_bytes):
            yield self._problem("ARC108", f"{name}/{_INVENTORY}", _INVENTORY)

    def _check_anchors(self, newest: str) -> Iterator[Problem]:
        if self._anchors is None:
            return
        for name, digest in sorted(self._anchors.items()):
            if self._digests.get(name + "/") != digest:
                yield self._problem("ARC114", f"{name}/{_INVENTORY}")
        if newest not in self._anchors:
            yield self._problem("ARC114", f"{newest}/{_INVENTORY}")

    def _check_content(self, listing: Listing, versions: list[str]) -> Iterator[Problem]:
        wanted = {path: digest for digest, paths in listing["manifest"].items() for path in paths}
        present: set[str] = set()
        for name in versions:
            if name in listing["versions"]:
                yield from self._walk(name, present)
        yield from (self._problem("ARC103", path) for path in sorted(present - wanted.keys()))
        yield from (self._problem("ARC102", path) for path in sorted(wanted.keys() - present))
        yield from self._check_bytes({path: wanted[path] for path in sorted(present & wanted.keys())})
        for name in listing["versions"]:
            yield from self._check_record(name)

    def _walk(self, version: str, present: set[str]) -> Iterator[Problem]:
        """Collect the content files of a version; yield what may not lie beside them."""
        for entry in _names_in(self.root / version):
            if entry not in ("content", _INVENTORY, _SIDECAR):
                yield self._problem("ARC103", f"{version}/{entry}")
        for folder, folders, files in os.walk(self.root / version / "content"):
            inner = Path(folder).relative_to(self.root).as_posix()
            present.update(f"{inner}/{name}" for name in files)
            present.update(f"{inner}/{name}" for name in folders if (Path(folder) / name).is_symlink())

    def _check_bytes(self, wanted: dict[str, str]) -> Iterator[Problem]:
        changed: dict[str, str] = {}
        for path, digest in wanted.items():
            found = self._digest(self.root / path)
            if found is None:
                yield self._problem("ARC112", path)
            elif found != digest:
                changed[path] = found
        while changed:
            path, found = next(iter(changed.items()))
            del changed[path]
            other = next((o for o, d in changed.items() if d == wanted[path] and wanted[o] == found), None)
            if other is None:
                yield self._problem("ARC101", path)
            else:
                del changed[other]
                yield self._problem("ARC104", path, other)

    def _check_record(self, version: str) -> Iterator[Problem]:
        place = f"{version}/content/records/{version}/filing.json"
        try:
            record = json.loads(_bytes_of(self.root / place) or b"")
            is_right = record["subject_id"] == self.root.name and f"v{record['version']}" == version
            is_right = is_right and bool(record["submission"]) and bool(record["act"])
        except (ValueError, KeyError, TypeError):
            is_right = False
        if not is_right:
            yield self._problem("ARC113", place)

    def _digest(self, path: Path) -> str | None:
        digest = hashlib.sha256()
        try:
            descriptor = os.open(
                path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
            )
        except OSError:
            return None
        try:
            while chunk := os.read(descriptor, _CHUNK):
                digest.update(chunk)
                self.bytes += len(chunk)
                if self._pace:
                    self._pace(len(chunk))
        except OSError:
            return None
        finally:
            os.close(descriptor)
        self.files += 1
        return digest.hexdigest()


def verify_storage_root(subjects: Path) -> Iterator[Problem]:
    """Yield the faults of the storage root itself: its declaration, what does not belong there.

    And those of the trial files beside it, each of which is named by its digest.
    """
    if _bytes_of(subjects / "0=ocfl_1.1") != b"ocfl_1.1\n":
        yield Problem("ARC111", "", "0=ocfl_1.1")
    for entry in sorted(os.scandir(subjects), key=lambda entry: entry.name):
        if entry.name not in _ROOT_FILES and not entry.is_dir(follow_symlinks=False):
            yield Problem("ARC103", "", entry.name)
    trials = subjects.parent / "trials"
    for name in _names_in(trials):
        if hashlib.sha256(_bytes_of(trials / name) or b"").hexdigest() + ".toml" != name:
            yield Problem("ARC101", "", f"trials/{name}")


def subjects_in(subjects: Path) -> list[str]:
    """Return the subjects of a storage root, by name."""
    entries = os.scandir(subjects)
    return sorted(e.name for e in entries if e.is_dir(follow_symlinks=False) and e.name != "extensions")


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in os.scandir(folder))
    except OSError:
        return []


def _bytes_of(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except OSError:
        return None


def _parse_inventory(data: bytes) -> Listing | None:
    """Return an inventory with its lists sorted, None where it is not one."""
    try:
        listing = json.loads(data)
        names = [f"v{number}" for number in range(1, len(listing["versions"]) + 1)]
        is_one = listing["type"] == _TYPE and listing["digestAlgorithm"] == "sha256"
        if not is_one or set(listing["versions"]) != set(names) or listing["head"] != names[-1]:
            return None
        listing["manifest"] = {key: sorted(paths) for key, paths in listing["manifest"].items()}
        for version in listing["versions"].values():
            version["state"] = {key: sorted(paths) for key, paths in version["state"].items()}
            if not version["state"].keys() <= listing["manifest"].keys():
                return None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError):
        return None
    return dict(listing)


def paced(rate: float) -> Pace:
    """Return a pace that lets `rate` bytes a second pass."""
    started, passed = time.monotonic(), 0

    def wait(count: int) -> None:
        nonlocal passed
        passed += count
        ahead = passed / rate - (time.monotonic() - started)
        if ahead > 0:
            time.sleep(ahead)

    return wait


def _arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="verify_archive.py",
        description="Verify a Hamlet.rt archive. It only reads.",
        epilog="Exit status: 0 everything is as it was filed; 1 something is not; 2 could not run.",
    )
    here = Path(__file__).resolve().parent
    parser.add_argument(
        "archive",
        nargs="?",
        type=Path,
        default=here,
        help="the folder with subjects/; none: this file's",
    )
    parser.add_argument("--subject", action="append", default=[], help="only this subject (may be repeated)")
    parser.add_argument("--sample", type=int, metavar="N", help="only N subjects, drawn by chance")
    parser.add_argument("--anchors", type=Path, metavar="FILE", help="digests of inventories, kept elsewhere")
    parser.add_argument("--rate", type=float, metavar="MB/S", help="read no faster than this")
    parser.add_argument("--json", action="store_true", help="one JSON object on standard output")
    return parser.parse_args(words)


def _chosen(asked: argparse.Namespace, subjects: Path, anchors: Anchors) -> tuple[list[str], list[Problem]]:
    present = subjects_in(subjects)
    absent = [Problem("ARC115", name, name) for name in sorted(anchors) if name not in present]
    absent += [Problem("ARC116", name, name) for name in _withdrawn(subjects.parent) if name in present]
    if asked.subject:
        unknown = set(asked.subject) - set(present)
        if unknown:
            raise ValueError("no such subject: " + ", ".join(sorted(unknown)))
        return asked.subject, [problem for problem in absent if problem.subject in asked.subject]
    if asked.sample is not None:
        return sorted(random.sample(present, min(asked.sample, len(present)))), absent
    return present, absent


def _withdrawn(archive: Path) -> list[str]:
    """Return the subjects of which a note beside the storage root says that they were withdrawn."""
    return [name[: -len(".json")] for name in _names_in(archive / "withdrawn") if name.endswith(".json")]


def _read_anchors(path: Path) -> Anchors:
    anchors = json.loads(path.read_bytes())
    if not isinstance(anchors, dict) or not all(isinstance(item, dict) for item in anchors.values()):
        raise ValueError("the anchors are not an object of objects")
    return anchors


def main(words: list[str] | None = None) -> int:
    """Run; return the exit status."""
    asked = _arguments(sys.argv[1:] if words is None else words)
    subjects = asked.archive / "subjects" if (asked.archive / "subjects").is_dir() else asked.archive
    try:
        if not subjects.is_dir():
            raise ValueError(f"there is no folder {asked.archive}")
        anchors = _read_anchors(asked.anchors) if asked.anchors else {}
        chosen, problems = _chosen(asked, subjects, anchors)
        problems += verify_storage_root(subjects)
    except (OSError, ValueError) as error:
        sys.stderr.write(f"cannot run: {error}\n")
        return 2
    pace = paced(asked.rate * 1e6) if asked.rate else None
    files = size = 0
    for name in chosen:
        verifier = ObjectVerifier(subjects / name, pace, anchors.get(name, {}) if asked.anchors else None)
        problems += verifier.problems()
        files, size = files + verifier.files, size + verifier.bytes
    _tell(asked, problems, {"subjects": len(chosen), "files": files, "bytes": size})
    return 1 if problems else 0


def _tell(asked: argparse.Namespace, problems: list[Problem], counts: dict[str, int]) -> None:
    if asked.json:
        faults = [{**problem._asdict(), "text": problem.text} for problem in problems]
        told = {**counts, "anchored": asked.anchors is not None}
        sys.stdout.write(json.dumps({"schema": 1, "verified": told, "problems": faults}, indent=2) + "\n")
        return
    for problem in problems:
        sys.stdout.write(f"{problem.code} {problem.subject or 'storage root'}: {problem.text}\n")
    sys.stdout.write(in_one_line(counts, len(problems)) + "\n" + ("" if asked.anchors else _NOT_ANCHORED))


def in_one_line(counts: dict[str, int], faults: int) -> str:
    """Return `2 subjects, 140 files, 1.4 MB read: nothing is wrong.`"""
    said = _counted(faults, "fault") if faults else "nothing is wrong"
    read = f"{_counted(counts['subjects'], 'subject')}, {_counted(counts['files'], 'file')}"
    return f"{read}, {counts['bytes'] / 1e6:.1f} MB read: {said}."


def _counted(count: int, name: str) -> str:
    return f"{count} {name}" if count == 1 else f"{count} {name}s"


if __name__ == "__main__":
    sys.exit(main())
