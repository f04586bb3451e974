"""The SMB route with a real smbd, and smbprotocol as the site's file copy."""

from __future__ import annotations

import os
import uuid
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from ingest.model.route import RouteKind
from ingest.routes.fetch import Fetched
from ingest.routes.folder import FolderStore
from ingest.routes.ports import Changed, Moved, NotYet, NotYetReason, Properties
from tests.integration.routes.polling import Poller, is_whole
from tests.integration.routes.smb_site import BLOCK, Site
from tests.integration.routes.smbd import smb_server

pytestmark = pytest.mark.routes


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[int, Path]]:
    home = tmp_path_factory.mktemp("smbd")
    share = tmp_path_factory.mktemp("share")
    with smb_server(home, share) as port:
        yield port, share


@pytest.fixture
def site(served: tuple[int, Path]) -> Iterator[Site]:
    port, share = served
    for left in share.iterdir():
        left.rename(share.parent / f"earlier-{uuid.uuid4().hex}")
    someone = Site(port)
    yield someone
    someone.go_away()


@pytest.fixture
def poller(served: tuple[int, Path]) -> Poller:
    return Poller(FolderStore(served[1]), route=RouteKind.SMB)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("package") / "batch.zip"
    with zipfile.ZipFile(path, "w") as writing:
        writing.writestr("1.dcm", os.urandom(4_000_000))
    return path.read_bytes()


def test_a_slow_copy_is_never_settled_before_it_is_done(site: Site, poller: Poller, package: bytes) -> None:
    with ThreadPoolExecutor(1) as person:
        copying = person.submit(site.copy, package, "batch.zip", 0.3)
        assert poller.poll_while(lambda: not copying.done()) == []
        copying.result()
    fetched, data = poller.fetch(*poller.wait_for_arrival())
    assert isinstance(fetched, Fetched)
    assert data == package


def test_a_file_that_is_kept_open_is_tried_again_until_it_is_done(
    site: Site, poller: Poller, package: bytes
) -> None:
    busy = site.open("batch.zip")
    busy.truncate(len(package))
    busy.write(package[:BLOCK])
    for _ in range(3):
        arrival = poller.wait_for_arrival()
        assert poller.fetch(*arrival) == (NotYet(NotYetReason.OPEN), b"")
    busy.write(package[BLOCK:])
    busy.close()
    fetched, data = poller.fetch(*poller.wait_for_arrival())
    assert isinstance(fetched, Fetched)
    assert is_whole(data)


def test_a_copy_that_is_cut_off_is_not_whole_and_completing_it_makes_a_new_arrival(
    site: Site, poller: Poller, package: bytes, served: tuple[int, Path]
) -> None:
    file = site.open("batch.zip")
    file.truncate(len(package))
    file.write(package[: 5 * BLOCK])
    site.go_away()
    entry, half = poller.wait_for_arrival()
    assert entry.size == len(package), "the copy set the length first"
    fetched, data = poller.fetch(entry, half)
    assert isinstance(fetched, Fetched)
    assert not is_whole(data)

    again = Site(served[0])
    with closing(again.open("batch.zip", "r+b")) as file:
        file.seek(5 * BLOCK)
        file.write(package[5 * BLOCK :])
    again.go_away()
    entry, whole = poller.wait_for_arrival()
    assert whole.etag != half.etag
    fetched, data = poller.fetch(entry, whole)
    assert isinstance(fetched, Fetched)
    assert is_whole(data)


def test_a_write_while_the_service_reads_is_seen(
    site: Site, served: tuple[int, Path], package: bytes
) -> None:
    site.copy(package * 3, "batch.zip")
    store = FolderStore(served[1])
    found = store.properties("batch.zip")
    assert isinstance(found, Properties)

    def write_meanwhile(piece: bytes) -> None:
        with closing(site.open("batch.zip", "r+b")) as file:
            file.write(b"another")

    assert store.download("batch.zip", write_meanwhile, found) == Changed()


def test_what_people_drag_along_is_counted_and_not_read(site: Site, poller: Poller, package: bytes) -> None:
    site.make_folder("CT 2024")
    site.copy(b"x", r"CT 2024\IM0001")
    site.copy(b"x", "IM0002.dcm")
    site.copy(b"x", "._batch.zip")
    site.copy(b"x", "Thumbs.db")
    site.copy(b"x", ".DS_Store")
    site.copy(package, "batch.zip")
    listing = poller.store.list_entries()
    assert [entry.name for entry in listing.zips] == ["batch.zip"]
    assert (listing.folders, listing.stray_files, listing.partial) == (1, 1, 0)


def test_the_report_and_the_received_zip_are_there_for_the_site(
    site: Site, served: tuple[int, Path], package: bytes
) -> None:
    site.copy(package, "batch.zip")
    store = FolderStore(served[1])
    found = store.properties("batch.zip")
    assert isinstance(found, Properties)
    assert store.move("batch.zip", "received/S000001.zip", found) is Moved.MOVED
    store.write_report("reports/S000001/report.html", b"<p>All arrived.</p>")
    with closing(site.open(r"reports\S000001\report.html", "rb")) as report:
        assert report.read() == b"<p>All arrived.</p>"
    with closing(site.open(r"received\S000001.zip", "rb")) as received:
        assert received.read() == package
