"""The one table of transitions: state × event → state."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from ingest.ledger.errors import Refused
from ingest.model.submission import Step, SubmissionState

S = SubmissionState


class Event(StrEnum):
    """What may happen to a submission."""

    STAGED = "staged"  # the zip lies in originals/
    TOO_LARGE = "too-large"  # larger than its route allows: not fetched, judged by its size alone
    GONE = "gone"  # the entry has vanished or changed before it was fetched
    BROKEN_OFF = "broken-off"  # no end record, or a CRC or inflate failure: not uploaded to its end
    OVERDUE = "overdue"  # broken off for longer than the trial file allows: judge it as it is
    REPLACED = "replaced"  # the entry changed while unfinished: a new arrival has taken its place
    INSPECTED = "inspected"
    DECIDED = "decided"
    HEAD_MOVED = "head-moved"  # another submission was filed for the subject since the verdict
    STAGING_LOST = "staging-lost"  # staged members are gone or could not be trusted: inspect anew
    FILED = "filed"
    REPORTED = "reported"
    REPORTED_LAST = "reported-last"  # nothing to set aside: a reprocess, a person's act, an overdue entry
    SET_ASIDE = "set-aside"
    INSPECT_AGAIN = "inspect-again"  # a new act: from the bytes
    DECIDE_AGAIN = "decide-again"  # a new act: from the facts
    PARKED = "parked"  # three attempts, or a bug
    RESUMED = "resumed"  # a person says: try again, in the state in which it was parked


_WAY: dict[tuple[SubmissionState, Event], SubmissionState] = {
    (S.TO_STAGE, Event.STAGED): S.TO_INSPECT,
    (S.TO_STAGE, Event.TOO_LARGE): S.TO_DECIDE,
    (S.TO_STAGE, Event.GONE): S.VANISHED,
    (S.TO_STAGE, Event.BROKEN_OFF): S.UNFINISHED,
    (S.TO_INSPECT, Event.BROKEN_OFF): S.UNFINISHED,
    (S.UNFINISHED, Event.OVERDUE): S.TO_INSPECT,
    (S.UNFINISHED, Event.REPLACED): S.VANISHED,
    (S.UNFINISHED, Event.GONE): S.VANISHED,
    (S.TO_INSPECT, Event.INSPECTED): S.TO_DECIDE,
    (S.TO_DECIDE, Event.DECIDED): S.TO_FILE,
    (S.TO_FILE, Event.HEAD_MOVED): S.TO_DECIDE,
    (S.TO_FILE, Event.STAGING_LOST): S.TO_INSPECT,
    (S.TO_FILE, Event.FILED): S.TO_REPORT,
    (S.TO_REPORT, Event.REPORTED): S.TO_SET_ASIDE,
    (S.TO_REPORT, Event.REPORTED_LAST): S.DONE,
    (S.TO_SET_ASIDE, Event.SET_ASIDE): S.DONE,
    (S.DONE, Event.INSPECT_AGAIN): S.TO_INSPECT,
    (S.DONE, Event.DECIDE_AGAIN): S.TO_DECIDE,
}

#: The state in which each step finds its submissions.
STATE_OF_STEP: Mapping[Step, SubmissionState] = MappingProxyType(
    {
        Step.STAGE: S.TO_STAGE,
        Step.INSPECT: S.TO_INSPECT,
        Step.DECIDE: S.TO_DECIDE,
        Step.FILE: S.TO_FILE,
        Step.REPORT: S.TO_REPORT,
        Step.SET_ASIDE: S.TO_SET_ASIDE,
    }
)
STEP_OF_STATE: Mapping[SubmissionState, Step] = MappingProxyType(
    {state: step for step, state in STATE_OF_STEP.items()}
)

#: States in which a worker has something to do.
ACTIVE_STATES = frozenset(STEP_OF_STATE)

TRANSITIONS: Mapping[tuple[SubmissionState, Event], SubmissionState] = MappingProxyType(
    _WAY | {(state, Event.PARKED): S.STUCK for state in ACTIVE_STATES}
)


def next_state(
    state: SubmissionState, event: Event, parked_from: SubmissionState | None = None
) -> SubmissionState:
    """Return the state that follows; `parked_from` is where RESUMED leads. Raises Refused."""
    if state is S.STUCK and event is Event.RESUMED and parked_from in ACTIVE_STATES:
        return parked_from
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise Refused(f"a submission that is {state} cannot be {event}") from None
