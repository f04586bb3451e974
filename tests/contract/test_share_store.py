"""What every ShareStore must do: memory, folder, Azure Files over the test server."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.model.route import RouteKind, ShareAddress, Sighting
from ingest.routes.addresses import open_store
from ingest.routes.azure_files import AzureFilesStore
from ingest.routes.credentials import ConnectionString
from ingest.routes.fetch import Fetched, fetch
from ingest.routes.ports import Changed, Gone, Lease, Moved, NotYet, NotYetReason, Properties
from ingest.routes.settle import name_key
from tests.fakes.senders import AzureSender, FolderSender, MemorySender, Sender
from tests.filerest import FileRestServer

LEASE = str(uuid.UUID(int=1))
OTHER_LEASE = str(uuid.UUID(int=2))
DATA = b"PK\x03\x04 not much of a zip"


@pytest.fixture(scope="module")
def server() -> Iterator[FileRestServer]:
    with FileRestServer() as running:
        yield running


@pytest.fixture(params=["memory", "folder", "azure", "azure-folder"])
def sender(request: pytest.FixtureRequest, tmp_path: Path, server: FileRestServer) -> Iterator[Sender]:
    if request.param == "memory":
        yield MemorySender()
    elif request.param == "folder":
        yield FolderSender(tmp_path)
    else:
        yield from _azure_sender(server, "sites/123" if request.param == "azure-folder" else "")


def _azure_sender(server: FileRestServer, folder: str) -> Iterator[AzureSender]:
    share = f"share-{uuid.uuid4().hex[:8]}"
    server.add_share(share)
    address = f"azure-files:{server.endpoint()}/{share}" + (f"/{folder}" if folder else "")
    credential = ConnectionString(server.connection_string())
    store = open_store(ShareAddress(RouteKind.EXPLORER, "123", address), lambda _: credential)
    assert isinstance(store, AzureFilesStore)
    sender = AzureSender(server, share, store, folder)
    for depth in range(folder.count("/") + 1 if folder else 0):
        sender.client.get_directory_client("/".join(folder.split("/")[: depth + 1])).create_directory()
    yield sender
    store.close()
    sender.client.close()


def _properties(sender: Sender, name: str) -> Properties:
    found = sender.store.properties(name)
    assert isinstance(found, Properties)
    return found


def test_listing_shows_zips_and_counts_what_is_not_read(sender: Sender) -> None:
    sender.put("123-1001.zip", DATA)
    sender.put("BATCH 2.ZIP", b"")
    sender.put("notes.txt", b"hello")
    sender.put("uploading.zip.part", b"half")
    sender.make_folder("CT_SLICES")
    sender.put("folder.zip/inside.zip", DATA)
    sender.put("received/S000001.zip", DATA)
    sender.put("reports/S000001/report.html", b"<html>")
    listing = sender.store.list_entries()
    assert sorted((entry.name, entry.size) for entry in listing.zips) == [
        ("123-1001.zip", len(DATA)),
        ("BATCH 2.ZIP", 0),
    ]
    assert (listing.folders, listing.stray_files, listing.partial) == (2, 1, 1)


def test_listing_and_properties_agree_on_what_a_file_is(sender: Sender) -> None:
    sender.put("a.zip", DATA)
    (entry,) = sender.store.list_entries().zips
    found = _properties(sender, "a.zip")
    assert (entry.size, entry.file_id, entry.etag) == (found.size, found.file_id, found.etag)
    assert entry.last_modified == found.last_modified
    assert entry.file_id


def test_every_write_changes_the_etag(sender: Sender) -> None:
    sender.put("a.zip", DATA)
    before = _properties(sender, "a.zip")
    sender.put("a.zip", DATA)
    assert _properties(sender, "a.zip").etag != before.etag


def test_names_beyond_ascii_are_kept(sender: Sender) -> None:
    for name in ("Größe 100% & <b> #1+.zip", "测试.zip", "it's (1).zip"):
        sender.put(name, DATA)
        assert name in {entry.name for entry in sender.store.list_entries().zips}
        assert _properties(sender, name).size == len(DATA)


def test_what_is_not_there_is_gone(sender: Sender) -> None:
    sender.put("a.zip", DATA)
    expected = _properties(sender, "a.zip")
    assert sender.store.delete("a.zip") is True
    assert sender.store.delete("a.zip") is False
    assert sender.store.exists("a.zip") is False
    assert sender.store.properties("a.zip") == Gone()
    assert sender.store.try_lease("a.zip", LEASE) == Gone()
    assert sender.store.download("a.zip", lambda _: None, expected) == Gone()
    assert sender.store.move("a.zip", "received/S1.zip", expected) is Moved.GONE
    sender.store.release(Lease("a.zip", LEASE))
    sender.store.break_lease("a.zip")


def test_a_download_hands_over_every_byte_in_order(sender: Sender) -> None:
    data = b"".join(index.to_bytes(4, "big") for index in range(9 * 1024 * 1024 // 4 + 3))
    sender.put("large.zip", data)
    pieces: list[bytes] = []
    assert sender.store.download("large.zip", pieces.append, _properties(sender, "large.zip")) is None
    assert b"".join(pieces) == data
    assert max(map(len, pieces)) <= 4 * 1024 * 1024


def test_a_download_starts_where_it_is_told(sender: Sender) -> None:
    data = bytes(range(256)) * 40_000
    sender.put("large.zip", data)
    pieces: list[bytes] = []
    found = _properties(sender, "large.zip")
    assert sender.store.download("large.zip", pieces.append, found, start=5_000_001) is None
    assert b"".join(pieces) == data[5_000_001:]


def test_an_empty_file_is_downloaded(sender: Sender) -> None:
    sender.put("empty.zip", b"")
    pieces: list[bytes] = []
    assert sender.store.download("empty.zip", pieces.append, _properties(sender, "empty.zip")) is None
    assert pieces == []


def test_a_write_in_the_middle_of_a_download_is_seen(sender: Sender) -> None:
    data = bytes(9 * 1024 * 1024)
    sender.put("large.zip", data)

    def overwrite(piece: bytes) -> None:
        sender.put("large.zip", data)

    assert sender.store.download("large.zip", overwrite, _properties(sender, "large.zip")) == Changed()


def test_a_file_that_shrinks_in_the_middle_of_a_download_is_seen(sender: Sender) -> None:
    sender.put("large.zip", bytes(9 * 1024 * 1024))
    found = _properties(sender, "large.zip")
    assert sender.store.download("large.zip", lambda _: sender.put("large.zip", b"x"), found) == Changed()


def test_a_lease_is_taken_again_under_its_own_id(sender: Sender) -> None:
    sender.put("a.zip", DATA)
    first = sender.store.try_lease("a.zip", LEASE)
    assert isinstance(first, Lease)
    assert isinstance(sender.store.try_lease("a.zip", LEASE), Lease)
    sender.store.release(first)
    sender.store.release(first)
    assert isinstance(sender.store.try_lease("a.zip", OTHER_LEASE), Lease)


def test_a_lease_of_another_is_respected_until_it_is_broken(sender: Sender) -> None:
    sender.put("a.zip", DATA)
    sender.store.try_lease("a.zip", OTHER_LEASE)
    if sender.knows_leases:
        assert sender.store.try_lease("a.zip", LEASE) == NotYet(NotYetReason.LEASED)
    sender.store.break_lease("a.zip")
    assert isinstance(sender.store.try_lease("a.zip", LEASE), Lease)


def test_a_file_that_is_open_for_writing_gives_no_lease(sender: Sender) -> None:
    sender.put("a.zip", DATA)
    with sender.open_for_writing("a.zip"):
        assert sender.store.try_lease("a.zip", LEASE) == NotYet(NotYetReason.OPEN)
    assert isinstance(sender.store.try_lease("a.zip", LEASE), Lease)


def test_a_lease_changes_nothing_that_settle_looks_at(sender: Sender) -> None:
    sender.put("a.zip", DATA)
    before = sender.store.list_entries().zips
    lease = sender.store.try_lease("a.zip", LEASE)
    assert isinstance(lease, Lease)
    assert sender.store.list_entries().zips == before
    sender.store.release(lease)
    assert sender.store.list_entries().zips == before


def test_a_move_keeps_the_bytes_and_makes_the_folder(sender: Sender) -> None:
    sender.put("a b.zip", DATA)
    assert sender.store.move("a b.zip", "received/S000001.zip", _properties(sender, "a b.zip")) is Moved.MOVED
    assert sender.read("received/S000001.zip") == DATA
    assert sender.store.exists("received/S000001.zip")
    assert sender.store.list_entries().zips == ()


def test_a_move_is_made_under_its_lease(sender: Sender) -> None:
    sender.put("a.zip", DATA)
    lease = sender.store.try_lease("a.zip", LEASE)
    assert isinstance(lease, Lease)
    found = _properties(sender, "a.zip")
    if sender.knows_leases:
        assert sender.store.move("a.zip", "received/S1.zip", found) is Moved.BUSY
    assert sender.store.move("a.zip", "received/S1.zip", found, lease) is Moved.MOVED


def test_a_move_twice_is_a_move_once(sender: Sender) -> None:
    sender.put("a.zip", DATA)
    found = _properties(sender, "a.zip")
    assert sender.store.move("a.zip", "received/S1.zip", found) is Moved.MOVED
    assert sender.store.move("a.zip", "received/S1.zip", found) is Moved.ALREADY


def test_a_move_never_overwrites(sender: Sender) -> None:
    sender.put("a.zip", DATA)
    sender.put("received/S1.zip", b"earlier")
    assert sender.store.move("a.zip", "received/S1.zip", _properties(sender, "a.zip")) is Moved.TAKEN
    assert sender.read("received/S1.zip") == b"earlier"
    assert sender.read("a.zip") == DATA


def test_a_file_that_changed_is_not_moved(sender: Sender) -> None:
    sender.put("a.zip", DATA)
    found = _properties(sender, "a.zip")
    sender.put("a.zip", b"another upload")
    assert sender.store.move("a.zip", "received/S1.zip", found) is Moved.CHANGED
    assert sender.read("a.zip") == b"another upload"


def test_a_report_is_written_whole_and_replaced(sender: Sender) -> None:
    sender.store.write_report("reports/S000001/report.html", b"first")
    sender.store.write_report("reports/S000001/report.html", b"second")
    sender.store.write_report("reports/summary.html", b"")
    assert sender.read("reports/S000001/report.html") == b"second"
    assert sender.read("reports/summary.html") == b""
    assert sender.store.list_entries().partial == 0


@pytest.mark.parametrize(
    "path", ["x.html", "received/x.html", "reports", "reports/../x", "/reports/x", "reports//x"]
)
def test_reports_are_written_nowhere_else(sender: Sender, path: str) -> None:
    with pytest.raises(ValueError):
        sender.store.write_report(path, b"")


def test_the_md5_that_a_sender_set_is_shown_where_the_share_keeps_it(sender: Sender) -> None:
    md5 = hashlib.md5(DATA).digest()
    sender.put("a.zip", DATA, md5)
    sender.put("b.zip", DATA)
    assert _properties(sender, "a.zip").content_md5 == (md5 if sender.keeps_md5 else None)
    assert _properties(sender, "b.zip").content_md5 is None


def _sighting(sender: Sender, name: str) -> Sighting:
    entry = next(entry for entry in sender.store.list_entries().zips if entry.name == name)
    key = name_key(b"k", ShareAddress(RouteKind.EXPLORER, "123", ""), name)
    seen = entry.last_modified
    return Sighting(key, entry.size, entry.file_id, entry.etag, entry.last_modified, seen, seen, 3)


def test_fetch_hands_over_what_was_sighted_and_leaves_no_lease(sender: Sender) -> None:
    sender.put("a.zip", DATA, hashlib.md5(DATA).digest())
    pieces: list[bytes] = []
    fetched = fetch(sender.store, "a.zip", _sighting(sender, "a.zip"), pieces.append)
    assert isinstance(fetched, Fetched)
    assert b"".join(pieces) == DATA
    assert fetched.sha256 == hashlib.sha256(DATA).hexdigest()
    assert fetched.md5_matches is (True if sender.keeps_md5 else None)
    assert isinstance(sender.store.try_lease("a.zip", OTHER_LEASE), Lease)


def test_fetch_says_that_a_content_md5_does_not_match(sender: Sender) -> None:
    sender.put("a.zip", DATA, hashlib.md5(b"something else").digest())
    fetched = fetch(sender.store, "a.zip", _sighting(sender, "a.zip"), lambda _: None)
    assert isinstance(fetched, Fetched)
    assert fetched.md5_matches is (False if sender.keeps_md5 else None)


def test_fetch_does_not_take_what_changed_since(sender: Sender) -> None:
    sender.put("a.zip", DATA)
    sighting = _sighting(sender, "a.zip")
    sender.put("a.zip", DATA)
    assert fetch(sender.store, "a.zip", sighting, lambda _: None) == Changed()
    sender.store.delete("a.zip")
    assert fetch(sender.store, "a.zip", sighting, lambda _: None) == Gone()


def test_fetch_waits_for_who_has_the_file_open(sender: Sender) -> None:
    sender.put("a.zip", DATA)
    sighting = _sighting(sender, "a.zip")
    with sender.open_for_writing("a.zip"):
        assert fetch(sender.store, "a.zip", sighting, lambda _: None) == NotYet(NotYetReason.OPEN)
    assert isinstance(fetch(sender.store, "a.zip", sighting, lambda _: None), Fetched)


def test_fetch_gives_the_lease_back_when_the_disk_is_full(sender: Sender) -> None:
    sender.put("a.zip", DATA)

    def no_room(piece: bytes) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        fetch(sender.store, "a.zip", _sighting(sender, "a.zip"), no_room)
    assert isinstance(sender.store.try_lease("a.zip", OTHER_LEASE), Lease)
