"""The DICOM data dictionary (PS3.6), as pydicom ships it.

The table is read without importing pydicom itself: that import costs a cold check more than its whole work.
"""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

#: Elements of repeating groups (curves, overlays) are listed once, as `60xx0010`.
_REPEATING_GROUPS = frozenset({0x5000, 0x6000})


@cache
def _tables() -> tuple[dict[int, tuple[str, ...]], dict[str, tuple[str, ...]]]:
    package = find_spec("pydicom")
    if package is None or not package.submodule_search_locations:
        raise ImportError("pydicom is not installed")
    source = Path(package.submodule_search_locations[0]) / "_dicom_dict.py"
    spec = spec_from_file_location("ingest.dicom._dicom_dict", source)
    if spec is None or spec.loader is None:
        raise ImportError("pydicom's dictionary is not where it was")
    table: Any = module_from_spec(spec)
    spec.loader.exec_module(table)
    return table.DicomDictionary, table.RepeatersDictionary


def _entry(tag: int) -> tuple[str, ...] | None:
    elements, repeaters = _tables()
    found = elements.get(tag)
    if found is None and (tag >> 16) & 0xFF00 in _REPEATING_GROUPS:
        found = repeaters.get(f"{tag >> 24:02X}xx{tag & 0xFFFF:04X}")
    return found


def vr_of(tag: int) -> str:
    """Return the VR of a tag, `UN` where the dictionary does not know it; of alternatives, the widest."""
    if tag & 0xFFFF == 0:
        return "UL"
    found = _entry(tag)
    if found is None:
        return "UN"
    vr = found[0]
    if " or " in vr:
        return "OW" if "OW" in vr else vr[:2]
    return vr if len(vr) == 2 else "UN"


def keyword_of(tag: int) -> str:
    """Return the keyword of a tag, empty where the dictionary does not know it."""
    found = _entry(tag)
    return found[4] if found else ""


def is_known(tag: int) -> bool:
    """Is the tag in the dictionary, or a group length?"""
    return tag & 0xFFFF == 0 or _entry(tag) is not None


@cache
def tag_of(keyword: str) -> int:
    """Return the tag of a keyword. Raises KeyError."""
    return _tags_by_keyword()[keyword]


@cache
def _tags_by_keyword() -> dict[str, int]:
    return {entry[4]: tag for tag, entry in _tables()[0].items() if entry[4]}


def tag_text(tag: int) -> str:
    """Return `(GGGG,EEEE)`."""
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"
