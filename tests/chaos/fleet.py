"""The worker processes of a storm: started, killed, and started again whenever they end, as Docker does."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_CELERY = (sys.executable, "-m", "celery", "--quiet", "-A", "tests.chaos.quick")
_SMALL = ("-c", "1", "-l", "WARNING", "--without-gossip", "--without-mingle")


def _worker(name: str, queue: str) -> tuple[str, ...]:
    return (*_CELERY, "worker", "-Q", queue, "-n", f"{name}@chaos", *_SMALL)


#: Name → command line.
HEAVY = {f"heavy-{number}": _worker(f"heavy-{number}", "heavy") for number in (1, 2, 3, 4)}
LIGHT = {"light": _worker("light", "light")}
#: Two that take whatever comes.
TWO_OF_ANY = {name: _worker(name, "light,heavy") for name in ("any-1", "any-2")}
TWO_HEAVY = {name: HEAVY[name] for name in ("heavy-1", "heavy-2")} | LIGHT
BEAT = {"beat": (*_CELERY, "beat", "-l", "WARNING", "--pidfile=")}


class Fleet:
    """Processes by name, each the leader of a group of its own."""

    def __init__(
        self, commands: Mapping[str, tuple[str, ...]], environment: Mapping[str, str], logs: Path
    ) -> None:
        self._commands = commands
        self._environment = {**os.environ, **environment}
        self._logs = logs
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.restarts = 0

    def start(self) -> None:
        """Start what does not run; call it often."""
        for name, command in self._commands.items():
            process = self._running.get(name)
            if process is not None and process.poll() is None:
                continue
            if process is not None:
                self.restarts += 1
                _end_group(process.pid, signal.SIGKILL)
            with (self._logs / f"{name}.log").open("ab") as log:
                self._running[name] = subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env=self._environment,
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )

    def kill(self, name: str) -> None:
        """Kill -9 a process with all that it started."""
        process = self._running[name]
        _end_group(process.pid, signal.SIGKILL)
        process.wait()

    def groups(self) -> frozenset[int]:
        """Return the process groups: what does not belong to one of them is not ours to kill."""
        return frozenset(process.pid for process in self._running.values())

    def inspectors(self) -> list[int]:
        """Return the inspection children that live."""
        return [pid for pid, command in _processes(self.groups()) if b"ingest.inspection" in command]

    def cpu_seconds(self) -> float:
        """Return the CPU seconds that all processes have used, their ended children's included."""
        ticks = sum(_ticks(pid) for pid, _ in _processes(self.groups()))
        return ticks / os.sysconf("SC_CLK_TCK")

    def close(self) -> None:
        """Stop everything, in good order where it will."""
        for process in self._running.values():
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
        for process in self._running.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(20)
            _end_group(process.pid, signal.SIGKILL)
            process.wait()


def _end_group(group: int, how: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, how)


def _ticks(pid: int) -> int:
    """Return utime, stime, cutime and cstime of a process, in clock ticks; 0: it has just ended."""
    with suppress(OSError):
        after_name = (Path("/proc") / str(pid) / "stat").read_text(encoding="ascii").rpartition(")")[2]
        return sum(int(field) for field in after_name.split()[11:15])
    return 0


def _processes(groups: frozenset[int]) -> Iterator[tuple[int, bytes]]:
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        with suppress(OSError):
            if os.getpgid(int(folder.name)) in groups:
                yield int(folder.name), (folder / "cmdline").read_bytes()
