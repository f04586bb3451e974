"""A request as the server sees it, and an answer."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.filerest.storage import ServiceError

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


@dataclass(frozen=True)
class Request:
    """One request.

    raw_path: as it came, percent signs and all: that is what is signed.
    query:    by lower-case name. headers: by lower-case name.
    """

    method: str
    raw_path: str
    query: dict[str, str]
    headers: dict[str, str]
    account: str
    share: str
    parts: list[str]
    body: bytes = b""

    @property
    def comp(self) -> str:
        return self.query.get("comp", "")

    @property
    def restype(self) -> str:
        return self.query.get("restype", "")

    @property
    def operation(self) -> str:
        """`PUT range`, `GET directory list`: what requests are counted under and faults matched with."""
        return " ".join(word for word in (self.method, self.restype, self.comp) if word)

    @property
    def path(self) -> str:
        return "/".join(self.parts)

    @property
    def lease_id(self) -> str | None:
        return self.headers.get("x-ms-lease-id") or None

    @property
    def snapshot(self) -> str | None:
        return self.query.get("sharesnapshot")

    def byte_range(self) -> tuple[int, int | None] | None:
        """Return the first byte and the one after the last; None where there is no range."""
        text = self.headers.get("x-ms-range") or self.headers.get("range")
        if text is None:
            return None
        found = _RANGE.fullmatch(text)
        if not found:
            raise ServiceError(400, "InvalidHeaderValue")
        return int(found[1]), int(found[2]) + 1 if found[2] else None


@dataclass
class Answer:
    """One answer. `body` is sent chunked where `is_xml`."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | memoryview = b""
    is_xml: bool = False


def split_url(raw_url: str) -> tuple[str, dict[str, str], str, str, list[str]]:
    """Return raw path, query, account, share and the parts of the path of a path-style URL."""
    split = urlsplit(raw_url)
    query = {name.lower(): value for name, value in parse_qsl(split.query, keep_blank_values=True)}
    # A slash may come as %2F: it divides all the same.
    account, *rest = unquote(split.path).strip("/").split("/")
    parts = [part for part in rest if part]
    return split.path, query, account, parts[0] if parts else "", parts[1:]


def trim_dots(parts: list[str], keeps: str | None) -> list[str]:
    """Take dots off the ends of names, as the service does unless it is told not to."""
    return parts if keeps == "true" else [part.rstrip(".") or part for part in parts]
