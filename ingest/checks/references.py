"""References from RT objects to one target: RTDOSE and RTRECORD to RTPLAN, RTPLAN to RTSTRUCT.

Four faults with four remedies: the target was not sent; it is of another class; it is another patient's; or
an anonymiser changed UIDs here and not there. What an object does not say cannot be verified.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ingest.checks.index import SubjectIndex, references_of, roots_of
from ingest.checks.kinds import IMAGE_KINDS
from ingest.checks.links import REFERENCED_INSTANCE, Links, do_frames_agree, frames_of
from ingest.checks.notes import Notes, say_count
from ingest.model.instance import InstanceFacts, Reference, ReferenceKind
from ingest.model.review import ObjectKind


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a reference must lead to, where it stands, and the finding when its target was not sent."""

    target: ObjectKind
    where: str
    missing: str


_PLAN = _Rule(ObjectKind.RTPLAN, "(300C,0002)[0]>(0008,1155)", "REF101")
_STRUCTURES = _Rule(ObjectKind.RTSTRUCT, "(300C,0060)[0]>(0008,1155)", "REF102")
_RULES: Mapping[ReferenceKind, _Rule] = {
    ReferenceKind.DOSE_PLAN: _PLAN,
    ReferenceKind.RECORD_PLAN: _PLAN,
    ReferenceKind.IMAGE_PLAN: _PLAN,
    ReferenceKind.PLAN_STRUCTURES: _STRUCTURES,
    ReferenceKind.DOSE_STRUCTURES: _STRUCTURES,
    ReferenceKind.PLAN_DOSE: _Rule(ObjectKind.RTDOSE, "(300C,0080)[0]>(0008,1155)", "REF106"),
}
#: Who must say what it refers to, and the finding when it does not.
_SILENT = (
    (ObjectKind.RTDOSE, ReferenceKind.DOSE_PLAN, "REF301", "(300C,0002)"),
    (ObjectKind.RTPLAN, ReferenceKind.PLAN_STRUCTURES, "REF302", "(300C,0060)"),
    (ObjectKind.RTRECORD, ReferenceKind.RECORD_PLAN, "REF304", "(300C,0002)"),
)
_TITLES = {ObjectKind.RTPLAN: "plan", ObjectKind.RTSTRUCT: "structure set", ObjectKind.RTDOSE: "dose"}


def check_references(index: SubjectIndex, elsewhere: Collection[str], links: Links, notes: Notes) -> None:
    """Resolve single-target references. `elsewhere`: SOP Instance UIDs that are another subject's."""
    missing: dict[ObjectKind, dict[str, list[InstanceFacts]]] = {}
    for facts in index.instances:
        for reference in facts.references:
            rule = _RULES.get(reference.kind)
            if rule is None or not reference.instance_uid:
                continue
            if not _resolve(index, facts, reference, rule, elsewhere, links, notes):
                missing.setdefault(rule.target, {}).setdefault(reference.instance_uid, []).append(facts)
    for kind, targets in missing.items():
        _say_missing(index, kind, targets, links, notes)
    _find_silent(index, notes)


def check_series_in_one_study(index: SubjectIndex, notes: Notes) -> None:
    """A series of images belongs to one study: in two, UIDs were changed in some of its files only."""
    studies: dict[str, dict[str, list[InstanceFacts]]] = {}
    for facts in index.instances:
        if index.kind_of(facts) not in IMAGE_KINDS:
            continue
        studies.setdefault(facts.series_uid, {}).setdefault(facts.study_uid, []).append(facts)
    split = [by_study for by_study in studies.values() if len(by_study) > 1]
    if split:
        strays = [facts for by_study in split for facts in min(by_study.values(), key=len)]
        notes.find("REF220", strays, where="(0020,000D)", keyword="StudyInstanceUID", series=len(split))


def _resolve(
    index: SubjectIndex,
    facts: InstanceFacts,
    reference: Reference,
    rule: _Rule,
    elsewhere: Collection[str],
    links: Links,
    notes: Notes,
) -> bool:
    """Return False where the target was not sent; whatever else is wrong is said here."""
    uid = reference.instance_uid
    target = index.by_uid.get(uid)
    if target is None:
        code = _judge_absent(index, uid, rule, elsewhere)
        links.count(facts.sop_instance_uid, uid, is_resolved=False, is_contradicted=bool(code))
        links.absent_kinds[uid] = rule.target
        if code:
            links.absent.add(uid)
            links.named_kinds.add(rule.target)
            _say(notes, code, facts, rule)
        return bool(code) or uid in index.set_aside
    code = _judge_target(index, facts, reference, target, rule)
    links.count(facts.sop_instance_uid, uid, is_resolved=not code, is_contradicted=bool(code))
    if code:
        _say(notes, code, facts, rule)
    return True


def _judge_absent(index: SubjectIndex, uid: str, rule: _Rule, elsewhere: Collection[str]) -> str:
    """Return the code of a contradiction behind an absent target, "" where it simply was not sent."""
    if uid in elsewhere:
        return "REF202"
    # where everything that is here was given one root, a reference of another root was left behind
    is_left_behind = len(index.roots) == 1 and roots_of([uid]).isdisjoint(index.roots)
    return "REF203" if is_left_behind and index.of_kind(rule.target) else ""


def _judge_target(
    index: SubjectIndex, facts: InstanceFacts, reference: Reference, target: InstanceFacts, rule: _Rule
) -> str:
    is_of_kind = index.kind_of(target) is rule.target
    if not is_of_kind or reference.class_uid not in ("", target.sop_class_uid):
        return "REF201"
    if do_frames_agree(index, frames_of(facts), _frames_behind(index, target)):
        return ""
    return "REF210"


def _frames_behind(index: SubjectIndex, target: InstanceFacts) -> set[str]:
    """Return a target's frames; a plan that says none has those of its structure set."""
    frames = frames_of(target)
    if frames or not target.plan:
        return frames
    structures = (
        index.by_uid.get(item.instance_uid) for item in references_of(target, ReferenceKind.PLAN_STRUCTURES)
    )
    return {frame for facts in structures if facts for frame in frames_of(facts)}


def _say(notes: Notes, code: str, facts: InstanceFacts, rule: _Rule) -> None:
    where, keyword = rule.where, REFERENCED_INSTANCE
    if code == "REF210":
        where, keyword = "(0020,0052)", "FrameOfReferenceUID"
    elif code == "REF201":
        where, keyword = rule.where.replace("1155", "1150"), "ReferencedSOPClassUID"
    notes.find(
        code, [facts], where=where, keyword=keyword, source=facts.modality, target=_TITLES[rule.target]
    )


def _say_missing(
    index: SubjectIndex,
    kind: ObjectKind,
    targets: Mapping[str, list[InstanceFacts]],
    links: Links,
    notes: Notes,
) -> None:
    """One finding a kind of target, however many objects refer to it."""
    present = len(index.of_kind(kind))
    if kind is ObjectKind.RTDOSE and not present:
        return  # "RTDOSE not sent" says it
    rule = next(item for item in _RULES.values() if item.target is kind)
    sources = [facts for referrers in targets.values() for facts in referrers]
    said = _say_sources(sources)
    title = _TITLES[kind]
    notes.find(
        rule.missing,
        sources,
        where=rule.where,
        keyword=REFERENCED_INSTANCE,
        sources=f"{said} refer{_s(sources)} to",
        targets=f"the {title}" if len(targets) == 1 else say_count(len(targets), title),
        present=f" ({say_count(present, 'other ' + title)} here)" if present else "",
    )
    found = f"{say_count(present, 'other ' + title)}" if present else "none"
    notes.miss(kind.value, f"{say_count(len(targets), title)} that {said} refer{_s(sources)} to", found)
    links.absent.update(targets)
    links.named_kinds.add(kind)


def _say_sources(sources: list[InstanceFacts]) -> str:
    counts = Counter(facts.modality for facts in sources)
    parts = [name if count == 1 else f"{count} {name}" for name, count in sorted(counts.items())]
    return " and ".join(parts)


def _s(sources: list[InstanceFacts]) -> str:
    return "s" if len(sources) == 1 else ""


def _find_silent(index: SubjectIndex, notes: Notes) -> None:
    for kind, reference_kind, code, where in _SILENT:
        silent = [
            facts
            for facts in index.of_kind(kind)
            if not any(item.instance_uid for item in references_of(facts, reference_kind))
        ]
        if silent:
            notes.find(code, silent, where=where)
            notes.doubt()
