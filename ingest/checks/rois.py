"""Structure names: what the trial requires and permits, TG-263 hints, structures that nobody drew."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from functools import cache

from ingest.checks.index import SubjectIndex
from ingest.checks.notes import Notes, say_count
from ingest.model.instance import InstanceFacts, Roi
from ingest.model.review import ObjectKind
from ingest.trial.definition import RoiRule

_STRUCTURE_NAME = ("(3006,0020)[0]>(3006,0026)", "ROIName")
_MAX_HINTS = 5

#: AAPM TG-263 names of paired structures, by what people call them.
_PAIRED = {
    "Lung": ("lung",),
    "Kidney": ("kidney",),
    "Parotid": ("parotid", "parotidgland"),
    "Eye": ("eye", "globe", "orbit"),
    "Lens": ("lens",),
    "Cochlea": ("cochlea",),
    "OpticNrv": ("opticnerve", "opticnrv", "on"),
    "Glnd_Submand": ("submandibular", "submandibulargland", "smg", "glndsubmand"),
    "Glnd_Lacrimal": ("lacrimal", "lacrimalgland", "glndlacrimal"),
    "Hippocampus": ("hippocampus",),
    "Femur_Head": ("femoralhead", "femurhead", "femhead"),
    "BrachialPlex": ("brachialplexus", "brachialplex"),
    "Breast": ("breast",),
    "Humerus_Head": ("humeralhead", "humerushead"),
    "Lobe_Temporal": ("temporallobe", "lobetemporal"),
}
_SINGLE = {
    "External": ("body", "external", "outline", "patientoutline"),
    "SpinalCord": ("cord", "spinalcord"),
    "SpinalCanal": ("canal", "spinalcanal"),
    "Brainstem": ("brainstem",),
    "Brain": ("brain",),
    "OpticChiasm": ("chiasm", "opticchiasm"),
    "Esophagus": ("oesophagus", "esophagus"),
    "Bone_Mandible": ("mandible", "bonemandible"),
    "Cavity_Oral": ("oralcavity", "cavityoral"),
    "Larynx": ("larynx",),
    "Glnd_Thyroid": ("thyroid", "thyroidgland", "glndthyroid"),
    "Pituitary": ("pituitary",),
    "Heart": ("heart",),
    "Liver": ("liver",),
    "Stomach": ("stomach",),
    "Lungs": ("lungs", "bothlungs", "totallung", "combinedlung"),
    "Bladder": ("bladder",),
    "Rectum": ("rectum",),
    "PenileBulb": ("penilebulb",),
    "Bowel_Small": ("smallbowel", "bowelsmall"),
    "Bowel_Large": ("largebowel", "bowellarge"),
    "Bag_Bowel": ("bowelbag", "bagbowel"),
    "Prostate": ("prostate",),
    "SeminalVes": ("seminalvesicles", "seminalvesicle", "seminalves"),
}


def check_rois(index: SubjectIndex, rules: Iterable[RoiRule], notes: Notes) -> None:
    """Check the structure names of the structure sets that are drawn on planning images."""
    known = tuple(rules)
    structures = [facts for facts in index.of_kind(ObjectKind.RTSTRUCT) if facts.structures]
    rois = [(facts, roi) for facts in structures if facts.structures for roi in facts.structures.rois]
    if structures and not rois:
        notes.find("CMP305", structures, where="(3006,0020)", keyword="StructureSetROISequence")
    _find_empty(rois, notes)
    _find_required(structures, rois, known, notes)
    if any(not rule.required for rule in known):
        _find_unlisted(rois, known, notes)
    _find_hints(rois, known, notes)


@cache
def suggest_tg263(name: str) -> str | None:
    """Return the TG-263 name of a common structure, None where the name is one already or is not known."""
    plain = re.sub(r"[^a-z0-9]", "", name.casefold())
    known = _names()
    meant = known.get(plain)
    return None if meant is None or meant == name else meant


def matches(rule: RoiRule, name: str) -> bool:
    """Return whether a rule (name or alias, with wildcards, case ignored) knows a structure's name."""
    folded = name.casefold().strip()
    return any(fnmatchcase(folded, pattern.casefold()) for pattern in (rule.name, *rule.aliases))


@cache
def _names() -> dict[str, str]:
    names = {word: preferred for preferred, words in _SINGLE.items() for word in words}
    for preferred, words in _PAIRED.items():
        for side, marks in (("L", ("l", "lt", "left")), ("R", ("r", "rt", "right"))):
            for word in words:
                for mark in marks:
                    names[mark + word] = names[word + mark] = f"{preferred}_{side}"
    return names


def _find_empty(rois: list[tuple[InstanceFacts, Roi]], notes: Notes) -> None:
    empty = [(facts, roi) for facts, roi in rois if not roi.contours]
    if empty:
        notes.find(
            "CMP303",
            _unique(facts for facts, _ in empty),
            count=len(empty),
            where="(3006,0039)[0]>(3006,0040)",
            keyword="ContourSequence",
            structures=say_count(len(empty), "structure"),
        )


def _find_required(
    structures: list[InstanceFacts],
    rois: list[tuple[InstanceFacts, Roi]],
    rules: tuple[RoiRule, ...],
    notes: Notes,
) -> None:
    if not structures:
        return
    drawn = [roi.name for _, roi in rois if roi.name and roi.contours]
    absent = [rule for rule in rules if rule.required and not any(matches(rule, name) for name in drawn)]
    for rule in absent:
        notes.miss(ObjectKind.RTSTRUCT.value, f"a structure named {rule.name}", "none of that name")
    if absent:
        notes.find(
            "CMP301",
            structures,
            count=len(absent),
            where=_STRUCTURE_NAME[0],
            keyword=_STRUCTURE_NAME[1],
            names=", ".join(rule.name for rule in absent),
        )


def _find_unlisted(rois: list[tuple[InstanceFacts, Roi]], rules: tuple[RoiRule, ...], notes: Notes) -> None:
    """Names that the trial does not list; one that the vocabulary does not know is counted, never shown."""
    strange = [
        (facts, roi)
        for facts, roi in rois
        if roi.name is None or not any(matches(rule, roi.name) for rule in rules)
    ]
    if strange:
        notes.find(
            "CMP302",
            _unique(facts for facts, _ in strange),
            count=len(strange),
            where=_STRUCTURE_NAME[0],
            keyword=_STRUCTURE_NAME[1],
            structures=say_count(len(strange), "structure"),
        )


def _find_hints(rois: list[tuple[InstanceFacts, Roi]], rules: tuple[RoiRule, ...], notes: Notes) -> None:
    hints = {
        roi.name: (facts, meant)
        for facts, roi in rois
        if roi.name
        and (meant := suggest_tg263(roi.name))
        and not any(matches(rule, roi.name) for rule in rules)
    }
    if hints:
        shown = [f"{name} → {meant}" for name, (_, meant) in sorted(hints.items())]
        notes.find(
            "CMP304",
            _unique(facts for facts, _ in hints.values()),
            count=len(hints),
            where=_STRUCTURE_NAME[0],
            keyword=_STRUCTURE_NAME[1],
            hints=", ".join(shown[:_MAX_HINTS]) + (" …" if len(shown) > _MAX_HINTS else ""),
        )


def _unique(instances: Iterable[InstanceFacts]) -> list[InstanceFacts]:
    return list({id(facts): facts for facts in instances}.values())
