"""Sets to test with: the demo's synthetic case, and the ways in which tests spoil it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable

from pydicom.dataset import Dataset

from ingest.demo.synthetic import (
    Instance,
    Shape,
    SyntheticSubject,
    build_case,
    encode,
    zip_case,
    zip_instances,
)

__all__ = [
    "Instance",
    "Shape",
    "SyntheticSubject",
    "build_case",
    "change",
    "clone",
    "encode",
    "of_modality",
    "set_everywhere",
    "without",
    "zip_case",
    "zip_instances",
]

Case = list[Instance]


def clone(case: Case) -> Case:
    """Return a deep copy, to be spoiled without touching the original."""
    return [Instance(instance.name, copy.deepcopy(instance.dataset)) for instance in case]


def of_modality(case: Case, modality: str) -> Case:
    """Return the instances of a modality: `CBCT` and `CT` are told apart by their place in the zip."""
    return [instance for instance in case if f"/{modality}/" in instance.name]


def without(case: Case, unwanted: Iterable[Instance]) -> Case:
    """Return the case without some of its instances."""
    drop = {id(instance) for instance in unwanted}
    return [instance for instance in case if id(instance) not in drop]


def change(case: Case, modality: str, edit: Callable[[Dataset], None]) -> Case:
    """Return the case with `edit` done to every data set of a modality."""
    for instance in of_modality(case, modality):
        edit(instance.dataset)
    return case


def set_everywhere(case: Case, **values: object) -> Case:
    """Return the case with attributes set in every data set: `set_everywhere(case, PatientSex="F")`."""
    for instance in case:
        for keyword, value in values.items():
            setattr(instance.dataset, keyword, value)
    return case
