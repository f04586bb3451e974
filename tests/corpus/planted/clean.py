"""Clean files, made from `clean.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from tests.corpus.planted.bases import base, put, saved

_FILES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))["file"]


def systems() -> set[str]:
    """Return the systems whose habits the files have."""
    return {str(entry["system"]) for entry in _FILES}


def clean_files() -> list[tuple[str, bytes]]:
    """Return (name, file) of every clean file."""
    return [
        (f"{number:02d} {entry['system']} {entry['modality']}", _make(entry))
        for number, entry in enumerate(_FILES, start=1)
    ]


def _make(entry: dict[str, Any]) -> bytes:
    dataset = base(entry["modality"])
    for index, name in enumerate(entry.get("rois", ())):
        put(dataset, f"StructureSetROISequence[{index}].ROIName", name)
    for index, name in enumerate(entry.get("beams", ())):
        put(dataset, f"BeamSequence[{index}].BeamName", name)
        put(dataset, f"BeamSequence[{index}].TreatmentMachineName", entry["machine"])
    for path, value in entry.get("values", {}).items():
        put(dataset, path, value)
    return saved(dataset)
