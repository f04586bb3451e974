"""What only a real account can prove. Opt-in: `AZURE_LIVE=1 pytest -m live tests/live`.

AZURE_LIVE_SHARE is the URL of a share that may be written to; AZURE_LIVE_SECRET a file with its credential
(as in docs/routes.md). Everything is done in a folder of the run's own, which is emptied afterwards.
"""

from __future__ import annotations

import hashlib
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from azure.storage.fileshare import ContentSettings, ShareClient

from ingest.model.errors import TransientError
from ingest.model.route import Entry, RouteKind, ShareAddress, Sighting
from ingest.routes.addresses import AzureAddress, open_store, parse_address
from ingest.routes.azure_account import share_client
from ingest.routes.credentials import Credential, read_credential
from ingest.routes.fetch import Fetched, fetch
from ingest.routes.ports import Lease, Moved, NotYet, Properties, ShareStore
from ingest.routes.rights import check_share

pytestmark = pytest.mark.live

DATA = os.urandom(9_000_000)


@pytest.fixture(scope="module")
def credential() -> Credential:
    assert os.environ.get("AZURE_LIVE") == "1", "writes to a real account only when AZURE_LIVE=1 says so"
    return read_credential(Path(os.environ["AZURE_LIVE_SECRET"]).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def address() -> AzureAddress:
    found = parse_address(f"azure-files:{os.environ['AZURE_LIVE_SHARE']}")
    assert isinstance(found, AzureAddress)
    return found


@pytest.fixture
def site(address: AzureAddress, credential: Credential) -> Iterator[ShareClient]:
    with share_client(address.endpoint, address.account, address.share, credential) as client:
        yield client


@pytest.fixture
def folder(site: ShareClient) -> Iterator[str]:
    name = f"live-{uuid.uuid4().hex[:12]}"
    site.create_directory(name)
    yield name
    for inner in ("received", "reports", ""):
        _empty(site, f"{name}/{inner}".rstrip("/"))


def _empty(site: ShareClient, path: str) -> None:
    directory = site.get_directory_client(path)
    if not directory.exists():
        return
    for each in directory.list_directories_and_files():
        if not each.is_directory:
            directory.delete_file(each.name)
    directory.delete_directory()


@pytest.fixture
def store(address: AzureAddress, credential: Credential, folder: str) -> Iterator[ShareStore]:
    share = f"azure-files:{address.endpoint}/{address.share}/{folder}"
    opened = open_store(ShareAddress(RouteKind.EXPLORER, "123", share), lambda _: credential)
    yield opened
    opened.close()


@pytest.fixture
def entry(site: ShareClient, folder: str, store: ShareStore) -> Entry:
    settings = ContentSettings(content_md5=bytearray(hashlib.md5(DATA).digest()))
    site.get_file_client(f"{folder}/a.zip").upload_file(DATA, content_settings=settings)
    (found,) = store.list_entries().zips
    return found


def _properties(store: ShareStore) -> Properties:
    found = store.properties("a.zip")
    assert isinstance(found, Properties)
    return found


def _sighting(entry: Entry) -> Sighting:
    when = entry.last_modified
    return Sighting("k", entry.size, entry.file_id, entry.etag, when, when, when, 3)


def test_a_listing_and_properties_agree(store: ShareStore, entry: Entry) -> None:
    found = _properties(store)
    assert (found.size, found.file_id, found.etag) == (entry.size, entry.file_id, entry.etag)
    assert found.last_modified == entry.last_modified


def test_a_lease_leaves_etag_and_listing_alone(store: ShareStore, entry: Entry) -> None:
    before = _properties(store)
    lease = store.try_lease("a.zip", str(uuid.uuid4()))
    assert isinstance(lease, Lease)
    assert _properties(store) == before
    store.release(lease)
    assert _properties(store) == before
    assert store.list_entries().zips == (entry,)


def test_a_lease_is_taken_again_under_its_own_id_and_keeps_writers_out(
    site: ShareClient, folder: str, store: ShareStore, entry: Entry
) -> None:
    own = str(uuid.uuid4())
    lease = store.try_lease(entry.name, own)
    assert isinstance(lease, Lease)
    assert isinstance(store.try_lease(entry.name, own), Lease)
    assert isinstance(store.try_lease(entry.name, str(uuid.uuid4())), NotYet)
    with pytest.raises(Exception, match="LeaseIdMissing"):
        site.get_file_client(f"{folder}/a.zip").upload_range(b"x" * 512, 0, 512)
    store.break_lease(entry.name)
    assert isinstance(store.try_lease(entry.name, str(uuid.uuid4())), Lease)
    store.break_lease(entry.name)


def test_fetch_and_move(store: ShareStore, entry: Entry) -> None:
    fetched = fetch(store, entry.name, _sighting(entry), lambda _: None)
    assert isinstance(fetched, Fetched)
    assert fetched.md5_matches is True
    assert fetched.sha256 == hashlib.sha256(DATA).hexdigest()
    assert store.move(entry.name, "received/S1.zip", fetched.properties) is Moved.MOVED
    assert store.move(entry.name, "received/S1.zip", fetched.properties) is Moved.ALREADY


def test_every_right_is_there(address: AzureAddress, credential: Credential, folder: str) -> None:
    share = f"azure-files:{address.endpoint}/{address.share}/{folder}"
    check = check_share(
        ShareAddress(RouteKind.EXPLORER, "123", share), lambda each: open_store(each, lambda _: credential)
    )
    assert check.is_good, [right for right in check.rights if not right.is_held]


def test_a_share_that_is_not_there_is_said(address: AzureAddress, credential: Credential) -> None:
    share = f"azure-files:{address.endpoint}/no-such-share-{uuid.uuid4().hex[:8]}"
    store = open_store(ShareAddress(RouteKind.EXPLORER, "123", share), lambda _: credential)
    with pytest.raises(TransientError) as failed:
        store.list_entries()
    assert address.account not in str(failed.value)
    store.close()


def test_an_open_smb_handle_refuses_the_lease(store: ShareStore, entry: Entry) -> None:
    """AZURE_LIVE_MOUNT: where the same share is mounted over SMB on this machine."""
    mount = os.environ["AZURE_LIVE_MOUNT"]
    (folder,) = (each for each in Path(mount).glob("live-*") if (each / "a.zip").exists())
    with (folder / "a.zip").open("r+b") as file:
        file.write(b"PK")
        file.flush()
        started = time.monotonic()
        outcome = store.properties(entry.name)
        print(f"Get File Properties against an SMB cache took {time.monotonic() - started:.1f} s: {outcome}")
        assert isinstance(store.try_lease(entry.name, str(uuid.uuid4())), NotYet)
