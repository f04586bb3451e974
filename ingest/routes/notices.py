"""Messages between a sender and the service: notices of arrival, verdicts back (docs/htp-contract.md).

A notice is a hint. It makes a poll come sooner and says which sha256 to expect; what lies on the share
decides. A notice that was lost, repeated, early or wrong changes nothing but the time it takes.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any, Protocol

SCHEMA_VERSION = 1
#: How often a notice may be handed out before it is put aside: each time, the one who took it died.
MOST_DELIVERIES = 5

_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}", re.ASCII)
_LONGEST_NAME = 255
_LONGEST_NOTICE = 8_192


@dataclass(frozen=True, slots=True)
class ArrivalNotice:
    """A sender says that a file is whole.

    name: as on the share, without a folder. size: bytes. sha256: 64 lower-case hexadecimal digits.
    id:   the sender's own id of the upload, or empty; it comes back with the verdict.
    """

    name: str = field(repr=False)
    size: int
    sha256: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class BadNotice:
    """A message that is not a notice. `reason` quotes nothing of it."""

    reason: str


@dataclass(frozen=True, slots=True)
class ReceivedMessage:
    """A message taken from a queue: out of sight of others until it is deleted or its time is up."""

    id: str
    receipt: str = field(repr=False)
    text: str = field(repr=False)
    deliveries: int


class MessageQueue(Protocol):
    """A queue. Every method may raise TransientError."""

    def receive(self) -> tuple[ReceivedMessage, ...]:
        """Take up to 32 messages."""
        ...

    def delete(self, message: ReceivedMessage) -> None:
        """Delete a message that was dealt with. Nothing happens where it is out of our hands again."""
        ...

    def send(self, text: str) -> None:
        """Add a message of at most 49,152 bytes of UTF-8."""
        ...


@dataclass(frozen=True, slots=True)
class TakenNotices:
    """What was in a queue.

    notices: with the message each came in, which is to be deleted once the notice is recorded.
    parked:  why messages were put aside, for an alert; in the same order as they came.
    """

    notices: tuple[tuple[ReceivedMessage, ArrivalNotice], ...]
    parked: tuple[str, ...] = ()


def take_notices(queue: MessageQueue, poison: MessageQueue) -> TakenNotices:
    """Take what is in `queue`; what is not a notice, or was handed out too often, goes to `poison`.

    A message is deleted here only after it is in the poison queue. Raises TransientError.
    """
    notices: list[tuple[ReceivedMessage, ArrivalNotice]] = []
    parked: list[str] = []
    for message in queue.receive():
        notice = read_notice(message.text)
        if isinstance(notice, ArrivalNotice) and message.deliveries > MOST_DELIVERIES:
            notice = BadNotice(f"it was handed out {message.deliveries} times")
        if isinstance(notice, ArrivalNotice):
            notices.append((message, notice))
            continue
        poison.send(parked_message(message, notice.reason))
        queue.delete(message)
        parked.append(notice.reason)
    return TakenNotices(tuple(notices), tuple(parked))


def parked_message(message: ReceivedMessage, reason: str) -> str:
    """Return what is kept of a message that was put aside: why, and its own text, cut where it is long."""
    kept = {"reason": reason, "deliveries": message.deliveries, "message": message.text[:_LONGEST_NOTICE]}
    return json.dumps(kept)


def read_notice(text: str) -> ArrivalNotice | BadNotice:
    """Read a message of version 1. Keys that are not known are let be: a sender may be newer."""
    if len(text) > _LONGEST_NOTICE:
        return BadNotice("it is too long")
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return BadNotice("it is not JSON")
    if not isinstance(message, dict):
        return BadNotice("it is not a JSON object")
    if not _is_integer(message.get("schema")) or message["schema"] != SCHEMA_VERSION:
        return BadNotice(f"its schema is not {SCHEMA_VERSION}")
    if message.get("kind") != "arrival":
        return BadNotice("its kind is not arrival")
    return _read_fields(message)


def _read_fields(message: dict[str, Any]) -> ArrivalNotice | BadNotice:
    name, size, sha256, own_id = (message.get(key) for key in ("name", "size", "sha256", "id"))
    if not isinstance(name, str) or not is_plain_name(name):
        return BadNotice("name is not the name of a zip without a folder")
    if not _is_integer(size) or not isinstance(size, int) or size < 0:
        return BadNotice("size is not a number of bytes")
    if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
        return BadNotice("sha256 is not 64 lower-case hexadecimal digits")
    if not isinstance(own_id, str | None) or (own_id and not _ID.fullmatch(own_id)):
        return BadNotice("id is not a short text")
    return ArrivalNotice(name, size, sha256, own_id or "")


def is_plain_name(name: str) -> bool:
    """Whether it can be the name of a zip on a share: no folder, no control character, `.zip` at its end."""
    is_short = 4 < len(name) <= _LONGEST_NAME
    return is_short and name.lower().endswith(".zip") and not any(c in '/\\"<>|:*?' or c < " " for c in name)


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def arrival_message(notice: ArrivalNotice) -> str:
    """Return the message that a sender posts."""
    message: dict[str, Any] = {"schema": SCHEMA_VERSION, "kind": "arrival", "name": notice.name}
    message |= {"size": notice.size, "sha256": notice.sha256}
    return json.dumps(message | ({"id": notice.id} if notice.id else {}))


def verdict_message(
    *, submission: str, revision: int, sha256: str, outcome: str, report: str, notice_id: str = ""
) -> str:
    """Return the message that goes back: a pointer to the report on the share, and nothing about a patient.

    revision: counts the verdicts on a submission, from 1; the same revision may come twice.
    report:   path of the report's JSON on the share.
    """
    message: dict[str, Any] = {"schema": SCHEMA_VERSION, "kind": "verdict", "submission": submission}
    message |= {"revision": revision, "sha256": sha256, "outcome": outcome, "report": report}
    return json.dumps(message | ({"id": notice_id} if notice_id else {}))
