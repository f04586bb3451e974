"""The HTP contract, step by step as an uploader takes it (docs/htp-contract.md), over the test server."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from azure.core.exceptions import ResourceExistsError
from azure.storage.fileshare import ContentSettings, ShareClient, generate_share_sas

from ingest.model.route import RouteKind, ShareAddress, Sighting
from ingest.routes.addresses import open_store
from ingest.routes.announcements import Announcements
from ingest.routes.credentials import ConnectionString
from ingest.routes.fetch import Fetched, fetch
from ingest.routes.notices import ArrivalNotice, ReceivedMessage, arrival_message
from ingest.routes.ports import ShareStore
from ingest.routes.settle import Settled, name_key, settle
from ingest.trial.definition import Settle
from tests.filerest import DEFAULT_ACCOUNT, DEFAULT_KEY, FileRestServer

DATA = b"PK" + bytes(5_000_000)
NAME = "123-1001.zip"
RULE = Settle(polls=3, minimum_age=120)


class Queue:
    """A queue in memory; what was taken stays until it is deleted."""

    def __init__(self) -> None:
        self.waiting: dict[str, str] = {}
        self._numbers = itertools.count()

    def send(self, text: str) -> None:
        self.waiting[str(next(self._numbers))] = text

    def receive(self) -> tuple[ReceivedMessage, ...]:
        return tuple(ReceivedMessage(each, "r", text, 1) for each, text in self.waiting.items())

    def delete(self, message: ReceivedMessage) -> None:
        del self.waiting[message.id]


class Service:
    """The service's side, a minute a poll."""

    def __init__(self, store: ShareStore, share: ShareAddress, queue: Queue) -> None:
        self.store = store
        self.share = share
        self.queue = queue
        self.now = datetime(2025, 1, 6, 9, 0, tzinfo=UTC)
        self.known: dict[str, Sighting] = {}
        self.announcements = Announcements(lambda _: (queue, Queue()), b"key", lambda _, words: None)

    def key(self, name: str) -> str:
        return name_key(b"key", self.share, name)

    def poll(self) -> Settled:
        self.now += timedelta(minutes=1)
        announced = self.announcements.take(self.share).notices
        sizes = {key: notice.size for key, notice in announced.items()}
        found = settle(self.known, self.store.list_entries().zips, RULE, self.now, self.key, sizes)
        self.known |= {sighting.name_key: sighting for sighting in found.to_keep}
        self.announcements.dealt_with(self.share, [sighting.name_key for _, sighting in found.arrivals])
        return found


@pytest.fixture
def server() -> Iterator[FileRestServer]:
    with FileRestServer() as running:
        running.add_share("htp-123")
        yield running


@pytest.fixture
def uploader(server: FileRestServer) -> Iterator[ShareClient]:
    expiry = datetime.now(UTC) + timedelta(hours=1)
    sas = generate_share_sas(DEFAULT_ACCOUNT, "htp-123", DEFAULT_KEY, permission="rcwdl", expiry=expiry)
    with ShareClient(server.endpoint(), "htp-123", credential=sas) as client:
        yield client


@pytest.fixture
def service(server: FileRestServer) -> Iterator[Service]:
    share = ShareAddress(RouteKind.HTP, "123", f"azure-files:{server.endpoint()}/htp-123")
    store = open_store(share, lambda _: ConnectionString(server.connection_string()))
    yield Service(store, share, Queue())
    store.close()


def upload(uploader: ShareClient, data: bytes = DATA) -> None:
    part = uploader.get_file_client(f"{NAME}.part")
    part.upload_file(data)
    part.set_http_headers(ContentSettings(content_md5=bytearray(hashlib.md5(data).digest())))


def rename(uploader: ShareClient) -> None:
    uploader.get_file_client(f"{NAME}.part").rename_file(NAME)


def notice() -> str:
    return arrival_message(ArrivalNotice(NAME, len(DATA), hashlib.sha256(DATA).hexdigest(), "run-1"))


def test_nothing_is_seen_before_the_rename(uploader: ShareClient, service: Service) -> None:
    upload(uploader)
    for _ in range(6):
        found = service.poll()
        assert (found.arrivals, found.waiting) == ((), 0)
    assert service.store.list_entries().partial == 1


def test_an_announced_zip_is_taken_at_the_first_poll_with_its_md5(
    uploader: ShareClient, service: Service
) -> None:
    upload(uploader)
    rename(uploader)
    service.queue.send(notice())
    ((entry, sighting),) = service.poll().arrivals
    fetched = fetch(service.store, entry.name, sighting, lambda _: None)
    assert isinstance(fetched, Fetched)
    assert fetched.md5_matches is True
    assert fetched.sha256 == hashlib.sha256(DATA).hexdigest()
    assert service.queue.waiting == {}


def test_without_a_notice_polling_finds_it(uploader: ShareClient, service: Service) -> None:
    upload(uploader)
    rename(uploader)
    assert [len(service.poll().arrivals) for _ in range(4)] == [0, 0, 0, 1]


def test_a_notice_that_comes_before_its_file_is_kept(uploader: ShareClient, service: Service) -> None:
    service.queue.send(notice())
    upload(uploader)
    assert service.poll().arrivals == ()
    assert len(service.queue.waiting) == 1
    rename(uploader)
    assert len(service.poll().arrivals) == 1
    assert service.queue.waiting == {}


def test_a_repeated_notice_changes_nothing(uploader: ShareClient, service: Service) -> None:
    upload(uploader)
    rename(uploader)
    service.queue.send(notice())
    service.queue.send(notice())
    first = service.poll().arrivals
    service.queue.send(notice())
    ((_, again),) = service.poll().arrivals
    assert [(each.name_key, each.etag) for _, each in first] == [(again.name_key, again.etag)]
    assert service.queue.waiting == {}


def test_a_notice_of_another_size_is_not_believed(uploader: ShareClient, service: Service) -> None:
    upload(uploader, DATA[:-1])
    rename(uploader)
    service.queue.send(notice())
    assert service.poll().arrivals == ()
    assert len(service.queue.waiting) == 1


def test_a_rename_does_not_replace_a_zip_that_lies_there(uploader: ShareClient) -> None:
    upload(uploader)
    rename(uploader)
    upload(uploader, b"another")
    with pytest.raises(ResourceExistsError):
        rename(uploader)
