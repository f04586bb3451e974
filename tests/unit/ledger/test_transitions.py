"""The table of transitions."""

from __future__ import annotations

import pytest

from ingest.ledger.errors import Refused
from ingest.ledger.transitions import (
    ACTIVE_STATES,
    STATE_OF_STEP,
    STEP_OF_STATE,
    TRANSITIONS,
    Event,
    next_state,
)
from ingest.model.submission import Step, SubmissionState


def test_every_step_has_a_state_of_its_own() -> None:
    assert set(STATE_OF_STEP) == set(Step)
    assert {STEP_OF_STATE[state] for state in ACTIVE_STATES} == set(Step)


def test_every_state_can_be_reached_and_left_but_vanished() -> None:
    left = {state for state, _ in TRANSITIONS} | {SubmissionState.STUCK}
    reached = set(TRANSITIONS.values()) | {SubmissionState.TO_STAGE}
    assert reached == set(SubmissionState)
    assert left == set(SubmissionState) - {SubmissionState.VANISHED}


def test_every_event_leads_somewhere() -> None:
    assert {event for _, event in TRANSITIONS} | {Event.RESUMED} == set(Event)


@pytest.mark.parametrize("state", list(SubmissionState))
@pytest.mark.parametrize("event", list(Event))
def test_what_the_table_lacks_is_refused(state: SubmissionState, event: Event) -> None:
    if (state, event) in TRANSITIONS:
        assert next_state(state, event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(Refused):
            next_state(state, event)


@pytest.mark.parametrize("state", sorted(ACTIVE_STATES))
def test_what_was_parked_resumes_where_it_was(state: SubmissionState) -> None:
    assert next_state(state, Event.PARKED) is SubmissionState.STUCK
    assert next_state(SubmissionState.STUCK, Event.RESUMED, state) is state


def test_nothing_resumes_into_a_state_where_nobody_works() -> None:
    with pytest.raises(Refused):
        next_state(SubmissionState.STUCK, Event.RESUMED, SubmissionState.DONE)
