"""From the facts of instances to what a report counts: series as a radiographer knows them, and systems."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from ingest.model.instance import InstanceFacts
from ingest.reports.inputs import ArrivedSeries

# The order in which a radiographer thinks of a treatment.
_ORDER = (
    "planning-ct",
    "mr",
    "pet",
    "rtstruct",
    "rtplan",
    "rtdose",
    "image-guidance",
    "reg",
    "rtimage",
    "rtrecord",
    "localiser",
    "other",
)
_RANK = {kind: rank for rank, kind in enumerate(_ORDER)}


def arrived_series(
    facts: Iterable[InstanceFacts],
    kinds: Mapping[str, str],
    instance_kinds: Mapping[str, str] | None = None,
) -> tuple[ArrivedSeries, ...]:
    """Return the series of one subject's instances, in the order of a treatment.

    kinds: Series Instance UID → kind; instance_kinds: SOP Instance UID → kind, where it differs.
    """
    groups: dict[tuple[str, str, str], list[InstanceFacts]] = {}
    own = instance_kinds or {}
    for item in facts:
        kind = own.get(item.sop_instance_uid) or kinds.get(item.series_uid) or "other"
        groups.setdefault((str(kind), item.series_uid, item.modality), []).append(item)
    series = [_series(kind, modality, items) for (kind, _, modality), items in groups.items()]
    return tuple(sorted(series, key=_place))


def kind_rank(kind: str) -> int:
    """Return the place of a kind in the order of a treatment."""
    return _RANK.get(kind, len(_ORDER))


def systems_of(facts: Iterable[InstanceFacts]) -> Mapping[str, str]:
    """Return modality → the system that made most of its instances; image guidance is listed as `IGRT`."""
    counts: dict[str, Counter[str]] = {}
    for item in facts:
        if item.system:
            counts.setdefault(item.modality, Counter())[item.system] += 1
            if item.is_cone_beam or item.is_megavoltage:
                counts.setdefault("IGRT", Counter())[item.system] += 1
    return {modality: counter.most_common(1)[0][0] for modality, counter in counts.items()}


def _series(kind: str, modality: str, items: list[InstanceFacts]) -> ArrivedSeries:
    numbers = [item.instance_number for item in items if item.instance_number is not None]
    return ArrivedSeries(
        kind=kind,
        modality=modality,
        series_number=items[0].series_number,
        instances=len(items),
        first_image=min(numbers, default=None),
        last_image=max(numbers, default=None),
        system=items[0].system,
    )


def _place(series: ArrivedSeries) -> tuple[int, int, int]:
    number = series.series_number
    return (kind_rank(series.kind), 0 if number is None else 1, number or 0)
