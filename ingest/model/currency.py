"""Which of several structure sets, plans and doses of a subject stands now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ingest.model.review import ObjectKind


class State(StrEnum):
    """How an object of treatment planning stands among the others of its kind."""

    CURRENT = "current"
    EARLIER = "earlier"
    ASIDE = "set aside"


class Because(StrEnum):
    """Why it stands so."""

    ONLY = "only"  # there is no other
    TOGETHER = "together"  # several stand: they came together, or one names the other as delivered beside it
    LATER = "later"  # it came after the others, and its own date is not older
    NAMED = "named"  # a later object names this one as what it follows
    OLDER = "older"  # it came later, but its own date is older
    PLAN = "plan"  # of a dose: its plan stands so
    NOT_TREATING = "not-treating"  # a plan for verification or machine QA
    REJECTED = "rejected"  # a person rejected it in the planning system


@dataclass(frozen=True, slots=True)
class ObjectState:
    """One object; `successors`: SOP Instance UIDs of those that stand in its place."""

    sop_instance_uid: str
    kind: ObjectKind
    state: State
    because: Because
    successors: tuple[str, ...] = ()
