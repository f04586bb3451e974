"""Whatever workers do and however they die: one live token each, and transitions only by the table."""

from __future__ import annotations

import shutil
import tempfile
from functools import cache
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from ingest.ledger.claims import Claim
from ingest.ledger.errors import LostClaim, Refused
from ingest.ledger.ledger import Ledger
from ingest.ledger.schema import upgrade
from ingest.ledger.transitions import ACTIVE_STATES, TRANSITIONS, Event
from ingest.model.submission import SubmissionState
from tests.ledger_rows import ManualClock, submit

WORKERS = st.sampled_from(["a", "b"])
NAMES = ("a.zip", "b.zip")
LEASE = 60.0


@cache
def empty_ledger() -> Path:
    """Return an empty ledger's file, to copy."""
    path = Path(tempfile.mkdtemp(prefix="ledger-")) / "empty.db"
    upgrade(f"sqlite:///{path}")
    return path


class TwoWorkers(RuleBasedStateMachine):
    """Two workers, two submissions, a clock. The model: who may act, and the state by the table."""

    claims = Bundle("claims")

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="ledger-"))
        self.clock = ManualClock()
        self.ledger = Ledger.open(
            f"sqlite:///{shutil.copy(empty_ledger(), self.folder / 'ledger.db')}", self.clock
        )
        self.ids = [submit(self.ledger, name) for name in NAMES]
        self.states = dict.fromkeys(self.ids, SubmissionState.TO_STAGE)
        self.parked: dict[str, SubmissionState] = {}
        self.newest = dict.fromkeys(self.ids, 0)
        self.holder: dict[str, int | None] = dict.fromkeys(self.ids)
        self.until = dict.fromkeys(self.ids, self.clock.now())

    @rule(target=claims, place=st.integers(0, 1), worker=WORKERS)
    def claim(self, place: int, worker: str) -> object:
        submission_id = self.ids[place]
        is_held = self.holder[submission_id] is not None and self.clock.now() < self.until[submission_id]
        claim = self.ledger.claim(submission_id, worker=worker, lease_seconds=LEASE)
        if claim is None:
            return multiple()
        assert not is_held, "two live holders"
        assert self.states[submission_id] in ACTIVE_STATES
        assert claim.token > self.newest[submission_id]
        self.newest[submission_id] = claim.token
        self._hold(claim)
        return claim

    @rule(claim=claims)
    def renew(self, claim: Claim) -> None:
        if self._acts(claim, lambda: self.ledger.renew(claim)):
            self._hold(claim)

    @rule(claim=consumes(claims), event=st.sampled_from(list(Event)))
    def finish(self, claim: Claim, event: Event) -> None:
        before = claim.submission.state

        def run() -> None:
            with self.ledger.finish(claim, event) as tx:
                tx.audit.append(event.value, submission_id=claim.submission.id)

        if (before, event) not in TRANSITIONS or event is Event.PARKED:
            try:
                run()
            except (Refused, LostClaim):
                return
            raise AssertionError("the table has no such transition")
        if self._acts(claim, run):
            self.states[claim.submission.id] = TRANSITIONS[before, event]
            self.holder[claim.submission.id] = None

    @rule(claim=consumes(claims), is_transient=st.booleans())
    def fail(self, claim: Claim, is_transient: bool) -> None:
        came_to: list[SubmissionState] = []

        def run() -> None:
            came_to.append(self.ledger.fail(claim, reason="x", is_transient=is_transient, retry_after=5))

        if self._acts(claim, run):
            self.holder[claim.submission.id] = None
            assert came_to[0] in (SubmissionState.STUCK, claim.submission.state)
            if came_to[0] is SubmissionState.STUCK:
                self._park(claim.submission.id)

    @rule(claim=consumes(claims))
    def postpone(self, claim: Claim) -> None:
        if self._acts(claim, lambda: self.ledger.postpone(claim, seconds=5)):
            self.holder[claim.submission.id] = None

    @rule(claim=consumes(claims))
    def die(self, claim: Claim) -> None:
        """The worker is killed: it says nothing more, and its lease runs out."""

    @rule(seconds=st.sampled_from([1.0, 30.0, 60.0, 200.0]))
    def wait(self, seconds: float) -> None:
        self.clock.advance(seconds)

    @rule()
    def sweep(self) -> None:
        for wake in self.ledger.due():
            assert self.states[wake.submission_id] in ACTIVE_STATES
        for submission_id in self.ledger.park_exhausted():
            assert self.clock.now() >= self.until[submission_id] or self.holder[submission_id] is None
            self._park(submission_id)
            self.holder[submission_id] = None

    @rule(place=st.integers(0, 1))
    def resume(self, place: int) -> None:
        submission_id = self.ids[place]
        if self.states[submission_id] is SubmissionState.STUCK:
            with self.ledger.write() as tx:
                tx.submissions.move(submission_id, Event.RESUMED)
            self.states[submission_id] = self.parked.pop(submission_id)

    @invariant()
    def states_are_the_tables(self) -> None:
        if not hasattr(self, "ledger"):
            return
        with self.ledger.read() as tx:
            assert {item: tx.submissions.get(item).state for item in self.ids} == self.states

    def teardown(self) -> None:
        if hasattr(self, "ledger"):
            with self.ledger.read() as tx:
                assert tx.audit.verify().first_fault is None
            self.ledger.close()
            shutil.rmtree(self.folder)

    def _hold(self, claim: Claim) -> None:
        self.holder[claim.submission.id] = claim.token
        self.until[claim.submission.id] = self.clock.now() + claim.lease

    def _park(self, submission_id: str) -> None:
        self.parked[submission_id] = self.states[submission_id]
        self.states[submission_id] = SubmissionState.STUCK

    def _acts(self, claim: Claim, act: object) -> bool:
        """Do what only the newest holder may; return whether it was let."""
        may_act = self.holder[claim.submission.id] == claim.token
        try:
            act()  # type: ignore[operator]
        except LostClaim:
            assert not may_act, "a live holder was fenced off"
            return False
        assert may_act, "a fenced-off holder was let through"
        return True


TestTwoWorkers = TwoWorkers.TestCase
TestTwoWorkers.settings = settings(max_examples=30, stateful_step_count=30, deadline=None)
