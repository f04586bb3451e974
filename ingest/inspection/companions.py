"""Members that come along and are not data: read once too, for identifiers alone; nothing of them is kept."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.checks.pseudonymisation.judge import PackageJudge
from ingest.dicom.attributes import CHARSET
from ingest.dicom.paths import PathTree
from ingest.dicom.walk import walk, where_of
from ingest.inspection.judging import charset_of
from ingest.model.finding import Finding
from ingest.package.contents import DATA, Member
from ingest.package.kinds import DICOMDIR, DOCUMENT, INDICES, PAGES, VIEWER
from ingest.package.read import MemberReader
from ingest.trial.definition import Limits

#: Larger ones are not read, nor what is beyond so much in all; both are counted.
_LARGEST = 8 * 1024**2
_MOST = 64 * 1024**2


def judge_companions(
    members: Iterable[Member],
    listings: Iterable[tuple[int, bytes]],
    reader: MemberReader,
    judge: PackageJudge,
    limits: Limits,
) -> int:
    """Put members that are not DICOM to the judge; return how many could not be read.

    listings: ordinals and bytes of directories of media that were met under another name.
    """
    for ordinal, data in listings:
        _judge_listing(ordinal, data, judge, limits)
    listed = list(members)
    viewers = {_folder(member.name) for member in listed if member.kind == VIEWER}
    not_read = total = 0
    for member in listed:
        total += member.size
        got = reader.read(member) if member.size <= _LARGEST and total <= _MOST else None
        if got is None or isinstance(got, Finding):
            not_read += 1
            continue
        with got:
            data = bytes(got.data)
        if member.kind == DICOMDIR:
            _judge_listing(member.ordinal, data, judge, limits)
        else:
            is_index = member.kind in INDICES
            judge.judge_companion(
                member.ordinal, data, is_written=_is_written(member, viewers), is_index=is_index
            )
    return not_read


def _judge_listing(ordinal: int, data: bytes, judge: PackageJudge, limits: Limits) -> None:
    """A DICOMDIR names each patient and study of a medium, as they were called when it was written."""
    found = walk(data, PathTree(), limits)
    if not found.elements:
        judge.judge_companion(ordinal, data, is_written=True)
        return
    charset = charset_of(found.raw(CHARSET))
    for path, begin, end, item in found.elements:
        if path.vr != "SQ":
            value = found.data[begin:end]
            judge.judge_listed(ordinal, path.text, path.vr, value, charset, where_of(path, item))


def _is_written(member: Member, viewers: set[str]) -> bool | None:
    """Say whether people write such a file; None: nobody knows what it is, it was sent as data."""
    if member.kind == DATA:
        return None
    return member.kind == DOCUMENT and not _is_of_viewer(member.name, viewers)


def _folder(name: str) -> str:
    return name.replace("\\", "/").rpartition("/")[0]


def _is_of_viewer(name: str, folders: set[str]) -> bool:
    """Say whether a file lies with a viewer's programs, or below them, or is a page beside a viewer."""
    if folders and name.casefold().endswith(PAGES):
        return True
    folder = _folder(name)
    while folder:
        if folder in folders:
            return True
        folder = folder.rpartition("/")[0]
    return "" in folders
