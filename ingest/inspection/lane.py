"""Work in a second thread, in order: bytes are inflated, hashed and written there while elements are walked.

What runs in a lane leaves the interpreter's lock for most of its time; what needs it is the main thread's.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Sequence
from functools import partial
from queue import SimpleQueue
from typing import Generic, TypeVar

from ingest.model.closing import Closing
from ingest.model.finding import Finding
from ingest.package.contents import Member
from ingest.package.read import MemberBytes, MemberReader

T = TypeVar("T")

#: Bytes of members that may wait in memory on either side of the walk.
AHEAD = 3 * 1024**2

Take = Callable[[], MemberBytes | Finding]


class Lane(Closing, Generic[T]):
    """One thread that does what it is given, in order. Use it in a `with`: what is not begun is dropped."""

    def __init__(self) -> None:
        self._work: SimpleQueue[Callable[[], T] | None] = SimpleQueue()
        self._done: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def put(self, work: Callable[[], T]) -> None:
        """Have `work` done; what it returns or raises is kept for `take`."""
        self._work.put(work)

    def take(self) -> T:
        """Return what the oldest work not yet taken returned, or raise what it raised."""
        done, error = self._done.get()
        if error is not None:
            raise error
        return done  # type: ignore[return-value]

    def close(self) -> None:
        """Let the work at hand end and drop the rest."""
        self._is_closing = True
        self._work.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (work := self._work.get()) is not None:
            if self._is_closing:
                continue
            try:
                self._done.put((work(), None))
            except BaseException as error:  # the caller's to judge
                self._done.put((None, error))
            del work


def read_ahead(reader: MemberReader, members: Sequence[Member]) -> Generator[tuple[Member, Take], None, None]:
    """Yield each member with what gives its bytes; those behind it are inflated meanwhile."""
    following, waiting = 0, 0
    with Lane[MemberBytes | Finding]() as lane:
        for place, member in enumerate(members):
            while following < len(members) and (following <= place or waiting < AHEAD):
                lane.put(partial(reader.read, members[following]))
                waiting += members[following].size
                following += 1
            yield member, lane.take
            waiting -= member.size
