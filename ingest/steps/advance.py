"""Take a submission through the step that it waits for: claim, do, record, wake the next."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from pathlib import Path

from ingest.archive.staging import clear_staging
from ingest.ledger.claims import Claim
from ingest.ledger.errors import LostClaim
from ingest.ledger.transitions import STEP_OF_STATE
from ingest.model.errors import TransientError
from ingest.model.submission import Step, Submission, SubmissionState
from ingest.routes.ports import ThrottledError
from ingest.steps.decide import decide
from ingest.steps.file import file
from ingest.steps.inspect import inspect
from ingest.steps.keep_alive import keep_alive
from ingest.steps.parts import Parts
from ingest.steps.report import report
from ingest.steps.reprocess import with_act_trial
from ingest.steps.set_aside import set_aside
from ingest.steps.stage import stage

STEPS: Mapping[Step, Callable[[Parts, Claim], None]] = {
    Step.STAGE: stage,
    Step.INSPECT: inspect,
    Step.DECIDE: decide,
    Step.FILE: file,
    Step.REPORT: report,
    Step.SET_ASIDE: set_aside,
}


#: Seconds between two sweeps, and what a postponed wake-up comes later than it could.
SWEEP_EVERY, MARGIN = 60.0, 0.1


def advance(parts: Parts, submission_id: str) -> Step | None:
    """Do the submission's next step, once; return the step that it waits for then, None: it waits for none.

    Run twice, or by two workers at once, it changes nothing the second time. Nothing escapes: a passing
    fault is tried again later, a bug parks the submission and the operations contact is told.
    """
    claim = parts.ledger.claim(submission_id, worker=parts.worker, lease_seconds=parts.lease_seconds)
    if claim is None:
        return None
    ids = {"submission": submission_id, "step": claim.step.value, "attempts": claim.attempt}
    parts.log("step-begun", **ids)
    try:
        with keep_alive(parts, claim):
            STEPS[claim.step](with_act_trial(parts, claim.submission), claim)
    except LostClaim:
        parts.log("claim-lost", **ids)
        return None
    except TransientError as error:
        _give_back(
            parts,
            claim,
            str(error),
            retry_after=error.retry_after if isinstance(error, ThrottledError) else None,
        )
        return None
    except Exception as error:  # a bug: its text may hold anything, so only its class is kept
        _park(parts, claim, name_bug(error))
        return None
    return _wake_next(parts, submission_id, claim)


def name_bug(error: BaseException) -> str:
    """Return what may be said of an unexpected exception: its class, and where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{where}"


def _wake_next(parts: Parts, submission_id: str, claim: Claim) -> Step | None:
    with parts.ledger.read() as tx:
        now = tx.submissions.get(submission_id)
    parts.log("step-done", submission=submission_id, step=claim.step.value, state=now.state.value)
    following = STEP_OF_STATE.get(now.state)
    if following is None:
        return None
    if now.retry_at is not None:
        _wake_later(parts, now, following)
        return None
    parts.wake(submission_id, following)
    return following


def _wake_later(parts: Parts, submission: Submission, step: Step) -> None:
    """A step that was put off for seconds does not wait for the sweep; longer waits are the sweep's."""
    assert submission.retry_at is not None
    delay = (submission.retry_at - parts.clock.now()).total_seconds()
    if delay < SWEEP_EVERY:
        parts.wake(submission.id, step, max(0.0, delay) + MARGIN)


def _give_back(parts: Parts, claim: Claim, reason: str, retry_after: float | None) -> None:
    try:
        state = parts.ledger.fail(claim, reason=reason, is_transient=True, retry_after=retry_after)
    except LostClaim:
        return
    if state is SubmissionState.STUCK:
        _leave_nothing(parts, claim)
    parts.log(
        "step-failed", submission=claim.submission.id, step=claim.step.value, reason=reason, state=state.value
    )


def _park(parts: Parts, claim: Claim, error: str) -> None:
    try:
        parts.ledger.fail(claim, reason=error, is_transient=False)
    except LostClaim:
        return
    _leave_nothing(parts, claim)
    parts.log("step-parked", submission=claim.submission.id, step=claim.step.value, error=error)


def _leave_nothing(parts: Parts, claim: Claim) -> None:
    """What a parked inspection has staged was never judged; it is inspected anew when the step is resumed."""
    if claim.step is Step.INSPECT:
        clear_staging(parts.places, claim.submission.id)
