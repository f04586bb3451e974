"""What a report says of several structure sets, plans or doses: which is current from now on."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.model.currency import Because, ObjectState, State
from ingest.model.review import ObjectKind
from ingest.reports.inputs import SubjectInput
from ingest.reports.texts import Texts

_KINDS = (ObjectKind.RTSTRUCT, ObjectKind.RTPLAN, ObjectKind.RTDOSE)


def currency_lines(subject: SubjectInput, texts: Texts) -> list[str]:
    """Return a sentence for each thing that this submission changed; none where nothing had a rival."""
    brought = {item.kind for item in subject.states if item.sop_instance_uid in subject.brought}
    lines: list[str] = []
    for kind in _KINDS:
        states = [item for item in subject.states if item.kind is kind]
        came = [item for item in states if item.sop_instance_uid in subject.brought]
        if came and len(states) > 1:
            lines += _of_arrived(came, states, texts)
        if kind is ObjectKind.RTDOSE and (came or ObjectKind.RTPLAN in brought):
            lines += _of_doses(states, texts)
    return lines


def _of_arrived(came: Sequence[ObjectState], states: Sequence[ObjectState], texts: Texts) -> list[str]:
    kind = came[0].kind
    lines = []
    new = [item for item in came if item.state is State.CURRENT]
    successors = {item.sop_instance_uid for item in new}
    replaced = [item for item in states if item.state is State.EARLIER and successors & set(item.successors)]
    if new and replaced:
        kept = _say(texts, "kept", kind, len(replaced))
        lines.append(_say(texts, "current", kind, len(new), kept=kept))
    if late := [item for item in came if item.because is Because.OLDER]:
        lines.append(_say(texts, "older", kind, len(late)))
    beside = [item for item in states if item.because is Because.TOGETHER]
    if any(item in beside for item in came) and kind is not ObjectKind.RTDOSE:
        lines.append(_say(texts, "beside", kind, len(beside)))
    return lines


def _of_doses(states: Sequence[ObjectState], texts: Texts) -> list[str]:
    if states and all(item.because is Because.PLAN for item in states):
        return [texts.changes["earlier-plan"].text]
    return []


def _say(texts: Texts, key: str, kind: ObjectKind, count: int, **values: str) -> str:
    words = texts.object_words(kind.value)
    text = texts.changes[f"{key}-{'one' if count == 1 else 'many'}"].text
    return text.format(count=f"{count:,}", one=words.one, many=words.many, **values)
