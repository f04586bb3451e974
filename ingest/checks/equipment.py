"""Which system made an object, told from manufacturer and model by a closed list. No free text leaves.

Models of Varian's imagers are those that GSTT's ARIA export goes by; others are as vendors document them.
"""

from __future__ import annotations

from dataclasses import dataclass

_CONE_BEAM_MODELS = (
    "on-board imager",
    "patient verification",
    "halcyon - pva",
    "ethos - pva",
    "obi cone-beam ct",
    "acuity cone-beam ct",
    "rds - pva",
    "cone-beam",
    "cone beam",
    "cbct",
    "xvi",
    "mvision",
    "hypersight",
)
_MEGAVOLTAGE_MODELS = ("hi-art", "hi art", "tomohd", "tomoh", "radixact", "tomotherapy", "mvct")
_SYSTEMS = (
    # (manufacturer contains, model contains, key); the first that fits
    ("", "raystation", "raystation"),
    ("raysearch", "", "raystation"),
    ("", "xvi", "xvi"),
    ("", "monaco", "monaco"),
    ("", "mosaiq", "monaco"),
    ("impac", "", "monaco"),
    ("", "pinnacle", "pinnacle"),
    ("adac", "", "pinnacle"),
    ("nucletron", "", "oncentra"),
    ("", "oncentra", "oncentra"),
    ("", "masterplan", "oncentra"),
    ("tomotherapy", "", "tomotherapy"),
    ("accuray", "", "tomotherapy"),
    ("", "hi-art", "tomotherapy"),
    ("elekta", "", "monaco"),
    ("cms", "", "monaco"),
    ("varian", "", "eclipse"),
    ("", "eclipse", "eclipse"),
    ("", "aria rad", "eclipse"),
)


@dataclass(frozen=True, slots=True)
class Equipment:
    """What made an object: key of its system (`eclipse`, …; empty: not known), and the sort of imager."""

    system: str = ""
    is_cone_beam: bool = False
    is_megavoltage: bool = False


def recognise_equipment(manufacturer: str, model: str) -> Equipment:
    """Return what (0008,0070) and (0008,1090) say. Case and spaces at the ends do not count."""
    maker, name = manufacturer.strip().casefold(), model.strip().casefold()
    system = next((key for made, named, key in _SYSTEMS if made in maker and named in name), "")
    return Equipment(
        system=system,
        is_cone_beam=any(known in name for known in _CONE_BEAM_MODELS),
        is_megavoltage=any(known in name for known in _MEGAVOLTAGE_MODELS),
    )
