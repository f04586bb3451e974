"""A warm worker with its child, told on standard input what to ingest; answers with what it cost.

One JSON object a line: {"do": "ingest", "zip": FILE, "data": DIR}, {"do": "drain", "data": DIR, "place": 0}.
Only parts of the program that every revision has are used, so that two can be compared.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench_rounds import Stopwatch

from ingest.inspection.client import Inspector
from ingest.ledger.transitions import ACTIVE_STATES
from ingest.model.route import RouteKind
from ingest.service import Service, open_service
from ingest.settings import Settings
from ingest.steps.advance import advance
from ingest.steps.drive import drive_round
from ingest.steps.poll import poll
from ingest.trial.load import parse_trial

_TICK = os.sysconf("SC_CLK_TCK")


class Worker:
    """Keeps its inspection child between the zips."""

    def __init__(self, trial_file: Path) -> None:
        self._trial = parse_trial(trial_file.read_text(encoding="utf-8"))
        self._key_file = trial_file.with_name("hash.key")
        self._inspector = Inspector()
        self._inspector.warm()
        self._kept: dict[Path, Service] = {}

    @contextmanager
    def open(self, data: Path) -> Iterator[Service]:
        """Give the service of `data` with the warm child; the second time its statements are compiled.

        Ledger and archive in `data` may be others each time; where there are none they are made.
        """
        if not (data / "ledger.sqlite").exists() or data not in self._kept:
            settings = Settings(data_dir=data, key_file=self._key_file)
            with open_service(settings, trial=self._trial) as fresh:
                fresh.parts = replace(fresh.parts, inspector=self._inspector)
            self._kept.setdefault(data, fresh)
        service = self._kept[data]
        try:
            yield service
        finally:
            service.parts.ledger.close()

    def prepare(self, message: dict[str, Any]) -> dict[str, Any]:
        """Open the service, and nothing else."""
        with self.open(Path(message["data"])):
            return {}

    def cpu(self) -> float:
        """Return the CPU seconds of this process and its child."""
        child = 0.0
        if self._inspector.pid is not None:
            stat = Path(f"/proc/{self._inspector.pid}/stat").read_text().rpartition(")")[2].split()
            child = (int(stat[11]) + int(stat[12])) / _TICK
        return time.process_time() + child

    def ingest(self, message: dict[str, Any]) -> dict[str, Any]:
        """Take one zip from the share to the report; a service that is not there yet is made before."""
        with self.open(Path(message["data"])) as service:
            share = next(s for s in service.parts.shares if (s.route, s.site) == (RouteKind.SMB, "123"))
            source = Path(message["zip"])
            target = Path(share.address.partition(":")[2]) / f"{source.stem}-{time.monotonic_ns()}.zip"
            target.hardlink_to(source)
            drive_round(service.parts, service.woken)  # sighted; at the next poll it has settled
            watch = _Memory(self._inspector) if message.get("memory") else None
            stopwatch = Stopwatch(self.cpu)
            drive_round(service.parts, service.woken)
            answer = stopwatch.end()
            if watch is not None:
                answer["memory"] = watch.end()
            with service.parts.ledger.read() as tx:
                last = tx.submissions.find(limit=1)[0]
            return answer | {"state": last.state.value, "outcome": last.outcome and last.outcome.value}

    def collect(self, message: dict[str, Any]) -> dict[str, Any]:
        """Poll only: what lies on the shares becomes submissions."""
        with self.open(Path(message["data"])) as service:
            polls = [poll(service.parts, RouteKind.SMB) for _ in range(2)]
            return {"submissions": sum(len(polled.submissions) for polled in polls)}

    def drain(self, message: dict[str, Any]) -> dict[str, Any]:
        """Take steps of whatever waits until nothing does; `place`: where in the queue this worker begins."""
        with self.open(Path(message["data"])) as service:
            began = self.cpu()
            while True:
                with service.parts.ledger.read() as tx:
                    waiting = [item.id for item in tx.submissions.find(states=ACTIVE_STATES, limit=1000)]
                if not waiting:
                    return {"cpu": self.cpu() - began, **self._outcomes(service)}
                place = message["place"] % len(waiting)
                if not any(_take_all(service, name) for name in (*waiting[place:], *waiting[:place])):
                    time.sleep(0.01)

    def _outcomes(self, service: Service) -> dict[str, Any]:
        with service.parts.ledger.read() as tx:
            done = tx.submissions.find(limit=1000)
        return {"outcomes": sorted({item.outcome.value if item.outcome else "none" for item in done})}


def _take_all(service: Service, submission_id: str) -> bool:
    """Take a submission as far as it goes; False: another worker has it."""
    if advance(service.parts, submission_id) is None:
        return False
    while advance(service.parts, submission_id) is not None:
        pass
    return True


class _Memory:
    """The largest sum of the worker's and its child's proportional set sizes, in MiB, sampled in a thread."""

    def __init__(self, inspector: Inspector) -> None:
        self._inspector = inspector
        self._largest = 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    def end(self) -> float:
        self._ended.set()
        self._thread.join()
        return self._largest / 1024

    def _watch(self) -> None:
        while not self._ended.wait(0.05):
            pids = [os.getpid(), *([self._inspector.pid] if self._inspector.pid else [])]
            self._largest = max(self._largest, sum(map(_pss, pids)))


def _pss(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)


def main() -> None:
    """Answer until standard input ends. What the program logs goes nowhere."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    worker = Worker(Path(sys.argv[1]))
    acts = {name: getattr(worker, name) for name in ("prepare", "ingest", "collect", "drain")}
    for line in sys.stdin:
        message = json.loads(line)
        print(json.dumps(acts[message["do"]](message)), file=answers, flush=True)


if __name__ == "__main__":
    main()
