"""One poll over shares in memory: what it asks for, what it makes, what it tells, what it leaves alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from ingest.ledger.outbox import Channel
from ingest.ledger.transitions import Event
from ingest.model.errors import ConfigurationError, TransientError
from ingest.model.route import RouteKind, ShareAddress
from ingest.model.submission import Submission, SubmissionState
from ingest.routes.announcements import Announcements
from ingest.routes.notices import ArrivalNotice, ReceivedMessage, arrival_message
from ingest.routes.ports import Listing, ThrottledError
from ingest.steps.parts import Parts
from ingest.steps.poll import Polled, poll
from tests.deployment import Deployment, deploy
from tests.fakes.memory_store import MemoryStore
from tests.ledger_rows import ManualClock

NOTICE = ArrivalNotice("123-1001.zip", 5, "ab" * 32, "run-1")


class CountingStore(MemoryStore):
    """A share that counts what it is asked, and fails when told to. `on_listed`: called after a listing."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: Counter[str] = Counter()
        self.fault: Exception | None = None
        self.on_listed = lambda: None

    def list_entries(self) -> Listing:
        self.asked["list"] += 1
        if self.fault is not None:
            raise self.fault
        listing = super().list_entries()
        self.on_listed()
        return listing

    def properties(self, name: str):
        self.asked["properties"] += 1
        return super().properties(name)


class Shares:
    """The shares of a route, by site, polled with a clock that the test moves."""

    def __init__(self, running: Deployment, clock: ManualClock) -> None:
        self.clock = clock
        self.stores: dict[ShareAddress, CountingStore] = {}
        self.parts: Parts = replace(running.parts, open_store=self._open)

    def _open(self, share: ShareAddress) -> CountingStore:
        return self.stores.setdefault(share, CountingStore())

    def at(self, site: str, route: RouteKind = RouteKind.EXPLORER) -> CountingStore:
        return self._open(
            next(each for each in self.parts.shares if (each.route, each.site) == (route, site))
        )

    def poll(self, times: int = 1, route: RouteKind = RouteKind.EXPLORER) -> Polled:
        for _ in range(times):
            self.clock.advance(60)
            done = poll(self.parts, route)
        return done

    def submissions(self) -> tuple[Submission, ...]:
        with self.parts.ledger.read() as tx:
            return tx.submissions.find(newest_first=False)

    def alerts(self) -> list[str]:
        """Return the headlines of what the study team is told."""
        with self.parts.ledger.write() as tx:
            waiting = tx.outbox.claim("test", lease_seconds=0, limit=1000, channel=Channel.OPERATIONS)
        return [str(each.message.payload["headline"]) for each in waiting]


@pytest.fixture
def shares(tmp_path: Path) -> Iterator[Shares]:
    clock = ManualClock()
    with deploy(tmp_path, clock=clock) as running:
        yield Shares(running, clock)


def test_what_was_seen_before_costs_one_listing_a_poll_and_no_further_call(shares: Shares) -> None:
    store = shares.at("123")
    for number in range(50):
        store.put(f"{number}.zip", b"bytes")
    assert len(shares.poll(2).submissions) == 50
    assert shares.poll(3).submissions == ()
    assert store.asked == {"list": 5}


def test_an_entry_that_changes_is_a_new_submission_and_one_that_does_not_is_none(shares: Shares) -> None:
    store = shares.at("123")
    store.put("a.zip", b"bytes")
    assert len(shares.poll(2).submissions) == 1
    store.put("a.zip", b"other")
    assert len(shares.poll(2).submissions) == 1
    assert shares.poll(2).submissions == ()
    assert len(shares.submissions()) == 2


@pytest.mark.parametrize(
    "fault",
    [
        TransientError("could not list the share: its storage account cannot be reached"),
        ConfigurationError("there is no credential for its storage account"),
    ],
)
def test_a_share_that_is_down_does_not_stop_the_others(shares: Shares, fault: Exception) -> None:
    shares.at("123").fault = fault
    shares.at("124").put("a.zip", b"bytes")
    done = shares.poll(2)
    assert len(done.submissions) == 1
    assert [share.site for share in done.failed] == ["123"]
    shares.at("123").fault = None
    assert shares.poll().failed == ()


def test_a_throttled_share_is_left_alone_for_as_long_as_it_asked(shares: Shares) -> None:
    store = shares.at("123")
    store.fault = ThrottledError("could not list the share: HTTP 503 ServerBusy", 150)
    assert len(shares.poll().failed) == 1
    store.fault = None
    assert shares.poll(2).failed == ()
    assert store.asked["list"] == 1
    shares.poll()
    assert store.asked["list"] == 2
    assert shares.at("124").asked["list"] == 4


def test_what_lies_beside_the_zips_is_told_once_when_it_stands_still(shares: Shares) -> None:
    store = shares.at("124", RouteKind.SMB)
    store.folders.add("CT 2024")
    for number in range(3):
        store.put(f"IM{number}", b"DICM")
        shares.poll(route=RouteKind.SMB)
    assert shares.alerts() == []
    shares.poll(4, RouteKind.SMB)
    assert shares.alerts() == ["1 folder and 3 stray files on the smb share of site 124"]
    store.put("IM9", b"DICM")
    shares.poll(3, RouteKind.SMB)
    assert len(shares.alerts()) == 2
    assert shares.submissions() == ()


def _make_unfinished(shares: Shares) -> Submission:
    shares.at("123").put("a.zip", b"half of it")
    (submission_id,) = shares.poll(2).submissions
    claim = shares.parts.ledger.claim(submission_id, worker="w", lease_seconds=60)
    assert claim is not None
    with shares.parts.ledger.finish(claim, Event.BROKEN_OFF):
        pass
    return shares.submissions()[0]


def test_an_unfinished_upload_is_taken_up_when_its_time_is_up_and_not_before(shares: Shares) -> None:
    _make_unfinished(shares)
    shares.clock.advance(86_000)
    shares.poll()
    assert shares.submissions()[0].state is SubmissionState.UNFINISHED
    shares.clock.advance(400)
    shares.poll()
    (submission,) = shares.submissions()
    assert (submission.state, submission.is_overdue) == (SubmissionState.TO_INSPECT, True)


def test_an_upload_that_changed_while_its_first_half_was_looked_at_takes_its_place(shares: Shares) -> None:
    shares.at("123").put("a.zip", b"half of it")
    (submission_id,) = shares.poll(2).submissions
    claim = shares.parts.ledger.claim(submission_id, worker="w", lease_seconds=600)
    assert claim is not None
    shares.at("123").put("a.zip", b"the whole")
    shares.poll()
    with shares.parts.ledger.finish(claim, Event.BROKEN_OFF):
        pass
    shares.poll()
    assert [each.state for each in shares.submissions()] == [
        SubmissionState.VANISHED,
        SubmissionState.TO_STAGE,
    ]


def test_an_unfinished_upload_that_was_deleted_has_vanished(shares: Shares) -> None:
    _make_unfinished(shares)
    shares.at("123").delete("a.zip")
    shares.poll()
    assert shares.submissions()[0].state is SubmissionState.VANISHED


class MemoryQueue:
    """A queue. What was taken is out of sight until `show`."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.hidden: set[str] = set()
        self._number = 0

    def send(self, text: str) -> None:
        self._number += 1
        self.texts[str(self._number)] = text

    def receive(self) -> tuple[ReceivedMessage, ...]:
        seen = [each for each in self.texts if each not in self.hidden]
        self.hidden.update(seen)
        return tuple(ReceivedMessage(each, "r", self.texts[each], 1) for each in seen)

    def delete(self, message: ReceivedMessage) -> None:
        del self.texts[message.id]

    def show(self) -> None:
        self.hidden.clear()


class Announced:
    """Shares of the HTP route with the queue of site 123."""

    def __init__(self, shares: Shares) -> None:
        self.shares, self.queue, self.poison = shares, MemoryQueue(), MemoryQueue()
        self.store = shares.at("123", RouteKind.HTP)
        empty = MemoryQueue()
        announcements = Announcements(
            lambda share: (self.queue, self.poison) if share.site == "123" else (empty, empty),
            shares.parts.key,
            lambda share, words: None,
        )
        shares.parts = replace(shares.parts, announcements=announcements)

    def poll(self, times: int = 1) -> Polled:
        return self.shares.poll(times, RouteKind.HTP)

    def first(self) -> Submission:
        return self.shares.submissions()[0]


@pytest.fixture
def htp(shares: Shares) -> Announced:
    return Announced(shares)


def test_a_zip_that_gets_its_name_between_listing_and_notice_is_taken_at_once(htp: Announced) -> None:
    def rename_and_announce() -> None:
        htp.store.put(NOTICE.name, b"bytes")
        htp.queue.send(arrival_message(NOTICE))
        htp.store.on_listed = lambda: None

    htp.store.on_listed = rename_and_announce
    assert len(htp.poll().submissions) == 1
    assert (htp.first().declared_sha256, htp.first().notice_id) == (NOTICE.sha256, NOTICE.id)
    assert htp.queue.texts == {}


def test_a_notice_that_comes_after_polling_took_the_zip_is_written_down(htp: Announced) -> None:
    htp.store.put(NOTICE.name, b"bytes")
    htp.queue.send(arrival_message(NOTICE))
    htp.queue.receive()
    htp.poll(2)
    assert (htp.first().declared_sha256, htp.first().notice_id) == ("", "")
    htp.queue.show()
    assert htp.poll().submissions == ()
    assert (htp.first().declared_sha256, htp.first().notice_id) == (NOTICE.sha256, NOTICE.id)
    assert htp.queue.texts == {}


def test_a_notice_that_comes_after_the_bytes_changes_nothing_but_the_id(htp: Announced) -> None:
    htp.store.put(NOTICE.name, b"bytes")
    htp.poll(2)
    with htp.shares.parts.ledger.write() as tx:
        tx.submissions.set_fetched("S000001", "cd" * 32, None)
    htp.queue.send(arrival_message(NOTICE))
    htp.poll()
    assert (htp.first().declared_sha256, htp.first().notice_id) == ("", NOTICE.id)


def test_a_notice_of_another_size_stays_in_the_queue_and_is_not_believed(htp: Announced) -> None:
    htp.store.put(NOTICE.name, b"other bytes")
    htp.queue.send(arrival_message(NOTICE))
    htp.poll(2)
    assert htp.first().declared_sha256 == ""
    assert len(htp.queue.texts) == 1


def test_poison_is_put_aside_and_told_once_a_day(htp: Announced) -> None:
    for _ in range(3):
        htp.queue.send("not a notice")
        htp.poll()
    assert (len(htp.queue.texts), len(htp.poison.texts)) == (0, 3)
    assert htp.shares.alerts() == ["A message of the uploader of site 123 was put aside"]
    htp.queue.send('{"schema": 2}')
    htp.poll()
    assert len(htp.shares.alerts()) == 2


def test_a_share_that_is_down_leaves_its_notices_in_the_queue(htp: Announced) -> None:
    htp.store.fault = TransientError("could not list the share")
    htp.queue.send(arrival_message(NOTICE))
    htp.poll(8)
    htp.store.fault = None
    htp.store.put(NOTICE.name, b"bytes")
    assert len(htp.poll().submissions) == 1
