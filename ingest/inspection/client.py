"""The service's side of inspection: a warm child process, replaced when it dies or takes too long."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.checks.pseudonymisation.approvals import Proposal
from ingest.inspection.child import Child, Gone
from ingest.inspection.display import digest_file, display_name
from ingest.model.closing import Closing
from ingest.model.errors import TransientError
from ingest.model.finding import Finding
from ingest.model.inspection import UNCHECKED, Coverage, Inspection, InspectionRequest, PackageFacts
from ingest.model.instance import InstanceFacts
from ingest.model.packed import PackedFacts
from ingest.model.wire import from_wire, to_wire
from ingest.trial.load import describe_trial, parse_trial

TOO_MUCH_MEMORY = "PKG903"
#: A child that says nothing for so long is stuck.
_SILENCE = 300.0

OnInstances = Callable[[list[InstanceFacts]], None]
OnPacked = Callable[[list[PackedFacts]], None]
OnProgress = Callable[[int, int], None]


class InspectionBugError(Exception):
    """The program itself failed; says where, never with what."""


class Inspector(Closing):
    """Inspects packages in a child process that is kept warm between them. One at a time; not for threads.

    memory_limit: bytes that the child may fill (mapped files do not count; on Windows not enforced).
    seconds:      wall time for one package; None: the trial's limit.
    silence:      seconds without a word after which the child counts as stuck.
    child:        one that was started already.
    """

    def __init__(
        self,
        memory_limit: int = 1 << 30,
        seconds: float | None = None,
        silence: float = _SILENCE,
        child: Child | None = None,
    ) -> None:
        self._memory_limit = memory_limit
        self._seconds = seconds
        self._silence = silence
        self._child = child

    @property
    def pid(self) -> int | None:
        """The child's process id, None where there is none."""
        return self._child.pid if self._child else None

    def warm(self) -> None:
        """Start the child, if there is none."""
        if self._child is None or not self._child.is_alive:
            self.close()
            self._child = Child(self._memory_limit)

    def inspect(
        self,
        request: InspectionRequest,
        on_instances: OnInstances,
        on_progress: OnProgress | None = None,
    ) -> Inspection:
        """Return the inspection of a package; its instances' facts are handed over in batches before.

        Raises what `inspect_packed` raises.
        """
        return self.inspect_packed(
            request, lambda batch: on_instances([packed.unpack() for packed in batch]), on_progress
        )

    def inspect_packed(
        self, request: InspectionRequest, on_packed: OnPacked, on_progress: OnProgress | None = None
    ) -> Inspection:
        """Return the inspection of a package; its instances' facts are handed over packed, as they are kept.

        A child that dies, is stuck or runs out of memory is a finding of the package and is replaced. Raises
        TransientError for faults of the world, InspectionBugError for those of the program, and whatever the
        callbacks raise.
        """
        try:
            answer = self._ask("inspect", request, on_packed, on_progress)
        except Gone as gone:
            return _lost(request, str(gone))
        if "inspection" in answer:
            return from_wire(Inspection, answer["inspection"])
        if "memory" in answer:
            return _lost(request, TOO_MUCH_MEMORY)
        raise _failure(answer)

    def propose(self, request: InspectionRequest) -> tuple[Proposal, ...]:
        """Return what a person could approve of a package; its texts are for that person's terminal alone.

        Raises TransientError, InspectionBugError, also where the child died.
        """
        try:
            answer = self._ask("propose", request, lambda _: None, None)
        except Gone as gone:
            raise InspectionBugError(f"the inspection ended early ({gone})") from None
        if "proposals" not in answer:
            raise _failure(answer)
        return tuple(from_wire(Proposal, item) for item in answer["proposals"])

    def close(self) -> None:
        """End the child."""
        if self._child is not None:
            self._child.end()
            self._child = None

    def _ask(
        self,
        verb: str,
        request: InspectionRequest,
        on_packed: OnPacked,
        on_progress: OnProgress | None,
    ) -> dict[str, Any]:
        """Return the child's last word; whatever goes wrong on the way, the child is not used again."""
        self.warm()
        child = self._child
        assert child is not None
        try:
            trial = parse_trial(request.trial_toml)
            question = {
                verb: to_wire(replace(request, trial_toml="")),
                "trial": json.dumps(describe_trial(trial)),
            }
            seconds = self._seconds or trial.limits.seconds
            answer = self._converse(child, question, seconds, on_packed, on_progress)
        except BaseException:
            self.close()
            raise
        return answer

    def _converse(
        self,
        child: Child,
        question: dict[str, Any],
        seconds: float,
        on_packed: OnPacked,
        on_progress: OnProgress | None,
    ) -> dict[str, Any]:
        deadline = time.monotonic() + seconds
        child.send(question)
        while True:
            message = child.receive(min(self._silence, deadline - time.monotonic()))
            if "instances" in message:
                on_packed([PackedFacts(*packed) for packed in message["instances"]])
            elif "progress" in message:
                if on_progress is not None:
                    on_progress(*message["progress"])
            else:
                return message


def _failure(answer: dict[str, Any]) -> Exception:
    if "transient" in answer:
        return TransientError(str(answer["transient"]))
    if "memory" in answer:
        return InspectionBugError("the inspection ran out of memory")
    return InspectionBugError(str(answer.get("bug", "an answer that is none")))


def _lost(request: InspectionRequest, code: str) -> Inspection:
    """What can be said of a package whose inspection did not come to an end."""
    path = Path(request.package_path)
    trial = parse_trial(request.trial_toml)
    try:
        facts = PackageFacts(
            sha256=request.package_sha256 or digest_file(path),
            size=path.stat().st_size,
            members=0,
            instances=0,
            display_name=display_name(request.package_name, trial, trial.site(request.site)),
        )
    except OSError as error:
        raise TransientError(f"the package cannot be read ({type(error).__name__})") from None
    return Inspection(facts, (), (Finding(code),), Coverage(not_checked={UNCHECKED: 1}))
