"""A queue of Azure Storage, through Microsoft's own client. Texts travel as base64."""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from azure.core.exceptions import HttpResponseError, ResourceExistsError
from azure.storage.queue import QueueClient

from ingest.model.errors import ConfigurationError, TransientError
from ingest.routes.azure_account import client_credential
from ingest.routes.azure_faults import attempt, error_code, silence_clients
from ingest.routes.credentials import Credential
from ingest.routes.notices import ReceivedMessage
from ingest.routes.ports import Changed, Gone, NotYet

Result = TypeVar("Result")

LONGEST_TEXT = 49_152
_NAME = re.compile(r"[a-z0-9](?:-?[a-z0-9]){2,62}", re.ASCII)
_AT_ONCE = 32
_NOT_OURS = frozenset({"PopReceiptMismatch", "MessageNotFound"})


def open_queue(endpoint: str, account: str, name: str, credential: Credential) -> AzureQueue:
    """Open the queue `name` of an account; nothing is connected to. Raises ConfigurationError.

    endpoint: `https://ACCOUNT.queue.core.windows.net`, of an emulator `http://127.0.0.1:PORT/ACCOUNT`.
    """
    if not _NAME.fullmatch(name):
        raise ConfigurationError("a queue's name has 3 to 63 lower-case letters, digits and single hyphens")
    client = QueueClient(
        endpoint,
        name,
        credential=client_credential(endpoint, account, credential),
        retry_total=0,
        connection_timeout=10,
        read_timeout=60,
    )
    return AzureQueue(client)


class AzureQueue:
    """A MessageQueue. `hidden_for`: seconds that a message is out of others' sight once it was taken."""

    def __init__(
        self, client: QueueClient, hidden_for: int = 120, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        silence_clients()
        self._client = client
        self._hidden_for = hidden_for
        self._sleep = sleep

    def receive(self) -> tuple[ReceivedMessage, ...]:
        """Take up to 32 messages in one call."""
        found = self._attempt(
            lambda: list(
                self._client.receive_messages(
                    messages_per_page=_AT_ONCE, max_messages=_AT_ONCE, visibility_timeout=self._hidden_for
                )
            ),
            "read",
        )
        return tuple(
            ReceivedMessage(each.id, each.pop_receipt or "", _decode(each.content), each.dequeue_count or 1)
            for each in found
        )

    def delete(self, message: ReceivedMessage) -> None:
        """Delete a message. One that another has taken meanwhile is that one's to delete."""
        self._attempt(lambda: self._delete(message), "delete from")

    def _delete(self, message: ReceivedMessage) -> None:
        try:
            self._client.delete_message(message.id, message.receipt)
        except HttpResponseError as error:
            if error_code(error) not in _NOT_OURS:
                raise

    def send(self, text: str) -> None:
        """Add a message that never runs out."""
        data = text.encode("utf-8")
        if len(data) > LONGEST_TEXT:
            raise ValueError(f"a message has at most {LONGEST_TEXT} bytes")
        encoded = base64.b64encode(data).decode("ascii")
        self._attempt(lambda: self._client.send_message(encoded, time_to_live=-1), "write to")

    def look(self) -> None:
        """Find out whether the queue is there and may be used, without taking a message."""
        self._attempt(self._client.peek_messages, "look at")

    def create(self) -> None:
        """Make the queue, if it is not there yet."""
        self._attempt(lambda: self._create(), "make")

    def _create(self) -> None:
        with suppress(ResourceExistsError):
            self._client.create_queue()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _attempt(self, request: Callable[[], Result], doing: str) -> Result:
        outcome = attempt(request, f"{doing} the queue", self._sleep)
        if isinstance(outcome, (NotYet, Gone, Changed)):
            raise TransientError(f"could not {doing} the queue")
        return outcome


def _decode(content: object) -> str:
    """Return a message's text. What is not base64 of UTF-8 is taken as it is: it is parked with a reason."""
    text = str(content)
    try:
        return base64.b64decode(text, validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return text
