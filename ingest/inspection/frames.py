"""Messages between the service and its inspection child: JSON, each after its length in four bytes."""

from __future__ import annotations

import json
from struct import Struct
from typing import Any, BinaryIO

_LENGTH = Struct(">I")
#: A batch of facts is about a megabyte; a message beyond this is a broken stream.
MAXIMUM = 256 * 1024 * 1024


class BrokenStreamError(Exception):
    """The other side ended in mid-message, or sent what is no message."""


def write_frame(stream: BinaryIO, message: dict[str, Any]) -> None:
    """Write one message and flush it. Raises OSError where the other side is gone."""
    body = json.dumps(message, separators=(",", ":")).encode("ascii")
    stream.write(_LENGTH.pack(len(body)) + body)
    stream.flush()


def read_frame(stream: BinaryIO) -> dict[str, Any] | None:
    """Return the next message, None where the stream has ended. Raises BrokenStreamError."""
    head = stream.read(_LENGTH.size)
    if not head:
        return None
    if len(head) < _LENGTH.size:
        raise BrokenStreamError
    length = _LENGTH.unpack(head)[0]
    if length > MAXIMUM:
        raise BrokenStreamError
    body = stream.read(length)
    if len(body) < length:
        raise BrokenStreamError
    try:
        message = json.loads(body)
    except ValueError:
        raise BrokenStreamError from None
    if not isinstance(message, dict):
        raise BrokenStreamError
    return message
