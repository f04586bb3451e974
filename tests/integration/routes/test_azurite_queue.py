"""Notices and verdicts over Microsoft's own emulator of Storage queues."""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Iterator

import pytest
from azure.storage.queue import QueueClient

from ingest.model.errors import TransientError
from ingest.routes.azure_queue import LONGEST_TEXT, AzureQueue, open_queue
from ingest.routes.credentials import ConnectionString, SharedAccessSignature
from ingest.routes.notices import (
    MOST_DELIVERIES,
    ArrivalNotice,
    TakenNotices,
    arrival_message,
    read_notice,
    take_notices,
    verdict_message,
)
from ingest.routes.ports import RefusedError
from tests.filerest import DEFAULT_ACCOUNT, DEFAULT_KEY
from tests.integration.routes.azurite import CONNECTION_STRING, azurite

pytestmark = pytest.mark.routes

NOTICE = ArrivalNotice("123-1001.zip", 1234, "ab" * 32, id="upload-1")


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with azurite(tmp_path_factory.mktemp("azurite")) as started:
        yield started


CONNECTION = ConnectionString(CONNECTION_STRING)


@pytest.fixture
def name() -> str:
    return f"htp-123-{uuid.uuid4().hex[:8]}"


def _open(endpoint: str, name: str) -> Iterator[AzureQueue]:
    queue = open_queue(endpoint, DEFAULT_ACCOUNT, name, CONNECTION)
    queue.create()
    queue.create()
    yield queue
    queue.close()


@pytest.fixture
def queue(endpoint: str, name: str) -> Iterator[AzureQueue]:
    yield from _open(endpoint, name)


@pytest.fixture
def poison(endpoint: str, name: str) -> Iterator[AzureQueue]:
    yield from _open(endpoint, f"{name}-poison")


@pytest.fixture
def sender(endpoint: str, name: str) -> Iterator[QueueClient]:
    """A client of the sender's own."""
    key = {"account_name": DEFAULT_ACCOUNT, "account_key": DEFAULT_KEY}
    client = QueueClient(endpoint, name, credential=key)
    yield client
    client.close()


def test_a_notice_arrives_once_and_is_gone_when_deleted(queue: AzureQueue, poison: AzureQueue) -> None:
    queue.send(arrival_message(NOTICE))
    queue.look()
    taken = take_notices(queue, poison)
    ((message, notice),) = taken.notices
    assert notice == NOTICE
    assert message.deliveries == 1
    assert take_notices(queue, poison).notices == ()
    queue.delete(message)
    queue.delete(message)
    assert poison.receive() == ()


def test_a_notice_that_nobody_dealt_with_comes_again_and_is_parked_at_last(
    endpoint: str, name: str, sender: QueueClient, poison: AzureQueue
) -> None:
    hasty = AzureQueue(sender, hidden_for=1)
    hasty.create()
    hasty.send(arrival_message(NOTICE))
    for _ in range(MOST_DELIVERIES):
        assert len(_take_when_visible(hasty, poison).notices) == 1
    assert _take_when_visible(hasty, poison).parked == (f"it was handed out {MOST_DELIVERIES + 1} times",)
    (parked,) = poison.receive()
    assert read_notice(json.loads(parked.text)["message"]) == NOTICE
    time.sleep(1.2)
    assert hasty.receive() == ()


def _take_when_visible(queue: AzureQueue, poison: AzureQueue) -> TakenNotices:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        taken = take_notices(queue, poison)
        if taken.notices or taken.parked:
            return taken
        time.sleep(0.1)
    raise AssertionError("the message did not come again")


@pytest.mark.parametrize(
    "text",
    [
        "not JSON",
        base64.b64encode(b"\xff\xfe").decode(),
        base64.b64encode(b'{"schema": 2, "kind": "arrival"}').decode(),
        base64.b64encode(b"[" * 5000).decode(),
    ],
)
def test_poison_does_not_stop_the_notice_behind_it(
    queue: AzureQueue, poison: AzureQueue, sender: QueueClient, text: str
) -> None:
    sender.send_message(text)
    queue.send(arrival_message(NOTICE))
    taken = take_notices(queue, poison)
    assert [notice for _, notice in taken.notices] == [NOTICE]
    assert len(taken.parked) == 1
    assert len(poison.receive()) == 1


def test_a_plain_text_notice_is_read_too(queue: AzureQueue, poison: AzureQueue, sender: QueueClient) -> None:
    sender.send_message(arrival_message(NOTICE))
    assert [notice for _, notice in take_notices(queue, poison).notices] == [NOTICE]


def test_a_repeated_notice_is_handed_out_twice(queue: AzureQueue, poison: AzureQueue) -> None:
    queue.send(arrival_message(NOTICE))
    queue.send(arrival_message(NOTICE))
    assert [notice for _, notice in take_notices(queue, poison).notices] == [NOTICE, NOTICE]


def test_a_verdict_goes_back_and_never_runs_out(queue: AzureQueue, sender: QueueClient) -> None:
    text = verdict_message(
        submission="S000001",
        revision=1,
        sha256="ab" * 32,
        outcome="held",
        report="reports/S000001/report.json",
        notice_id="upload-1",
    )
    queue.send(text)
    received = sender.receive_message()
    assert received is not None
    assert json.loads(base64.b64decode(received.content)) == json.loads(text)
    assert received.expires_on is not None
    assert received.expires_on.year > 9000


def test_the_longest_text_fits_and_a_longer_one_is_refused_here(queue: AzureQueue) -> None:
    queue.send("x" * LONGEST_TEXT)
    (message,) = queue.receive()
    assert len(message.text) == LONGEST_TEXT
    with pytest.raises(ValueError, match="49152 bytes"):
        queue.send("x" * (LONGEST_TEXT + 1))


def test_a_wrong_signature_is_refused_without_a_url(endpoint: str, name: str) -> None:
    stranger = open_queue(
        endpoint, DEFAULT_ACCOUNT, name, SharedAccessSignature("sv=2024-01-01&sp=r&sig=AAAA")
    )
    with pytest.raises(RefusedError) as refused:
        stranger.receive()
    assert "127.0.0.1" not in str(refused.value)
    stranger.close()


def test_a_queue_that_is_not_there_is_said_without_a_url(endpoint: str, name: str) -> None:
    missing = open_queue(endpoint, DEFAULT_ACCOUNT, name, CONNECTION)
    with pytest.raises(TransientError, match=r"could not look at the queue: HTTP 404 QueueNotFound"):
        missing.look()
    with pytest.raises(TransientError, match=r"could not read the queue") as failed:
        missing.receive()
    assert name not in str(failed.value)
    missing.close()
