"""What a run does when it is told to end: nothing new is begun, and a step in hand is given back."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ingest.model.errors import Stopped


class Stop:
    """Listens to SIGTERM and SIGINT. A step and a pause are cut short; all else comes to its end."""

    def __init__(self) -> None:
        self._is_asked = False
        self._may_cut = False

    def listen(self) -> None:
        """Take the signals from now on."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask)

    @contextmanager
    def cut_short(self) -> Iterator[None]:
        """Let a signal cut the block short. Raises Stopped, also where a signal has come before."""
        self._may_cut = True
        try:
            if self._is_asked:
                raise Stopped
            yield
        finally:
            self._may_cut = False

    def pause(self, seconds: float) -> None:
        """Wait. Raises Stopped."""
        with self.cut_short():
            time.sleep(seconds)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        """Only the first signal cuts a step short: the next must not cut the giving back short."""
        del number, frame
        was_asked, self._is_asked = self._is_asked, True
        if self._may_cut and not was_asked:
            raise Stopped
