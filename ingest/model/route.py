"""Where packages come from: routes, what a listing shows of a share, and what has settled."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class RouteKind(StrEnum):
    """The four ways by which a zip arrives."""

    EGRESS = "egress"
    EXPLORER = "explorer"
    SMB = "smb"
    HTP = "htp"


@dataclass(frozen=True, slots=True)
class ShareAddress:
    """One place that is polled: the share (or drop folder) of one site on one route.

    `address` is `folder:PATH` or `azure-files:https://ACCOUNT.file.core.windows.net/SHARE[/FOLDER]`.
    """

    route: RouteKind
    site: str
    address: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What a listing shows of one file of a share. `name` may identify a patient: never log or store it."""

    name: str = field(repr=False)
    size: int
    file_id: str
    etag: str
    last_modified: datetime
    is_directory: bool = False


@dataclass(frozen=True, slots=True)
class Sighting:
    """An entry at a time, as the ledger keeps it. `name_key` is a keyed hash of the entry's path."""

    name_key: str
    size: int
    file_id: str
    etag: str
    last_modified: datetime
    first_seen: datetime
    last_seen: datetime
    polls_unchanged: int


@dataclass(frozen=True, slots=True)
class Arrival:
    """A settled entry: from here on it is a submission. `notice_id`: the uploader's own id of it."""

    share: ShareAddress
    name: str = field(repr=False)
    sighting: Sighting
    content_md5: bytes | None = None
    declared_sha256: str | None = None
    notice_id: str = ""
