"""The fuzz itself: each input through the real inspection process and the verdict; its fate is counted."""

from __future__ import annotations

import hashlib
import io
import time
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest.checks.codes import load_codes
from ingest.inspection.client import Inspector
from ingest.model.inspection import Inspection, InspectionRequest
from ingest.model.instance import InstanceFacts
from ingest.model.route import RouteKind
from ingest.model.verdict import Outcome
from ingest.steps.judge import group_by_label, judge_package
from ingest.trial.definition import Trial
from ingest.trial.load import load_default_trial
from tests.fuzz.inputs import FuzzInput, make_input
from tests.fuzz.peer import is_sound_dicom

#: What one input may take; beyond it is a finding of its own, and a failure of the fuzz.
SECONDS, MEMORY = 10.0, 512 * 1024**2
#: The process ended, took too long, needed too much memory; a check raised.
FAILURES = frozenset({"PKG901", "PKG902", "PKG903", "DCM901", "DCM902"})


@dataclass
class Account:
    """What became of the inputs. `unlike`: accepted though neither what was sent before nor sound DICOM.

    deaths:   inputs at which the process ended, was slow, ran out of memory, or a check raised.
    slowest:  seconds of wall time; `peak`: bytes that the process had at most, so far.
    failures: numbers of the inputs that are deaths or unlike.
    """

    inputs: int = 0
    rejected: int = 0
    held: int = 0
    unchanged: int = 0
    sound: int = 0
    unlike: int = 0
    deaths: int = 0
    slowest: float = 0.0
    slowest_input: int = -1
    peak: int = 0
    failures: list[int] = field(default_factory=list)
    codes: dict[str, int] = field(default_factory=dict)

    def add(self, other: Account) -> None:
        """Add another stretch of inputs to this one."""
        for name in ("inputs", "rejected", "held", "unchanged", "sound", "unlike", "deaths"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        if other.slowest > self.slowest:
            self.slowest, self.slowest_input = other.slowest, other.slowest_input
        self.peak = max(self.peak, other.peak)
        self.failures = sorted({*self.failures, *other.failures})
        for code, count in other.codes.items():
            self.codes[code] = self.codes.get(code, 0) + count

    def as_dict(self) -> dict[str, object]:
        """Return the account as JSON has it."""
        return asdict(self)


class Fuzz:
    """Puts inputs through one inspection process. Use it in a `with`."""

    def __init__(self) -> None:
        self._trial: Trial = load_default_trial(load_codes())
        self._inspector = Inspector(memory_limit=MEMORY, seconds=SECONDS)
        self._folder = TemporaryDirectory()
        self.account = Account()

    def __enter__(self) -> Fuzz:
        return self

    def __exit__(self, *_: object) -> None:
        self._inspector.close()
        self._folder.cleanup()

    def run(self, numbers: Iterable[int], is_over: Callable[[], bool] = lambda: False) -> int:
        """Try the inputs of these numbers until `is_over`; return how many were tried."""
        tried = 0
        for number in numbers:
            if is_over():
                break
            self.try_input(make_input(number))
            tried += 1
        self.account.peak = max(self.account.peak, self._peak())
        return tried

    def try_input(self, item: FuzzInput) -> str:
        """Try one input and count what became of it; return that."""
        path = Path(self._folder.name) / "package.zip"
        path.write_bytes(item.data)
        request = InspectionRequest(
            str(path), "batch-1.zip", RouteKind.EXPLORER, "123", self._trial.text, "00" * 32
        )
        facts: list[InstanceFacts] = []
        pid, began = self._inspector.pid, time.monotonic()
        inspection = self._inspector.inspect(request, facts.extend)
        taken = time.monotonic() - began
        fate = self._fate(item, inspection, facts)
        if pid is not None and self._inspector.pid != pid:
            fate = "deaths"
        self._count(item, fate, taken, inspection)
        return fate

    def _fate(self, item: FuzzInput, inspection: Inspection, facts: list[InstanceFacts]) -> str:
        if FAILURES & {finding.code for finding in inspection.findings}:
            return "deaths"
        site = self._trial.site("123")
        outcome = judge_package(inspection, group_by_label(facts), self._trial, site).verdict.outcome
        if outcome is not Outcome.ACCEPTED:
            return outcome.value
        sent = {one.sent_sha256 for one in facts}
        if sent <= {hashlib.sha256(content).hexdigest() for content in item.sound}:
            return "unchanged"
        return "sound" if item.is_file and is_sound_dicom(_only_member(item.data)) else "unlike"

    def _count(self, item: FuzzInput, fate: str, taken: float, inspection: Inspection) -> None:
        account = self.account
        account.inputs += 1
        setattr(account, fate, getattr(account, fate) + 1)
        if fate in ("deaths", "unlike"):
            account.failures.append(item.number)
        if taken > account.slowest:
            account.slowest, account.slowest_input = taken, item.number
        for code in {finding.code for finding in inspection.findings}:
            account.codes[code] = account.codes.get(code, 0) + 1

    def _peak(self) -> int:
        """Return the most memory that the process has had, from the system."""
        status = Path(f"/proc/{self._inspector.pid}/status")
        if not status.is_file():
            return 0
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024


def _only_member(data: bytes) -> bytes:

    with zipfile.ZipFile(io.BytesIO(data)) as package:
        return package.read(package.namelist()[0])
