"""RTSTRUCT and its images after an anonymiser that changed UIDs in one place and not in another.

An RTSTRUCT names its images at several levels (study, series, image; contour; frame). What is absent at all
of them was not sent. What is there at one level and not at another, or is there whole under other UIDs, was
renamed: sending it again would not help.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ingest.checks.index import ImageSeries, SubjectIndex, roots_of
from ingest.checks.kinds import IMAGE_KINDS
from ingest.checks.links import frames_of
from ingest.model.instance import InstanceFacts, Reference
from ingest.model.review import ObjectKind

SERIES_LEVEL = "(3006,0010)[0]>(3006,0012)[0]>(3006,0014)[0]>(3006,0016)"
CONTOUR_LEVEL = "(3006,0039)[0]>(3006,0040)[0]>(3006,0016)"
_STUDY_LEVEL = "(3006,0010)[0]>(3006,0012)"
_INSTANCE = "[0]>(0008,1155)"

#: Images that may be those that were named, under other UIDs; image guidance is never what was planned on.
_DRAWN_ON = (ObjectKind.PLANNING_CT, ObjectKind.MR, ObjectKind.PET)


@dataclass(frozen=True, slots=True)
class NamedImages:
    """The images that an RTSTRUCT names: by series (with the series it claims), by contour, all together."""

    by_series: Mapping[str, Reference]
    by_contour: Mapping[str, Reference]
    present: Mapping[str, InstanceFacts]

    @property
    def all(self) -> dict[str, Reference]:
        return {**self.by_contour, **self.by_series}


def where_uids_differ(index: SubjectIndex, facts: InstanceFacts, named: NamedImages) -> str:
    """Return the place in an RTSTRUCT where UIDs were changed in part, "" where nothing says so."""
    if _are_levels_at_odds(named):
        return CONTOUR_LEVEL + _INSTANCE
    if _is_series_at_odds(index, named) or _are_images_renamed(index, facts, named):
        return SERIES_LEVEL + _INSTANCE
    studies = {image.study_uid for image in named.present.values()}
    structures = facts.structures
    if structures and structures.study_uids and studies and studies.isdisjoint(structures.study_uids):
        return _STUDY_LEVEL + _INSTANCE
    if structures and any(_is_stray(index, facts, frame) for frame in structures.stray_frame_uids):
        return "(3006,0020)[0]>(3006,0024)"
    return ""


def _are_levels_at_odds(named: NamedImages) -> bool:
    """Return whether contours name images that the series level does not, and only some of all are there."""
    strays = [uid for uid in named.by_contour if uid not in named.by_series]
    if not named.by_series or not strays:
        return False
    found = [uid in named.present for uid in (*named.by_series, *strays)]
    return any(found) and not all(found)


def _is_series_at_odds(index: SubjectIndex, named: NamedImages) -> bool:
    """Return whether images are there without their series, or their series with others in their place."""
    for series_uid, uids in _uids_by_series(named).items():
        found = [named.present[uid] for uid in uids if uid in named.present]
        if found and all(image.series_uid != series_uid for image in found):
            return True
        series = _series_there(index, series_uid)
        if series and not found:
            return True
        if series and _count_unnamed(series, named.all) == len(uids) - len(found) > 0:
            return True
    return False


def _are_images_renamed(index: SubjectIndex, facts: InstanceFacts, named: NamedImages) -> bool:
    """Return whether nothing named is there, and as many images are that nobody names.

    They lie in the RTSTRUCT's frame, or have UIDs of another root than those that it names.
    """
    if named.present or not named.by_series:
        return False
    frames, roots = frames_of(facts), roots_of(named.by_series)
    for uids in _uids_by_series(named).values():
        for series in index.series.values():
            if series.kind not in _DRAWN_ON or len(series.images) != len(uids):
                continue
            is_in_frame = series.images[0].frame_of_reference_uid in frames
            is_other_root = roots.isdisjoint(roots_of(image.sop_instance_uid for image in series.images))
            if (is_in_frame or is_other_root) and not index.is_drawn_on(series):
                return True
    return False


def _is_stray(index: SubjectIndex, facts: InstanceFacts, frame: str) -> bool:
    """Return whether a structure's frame is joined with none of those that its RTSTRUCT lists."""
    others = frames_of(facts) - set(facts.structures.stray_frame_uids if facts.structures else ())
    return not any(index.frames.are_joined(frame, other) for other in others)


def _uids_by_series(named: NamedImages) -> dict[str, list[str]]:
    by_series: dict[str, list[str]] = {}
    for uid, item in named.by_series.items():
        if item.series_uid:
            by_series.setdefault(item.series_uid, []).append(uid)
    return by_series


def _series_there(index: SubjectIndex, series_uid: str) -> list[ImageSeries]:
    keys = ((series_uid, kind) for kind in IMAGE_KINDS)
    return [index.series[key] for key in keys if key in index.series]


def _count_unnamed(series: list[ImageSeries], named: Collection[str]) -> int:
    return sum(image.sop_instance_uid not in named for part in series for image in part.images)
