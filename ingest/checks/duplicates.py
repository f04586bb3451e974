"""Arriving instances against what is filed, by content: new, received before, or contradicting."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ingest.checks.notes import Notes
from ingest.model.instance import InstanceFacts
from ingest.model.review import Standing


@dataclass(frozen=True, slots=True)
class Comparison:
    """What arrives, sorted.

    fresh:     instances that count as the subject's from now on.
    standings: ordinal → standing.
    disputed:  SOP Instance UIDs of filed instances that an arriving one contradicts.
    held:      ordinals of the contradicting ones.
    """

    fresh: tuple[InstanceFacts, ...]
    standings: dict[int, Standing]
    disputed: tuple[str, ...]
    held: tuple[int, ...]


def compare_with_filed(
    filed: Iterable[InstanceFacts], arriving: Iterable[InstanceFacts], notes: Notes
) -> Comparison:
    """Compare by SOP Instance UID and content digest; both of two that disagree within a package are held."""
    known = {facts.sop_instance_uid: facts for facts in filed}
    standings: dict[int, Standing] = {}
    fresh: dict[str, InstanceFacts] = {}
    received: list[InstanceFacts] = []
    repeated: list[InstanceFacts] = []
    against_filed: list[InstanceFacts] = []
    against_each_other: list[InstanceFacts] = []
    for facts in arriving:
        uid = facts.sop_instance_uid
        before = known.get(uid)
        earlier = fresh.get(uid)
        if before is not None:
            (received if is_same(before, facts) else against_filed).append(facts)
        elif earlier is None:
            fresh[uid] = facts
            standings[facts.ordinal] = Standing.NEW
        else:
            (repeated if is_same(earlier, facts) else against_each_other).append(facts)
    torn = {facts.sop_instance_uid for facts in against_each_other}
    against_each_other += [fresh.pop(uid) for uid in sorted(torn)]
    for facts in received + repeated:
        standings[facts.ordinal] = Standing.DUPLICATE
    for facts in against_filed + against_each_other:
        standings[facts.ordinal] = Standing.CONFLICT
    for code, group in (
        ("CMP401", received),
        ("CMP402", against_filed),
        ("CMP403", against_each_other),
        ("CMP404", repeated),
    ):
        if group:
            notes.find(code, group, where="(0008,0018)", keyword="SOPInstanceUID")
    return Comparison(
        fresh=tuple(fresh.values()),
        standings=standings,
        disputed=tuple(sorted({facts.sop_instance_uid for facts in against_filed})),
        held=tuple(sorted(facts.ordinal for facts in against_filed + against_each_other)),
    )


def is_same(first: InstanceFacts, second: InstanceFacts) -> bool:
    """Return whether two instances hold the same content, whatever their encoding and stamps."""
    if first.content_sha256 and second.content_sha256:
        return first.content_sha256 == second.content_sha256
    return first.sent_sha256 == second.sent_sha256
