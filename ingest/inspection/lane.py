"""Work in a second thread, in order: bytes are inflated, hashed and written there while elements are walked.

What runs in a lane leaves the interpreter's lock for most of its time; what needs it is the main thread's.
Only a large package has one: others are one core's work, so that as many workers as cores share them evenly.
"""

from __future__ import annotations

import threading
from collections import deque
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
#: Inflated bytes from which a package is large: it takes seconds, and a second core is worth having.
LARGE = 256 * 1024**2

Take = Callable[[], MemberBytes | Finding]


class _Work(Generic[T]):
    """Work that is done once, by whoever claims it first, and what came of it."""

    __slots__ = ("_claim", "_done", "_error", "_made", "_work")

    def __init__(self, work: Callable[[], T]) -> None:
        self._work: Callable[[], T] | None = work
        self._made: T | None = None
        self._error: BaseException | None = None
        self._claim, self._done = threading.Lock(), threading.Lock()
        self._done.acquire()

    @property
    def is_done(self) -> bool:
        """Whether `end` would not wait."""
        return not self._done.locked()

    def do(self) -> None:
        """Do it, unless it is claimed already."""
        if not self._claim.acquire(blocking=False):
            return
        assert self._work is not None
        try:
            self._made = self._work()
        except BaseException as error:  # the caller's to judge
            self._error = error
        self._work = None
        self._done.release()

    def end(self) -> T:
        """Wait until it is done; return what it returned, or raise what it raised."""
        self._done.acquire()
        if self._error is not None:
            raise self._error
        return self._made  # type: ignore[return-value]


def is_large(members: Sequence[Member]) -> bool:
    """Say whether the members are so many bytes that lanes are worth their threads."""
    return sum(member.size for member in members) >= LARGE


class Lane(Closing, Generic[T]):
    """One thread that does what it is given, in order. Use it in a `with`: what is not begun is dropped.

    has_thread: False: what it is given is done at once, by whoever gives it.
    """

    def __init__(self, *, has_thread: bool) -> None:
        self._to_do: SimpleQueue[_Work[T] | None] = SimpleQueue()
        self._to_take: deque[_Work[T]] = deque()
        self._is_closing = False
        self._thread = threading.Thread(target=self._run, daemon=True) if has_thread else None
        if self._thread is not None:
            self._thread.start()

    def put(self, work: Callable[[], T]) -> None:
        """Have `work` done; what it returns or raises is kept for `take`."""
        item = _Work(work)
        self._to_take.append(item)
        if self._thread is None:
            item.do()
        else:
            self._to_do.put(item)

    def take(self) -> T:
        """Return what the oldest work not yet taken returned, or raise what it raised."""
        return self._to_take.popleft().end()

    def take_helping(self) -> T:
        """The same; until the oldest is done, what the thread has not begun is done here."""
        oldest = self._to_take.popleft()
        for item in (oldest, *self._to_take):
            if oldest.is_done:
                break
            item.do()
        return oldest.end()

    def close(self) -> None:
        """Let the work at hand end and drop the rest."""
        if self._thread is not None:
            self._is_closing = True
            self._to_do.put(None)
            self._thread.join()

    def _run(self) -> None:
        while (work := self._to_do.get()) is not None:
            if not self._is_closing:
                work.do()
            del work


def read_ahead(
    reader: MemberReader, members: Sequence[Member], *, has_lanes: bool
) -> Generator[tuple[Member, Take], None, None]:
    """Yield each member with what gives its bytes; with lanes the next are inflated meanwhile."""
    following, waiting = 0, 0
    with Lane[MemberBytes | Finding](has_thread=has_lanes) as lane:
        for place, member in enumerate(members):
            while following < len(members) and (following <= place or (has_lanes and waiting < AHEAD)):
                lane.put(partial(reader.read, members[following]))
                waiting += members[following].size
                following += 1
            yield member, lane.take
            waiting -= member.size
