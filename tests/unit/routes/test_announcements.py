from __future__ import annotations

import itertools

from ingest.model.errors import TransientError
from ingest.model.route import RouteKind, ShareAddress
from ingest.routes.announcements import Announced, Announcements, queue_names
from ingest.routes.notices import (
    MOST_DELIVERIES,
    ArrivalNotice,
    MessageQueue,
    ReceivedMessage,
    arrival_message,
)
from ingest.routes.settle import name_key

SHARE = ShareAddress(RouteKind.HTP, "123", "folder:/x")
NOTICE = ArrivalNotice("123-1001.zip", 5, "0" * 64)


class VisibleQueue:
    """A queue whose messages come into sight again at once."""

    def __init__(self, *texts: str) -> None:
        self.texts = dict(zip(map(str, itertools.count()), texts, strict=False))
        self.deliveries: dict[str, int] = dict.fromkeys(self.texts, 0)
        self.is_down = False

    def receive(self) -> tuple[ReceivedMessage, ...]:
        if self.is_down:
            raise TransientError("could not read the queue: HTTP 503 ServerBusy")
        for each in self.texts:
            self.deliveries[each] += 1
        return tuple(
            ReceivedMessage(each, "r", text, self.deliveries[each]) for each, text in self.texts.items()
        )

    def delete(self, message: ReceivedMessage) -> None:
        if self.is_down:
            raise TransientError("could not delete from the queue")
        self.texts.pop(message.id, None)

    def send(self, text: str) -> None:
        number = str(len(self.deliveries))
        self.texts[number], self.deliveries[number] = text, 0


def announce(queue: MessageQueue, poison: MessageQueue, alerts: list[str]) -> Announcements:
    return Announcements(lambda _: (queue, poison), b"key", lambda _, words: alerts.append(words))


def test_a_notice_stays_in_its_queue_until_its_file_is_a_submission() -> None:
    queue, alerts = VisibleQueue(arrival_message(NOTICE)), []
    announcements = announce(queue, VisibleQueue(), alerts)
    key = name_key(b"key", SHARE, NOTICE.name)
    for _ in range(2):
        assert announcements.take(SHARE).notices == {key: NOTICE}
        announcements.dealt_with(SHARE, [])
    announcements.take(SHARE)
    announcements.dealt_with(SHARE, [key, "another"])
    assert queue.texts == {}
    assert alerts == []


def test_a_repeated_notice_is_dealt_with_in_one_go() -> None:
    queue = VisibleQueue(arrival_message(NOTICE), arrival_message(NOTICE))
    announcements = announce(queue, VisibleQueue(), [])
    announcements.dealt_with(SHARE, announcements.take(SHARE).notices)
    assert queue.texts == {}


def test_a_notice_whose_file_never_comes_is_put_aside_with_an_alert() -> None:
    queue, poison, faults = VisibleQueue(arrival_message(NOTICE)), VisibleQueue(), []
    announcements = announce(queue, poison, faults)
    for _ in range(MOST_DELIVERIES):
        assert announcements.take(SHARE).put_aside == ()
    (reason,) = announcements.take(SHARE).put_aside
    assert (len(queue.texts), len(poison.texts), faults) == (0, 1, [])
    assert NOTICE.name not in reason


def test_a_queue_that_is_down_stops_nothing() -> None:
    queue, alerts = VisibleQueue(arrival_message(NOTICE)), []
    announcements = announce(queue, VisibleQueue(), alerts)
    taken = announcements.take(SHARE)
    queue.is_down = True
    announcements.dealt_with(SHARE, taken.notices)
    assert announcements.take(SHARE) == Announced()
    assert len(alerts) == 2


def test_a_site_has_three_queues_of_its_own() -> None:
    assert queue_names("htp-{site}", "123") == ("htp-123", "htp-123-poison", "htp-123-verdicts")
