"""Puts files to the judge element by element, as inspection does, with pydicom as the reader."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pydicom
from pydicom.datadict import dictionary_VR
from pydicom.dataset import Dataset

from ingest.checks.codes import load_codes
from ingest.checks.pseudonymisation.judge import MISSING, ContainerMember, Judgement, PackageJudge
from ingest.model.finding import InstanceRef
from ingest.model.inspection import Approval
from ingest.model.route import RouteKind
from ingest.trial.definition import Trial
from tests.judges import make_judge

STUDY_ID = "123-1001"


@dataclass(frozen=True)
class Flagged:
    """One finding, short: code, severity, where."""

    code: str
    severity: str
    where: str


def judge_members(
    members: Iterable[tuple[str, bytes]],
    *,
    route: RouteKind = RouteKind.EXPLORER,
    package_name: str = "upload.zip",
    comment: bytes = b"",
    extra: bytes = b"",
    allowed: frozenset[str] = frozenset({STUDY_ID}),
    approvals: tuple[Approval, ...] = (),
    trial: Trial | None = None,
) -> tuple[PackageJudge, Judgement]:
    """Judge a package of (name, bytes of a DICOM file)."""
    judge = make_judge(route=route, trial=trial, approvals=approvals, package_name=package_name)
    listed = [
        judge_file(judge, ordinal, name, data, allowed, extra)
        for ordinal, (name, data) in enumerate(members, start=1)
    ]
    judge.judge_container(comment, listed)
    return judge, judge.finish()


def judge_file(
    judge: PackageJudge, ordinal: int, name: str, data: bytes, allowed: frozenset[str], extra: bytes = b""
) -> ContainerMember:
    """Put one file to the judge; trailing bytes are what follows a `TRAILING:` mark."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom warns of what is planted here on purpose
        return _judge_file(judge, ordinal, name, data, allowed, extra)


def _judge_file(
    judge: PackageJudge, ordinal: int, name: str, data: bytes, allowed: frozenset[str], extra: bytes
) -> ContainerMember:
    data, _, trailing = data.partition(b"\0TRAILING:")
    dataset = pydicom.dcmread(io.BytesIO(data))
    charset = tuple(str(dataset.get("SpecificCharacterSet", "") or "").split("\\"))
    ref = InstanceRef(ordinal, str(dataset.get("Modality", "")))
    judge.begin_instance(
        ref, STUDY_ID, str(dataset.get("PatientID", "")), str(dataset.get("SOPClassUID", "")), allowed
    )
    memo = judge.memo(charset)
    for path, where, vr, value, creator in (*read_elements(dataset.file_meta), *read_elements(dataset)):
        key = (path, vr, value, creator)
        hit = memo.get(key, MISSING)
        if hit is MISSING:
            hit = memo[key] = judge.judge(path, vr, value, charset, lambda where=where: where, creator)
        if hit is not None:
            judge.count(hit)
    judge.judge_preamble(dataset.preamble or b"")
    judge.judge_trailing(trailing)
    judge.end_instance()
    uids = tuple(
        str(dataset.get(k, "")) for k in ("StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID")
    )
    return ContainerMember(ordinal, name, b"", extra, str(dataset.get("SOPInstanceUID", "")), uids)


def read_elements(
    dataset: Dataset, path: str = "", where: str = "", creator: str = ""
) -> Iterator[tuple[str, str, str, bytes, str]]:
    """Yield (path, where, VR, raw bytes, private creator) of every element that is no sequence."""
    for tag in sorted(dataset.keys()):
        raw = dataset.get_item(tag)
        here, there = f"{path}{_text(tag)}", f"{where}{_text(tag)}"
        owner = creator
        if tag.is_private and not owner and tag.element > 0xFF:
            block = (tag.group, tag.element >> 8)
            owner = str(dataset[block].value) if block in dataset else ""
        vr = raw.VR or (dictionary_VR(tag) if not tag.is_private else "UN")
        if vr == "SQ":
            for index, item in enumerate(dataset[tag].value):
                yield from read_elements(item, here + ">", f"{there}[{index}]>", owner)
            continue
        yield here, there, vr.split(" ")[0], _bytes(raw), owner


def _bytes(raw: pydicom.dataelem.RawDataElement | pydicom.dataelem.DataElement) -> bytes:
    """pydicom converts a few elements as it reads; those go back to bytes."""
    if isinstance(raw.value, bytes):
        return raw.value
    return str(raw.value).encode("latin-1") if isinstance(raw.value, str) else b""


def _text(tag: pydicom.tag.BaseTag) -> str:
    return f"({tag.group:04X},{tag.element:04X})"


def flagged(judgement: Judgement, *severities: str) -> list[Flagged]:
    """Return the findings of these default severities."""
    codes = load_codes()
    return [
        Flagged(finding.code, codes[finding.code].severity.value, finding.where)
        for finding in judgement.findings
        if codes[finding.code].severity.value in severities
    ]
