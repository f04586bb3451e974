"""The service in numbers, in Prometheus' text format. Labels are states, steps, queues: never an id."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ingest.health import SWEEP, Beats, live_workers
from ingest.ledger.outbox import MessageState
from ingest.ledger.vitals import StepTimes, VitalSigns
from ingest.model.submission import Step, SubmissionState
from ingest.model.verdict import CompletenessState, Outcome

#: Name → (type, what it says). `deploy/alerts.yml` is held against this list by a test.
METRICS: Mapping[str, tuple[str, str]] = {
    "hamlet_ledger_up": ("gauge", "1 where the ledger answers"),
    "hamlet_redis_up": ("gauge", "1 where Redis answers"),
    "hamlet_submissions": ("gauge", "Submissions by state"),
    "hamlet_outcomes": ("gauge", "Submissions by outcome"),
    "hamlet_subjects": ("gauge", "Subjects by completeness"),
    "hamlet_stuck": ("gauge", "Submissions that wait for a person since a step failed too often"),
    "hamlet_failing": ("gauge", "Submissions whose step meets passing faults and is tried again, by step"),
    "hamlet_oldest_fault_seconds": ("gauge", "Since the oldest of these faults first came; 0: none"),
    "hamlet_held_open": ("gauge", "Held items that nobody has resolved"),
    "hamlet_messages": ("gauge", "Messages in the outbox by state"),
    "hamlet_oldest_unsettled_seconds": ("gauge", "Age of the oldest entry that has not settled; 0: none"),
    "hamlet_oldest_waiting_seconds": (
        "gauge",
        "How long the submission that waits longest stands in its state; 0: none",
    ),
    "hamlet_idle_seconds": ("gauge", "Since a step last came to its end"),
    "hamlet_sweep_age_seconds": ("gauge", "Since the last sweep"),
    "hamlet_filed_bytes_total": ("counter", "Bytes filed in the archive"),
    "hamlet_filed_versions_total": ("counter", "Versions filed in the archive"),
    "hamlet_steps_last_hour": ("gauge", "Steps that ended in the last hour, by step and result"),
    "hamlet_step_seconds_last_hour": ("gauge", "Seconds that those steps took in all"),
    "hamlet_queue_depth": ("gauge", "Tasks that wait in a queue"),
    "hamlet_workers_live": ("gauge", "Workers that have signed of late, by queue"),
    "hamlet_disk_free_bytes": ("gauge", "Bytes free where the archive lies"),
    "hamlet_disk_size_bytes": ("gauge", "Size of that file system"),
}
QUEUES = ("light", "heavy")


@dataclass(frozen=True, slots=True)
class Reading:
    """What the numbers are made of; `signs`, `depths` are None where ledger or Redis do not answer."""

    now: datetime
    disk_free: int
    disk_size: int
    signs: VitalSigns | None = None
    steps: Sequence[StepTimes] = ()
    beats: Beats | None = None
    depths: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """One number."""

    name: str
    value: float
    labels: Mapping[str, str]


def render_metrics(reading: Reading) -> str:
    """Return the text that Prometheus reads: every metric with its help, samples in a settled order."""
    samples: dict[str, list[Sample]] = {name: [] for name in METRICS}
    for sample in _samples(reading):
        samples[sample.name].append(sample)
    lines = []
    for name, (kind, meaning) in METRICS.items():
        if samples[name]:
            lines += [f"# HELP {name} {meaning}", f"# TYPE {name} {kind}"]
            lines += [_line(sample) for sample in samples[name]]
    return "\n".join(lines) + "\n"


def _samples(reading: Reading) -> Iterator[Sample]:
    yield Sample("hamlet_ledger_up", float(reading.signs is not None), {})
    yield Sample("hamlet_redis_up", float(reading.depths is not None), {})
    yield Sample("hamlet_disk_free_bytes", reading.disk_free, {})
    yield Sample("hamlet_disk_size_bytes", reading.disk_size, {})
    for queue, depth in sorted((reading.depths or {}).items()):
        yield Sample("hamlet_queue_depth", depth, {"queue": queue})
    if reading.beats is not None:
        for queue in QUEUES:
            alive = live_workers(reading.beats, queue, reading.now)
            yield Sample("hamlet_workers_live", alive, {"queue": queue})
        if SWEEP in reading.beats:
            age = reading.now - reading.beats[SWEEP][1]
            yield Sample("hamlet_sweep_age_seconds", age.total_seconds(), {})
    if reading.signs is not None:
        yield from _of_signs(reading.signs, reading.now)
    for times in reading.steps:
        labels = {"step": times.step, "result": times.result}
        yield Sample("hamlet_steps_last_hour", times.count, labels)
        yield Sample("hamlet_step_seconds_last_hour", times.seconds, labels)


def _of_signs(signs: VitalSigns, now: datetime) -> Iterator[Sample]:
    for state in SubmissionState:
        yield Sample("hamlet_submissions", signs.states.get(state, 0), {"state": state.value})
    for outcome in Outcome:
        yield Sample("hamlet_outcomes", signs.outcomes.get(outcome, 0), {"outcome": outcome.value})
    for completeness in ("", *CompletenessState):
        count = signs.subjects.get(completeness, 0)
        yield Sample("hamlet_subjects", count, {"completeness": completeness or "undecided"})
    for kind in (MessageState.WAITING, MessageState.GIVEN_UP):
        yield Sample("hamlet_messages", signs.messages.get(kind, 0), {"state": kind.value})
    yield Sample("hamlet_stuck", len(signs.stuck), {})
    for step in Step:
        count = sum(item.count for item in signs.failing if item.step is step)
        yield Sample("hamlet_failing", count, {"step": step.value})
    first = min((item.since for item in signs.failing), default=None)
    yield Sample("hamlet_oldest_fault_seconds", _age(first, now), {})
    yield Sample("hamlet_held_open", signs.held_open, {})
    yield Sample("hamlet_filed_bytes_total", signs.bytes_filed, {})
    yield Sample("hamlet_filed_versions_total", signs.versions_filed, {})
    yield Sample("hamlet_oldest_unsettled_seconds", _age(signs.oldest_unsettled, now), {})
    yield Sample("hamlet_oldest_waiting_seconds", _age(signs.oldest_waiting, now), {})
    if signs.last_activity is not None:
        yield Sample("hamlet_idle_seconds", _age(signs.last_activity, now), {})


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since is not None else 0.0


def _line(sample: Sample) -> str:
    labels = ",".join(f'{key}="{_escaped(value)}"' for key, value in sample.labels.items())
    return (
        f"{sample.name}{{{labels}}} {sample.value:.10g}" if labels else f"{sample.name} {sample.value:.10g}"
    )


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
