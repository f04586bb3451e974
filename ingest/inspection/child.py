"""The inspection child as a process: started, spoken to, ended. Imports little: it is started first."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from typing import Any, BinaryIO

from ingest.inspection.frames import BrokenStreamError, read_frame, write_frame

DIED, TOO_LONG = "PKG901", "PKG902"
#: What the child inherits of the environment: no credentials.
_ENVIRONMENT = (
    "PATH",
    "LANG",
    "LC_ALL",
    "TMPDIR",
    "TEMP",
    "TMP",
    "SYSTEMROOT",
    "VIRTUAL_ENV",
    "PYTHONPATH",
    "TZ",
)
#: Its threads share one heap, so that it stays small and can be given back whole. The trim threshold is left
#: alone: to set it would have each member's memory mapped and cleared anew, as costly as hashing it.
_ALLOCATOR = {"MALLOC_ARENA_MAX": "1"}
_START = 60.0


class Gone(Exception):
    """The child ended or is stuck; the argument is the finding's code."""


class Child:
    """The process and the thread that listens to it (pipes cannot be waited for on Windows)."""

    def __init__(self, memory_limit: int) -> None:
        environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ingest.inspection", str(memory_limit)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**environment, **_ALLOCATOR},
        )
        self._frames: queue.Queue[dict[str, Any] | None] = queue.Queue(maxsize=2)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._incoming: BinaryIO = self._process.stdin  # type: ignore[assignment]
        self._outgoing: BinaryIO = self._process.stdout  # type: ignore[assignment]
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()
        self._is_ready = False

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def send(self, message: dict[str, Any]) -> None:
        if not self._is_ready:
            self.receive(_START)
            self._is_ready = True
        try:
            write_frame(self._incoming, message)
        except OSError:
            raise Gone(DIED) from None

    def receive(self, timeout: float) -> dict[str, Any]:
        try:
            message = self._frames.get(timeout=max(timeout, 0.001))
        except queue.Empty:
            raise Gone(TOO_LONG) from None
        if message is None:
            raise Gone(TOO_LONG if self._was_out_of_time() else DIED)
        return message

    def end(self) -> None:
        """Kill the process and let the listener go."""
        self._process.kill()
        self._process.wait()
        while self._listener.is_alive():
            try:
                self._frames.get(timeout=0.01)
            except queue.Empty:
                continue
        for stream in (self._incoming, self._outgoing):
            try:
                stream.close()
            except OSError:
                continue

    def _was_out_of_time(self) -> bool:
        """Did the system end it for the CPU time it used?"""
        import signal

        self._process.wait()
        return self._process.returncode == -getattr(signal, "SIGXCPU", 1 << 16)

    def _listen(self) -> None:
        try:
            while (message := read_frame(self._outgoing)) is not None:
                self._frames.put(message)
        except (BrokenStreamError, OSError, ValueError):
            pass
        self._frames.put(None)
