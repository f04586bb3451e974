"""A DICOM file as this program and as pydicom read it, in one form, to be compared."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

from pydicom import dcmread
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

from ingest.dicom.facts import Digests, read_facts
from ingest.dicom.faults import Fault
from ingest.dicom.paths import PathTree
from ingest.dicom.soundness import check_soundness
from ingest.dicom.walk import Walk, walk, where_of
from ingest.model.instance import InstanceFacts
from ingest.trial.definition import Limits

_CHARSET = 0x00080005


def walked(data: bytes, limits: Limits | None = None) -> Walk:
    """Return the walk of a file's bytes."""
    return walk(data, PathTree(), limits or Limits())


def faults_of(data: bytes, limits: Limits | None = None) -> list[Fault]:
    """Return every fault of a file's bytes."""
    found = walked(data, limits)
    return [*found.faults, *check_soundness(found)]


def facts_of(data: bytes) -> InstanceFacts:
    """Return the facts of a file's bytes; every label counts as known."""
    return read_facts(walked(data), 1, "123-1001", len(data), Digests("", "", ""), lambda _: True)


def values_of(found: Walk) -> dict[str, bytes]:
    """Return the value bytes by place, without sequences, empty unknown values and (0008,0005)."""
    return {
        where_of(path, item): found.data[begin:end]
        for path, begin, end, item in found.elements
        if path.tag != _CHARSET and path.vr != "SQ" and (end - begin, path.vr) != (0, "UN")
    }


def read_with_pydicom(data: bytes) -> Dataset:
    """Return pydicom's data set, its warnings silenced."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dcmread(io.BytesIO(data), force=True)


def values_by_pydicom(dataset: Dataset) -> dict[str, bytes | None]:
    """Return the value bytes by place as pydicom reads them; None where it has converted a value already."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dict(_values(dataset, ""))


def _values(dataset: Dataset, above: str) -> Iterator[tuple[str, bytes | None]]:
    for tag in sorted(dataset.keys()):
        where = f"{above}({tag.group:04X},{tag.element:04X})"
        raw = dataset.get_item(tag)
        if tag == _CHARSET:  # converted by pydicom while it reads
            continue
        if not isinstance(raw, RawDataElement) and raw.VR != "SQ":
            yield where, None
            continue
        if isinstance(raw, RawDataElement) and _vr(raw) != "SQ":
            yield where, bytes(raw.value or b"")
            continue
        for index, item in enumerate(dataset[tag].value or ()):
            yield from _values(item, f"{where}[{index}]>")


def _vr(raw: RawDataElement) -> str:
    if raw.VR is not None:
        return raw.VR
    try:
        return dictionary_VR(raw.tag)
    except KeyError:
        return "UN"
