"""Reprocess: judge submissions again, under the present trial file or a registered one.

A dry run changes nothing and records the difference of verdicts. A real run reopens only what would change.
Each item is one submission, done by itself, so that no task runs longer than one zip.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from ingest.archive.originals import BytesGone
from ingest.ledger.errors import LedgerError, LostClaim, Refused
from ingest.ledger.outbox import Channel, Message
from ingest.ledger.runs import ItemClaim, ItemState, Run, RunScope
from ingest.ledger.transaction import Transaction
from ingest.ledger.transitions import ACTIVE_STATES, Event
from ingest.model.errors import ConfigurationError, CountedError, Stopped, TransientError
from ingest.model.inspection import Inspection
from ingest.model.instance import InstanceFacts
from ingest.model.submission import Act, ActKind, Step, Submission, SubmissionState
from ingest.model.verdict import Verdict, worst
from ingest.steps.decide import judge_inspection
from ingest.steps.held_bytes import CONTAINER_NOT_CHECKED, HeldBytes, bytes_of
from ingest.steps.inspect import INSPECTION_DIED, build_request, ended_early
from ingest.steps.keep_alive import keep_alive
from ingest.steps.name_bug import name_bug
from ingest.steps.parts import Parts
from ingest.trial.load import parse_trial

_PREFIX = "reprocess:"
#: Seconds until an item is taken again: after a passing fault, and while its submission is on its way.
FAULT_WAIT, ON_ITS_WAY_WAIT = 600.0, 30.0


def begin_run(
    parts: Parts,
    run_id: str,
    scope: RunScope,
    scope_id: str | None = None,
    *,
    trial: str | None = None,
    is_dry: bool = False,
    by: str,
    reason: str,
) -> tuple[str, ...]:
    """Record a run and return the submissions that it goes over; begun twice, it is the same run.

    trial: name or sha256 of a registered trial file; None: the present one. Raises NotInLedger, Refused.
    """
    with parts.ledger.write() as tx:
        tx.trials.register(parts.trial.name, parts.trial.text, parts.trial.sha256)
        sha256 = tx.trials.get(trial).sha256 if trial else parts.trial.sha256
        run = Run(run_id, scope, scope_id or "", sha256, is_dry, by, reason)
        if tx.runs.begin(run):
            detail = {
                "run": run_id,
                "scope": scope.value,
                "is_dry": is_dry,
                "trial": sha256,
                "reason": reason,
            }
            tx.audit.append("run-begun", by=by, detail=detail)
        return tuple(submission_id for _, submission_id in tx.runs.waiting(run_id, limit=1_000_000))


def begin_called_run(
    parts: Parts, run_id: str, scope: str, scope_id: str | None, trial: str | None, *, is_dry: bool
) -> tuple[str, ...]:
    """Begin a run that a task asks for. Whoever called it hears nothing of a refusal: operations are told."""
    try:
        if scope not in tuple(RunScope):
            raise Refused(f"the scope is one of {', '.join(RunScope)}")
        called = {"by": "task call", "reason": "ingest.reprocess"}
        return begin_run(parts, run_id, RunScope(scope), scope_id, trial=trial, is_dry=is_dry, **called)
    except LedgerError as error:
        parts.log("run-refused", run=run_id, reason=str(error))
        payload = {
            "event": "run-refused",
            "headline": f"The run {run_id} was not begun",
            "text": f"ingest.reprocess was called, and refused: {error}. `ingest trial list` shows the "
            "registered trial files, README.md the arguments.",
        }
        with parts.ledger.write() as tx:
            tx.outbox.put(Message(f"run-refused:{run_id}:{tx.now.isoformat()}", Channel.OPERATIONS, payload))
        return ()


def reprocess_item(parts: Parts, run_id: str, submission_id: str) -> None:
    """Judge one submission of a run again. Run twice, it changes nothing the second time."""
    with parts.ledger.write() as tx:
        claim = tx.runs.claim(run_id, submission_id, parts.worker, parts.lease_seconds)
    if claim is None:
        return
    try:
        with keep_alive(parts, lambda: _renew(parts, claim)):
            _reprocess(parts, claim)
    except LostClaim:
        return
    except Stopped:
        with suppress(LostClaim, TransientError), parts.ledger.write() as tx:
            tx.runs.put_off(claim, 0.0, "the worker was stopped")
        raise
    except CountedError as error:
        _give_back(parts, claim, str(error), is_transient=False)
    except (TransientError, ConfigurationError, Refused) as error:
        # Refused: the submission has just been taken up by somebody else.
        _give_back(parts, claim, str(error), is_transient=True)
    except Exception as error:  # a bug: its text may hold anything, so only its class is kept
        _give_back(parts, claim, name_bug(error), is_transient=False)


def _give_back(parts: Parts, claim: ItemClaim, reason: str, *, is_transient: bool) -> None:
    parts.log("reprocess-failed", run=claim.run.id, submission=claim.submission_id, reason=reason)
    with suppress(LostClaim), parts.ledger.write() as tx:
        if is_transient:
            tx.runs.put_off(claim, FAULT_WAIT, reason)
        else:
            tx.runs.fail(claim, reason)


def _renew(parts: Parts, claim: ItemClaim) -> None:
    with parts.ledger.write() as tx:
        tx.runs.renew(claim)


def _reprocess(parts: Parts, claim: ItemClaim) -> None:
    with parts.ledger.read() as tx:
        submission = tx.submissions.get(claim.submission_id)
    if submission.state is not SubmissionState.DONE:
        with parts.ledger.write() as tx:
            if submission.state in ACTIVE_STATES:
                tx.runs.put_off(claim, ON_ITS_WAY_WAIT, f"{submission.state.value}: waits until it is done")
            else:
                tx.runs.close(claim, ItemState.SKIPPED, f"{submission.state.value}: not judged")
        return
    under = with_run_trial(parts, claim.run)
    try:
        with bytes_of(under, submission) as held:
            inspection, instances = _inspect_again(under, submission, claim, held)
    except BytesGone:
        with parts.ledger.write() as tx:
            tx.runs.close(claim, ItemState.SKIPPED, "bytes no longer held")
        return
    with parts.ledger.read() as tx:
        stored = tx.verdicts.latest(submission.id)
        after = judge_inspection(under, tx, submission, inspection, instances).verdict
    before = stored.verdict if stored else None
    _record(parts, claim, submission, before, after, is_archived=held.is_archived)


def _record(
    parts: Parts,
    claim: ItemClaim,
    submission: Submission,
    before: Verdict | None,
    after: Verdict,
    *,
    is_archived: bool,
) -> None:
    """Record the difference; a real run reopens the submission in the same transaction.

    is_archived: only what is filed was judged. It is compared with what was said of that; a submission of
    which more came than was filed is not reopened: its newest verdict would no longer say so.
    """
    run = claim.run
    compared, reason = before, ""
    if is_archived and before is not None:
        compared, reason = _about(before, after), CONTAINER_NOT_CHECKED
    is_whole = compared is before or before is None or len(before.subjects) == len(after.subjects)
    with parts.ledger.write() as tx:
        difference = tx.runs.done(claim, compared, after, reason=reason)
        is_reopened = difference.is_change and not run.is_dry and is_whole
        if is_reopened:
            act = Act(ActKind.REPROCESS, f"{_PREFIX}{run.id}", run.by, run.reason)
            tx.submissions.reopen(submission.id, Event.INSPECT_AGAIN, act)
            tx.audit.append("reopened", submission_id=submission.id, by=run.by, detail={"act": act.name})
    if is_reopened:
        parts.wake(submission.id, Step.INSPECT)


def _about(before: Verdict, after: Verdict) -> Verdict:
    """Return what an earlier verdict said of the subjects of a later one, and nothing of the container."""
    labels = {subject.subject_id for subject in after.subjects}
    kept = tuple(subject for subject in before.subjects if subject.subject_id in labels)
    return replace(before, subjects=kept, findings=(), outcome=worst([subject.outcome for subject in kept]))


def _inspect_again(
    parts: Parts, submission: Submission, claim: ItemClaim, held: HeldBytes
) -> tuple[Inspection, list[InstanceFacts]]:
    """Inspect what is held, writing nothing."""
    instances: list[InstanceFacts] = []

    def collect(batch: list[InstanceFacts]) -> None:
        instances.extend(batch)
        _renew(parts, claim)

    request = build_request(parts, submission, held.original, staging=None)
    inspection = held.qualify(parts.inspector.inspect(request, collect), submission)
    if ended_early(inspection):  # no reason to judge worse what was judged by its bytes
        raise CountedError(INSPECTION_DIED)
    return inspection, instances


def with_run_trial(parts: Parts, run: Run) -> Parts:
    """Return the parts under the trial file that a run names."""
    if run.trial_sha256 == parts.trial.sha256:
        return parts
    with parts.ledger.read() as tx:
        text = tx.trials.get(run.trial_sha256).text
    return replace(parts, trial=parse_trial(text))


def with_act_trial(parts: Parts, submission: Submission) -> Parts:
    """Return the parts under the trial file by which a submission's present act is judged."""
    if submission.act.kind is not ActKind.REPROCESS:
        return parts
    with parts.ledger.read() as tx:
        run = _run_of(tx, submission)
    return with_run_trial(parts, run)


def _run_of(tx: Transaction, submission: Submission) -> Run:
    return tx.runs.get(submission.act.name.removeprefix(_PREFIX))
