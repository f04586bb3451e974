from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.routes.notices import (
    MOST_DELIVERIES,
    ArrivalNotice,
    BadNotice,
    ReceivedMessage,
    arrival_message,
    read_notice,
    take_notices,
    verdict_message,
)

SCHEMA = json.loads((Path(__file__).parents[3] / "docs/schemas/htp-messages.schema.json").read_text("utf-8"))
GOOD: dict[str, Any] = {
    "schema": 1,
    "kind": "arrival",
    "name": "123-1001.zip",
    "size": 5,
    "sha256": "0" * 64,
    "id": "u-1",
}


class Queue:
    def __init__(self, *messages: ReceivedMessage) -> None:
        self.messages = list(messages)
        self.sent: list[str] = []

    def receive(self) -> tuple[ReceivedMessage, ...]:
        return tuple(self.messages)

    def delete(self, message: ReceivedMessage) -> None:
        self.messages.remove(message)

    def send(self, text: str) -> None:
        self.sent.append(text)


def fits(message: dict[str, Any]) -> bool:
    return bool(jsonschema.Draft202012Validator(SCHEMA).is_valid(message))


def test_what_is_sent_is_read_and_fits_the_published_schema() -> None:
    for notice in (ArrivalNotice("a.zip", 0, "f" * 64), ArrivalNotice("batch-1.zip", 2**40, "0" * 64, "x:1")):
        assert read_notice(arrival_message(notice)) == notice
        assert fits(json.loads(arrival_message(notice)))
    verdict = verdict_message(
        submission="S000001",
        revision=2,
        sha256="0" * 64,
        outcome="held",
        report="reports/S000001/report.json",
    )
    assert fits(json.loads(verdict))


def test_keys_that_are_not_known_are_let_be() -> None:
    assert isinstance(read_notice(json.dumps(GOOD | {"newer": True})), ArrivalNotice)
    assert fits(GOOD | {"newer": True})


def wrong() -> Iterator[dict[str, Any]]:
    for key, values in {
        "schema": [None, 2, 0, "1", True, 1.5],
        "kind": [None, "verdict-ish", 1],
        "name": [None, "", ".zip", "a.txt", "x/a.zip", "..\\a.zip", "a\n.zip", "a" * 300 + ".zip", 7],
        "size": [None, -1, "5", 1.5, True],
        "sha256": [None, "", "0" * 63, "A" * 64, "g" * 64, 0],
        "id": ["", "a b", "x" * 65, 3, "é"],
    }.items():
        for value in values:
            if (key, value) != ("id", ""):
                yield GOOD | {key: value}
    yield from ({k: v for k, v in GOOD.items() if k != missing} for missing in GOOD if missing != "id")


@pytest.mark.parametrize("message", list(wrong()), ids=str)
def test_a_wrong_message_is_refused_and_does_not_fit_the_schema(message: dict[str, Any]) -> None:
    refused = read_notice(json.dumps(message))
    assert isinstance(refused, BadNotice)
    assert not fits(message)


@given(st.text())
def test_any_text_is_read_or_refused_without_being_quoted(text: str) -> None:
    assert isinstance(read_notice(text), BadNotice)


@given(
    st.dictionaries(st.sampled_from(list(GOOD)), st.none() | st.integers() | st.text() | st.lists(st.none()))
)
def test_any_object_is_read_or_refused(changes: dict[str, Any]) -> None:
    assert isinstance(read_notice(json.dumps(GOOD | changes)), ArrivalNotice | BadNotice)


def test_deep_and_long_messages_are_refused() -> None:
    assert isinstance(read_notice("[" * 8_000), BadNotice)
    assert isinstance(read_notice(json.dumps(GOOD | {"x": "y" * 10_000})), BadNotice)
    assert isinstance(read_notice('{"schema": ' + "9" * 5_000 + "}"), BadNotice)


def test_a_bad_message_is_parked_before_it_is_deleted() -> None:
    class FullQueue(Queue):
        def send(self, text: str) -> None:
            raise OSError

    bad = ReceivedMessage("1", "r", "nonsense", 1)
    queue = Queue(bad)
    with pytest.raises(OSError):
        take_notices(queue, FullQueue())
    assert queue.messages == [bad]


def test_a_notice_that_was_handed_out_too_often_is_parked_with_its_text() -> None:
    text = json.dumps(GOOD)
    queue, poison = Queue(ReceivedMessage("1", "r", text, MOST_DELIVERIES + 1)), Queue()
    taken = take_notices(queue, poison)
    assert (taken.notices, len(taken.parked), queue.messages) == ((), 1, [])
    assert json.loads(poison.sent[0])["message"] == text


def test_a_message_does_not_show_its_text_in_a_traceback() -> None:
    assert "SMITH" not in repr(ReceivedMessage("1", "receipt", "SMITH", 1))
    assert "SMITH" not in repr(ArrivalNotice("SMITH.zip", 1, "0" * 64))
