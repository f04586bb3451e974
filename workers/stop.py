"""A worker that is stopped in the middle of a step gives the step back, then ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ingest.model.errors import Stopped

#: By which the pool ends its child, REMAP_SIGTERM or not.
_SIGNALS = (signal.SIGTERM, signal.SIGQUIT)
_running = False


def give_back_when_stopped() -> None:
    """From now on the signals that end this process first raise `Stopped` in a step that is stoppable."""
    for number in _SIGNALS:
        signal.signal(number, _stop)


@contextmanager
def is_stoppable() -> Iterator[None]:
    """Within it a step may be cut short; the process ends once the step has given its claim back."""
    global _running
    _running = True
    try:
        yield
    except Stopped:
        _end()
    finally:
        _running = False


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    global _running
    if not _running:
        _end()
    _running = False  # a second signal must not cut the giving back short
    for ignored in _SIGNALS:
        signal.signal(ignored, signal.SIG_IGN)
    raise Stopped


def _end() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)
