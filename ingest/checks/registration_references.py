"""REG's references to the images of both of its sides."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from ingest.checks.image_references import keyword_of
from ingest.checks.index import SubjectIndex, references_of
from ingest.checks.kinds import IMAGE_KINDS, MR_CLASSES, PET_CLASSES, registered_frames
from ingest.checks.links import REFERENCED_INSTANCE, Links
from ingest.checks.notes import Notes, say_count
from ingest.model.instance import InstanceFacts, Reference, ReferenceKind
from ingest.model.review import ObjectKind

_REGISTRATION_LEVEL = "(0070,0308)[0]>(0008,1140)"


def check_registration_references(
    index: SubjectIndex, elsewhere: Collection[str], links: Links, notes: Notes
) -> None:
    """Resolve the images that registrations name, leaving out those already named as not sent."""
    short: list[InstanceFacts] = []
    lacking: dict[str, ObjectKind] = {}
    wanted: dict[str, ObjectKind] = {}
    for facts in index.of_kind(ObjectKind.REG):
        references = references_of(facts, ReferenceKind.REGISTRATION_IMAGE)
        code = _registration_contradiction(index, facts, references, elsewhere)
        if code:
            where = "(0070,0308)[0]>(0020,0052)" if code == "REF210" else _REGISTRATION_LEVEL
            keyword = keyword_of(code)
            notes.find(code, [facts], where=where, keyword=keyword, source="REG", target="registered image")
            continue
        absent = _count_registration(index, facts, references, links)
        if absent:
            short.append(facts)
            kinds = {item.instance_uid: _kind_named(index, item) for item in references}
            lacking.update({uid: kinds[uid] for uid in absent})
            wanted.update({uid: kind for uid, kind in kinds.items() if uid not in links.absent})
    if short:
        _say_registrations(short, lacking, wanted, links, notes)


def _registration_contradiction(
    index: SubjectIndex, facts: InstanceFacts, references: Iterable[Reference], elsewhere: Collection[str]
) -> str:
    found: list[InstanceFacts] = []
    has_absent = False
    for item in references:
        target = index.by_uid.get(item.instance_uid)
        if target is None:
            if item.instance_uid in elsewhere:
                return "REF202"
            has_absent = True
        elif index.kind_of(target) not in IMAGE_KINDS or item.class_uid not in ("", target.sop_class_uid):
            return "REF201"
        else:
            found.append(target)
    frames = registered_frames(facts)
    sound = [image for image in found if image.series_uid not in index.mixed_series]
    if len(frames) > 1 and not {image.frame_of_reference_uid for image in sound} - {""} <= frames:
        return "REF210"
    if has_absent and _is_registered_series_at_odds(index, references):
        return "REF203"
    return ""


def _is_registered_series_at_odds(index: SubjectIndex, references: Iterable[Reference]) -> bool:
    """Return whether a series is there, and none of the images that the registration names of it."""
    by_series: dict[str, bool] = {}
    for item in references:
        if item.series_uid and any((item.series_uid, kind) in index.series for kind in IMAGE_KINDS):
            by_series[item.series_uid] = (
                by_series.get(item.series_uid, False) or item.instance_uid in index.by_uid
            )
    return not all(by_series.values())


def _count_registration(
    index: SubjectIndex, facts: InstanceFacts, references: Iterable[Reference], links: Links
) -> set[str]:
    """Count a registration's references; return the images not sent that no other finding names."""
    absent = set()
    series_found = set()
    for item in {item.instance_uid: item for item in references}.values():
        target = index.by_uid.get(item.instance_uid)
        node = target.series_uid if target else item.series_uid
        links.count(facts.sop_instance_uid, node, is_resolved=target is not None)
        if target is not None:
            series_found.add(target.series_uid)
        elif item.instance_uid not in links.absent:
            absent.add(item.instance_uid)
            series_found.add(item.series_uid)
    if absent:
        links.short_series |= series_found - {""}
    return absent


def _say_registrations(
    short: list[InstanceFacts],
    lacking: dict[str, ObjectKind],
    wanted: dict[str, ObjectKind],
    links: Links,
    notes: Notes,
) -> None:
    found = len(wanted) - len(lacking)
    notes.find(
        "REF105",
        short,
        count=len(lacking),
        where=_REGISTRATION_LEVEL + "[0]>(0008,1155)",
        keyword=REFERENCED_INSTANCE,
        registrations=say_count(len(short), "registration"),
        expected=say_count(len(wanted), "image"),
        found=found,
    )
    for kind in sorted(set(lacking.values())):
        expected = sum(other is kind for other in wanted.values())
        there = expected - sum(other is kind for other in lacking.values())
        notes.miss(
            kind.value,
            f"{say_count(expected, 'image')} that {say_count(len(short), 'registration')} refer to",
            f"{there} present" if there else "none",
        )
        links.named_kinds.add(kind)
    links.absent |= set(lacking)


def _kind_named(index: SubjectIndex, item: Reference) -> ObjectKind:
    """Return what a registered image is, or is likely to be where it was not sent."""
    target = index.by_uid.get(item.instance_uid)
    if target is not None:
        return index.kind_of(target)
    if item.class_uid in MR_CLASSES:
        return ObjectKind.MR
    return ObjectKind.PET if item.class_uid in PET_CLASSES else ObjectKind.IMAGE_GUIDANCE
