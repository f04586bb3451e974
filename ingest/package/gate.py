"""The structure gate: what a zip says of itself is checked over its raw bytes before anything is inflated.

Most programs forgive a zip that contradicts itself, each in its own way, so that two of them can read two
different things from one file. Here a zip has one end record, one directory, and members that fill the file
from its first byte to the directory, each told twice in the same words. Data descriptors, comments and zip64
are allowed; nothing else is.
"""

from __future__ import annotations

import time
from pathlib import Path

from ingest.model.finding import MEMBER_NAME, Finding
from ingest.package.contents import DATA, Member, Package
from ingest.package.directory import AES, STRONG_ENCRYPTION, Entry, read_directory
from ingest.package.ends import find_end
from ingest.package.faults import FaultList, Refused
from ingest.package.gaps import OF_GAPS, find_gaps
from ingest.package.inflate import METHODS, STORED, UNREADABLE_METHODS
from ingest.package.kinds import count_kinds, kind_of, tally
from ingest.package.layout import check_layout
from ingest.package.names import attribute_fault, decode_name, find_collisions, name_faults
from ingest.package.source import OutOfTime, Source
from ingest.package.wrapping import restore_places
from ingest.trial.definition import Limits

_ENCRYPTED = 1
_PATCH = 1 << 5
_STRONG = 1 << 6
_MASKED = 1 << 13
_AES_METHOD = 99

#: Members that nobody can read, or that stand for something else than bytes: none of the zip is read.
_SEALED = frozenset({"PKG101", "PKG102", "PKG103", "PKG150", "PKG151", "PKG152"})

#: Below this a member may have any ratio: an empty slice, a mask or a dose of zeros packs 1,000 to 1.
RATIO_COUNTS_FROM = 4 * 1024**2


def deadline_for(limits: Limits) -> float:
    """Return when the time for a package that is begun now is up, by `time.monotonic()`."""
    return time.monotonic() + limits.seconds


def open_package(path: Path, limits: Limits, deadline: float | None = None) -> Package:
    """Return the package at `path` with what the gate has to say; a fault is a finding, never an exception.

    deadline: of the whole package, `deadline_for`; None: it begins now.
    Raises OSError where the file cannot be read.
    """
    with Source(path, deadline_for(limits) if deadline is None else deadline) as source:
        if source.size > limits.zip_bytes:
            return Package(path, source.size, (too_large(limits),))
        return _look(path, source, limits)


def too_large(limits: Limits) -> Finding:
    """Return what is said of a zip that is larger than `limits.zip_bytes`: it is not read, nor fetched."""
    return Finding("PKG117", detail={"limit": f"{limits.zip_bytes / 1024**3:.3g}"})


def is_unfinished(package: Package, reading_broke_off: bool = False) -> bool:
    """Tell whether this looks like an upload that has not finished: no end, a hole, a member that breaks off.

    reading_broke_off: `MemberReader.is_broken_off`, for a package whose members were read.
    """
    return package.is_broken_off or reading_broke_off


def _look(path: Path, source: Source, limits: Limits) -> Package:
    entries: list[Entry] = []
    faults = FaultList()
    directory: tuple[int, int] | None = None
    try:
        end = find_end(source)
        directory = (end.directory_end - end.directory_size, end.directory_end)
        entries = read_directory(source, end, limits)
        end = restore_places(end, entries)
        check_layout(source, end, entries)
        names = _read_names(entries, faults)
        _refuse_excess(source.size, entries, limits)
        members = tuple(_member(entry, name, limits) for entry, name in zip(entries, names, strict=True))
    except OutOfTime:
        return Package(path, source.size, (Finding("PKG126"), *faults.findings()), len(entries))
    except Refused as refused:
        is_hole = _has_hole(source, refused.place, directory)
        said = Finding("PKG003") if is_hole else refused.finding()
        findings = (said, *faults.findings())
        broken_off = is_hole or refused.is_broken_off
        gaps = find_gaps(source) if refused.code in OF_GAPS else ()
        return Package(path, source.size, findings, len(entries), is_broken_off=broken_off, gaps=gaps)
    return _whole_package(path, source.size, end.comment, members, faults)


def _has_hole(source: Source, *places: tuple[int, int] | None) -> bool:
    try:
        return any(source.has_hole(*place) for place in places if place)
    except OutOfTime:
        return False


def _whole_package(
    path: Path, size: int, comment: bytes, members: tuple[Member, ...], faults: FaultList
) -> Package:
    kinds = tally(members)
    findings = [*faults.findings(), *count_kinds(kinds)]
    if not members:
        findings.append(Finding("PKG122"))
    elif not any(member.kind == DATA for member in members):
        findings.append(Finding("PKG123"))
    is_readable = not any(finding.code in _SEALED for finding in findings)
    listed = members if is_readable else ()
    return Package(path, size, tuple(findings), len(members), listed, kinds, comment, is_readable)


def _read_names(entries: list[Entry], faults: FaultList) -> list[str]:
    """Return the entries' names; note what is wrong with each entry on its own and among its neighbours."""
    names = []
    for entry in entries:
        name, fault = decode_name(entry)
        names.append(name)
        if fault:
            faults.add(fault, entry.ordinal, MEMBER_NAME)
        for code in name_faults(name):
            faults.add(code, entry.ordinal, MEMBER_NAME)
        if code := attribute_fault(entry, name) or _seal(entry):
            faults.add(code, entry.ordinal)
    find_collisions(names, faults)
    return names


def _seal(entry: Entry) -> str:
    """Return the code of the encryption of an entry, else an empty string."""
    if entry.flags & (_STRONG | _MASKED) or STRONG_ENCRYPTION in entry.extras:
        return "PKG103"
    if entry.method == _AES_METHOD or AES in entry.extras:
        return "PKG102"
    return "PKG101" if entry.flags & _ENCRYPTED else ""


def _refuse_excess(size: int, entries: list[Entry], limits: Limits) -> None:
    """Raise where all members together would inflate to more than the trial allows."""
    declared = sum(entry.size for entry in entries)
    if declared > limits.inflated_bytes:
        raise Refused("PKG119", limit=limits.inflated_bytes // 1024**3)
    if declared > RATIO_COUNTS_FROM + limits.ratio * size:
        raise Refused("PKG120", limit=limits.ratio)


def _member(entry: Entry, name: str, limits: Limits) -> Member:
    return Member(
        entry.ordinal,
        name,
        entry.size,
        entry.compressed_size,
        entry.crc,
        entry.method,
        kind_of(name),
        entry.data_offset,
        entry.notes,
        _refusal(entry, limits),
        entry.comment,
    )


def _refusal(entry: Entry, limits: Limits) -> str:
    """Return the code why a member is not to be read at all, else an empty string."""
    if entry.method not in METHODS or entry.flags & _PATCH:
        return UNREADABLE_METHODS.get(entry.method, "PKG213")
    if entry.size > limits.member_bytes:
        return "PKG206"
    if entry.size > RATIO_COUNTS_FROM and entry.size > limits.ratio * entry.compressed_size:
        return "PKG207"
    if entry.method == STORED and entry.size != entry.compressed_size:
        return "PKG204"
    return "" if entry.size else "PKG208"
