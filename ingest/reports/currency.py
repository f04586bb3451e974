"""What a report says of several structure sets, plans or doses: which is current from now on."""

from __future__ import annotations

from collections.abc import Sequence

from ingest.model.currency import Because, ObjectState, State
from ingest.model.review import ObjectKind
from ingest.reports.inputs import SubjectInput
from ingest.reports.plain_text import counted
from ingest.reports.texts import ObjectWords, Texts

_KINDS = (ObjectKind.RTSTRUCT, ObjectKind.RTPLAN, ObjectKind.RTDOSE)


def currency_lines(subject: SubjectInput, texts: Texts) -> list[str]:
    """Return a sentence for each thing that this submission changed; none where nothing had a rival."""
    brought = {item.kind for item in subject.states if item.sop_instance_uid in subject.brought}
    lines: list[str] = []
    for kind in _KINDS:
        states = [item for item in subject.states if item.kind is kind]
        came = [item for item in states if item.sop_instance_uid in subject.brought]
        words = texts.object_words(kind.value)
        if came and len(states) > 1:
            lines += _of_arrived(came, states, words)
        if kind is ObjectKind.RTDOSE and (came or ObjectKind.RTPLAN in brought):
            lines += _of_doses(states)
    return lines


def _of_arrived(came: Sequence[ObjectState], states: Sequence[ObjectState], words: ObjectWords) -> list[str]:
    lines = []
    new = [item for item in came if item.state is State.CURRENT]
    earlier = [item for item in states if item.state is State.EARLIER]
    replaced = [item for item in earlier if {uid.sop_instance_uid for uid in new} & set(item.successors)]
    if new and replaced:
        subject = (
            f"The {words.one} in this zip is" if len(new) == 1 else f"The {len(new)} new {words.many} are"
        )
        kept = counted(len(replaced), f"earlier {words.one} is", f"earlier {words.many} are")
        lines.append(f"{subject} current from now on; {kept} kept, marked as earlier.")
    if late := [item for item in came if item.because is Because.OLDER]:
        subject = f"{counted(len(late), words.one, words.many)} in this zip"
        older = "is older than the one" if len(late) == 1 else "are older than those"
        lines.append(f"{subject} {older} on file by date: filed as earlier, and what was current stays so.")
    beside = [item for item in states if item.because is Because.TOGETHER]
    if any(item in beside for item in came) and came[0].kind is not ObjectKind.RTDOSE:
        lines.append(
            f"{counted(len(beside), words.one, words.many)} stand side by side as current: nothing in them "
            "says that one takes the other's place. If one does, tell the trial team."
        )
    return lines


def _of_doses(states: Sequence[ObjectState]) -> list[str]:
    if states and all(item.because is Because.PLAN for item in states):
        return ["The dose on file belongs to an earlier plan; of the current plan none has arrived yet."]
    return []
