"""Reports back on a site's own share and on an uploader's queue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ingest.model.route import ShareAddress
from ingest.reports.index import render_index
from ingest.reports.ports import Delivered, Parcel
from ingest.routes.notices import verdict_message
from ingest.routes.ports import REPORTS


def report_path(submission_id: str, suffix: str) -> str:
    """Return the stable place of a report on its share: `reports/S000123.html`."""
    return f"{REPORTS}/{submission_id}.{suffix}"


@dataclass(frozen=True, slots=True)
class ShareDelivery:
    """Writes a report into the site's share, under `reports/`, and the index of all its reports.

    put: writes a file whole, in the place of an earlier one of that name; raises TransientError.
    """

    put: Callable[[ShareAddress, str, bytes], None]

    def deliver(self, parcel: Parcel) -> Delivered:
        """Write HTML, JSON and index. The JSON comes last but one: an uploader waits for it."""
        page = report_path(parcel.submission_id, "html")
        self.put(parcel.share, page, parcel.html.encode())
        self.put(parcel.share, report_path(parcel.submission_id, "json"), parcel.json.encode())
        self.put(parcel.share, f"{REPORTS}/index.html", render_index(parcel).encode())
        return Delivered("share", page)


@dataclass(frozen=True, slots=True)
class QueueDelivery:
    """Tells an uploader by a message that its report is there (docs/htp-contract.md).

    send: adds a message to the queue of a share's uploader; raises TransientError.
    """

    send: Callable[[ShareAddress, str], None]

    def deliver(self, parcel: Parcel) -> Delivered:
        """Send the verdict. A message that comes twice has the same revision, and is to be ignored."""
        message = verdict_message(
            submission=parcel.submission_id,
            revision=parcel.revision,
            sha256=parcel.package_sha256,
            outcome=parcel.outcome,
            report=report_path(parcel.submission_id, "json"),
            notice_id=parcel.notice_id,
        )
        self.send(parcel.share, message)
        return Delivered("queue", f"{parcel.submission_id} revision {parcel.revision}")
