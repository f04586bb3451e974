"""Which structure sets, plans and doses of a subject are current, and which are earlier ones. Pure.

What comes later takes the place of what was there, unless its own date is older. What names the object that
it follows takes the place of that one alone, whenever it came. What came together stands together: nothing
says that one takes the other's place. Structure sets are compared where they share a frame of reference,
doses where they are of the same plan and kind; a dose stands as its plan does.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import replace

from ingest.checks.kinds import EARLIEST_DATE
from ingest.model.currency import Because, ObjectState, State
from ingest.model.instance import InstanceFacts, ReferenceKind
from ingest.model.review import ObjectKind

_NOT_TREATING = frozenset({"VERIFICATION", "MACHINE_QA"})
_REJECTED = "REJECTED"


def states_of(filed: Iterable[InstanceFacts], versions: Mapping[str, int]) -> tuple[ObjectState, ...]:
    """Return how each structure set, plan and dose stands, by kind and order of arrival.

    versions: SOP Instance UID → the archive version that brought it.
    """
    known = sorted(filed, key=lambda facts: versions[facts.sop_instance_uid])
    structures = _judge_lines(ObjectKind.RTSTRUCT, [f for f in known if f.structures], _frame_of, versions)
    plans = _judge_lines(ObjectKind.RTPLAN, [f for f in known if f.plan], lambda _: "", versions)
    doses = [facts for facts in known if facts.dose]
    by_plan = {item.sop_instance_uid: item for item in plans}
    alone = _judge_lines(ObjectKind.RTDOSE, doses, _dose_line, versions)
    own = {facts.sop_instance_uid: facts for facts in doses}
    following = tuple(_as_its_plan(item, own[item.sop_instance_uid], by_plan) for item in alone)
    return (*structures, *plans, *following)


class _Line:
    """Objects of which one may take another's place, taken in version by version."""

    def __init__(self, kind: ObjectKind, members: Sequence[InstanceFacts], *, with_names: bool) -> None:
        self._kind = kind
        self._dates = {facts.sop_instance_uid: _date_of(facts) for facts in members}
        #: UID → those that name it as what they follow.
        self._followers: dict[str, list[str]] = {}
        for facts in members if with_names else ():
            if _why_aside(facts) is None:
                for uid in set(_follows(facts)) & self._dates.keys() - {facts.sop_instance_uid}:
                    self._followers.setdefault(uid, []).append(facts.sop_instance_uid)
        self._standing: list[str] = []
        self._gone: dict[str, tuple[State, Because]] = {}

    @property
    def is_anything_current(self) -> bool:
        """Whether something stands; where all follow each other in a circle nothing does."""
        return bool(self._standing) or all(state is State.ASIDE for state, _ in self._gone.values())

    def arrive(self, group: Sequence[InstanceFacts]) -> None:
        """Take in what one version brought."""
        came = [facts for facts in group if self._stands(facts)]
        if came and not any(self._leaves_others(facts) for facts in came):
            self._gone.update(dict.fromkeys(self._standing, (State.EARLIER, Because.LATER)))
            self._standing = []
        self._standing += [facts.sop_instance_uid for facts in came]

    def states(self) -> dict[str, ObjectState]:
        """Return UID → state."""
        found = {
            uid: ObjectState(uid, self._kind, state, because, self._successors(uid, state))
            for uid, (state, because) in self._gone.items()
        }
        because = Because.TOGETHER if len(self._standing) > 1 else Because.LATER
        if len(self._dates) == 1:
            because = Because.ONLY
        current = {uid: ObjectState(uid, self._kind, State.CURRENT, because) for uid in self._standing}
        return found | current

    def _stands(self, facts: InstanceFacts) -> bool:
        uid, aside = facts.sop_instance_uid, _why_aside(facts)
        if aside is not None:
            self._gone[uid] = (State.ASIDE, aside)
        elif uid in self._followers:
            self._gone[uid] = (State.EARLIER, Because.NAMED)
        elif self._is_older(uid):
            self._gone[uid] = (State.EARLIER, Because.OLDER)
        return uid not in self._gone

    def _is_older(self, uid: str) -> bool:
        dates = [self._dates[other] for other in self._standing]
        return bool(dates and all(dates) and self._dates[uid]) and self._dates[uid] < max(dates)

    def _leaves_others(self, facts: InstanceFacts) -> bool:
        """Whether what stands may stay: this one follows another, or is delivered beside one that stands."""
        uid = facts.sop_instance_uid
        is_beside = facts.plan is not None and not set(facts.plan.concurrent).isdisjoint(self._standing)
        return is_beside or any(uid in followers for followers in self._followers.values())

    def _successors(self, uid: str, state: State) -> tuple[str, ...]:
        if state is not State.EARLIER:
            return ()
        named = [other for other in self._followers.get(uid, ()) if other in self._standing]
        return tuple(named or self._standing)


def _judge_lines(
    kind: ObjectKind,
    objects: Sequence[InstanceFacts],
    line_of: Callable[[InstanceFacts], Hashable],
    versions: Mapping[str, int],
) -> tuple[ObjectState, ...]:
    lines: dict[Hashable, list[InstanceFacts]] = {}
    for facts in objects:
        lines.setdefault(line_of(facts), []).append(facts)
    states: dict[str, ObjectState] = {}
    for members in lines.values():
        line = _taken_in(kind, members, versions, with_names=True)
        if not line.is_anything_current:
            line = _taken_in(kind, members, versions, with_names=False)
        states |= line.states()
    return tuple(states[facts.sop_instance_uid] for facts in objects)


def _taken_in(
    kind: ObjectKind, members: Sequence[InstanceFacts], versions: Mapping[str, int], *, with_names: bool
) -> _Line:
    line = _Line(kind, members, with_names=with_names)
    for number in sorted({versions[facts.sop_instance_uid] for facts in members}):
        line.arrive([facts for facts in members if versions[facts.sop_instance_uid] == number])
    return line


def _as_its_plan(dose: ObjectState, facts: InstanceFacts, plans: Mapping[str, ObjectState]) -> ObjectState:
    """Return a dose's state: what its plans say, where they say that it is not current."""
    own = [plans[uid] for uid in _plans_of(facts) if uid in plans]
    if not own or dose.state is not State.CURRENT or any(item.state is State.CURRENT for item in own):
        return dose
    return replace(dose, state=own[0].state, because=Because.PLAN)


def _why_aside(facts: InstanceFacts) -> Because | None:
    if facts.plan and facts.plan.intent in _NOT_TREATING:
        return Because.NOT_TREATING
    approval = facts.plan.approval if facts.plan else facts.structures.approval if facts.structures else ""
    return Because.REJECTED if approval == _REJECTED else None


def _date_of(facts: InstanceFacts) -> str:
    date = facts.plan.date if facts.plan else facts.structures.date if facts.structures else ""
    return date if date >= EARLIEST_DATE else ""


def _follows(facts: InstanceFacts) -> tuple[str, ...]:
    if facts.plan:
        return facts.plan.follows
    return facts.structures.follows if facts.structures else ()


def _frame_of(facts: InstanceFacts) -> Hashable:
    frames = facts.structures.frame_uids if facts.structures else ()
    return tuple(sorted(set(frames) or {facts.frame_of_reference_uid}))


def _plans_of(facts: InstanceFacts) -> tuple[str, ...]:
    return tuple(item.instance_uid for item in facts.references if item.kind is ReferenceKind.DOSE_PLAN)


def _dose_line(facts: InstanceFacts) -> Hashable:
    assert facts.dose is not None, "only doses are compared as doses"
    return (
        tuple(sorted(_plans_of(facts))),
        facts.dose.summation,
        facts.dose.dose_type,
        facts.dose.referenced_beams,
        facts.dose.referenced_fraction_groups,
    )
