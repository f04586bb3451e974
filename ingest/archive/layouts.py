"""How exported files are arranged: plain, as the archive shows them; or as scikit-rt reads them.

scikit-rt (https://pypi.org/project/scikit-rt/) reads `PATIENT/YYYYMMDD_hhmmss/CT/<timestamp>/1.dcm`, and
`RTSTRUCT|RTDOSE|RTPLAN/CT/<timestamp>/…` beside it, where the timestamp is that of the image they belong to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from ingest.model.instance import InstanceFacts, ReferenceKind


class Layout(StrEnum):
    """The two arrangements."""

    PLAIN = "plain"
    SCIKIT_RT = "scikit-rt"


@dataclass(frozen=True, slots=True)
class ExportItem:
    """One file to export; `kind` is the archive's (`planning-ct`, `rtstruct`, …), `logical` its path.

    state: `current`, `earlier` or `set aside` of a structure set, plan or dose, else None.
    """

    subject_id: str
    logical: str
    kind: str
    facts: InstanceFacts
    state: str | None = None
    is_disputed: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """DICOM date and time of a study and of a series: YYYYMMDD and hhmmss, empty where not known."""

    study: tuple[str, str] = ("", "")
    series: tuple[str, str] = ("", "")


#: Reads the moment of an item from its file; called once for each series.
ReadMoment = Callable[[ExportItem], Moment]

_IMAGES = frozenset({"CT", "MR", "PT"})
_TREATMENT = frozenset({"RTSTRUCT", "RTPLAN", "RTDOSE"})
#: What leads from an object towards the images that it belongs to, the surest first.
_TOWARDS_IMAGES = (
    ReferenceKind.STRUCTURE_SERIES,
    ReferenceKind.STRUCTURE_CONTOUR,
    ReferenceKind.PLAN_STRUCTURES,
    ReferenceKind.DOSE_STRUCTURES,
    ReferenceKind.DOSE_PLAN,
)
_NO_DATE = "19000101"


def arrange(items: Iterable[ExportItem], layout: Layout, read_moment: ReadMoment) -> dict[str, ExportItem]:
    """Return path below the export's folder → item. Equal items give equal paths; no two share one."""
    chosen = sorted(items, key=lambda item: (item.subject_id, item.logical))
    if layout is Layout.PLAIN:
        return {f"{item.subject_id}/{item.logical}": item for item in chosen}
    subjects: dict[str, list[ExportItem]] = {}
    for item in chosen:
        subjects.setdefault(item.subject_id, []).append(item)
    return {
        f"{subject}/{path}": item
        for subject, held in subjects.items()
        for path, item in _Subject(held, read_moment).arrange().items()
    }


class _Subject:
    """One subject's arrangement for scikit-rt."""

    def __init__(self, items: list[ExportItem], read_moment: ReadMoment) -> None:
        self._items = items
        self._read_moment = read_moment
        self._by_uid = {item.facts.sop_instance_uid: item for item in items}
        self._studies: dict[str, str] = {}
        #: Series UID → folder of an image series within the subject, `20240304_101500/CT/20240304_101502`.
        self._images: dict[str, str] = {}
        self._taken: set[str] = set()

    def arrange(self) -> dict[str, ExportItem]:
        """Return path below the subject's folder → item."""
        placed: dict[str, ExportItem] = {}
        for series in self._series(_IMAGES):
            folder = self._image_folder(series)
            for number, item in enumerate(sorted(series, key=_slice_order), 1):
                placed[f"{folder}/{number}.dcm"] = item
        for series in self._series(_TREATMENT):
            for item in series:
                placed[self._treatment_path(item)] = item
        # scikit-rt would take any other folder of a study for images: it overlooks what has no timestamp.
        others = (item for item in self._items if item.facts.modality not in _IMAGES | _TREATMENT)
        placed.update({f"other/{item.logical}": item for item in others})
        return placed

    def _series(self, modalities: frozenset[str]) -> list[list[ExportItem]]:
        series: dict[tuple[str, str], list[ExportItem]] = {}
        for item in self._items:
            if item.facts.modality in modalities:
                series.setdefault((item.facts.series_uid, item.facts.modality), []).append(item)
        return [series[key] for key in sorted(series)]

    def _image_folder(self, series: list[ExportItem]) -> str:
        first = min(series, key=_slice_order)
        moment = self._read_moment(first)
        study = self._study_folder(first.facts, moment)
        folder = self._free(f"{study}/{_image_type(first)}/", _stamp(moment.series, first.facts.series_date))
        self._images[first.facts.series_uid] = folder
        return folder

    def _study_folder(self, facts: InstanceFacts, moment: Moment) -> str:
        if facts.study_uid not in self._studies:
            self._studies[facts.study_uid] = self._free("", _stamp(moment.study, facts.study_date))
        return self._studies[facts.study_uid]

    def _treatment_path(self, item: ExportItem) -> str:
        moment, modality = self._read_moment(item), item.facts.modality
        image = self._image_of(item.facts, frozenset())
        stamp = _stamp(moment.series, item.facts.series_date)
        if image:
            study, image_type, image_stamp = image.split("/")
        else:
            study, image_type, image_stamp = self._study_folder(item.facts, moment), "CT", stamp
        prefix = f"{study}/{modality}/{image_type}/{image_stamp}/{modality}_"
        return self._free(prefix, stamp) + ".dcm"

    def _image_of(self, facts: InstanceFacts, seen: frozenset[str]) -> str:
        """Return the folder of the images that an object belongs to: by its references, else by its frame."""
        seen |= {facts.sop_instance_uid}
        for kind in _TOWARDS_IMAGES:
            for reference in facts.references:
                if reference.kind is not kind:
                    continue
                target = self._by_uid.get(reference.instance_uid)
                series = target.facts.series_uid if target else reference.series_uid
                if series in self._images:
                    return self._images[series]
                if target and target.facts.sop_instance_uid not in seen:
                    found = self._image_of(target.facts, seen)
                    if found:
                        return found
        return self._image_of_frame(facts)

    def _image_of_frame(self, facts: InstanceFacts) -> str:
        frames = set(facts.structures.frame_uids if facts.structures else ()) | {facts.frame_of_reference_uid}
        frames.discard("")
        for item in self._items:
            if item.facts.frame_of_reference_uid in frames and item.facts.series_uid in self._images:
                return self._images[item.facts.series_uid]
        return ""

    def _free(self, prefix: str, stamp: str) -> str:
        """Return `prefix` and the first timestamp that nothing has yet, one second after the other."""
        while prefix + stamp in self._taken:
            stamp = _written(_parsed(stamp) + timedelta(seconds=1))
        self._taken.add(prefix + stamp)
        return prefix + stamp


def _slice_order(item: ExportItem) -> tuple[int, str]:
    return (item.facts.instance_number or 0, item.facts.sop_instance_uid)


def _image_type(item: ExportItem) -> str:
    facts = item.facts
    if facts.modality == "CT" and item.kind == "image-guidance":
        return "MVCT" if facts.is_megavoltage else "CBCT" if facts.is_cone_beam else "CT"
    return facts.modality


def _stamp(read: tuple[str, str], date: str) -> str:
    """Return `YYYYMMDD_hhmmss`; what is not known, or is no date or time, takes the earliest."""
    day, moment = read[0] or date, read[1][:6]
    try:
        return _written(_parsed(f"{day}_{moment:0<6}"))
    except ValueError:
        return f"{_NO_DATE}_000000"


def _parsed(stamp: str) -> datetime:
    return datetime.strptime(f"{stamp} +0000", "%Y%m%d_%H%M%S %z")


def _written(moment: datetime) -> str:
    return moment.strftime("%Y%m%d_%H%M%S")


def moment_of(values: Mapping[str, str]) -> Moment:
    """Return the moment from DICOM values by keyword; the acquisition's where the series has none."""
    series = [
        (values.get(f"{level}Date", ""), values.get(f"{level}Time", ""))
        for level in ("Series", "Acquisition")
    ]
    known = next((pair for pair in series if pair[0]), ("", ""))
    return Moment((values.get("StudyDate", ""), values.get("StudyTime", "")), known)
