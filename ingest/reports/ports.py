"""The ways back to a site, and what travels on them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from ingest.model.route import ShareAddress
from ingest.reports.report import Tone


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """One line of a site's index of reports."""

    submission_id: str
    received: datetime
    headline: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with an e-mail; `media_type` as in `text/csv`."""

    name: str
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """One e-mail. `key` is the outbox id: the Message-ID is made of it, so sent twice it is one message."""

    key: str
    recipients: tuple[str, ...] = field(repr=False)
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    date: datetime
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Parcel:
    """One submission's report, rendered, on its way back to its site. Delivering it twice changes nothing.

    index:    every report of this share, as the ledger knows them, for its index.html.
    revision: counts the verdicts on the submission, from 1.
    quality_page: where the site's QA report lies, from reports/; empty where there is none yet.
    """

    submission_id: str
    share: ShareAddress
    outcome: str
    package_sha256: str
    revision: int
    html: str = field(repr=False)
    json: str = field(repr=False)
    letter: Letter
    index: tuple[IndexEntry, ...] = ()
    trial_name: str = ""
    site_name: str = ""
    notice_id: str = ""
    quality_page: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """The receipt of a delivery: `reference` is a path on the share, a Message-ID, or the message's revision.

    refused: recipients that the mail server did not take, counted.
    """

    way: str
    reference: str
    refused: int = 0


class Delivery(Protocol):
    """One way back."""

    def deliver(self, parcel: Parcel) -> Delivered:
        """Deliver a report; doing it again changes nothing for the site. Raises TransientError."""
        ...
