"""A worker that is stopped in the middle of a step gives the step back, then ends."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ingest.model.errors import Stopped

#: By which the pool ends its child, with REMAP_SIGTERM and without.
_SIGNALS = (signal.SIGTERM, signal.SIGQUIT)


@contextmanager
def is_stoppable() -> Iterator[None]:
    """Within it a step may be cut short; the process ends once the step has given its claim back.

    The handlers are set for each step: the pool sets its own after a child has begun.
    """
    before = {number: signal.signal(number, _stop) for number in _SIGNALS}
    try:
        yield
    except Stopped:
        _end()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(number: int, frame: FrameType | None) -> None:
    del number, frame
    for again in _SIGNALS:  # a second signal must not cut the giving back short
        signal.signal(again, signal.SIG_IGN)
    raise Stopped


def _end() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    os.kill(os.getpid(), signal.SIGTERM)
