"""RTSTRUCT's references to images, by series and by contour: "N referenced, M present"."""

from __future__ import annotations

from collections.abc import Collection

from ingest.checks.changed_uids import CONTOUR_LEVEL, SERIES_LEVEL, NamedImages, where_uids_differ
from ingest.checks.index import SubjectIndex, references_of
from ingest.checks.kinds import IMAGE_KINDS, MR_CLASSES, PET_CLASSES
from ingest.checks.links import REFERENCED_INSTANCE, ImageNeed, Links, do_frames_agree, frames_of
from ingest.checks.notes import Notes, say_count
from ingest.model.instance import InstanceFacts, Reference, ReferenceKind
from ingest.model.review import ObjectKind


def check_structure_references(
    index: SubjectIndex, elsewhere: Collection[str], links: Links, notes: Notes
) -> None:
    """Resolve every RTSTRUCT's images at both levels; gather what each series lacks, then say it once."""
    planned = {
        item.instance_uid
        for facts in index.of_kind(ObjectKind.RTPLAN)
        for item in references_of(facts, ReferenceKind.PLAN_STRUCTURES)
    }
    for facts in index.of_kind(ObjectKind.RTSTRUCT):
        named = _named_images(index, facts)
        if not named.all:
            notes.find("REF303", [facts], where=SERIES_LEVEL)
            notes.doubt()
            continue
        code, where = _contradiction(index, facts, named, elsewhere)
        if code:
            notes.find(
                code,
                [facts],
                where=where,
                keyword=keyword_of(code),
                source="RTSTRUCT",
                target=f"{_modality(next(iter(named.all.values())))} image",
            )
        _gather(index, facts, named, links, is_planned=facts.sop_instance_uid in planned, code=code)
    for need in links.needs.values():
        _say_need(need, links, notes)


def _named_images(index: SubjectIndex, facts: InstanceFacts) -> NamedImages:
    levels: dict[ReferenceKind, dict[str, Reference]] = {
        ReferenceKind.STRUCTURE_SERIES: {},
        ReferenceKind.STRUCTURE_CONTOUR: {},
    }
    present = {}
    for item in facts.references:
        if item.kind in levels and item.instance_uid:
            levels[item.kind][item.instance_uid] = item
            target = index.by_uid.get(item.instance_uid)
            if target is not None:
                present[item.instance_uid] = target
    return NamedImages(
        levels[ReferenceKind.STRUCTURE_SERIES], levels[ReferenceKind.STRUCTURE_CONTOUR], present
    )


def _contradiction(
    index: SubjectIndex, facts: InstanceFacts, named: NamedImages, elsewhere: Collection[str]
) -> tuple[str, str]:
    """Return the code and place of what contradicts itself, ("", "") where nothing does."""
    for level, where in ((named.by_series, SERIES_LEVEL), (named.by_contour, CONTOUR_LEVEL)):
        for uid, item in level.items():
            target = named.present.get(uid)
            if target is None:
                if uid in elsewhere:
                    return "REF202", where + "[0]>(0008,1155)"
            elif index.kind_of(target) not in IMAGE_KINDS or item.class_uid not in ("", target.sop_class_uid):
                return "REF201", where + "[0]>(0008,1150)"
    where = where_uids_differ(index, facts, named)
    if where:
        return "REF203", where
    frames = {image.frame_of_reference_uid for image in named.present.values()} - {""}
    if not do_frames_agree(index, frames_of(facts), frames):
        return "REF210", "(3006,0010)[0]>(0020,0052)"
    return "", ""


def _gather(
    index: SubjectIndex,
    facts: InstanceFacts,
    named: NamedImages,
    links: Links,
    *,
    is_planned: bool,
    code: str,
) -> None:
    """Add an RTSTRUCT's images to what each series needs."""
    series_found = {image.series_uid for image in named.present.values()}
    only = next(iter(series_found)) if len(series_found) == 1 else ""
    for uid, item in named.all.items():
        target = named.present.get(uid)
        series_uid = target.series_uid if target else item.series_uid or only
        links.count(
            facts.sop_instance_uid, series_uid, is_resolved=target is not None, is_contradicted=bool(code)
        )
        if code:
            links.absent.update({uid} if target is None else ())
            continue
        need = links.needs.get(series_uid)
        if need is None:
            kind = _kind_of_series(index, series_uid, item, is_planned=is_planned)
            need = links.needs[series_uid] = ImageNeed(series_uid, kind, _modality(item))
        need.wanted.add(uid)
        if target is not None:
            need.found.add(uid)
        if not need.sources or need.sources[-1] is not facts:
            need.sources.append(facts)
    links.structures_on[facts.sop_instance_uid] = sorted(series_found)


def _kind_of_series(index: SubjectIndex, series_uid: str, item: Reference, *, is_planned: bool) -> ObjectKind:
    known = index.kinds.of_series.get(series_uid)
    if known in IMAGE_KINDS:
        return known
    if item.class_uid in MR_CLASSES:
        return ObjectKind.MR
    if item.class_uid in PET_CLASSES:
        return ObjectKind.PET
    is_planning = is_planned or not index.of_kind(ObjectKind.PLANNING_CT)
    return ObjectKind.PLANNING_CT if is_planning else ObjectKind.IMAGE_GUIDANCE


def _modality(item: Reference) -> str:
    if item.class_uid in MR_CLASSES:
        return "MR"
    return "PET" if item.class_uid in PET_CLASSES else "CT"


def _say_need(need: ImageNeed, links: Links, notes: Notes) -> None:
    absent = need.wanted - need.found
    if not absent:
        return
    expected, found = len(need.wanted), len(need.found)
    notes.find(
        "REF103" if found else "REF104",
        need.sources,
        count=len(absent),
        where=SERIES_LEVEL + "[0]>(0008,1155)",
        keyword=REFERENCED_INSTANCE,
        expected=say_count(expected, f"{need.modality} image"),
        found=found,
    )
    notes.miss(
        need.kind.value,
        say_count(expected, f"{need.modality} image"),
        f"{found} present" if found else "none",
    )
    links.absent |= absent
    links.short_series.add(need.series_uid)
    links.named_kinds.add(need.kind)


def keyword_of(code: str) -> str:
    """Return the attribute that a contradiction is about."""
    if code == "REF210":
        return "FrameOfReferenceUID"
    return "ReferencedSOPClassUID" if code == "REF201" else REFERENCED_INSTANCE
