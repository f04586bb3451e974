"""The explorer route with the real AzCopy as the site."""

from __future__ import annotations

import hashlib
import os
import signal
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.model.route import RouteKind, ShareAddress
from ingest.routes.addresses import open_store
from ingest.routes.credentials import ConnectionString
from ingest.routes.fetch import Fetched
from ingest.routes.ports import Moved, Properties, ShareStore
from tests.filerest import FileRestServer
from tests.integration.routes.azcopy import AzCopy, finish
from tests.integration.routes.polling import Poller, is_whole

pytestmark = pytest.mark.routes

SHARE = "site-123"
CHUNK = 4 * 1024 * 1024


@pytest.fixture
def server() -> Iterator[FileRestServer]:
    with FileRestServer() as running:
        running.add_share(SHARE)
        yield running


@pytest.fixture
def store(server: FileRestServer) -> Iterator[ShareStore]:
    address = ShareAddress(RouteKind.EXPLORER, "123", f"azure-files:{server.endpoint()}/{SHARE}")
    opened = open_store(address, lambda _: ConnectionString(server.connection_string()))
    yield opened
    opened.close()


@pytest.fixture
def azcopy(server: FileRestServer, tmp_path: Path) -> AzCopy:
    return AzCopy(server, SHARE, tmp_path)


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A stored zip of 30 MB: eight chunks, the zip's directory in the last."""
    path = tmp_path / "batch.zip"
    with zipfile.ZipFile(path, "w") as writing:
        for number in range(3):
            writing.writestr(f"{number}.dcm", os.urandom(10_000_000))
    return path


def test_an_upload_is_not_settled_before_it_is_whole(
    server: FileRestServer, store: ShareStore, azcopy: AzCopy, package: Path
) -> None:
    server.range_delay = 0.4
    poller = Poller(store)
    upload = azcopy.start_upload(package, "batch.zip")
    assert poller.poll_while(lambda: upload.poll() is None and server.counts["PUT range"] < 8) == []
    finish(upload)
    fetched, data = poller.fetch(*poller.wait_for_arrival())
    assert isinstance(fetched, Fetched)
    assert fetched.md5_matches is None
    assert fetched.sha256 == hashlib.sha256(package.read_bytes()).hexdigest()
    assert is_whole(data)


def test_the_md5_that_azcopy_puts_is_found_to_match(store: ShareStore, azcopy: AzCopy, package: Path) -> None:
    azcopy.upload(package, "batch.zip", "--put-md5")
    poller = Poller(store)
    fetched, data = poller.fetch(*poller.wait_for_arrival())
    assert isinstance(fetched, Fetched)
    assert fetched.md5_matches is True
    assert is_whole(data)


def test_chunks_of_zeros_that_are_never_sent_are_no_damage(
    server: FileRestServer, store: ShareStore, azcopy: AzCopy, tmp_path: Path
) -> None:
    path = tmp_path / "zeros.zip"
    with zipfile.ZipFile(path, "w") as writing:
        writing.writestr("zeros.dcm", bytes(5 * CHUNK))
        writing.writestr("noise.dcm", os.urandom(1000))
    azcopy.upload(path, "zeros.zip")
    holes = server.file(SHARE, "zeros.zip")
    assert len(list(holes.ranges(0, len(holes.data)))) > 1
    poller = Poller(store)
    fetched, data = poller.fetch(*poller.wait_for_arrival())
    assert isinstance(fetched, Fetched)
    assert data == path.read_bytes()


def test_a_killed_upload_settles_but_is_not_whole_and_the_resumed_one_is_a_new_arrival(
    server: FileRestServer, store: ShareStore, azcopy: AzCopy, package: Path
) -> None:
    server.range_delay = 0.4
    upload = azcopy.start_upload(package, "batch.zip", "--put-md5")
    azcopy.wait_for_ranges(upload, 3)
    upload.send_signal(signal.SIGKILL)
    upload.communicate()

    poller = Poller(store)
    entry, half = poller.wait_for_arrival()
    assert entry.size == package.stat().st_size, "AzCopy makes the file at its full length"
    fetched, data = poller.fetch(entry, half)
    assert isinstance(fetched, Fetched)
    assert fetched.md5_matches is None
    assert not is_whole(data)

    server.range_delay = 0
    finish(azcopy.start("jobs", "resume", azcopy.job_of(), f"--destination-sas={azcopy.sas}"))
    entry, whole = poller.wait_for_arrival()
    assert (whole.etag, whole.first_seen) != (half.etag, half.first_seen)
    fetched, data = poller.fetch(entry, whole)
    assert isinstance(fetched, Fetched)
    assert fetched.md5_matches is True
    assert data == package.read_bytes()


@pytest.mark.parametrize(("permission", "is_left"), [("rcwl", True), ("rcwdl", False)])
def test_an_interrupted_upload_is_never_taken_as_whole(
    server: FileRestServer, store: ShareStore, tmp_path: Path, package: Path, permission: str, is_left: bool
) -> None:
    """AzCopy deletes what it began when it is interrupted, if its signature may delete."""
    server.range_delay = 0.4
    azcopy = AzCopy(server, SHARE, tmp_path, permission)
    upload = azcopy.start_upload(package, "batch.zip")
    azcopy.wait_for_ranges(upload, 3)
    upload.send_signal(signal.SIGINT)
    upload.communicate(timeout=60)
    assert bool(store.list_entries().zips) is is_left
    if is_left:
        poller = Poller(store)
        fetched, data = poller.fetch(*poller.wait_for_arrival())
        assert isinstance(fetched, Fetched)
        assert not is_whole(data)


def test_the_site_gets_its_report_from_its_own_share(
    store: ShareStore, azcopy: AzCopy, package: Path, tmp_path: Path
) -> None:
    azcopy.upload(package, "batch.zip")
    found = store.properties("batch.zip")
    assert isinstance(found, Properties)
    assert store.move("batch.zip", "received/S000001.zip", found) is Moved.MOVED
    store.write_report("reports/S000001/report.html", b"<p>All arrived.</p>")
    azcopy.download("reports/S000001/report.html", tmp_path / "report.html")
    assert (tmp_path / "report.html").read_bytes() == b"<p>All arrived.</p>"
    azcopy.download("received/S000001.zip", tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == package.read_bytes()


def test_a_signature_for_another_share_opens_nothing(
    server: FileRestServer, azcopy: AzCopy, package: Path, tmp_path: Path
) -> None:
    server.add_share("site-124")
    stranger = AzCopy(server, "site-124", tmp_path)
    stranger.sas = azcopy.sas
    upload = stranger.start_upload(package, "batch.zip")
    upload.communicate(timeout=60)
    assert upload.returncode != 0
    assert server.accounts["devstoreaccount1"].shares["site-124"].root.children == {}
