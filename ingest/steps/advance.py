"""Take a submission through the step that it waits for: claim, do, record, wake the next."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress

from ingest.archive.staging import clear_staging
from ingest.inspection.memory import give_back_memory
from ingest.ledger.claims import Claim
from ingest.ledger.errors import LostClaim
from ingest.ledger.transitions import STEP_OF_STATE
from ingest.model.errors import ConfigurationError, CountedError, Stopped, TransientError
from ingest.model.submission import Step, Submission, SubmissionState
from ingest.routes.ports import ThrottledError
from ingest.steps.decide import decide
from ingest.steps.file import file
from ingest.steps.inspect import inspect
from ingest.steps.keep_alive import keep_alive
from ingest.steps.name_bug import name_bug
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


#: How often a silent ledger is told of a failure, and the seconds between; after that the lease lapses.
LEDGER_TRIES, LEDGER_PAUSE = 10, 3.0
#: Seconds between two sweeps, and what a postponed wake-up comes later than it could.
SWEEP_EVERY, MARGIN = 60.0, 0.1


def advance(parts: Parts, submission_id: str) -> Step | None:
    """Do the submission's next step, once; return the step that it waits for then, None: it waits for none.

    Run twice, or by two workers at once, it changes nothing the second time. Nothing that a step meets
    escapes: a passing fault of the world, the settings' included, is tried again for days; what may be a bug,
    as often as a step is tried. Raises NotInLedger, Stopped, TransientError where the ledger gives no claim.
    """
    claim = parts.ledger.claim(submission_id, worker=parts.worker, lease_seconds=parts.lease_seconds)
    if claim is None:
        return None
    ids = {"submission": submission_id, "step": claim.step.value, "attempts": claim.attempt}
    parts.log("step-begun", **ids)
    try:
        with keep_alive(parts, lambda: parts.ledger.renew(claim)):
            STEPS[claim.step](with_act_trial(parts, claim.submission), claim)
    except LostClaim:
        parts.log("claim-lost", **ids)
    except Stopped:
        parts.log("step-stopped", **ids)
        with suppress(LostClaim, TransientError):  # a ledger that does not answer: the lease lapses
            parts.ledger.postpone(claim, seconds=0)
        raise
    except CountedError as error:
        _give_back(parts, claim, str(error), is_transient=False)
    except (TransientError, ConfigurationError) as error:
        _give_back(parts, claim, str(error), is_transient=True, retry_after=_asked_for(error))
    except Exception as error:  # a bug: its text may hold anything, so only its class is kept
        _give_back(parts, claim, name_bug(error), is_transient=False)
    else:
        return _wake_next(parts, submission_id, claim)
    finally:
        give_back_memory()  # a package's facts lie scattered over the heap
    return None


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


def _asked_for(error: Exception) -> float | None:
    """Return how long a service asked to be left alone."""
    return error.retry_after if isinstance(error, ThrottledError) else None


def _give_back(
    parts: Parts, claim: Claim, reason: str, *, is_transient: bool, retry_after: float | None = None
) -> None:
    """Record the failure. A ledger that does not answer is asked again: it may be what failed the step."""
    state = None
    for _ in range(LEDGER_TRIES):
        try:
            state = parts.ledger.fail(
                claim, reason=reason, is_transient=is_transient, retry_after=retry_after
            )
        except LostClaim:
            return
        except TransientError:
            parts.clock.sleep(LEDGER_PAUSE)
            continue
        break
    if state is SubmissionState.STUCK:
        _leave_nothing(parts, claim)
    parts.log(
        "step-failed",
        submission=claim.submission.id,
        step=claim.step.value,
        reason=reason,
        state=state.value if state else "unknown",
    )


def _leave_nothing(parts: Parts, claim: Claim) -> None:
    """What a parked inspection has staged was never judged; it is inspected anew when the step is resumed."""
    if claim.step is Step.INSPECT:
        clear_staging(parts.places, claim.submission.id)
