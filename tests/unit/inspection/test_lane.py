"""What is done ahead comes back in order, faults included, and stops where it is no longer wanted."""

import threading
from contextlib import closing
from functools import partial

import pytest

from ingest.inspection.lane import AHEAD, LARGE, Lane, is_large, read_ahead
from ingest.package.contents import Member


def fail() -> int:
    raise OSError("no")


@pytest.mark.parametrize("has_thread", [True, False])
def test_results_and_faults_come_in_the_order_of_the_work(has_thread: bool) -> None:
    with Lane[int](has_thread=has_thread) as lane:
        for work in (lambda: 1, fail, lambda: 3):
            lane.put(work)
        assert lane.take() == 1
        with pytest.raises(OSError, match="no"):
            lane.take()
        assert lane.take() == 3


def test_what_is_not_begun_is_dropped() -> None:
    begun, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def first() -> None:
        begun.set()
        go_on.wait()
        done.append("first")

    lane = Lane[None](has_thread=True)
    lane.put(first)
    lane.put(lambda: done.append("second"))
    begun.wait()
    threading.Timer(0.05, go_on.set).start()
    lane.close()
    assert done == ["first"]


def test_without_a_thread_work_is_done_by_whoever_gives_it() -> None:
    doers: list[int] = []
    with Lane[None](has_thread=False) as lane:
        lane.put(lambda: doers.append(threading.get_ident()))
        assert doers == [threading.get_ident()]
        lane.put(lambda: doers.append(threading.get_ident()))
        lane.take_helping()
        lane.take_helping()
    assert doers == [threading.get_ident()] * 2


class SleepingLane(Lane[int]):
    """A lane whose thread never gets its turn."""

    def _run(self) -> None:
        return


def test_what_the_thread_has_not_begun_is_done_by_whoever_waits_for_it() -> None:
    with SleepingLane(has_thread=True) as lane:
        lane.put(threading.get_ident)
        lane.put(fail)
        assert lane.take_helping() == threading.get_ident()
        with pytest.raises(OSError, match="no"):
            lane.take_helping()


def test_whoever_waits_for_work_at_hand_does_what_lies_behind_it() -> None:
    begun, go_on = threading.Event(), threading.Event()
    doers: list[int] = []

    def first() -> None:
        begun.set()
        go_on.wait()

    def second() -> None:
        doers.append(threading.get_ident())
        go_on.set()

    with Lane[None](has_thread=True) as lane:
        lane.put(first)
        lane.put(second)
        begun.wait()
        lane.take_helping()
        lane.take_helping()
    assert doers == [threading.get_ident()]


def test_with_help_everything_is_done_once_and_comes_in_order() -> None:
    done: list[int] = []

    def work(number: int) -> int:
        done.append(number)
        return number

    with Lane[int](has_thread=True) as lane:
        for number in range(2000):
            lane.put(partial(work, number))
        assert [lane.take_helping() for _ in range(2000)] == list(range(2000))
    assert sorted(done) == list(range(2000))


class CountingReader:
    """Reads nothing; counts what was asked of it."""

    def __init__(self) -> None:
        self.read_so_far: list[int] = []
        self.has_read_two = threading.Event()

    def read(self, member: Member) -> int:
        self.read_so_far.append(member.ordinal)
        if len(self.read_so_far) == 2:
            self.has_read_two.set()
        return member.ordinal


def member(ordinal: int, size: int) -> Member:
    return Member(ordinal, f"{ordinal}.dcm", size, size, 0, 8, "data", 0)


def test_of_a_large_package_some_is_read_ahead_and_no_more_than_memory_allows() -> None:
    reader = CountingReader()
    members = [member(ordinal, AHEAD // 2) for ordinal in range(1, 2 * (LARGE // AHEAD + 2))]
    with closing(read_ahead(reader, members, has_lanes=is_large(members))) as ahead:  # type: ignore[arg-type]
        first, take = next(ahead)
        assert reader.has_read_two.wait(10)
        assert (first.ordinal, take()) == (1, 1)
    assert reader.read_so_far == [1, 2]


def test_of_another_package_nothing_is_read_ahead() -> None:
    reader = CountingReader()
    members = [member(ordinal, 1000) for ordinal in range(1, 10)]
    for read, (_, take) in enumerate(read_ahead(reader, members, has_lanes=is_large(members)), 1):  # type: ignore[arg-type]
        assert take() == read
        assert len(reader.read_so_far) == read


def test_a_member_larger_than_all_that_may_wait_is_read_in_its_turn() -> None:
    reader = CountingReader()
    members = [member(ordinal, LARGE) for ordinal in range(1, 4)]
    assert [take() for _, take in read_ahead(reader, members, has_lanes=is_large(members))] == [1, 2, 3]  # type: ignore[arg-type]
