"""SOP classes as far as their files can be checked without reading pixels; a closed list, in data/."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ingest.dicom.dictionary import tag_of


@dataclass(frozen=True, slots=True)
class SopClass:
    """One SOP class: see data/sop_classes.toml. Tags by keyword."""

    name: str
    modalities: tuple[str, ...]
    has_pixels: bool
    required: Mapping[str, int]
    usual: Mapping[str, int]


@cache
def sop_classes() -> Mapping[str, SopClass]:
    """Return the known SOP classes by UID."""
    text = (Path(__file__).parent / "data" / "sop_classes.toml").read_text(encoding="utf-8")
    return {uid: _read(entry) for uid, entry in tomllib.loads(text).items()}


def _read(entry: Mapping[str, object]) -> SopClass:
    return SopClass(
        name=str(entry["name"]),
        modalities=_texts(entry, "modality"),
        has_pixels=bool(entry.get("pixels", False)),
        required={keyword: tag_of(keyword) for keyword in _texts(entry, "required")},
        usual={keyword: tag_of(keyword) for keyword in _texts(entry, "usual")},
    )


def _texts(entry: Mapping[str, object], key: str) -> tuple[str, ...]:
    listed = entry.get(key, ())
    return tuple(str(item) for item in listed) if isinstance(listed, list) else ()
