"""Ways back: stable names on the share, an index, a message for the uploader; twice is once."""

import json
from dataclasses import dataclass, field
from datetime import timedelta

from ingest.model.route import RouteKind, ShareAddress
from ingest.reports.content import build_submission_report
from ingest.reports.delivery import QueueDelivery, ShareDelivery
from ingest.reports.letters import index_entry, parcel_of
from ingest.reports.ports import IndexEntry, Parcel
from ingest.reports.report import Tone
from ingest.reports.samples import RECEIVED, sample_submissions

SHARE = ShareAddress(RouteKind.HTP, "123", "folder:/shares/htp/123")


@dataclass
class Share:
    """What was written, by path."""

    files: dict[str, bytes] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    def put(self, share: ShareAddress, path: str, data: bytes) -> None:
        assert share == SHARE
        self.files[path] = data
        self.order.append(path)


def parcel(index: tuple[IndexEntry, ...] = ()) -> Parcel:
    made = build_submission_report(sample_submissions()["complete"])
    return parcel_of(made, SHARE, key="k", revision=2, index=index)


def test_a_report_lies_under_reports_with_its_index() -> None:
    share = Share()
    delivered = ShareDelivery(share.put).deliver(parcel())
    assert delivered.reference == "reports/S000001.html"
    assert share.order == ["reports/S000001.html", "reports/S000001.json", "reports/index.html"]
    assert b"Received and filed: 123-1001 is complete." in share.files["reports/index.html"]
    assert json.loads(share.files["reports/S000001.json"])["submission"] == "S000001"


def test_delivering_twice_leaves_the_same_bytes() -> None:
    share = Share()
    ShareDelivery(share.put).deliver(parcel())
    before = dict(share.files)
    ShareDelivery(share.put).deliver(parcel())
    assert share.files == before


def test_the_index_has_the_newest_report_first() -> None:
    share = Share()
    older = IndexEntry("S000000", RECEIVED - timedelta(days=40), "Received 123-1000.", Tone.AWAITING)
    newest = index_entry(build_submission_report(sample_submissions()["complete"]))
    ShareDelivery(share.put).deliver(parcel(index=(older, newest)))
    page = share.files["reports/index.html"].decode()
    assert page.index("S000001.html") < page.index("S000000.html")
    assert "October 2026" in page


def test_the_uploader_hears_where_the_report_is() -> None:
    sent: list[str] = []
    delivered = QueueDelivery(lambda share, text: sent.append(text)).deliver(parcel())
    message = json.loads(sent[0])
    assert message["report"] == "reports/S000001.json"
    assert (message["revision"], message["outcome"]) == (2, "accepted")
    assert delivered.reference == "S000001 revision 2"
