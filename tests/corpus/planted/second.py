"""The second planted set: leaks and clean files written down after the rules were, from `second_*.toml`."""

from __future__ import annotations

import tomllib
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.corpus.dicom_parts import LITTLE
from tests.corpus.planted.bases import base, put, saved, where_of
from tests.corpus.planted.leaks import Leak

_HERE = Path(__file__).parent
_LEAKS = tomllib.loads((_HERE / "second_leaks.toml").read_text(encoding="utf-8"))
_CLEAN = tomllib.loads((_HERE / "second_clean.toml").read_text(encoding="utf-8"))


def second_leaks() -> list[Leak]:
    """Return every leak of the second set; names are unique."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom warns of what is planted here on purpose
        return [*_texts(), *_file_meta(), *_container()]


def _texts() -> Iterator[Leak]:
    for number, (modality, path, value, *vr) in enumerate(_LEAKS["texts"], start=1):
        dataset = base(modality)
        dataset.SpecificCharacterSet = "ISO_IR 192"
        put(dataset, path, value.split("\\") if path == "ProtocolName" else value, vr[0] if vr else "")
        where = where_of(path)
        if where.startswith("(0400,0561)"):
            where = "(0400,0561)"
        yield Leak(f"text {number} {modality} {path}", where, (("CT/IM1.dcm", saved(dataset)),))


def _file_meta() -> Iterator[Leak]:
    """The element is put behind the file's own file meta, whose length is made good."""
    for where, value in _LEAKS["file_meta"].items():
        tag = int(where[1:5] + where[6:10], 16)
        data = saved(base())
        element = LITTLE.text(tag, "SH" if tag == 0x00020013 else "AE", value)
        end = 144 + int.from_bytes(data[140:144], "little")
        meta = _without(data[144:end], tag)
        length = (len(meta) + len(element)).to_bytes(4, "little")
        yield Leak(
            f"file meta {where}", where, (("CT/IM1.dcm", data[:140] + length + meta + element + data[end:]),)
        )


def _without(meta: bytes, tag: int) -> bytes:
    """Return file meta without one element of a short VR."""
    mark = (tag >> 16).to_bytes(2, "little") + (tag & 0xFFFF).to_bytes(2, "little")
    start = meta.find(mark)
    if start < 0:
        return meta
    return meta[:start] + meta[start + 8 + int.from_bytes(meta[start + 6 : start + 8], "little") :]


def _container() -> Iterator[Leak]:
    clean = saved(base())
    for name, zip_name in _LEAKS["zip_names"].items():
        yield Leak(f"zip name {name}", "zip name", (("CT/IM1.dcm", clean),), package_name=zip_name)
    for name, member in _LEAKS["member_names"].items():
        yield Leak(f"member name {name}", "member name", ((member, clean),))


def second_clean() -> list[Leak]:
    """Return every clean package of the second set, one file each."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # some systems' labels are longer than their VR allows
        return [
            Leak(name, "", ((member, saved(dataset)),), package_name=zip_name)
            for name, dataset, member, zip_name in _clean()
        ]


def _clean() -> Iterator[tuple[str, Any, str, str]]:
    for modality, labels in _CLEAN["labels"].items():
        for place in _CLEAN["places"][modality]:
            for label in labels:
                yield f"{modality} {label}", _with(modality, {place: label}), "DICOM/IM1.dcm", "upload.zip"
    for name in _CLEAN["beams"]["names"]:
        values = {"BeamSequence[0].BeamName": name}
        yield f"beam {name}", _with("RTPLAN", values), "DICOM/IM1.dcm", "upload.zip"
    for modality, texts in _CLEAN["descriptions"].items():
        for text in texts:
            values = {"SeriesDescription": text}
            yield f"{modality} {text}", _with(modality, values), "DICOM/IM1.dcm", "upload.zip"
    for number, entry in enumerate(_CLEAN["file"], start=1):
        yield f"file {number}", _with(entry["modality"], entry["values"]), "DICOM/IM1.dcm", "upload.zip"
    for name in _CLEAN["zip_names"]["plain"]:
        yield f"zip name {name}", base(), "DICOM/IM1.dcm", name
    for name in _CLEAN["zip_names"]["member_names"]:
        yield f"member name {name}", base(), name, "upload.zip"


def _with(modality: str, values: dict[str, Any]) -> Any:
    dataset = base(modality)
    for path, value in values.items():
        put(dataset, path, value)
    if "SOPInstanceUID" in values:
        dataset.file_meta.MediaStorageSOPInstanceUID = values["SOPInstanceUID"]
    return dataset
