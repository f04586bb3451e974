"""What the Azure store does when the service is slow, busy, cut off or says no."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from azure.storage.fileshare import AccessPolicy, ShareClient, ShareSasPermissions, generate_share_sas

from ingest.model.errors import TransientError
from ingest.model.route import Entry, RouteKind, ShareAddress, Sighting
from ingest.routes.addresses import parse_address
from ingest.routes.azure_account import share_client
from ingest.routes.azure_files import AzureFilesStore
from ingest.routes.credentials import ConnectionString, Credential, SharedAccessSignature
from ingest.routes.fetch import Fetched, fetch
from ingest.routes.ports import (
    Changed,
    Gone,
    Lease,
    Moved,
    NotYet,
    NotYetReason,
    Properties,
    RefusedError,
    ThrottledError,
)
from ingest.routes.settle import name_key, settle
from ingest.trial.definition import Settle
from tests.filerest import DEFAULT_ACCOUNT, DEFAULT_KEY, Fault, FileRestServer
from tests.filerest.storage import File

SHARE = "site-123"
NAME = "SMITH JOHN.zip"
LEASE = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def server() -> Iterator[FileRestServer]:
    with FileRestServer() as running:
        root = running.add_share(SHARE).root
        file = File(NAME, data=bytearray(9 * 1024 * 1024))
        file.write(0, bytes(range(256)) * 4)
        root.put(file)
        yield running


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def store(server: FileRestServer, waits: list[float]) -> Iterator[AzureFilesStore]:
    opened = open_with(server, ConnectionString(server.connection_string()), waits)
    yield opened
    opened.close()


def open_with(server: FileRestServer, credential: Credential, waits: list[float]) -> AzureFilesStore:
    address = parse_address(f"azure-files:{server.endpoint()}/{SHARE}")
    client = share_client(address.endpoint, address.account, address.share, credential)  # type: ignore[union-attr]
    return AzureFilesStore(client, sleep=waits.append)


def sighting_of(entry: Entry) -> Sighting:
    when = entry.last_modified
    return Sighting("k", entry.size, entry.file_id, entry.etag, when, when, when, 5)


def properties(store: AzureFilesStore, name: str = NAME) -> Properties:
    found = store.properties(name)
    assert isinstance(found, Properties)
    return found


@pytest.mark.parametrize("status", [429, 503])
def test_a_short_retry_after_is_waited_for(
    server: FileRestServer, store: AzureFilesStore, waits: list[float], status: int
) -> None:
    server.faults.order(
        Fault("GET directory list", status=status, code="ServerBusy", headers={"Retry-After": "3"}, times=2)
    )
    assert len(store.list_entries().zips) == 1
    assert waits == [3.0, 3.0]


@pytest.mark.parametrize("status", [429, 503])
def test_a_long_retry_after_leaves_the_share_alone(
    server: FileRestServer, store: AzureFilesStore, waits: list[float], status: int
) -> None:
    server.faults.order(
        Fault("GET directory list", status=status, code="ServerBusy", headers={"Retry-After": "90"}, times=9)
    )
    with pytest.raises(ThrottledError) as throttled:
        store.list_entries()
    assert throttled.value.retry_after == 90.0
    assert waits == []
    assert server.counts["GET directory list"] == 1


def test_a_fault_that_passes_is_tried_again_and_one_that_lasts_is_said(
    server: FileRestServer, store: AzureFilesStore, waits: list[float]
) -> None:
    server.faults.order(Fault("HEAD", status=500, code="InternalError", times=2))
    assert isinstance(store.properties(NAME), Properties)
    assert len(waits) == 2
    server.faults.order(Fault("HEAD", status=500, code="InternalError", times=9))
    with pytest.raises(TransientError, match="HTTP 500 InternalError") as failed:
        store.properties(NAME)
    assert "SMITH" not in str(failed.value)
    assert failed.value.__context__ is None


def test_a_dropped_connection_costs_one_piece_again(
    server: FileRestServer, store: AzureFilesStore, waits: list[float]
) -> None:
    server.faults.order(Fault("GET", NAME, skip=1, status=0))
    server.faults.order(Fault("GET", NAME, skip=1, after=100_000))
    data = bytearray()
    assert store.download(NAME, data.extend, properties(store)) is None
    assert data == server.file(SHARE, NAME).data
    assert server.counts["GET"] == 5
    assert len(waits) == 2


def test_an_account_that_cannot_be_reached_is_said_without_its_address(
    server: FileRestServer, waits: list[float]
) -> None:
    store = open_with(server, ConnectionString(server.connection_string()), waits)
    server.faults.order(Fault(status=0, times=50))
    with pytest.raises(TransientError, match="cannot be reached") as failed:
        store.properties(NAME)
    assert "127.0.0.1" not in str(failed.value)
    assert "SMITH" not in str(failed.value)
    store.close()


@pytest.mark.parametrize(
    ("operation", "status", "code", "expected"),
    [
        ("HEAD", 408, "ClientCacheFlushDelay", NotYet(NotYetReason.CACHED)),
        ("HEAD", 409, "SharingViolation", NotYet(NotYetReason.OPEN)),
        ("HEAD", 409, "SMBDeletePending", NotYet(NotYetReason.DELETING)),
        ("HEAD", 404, "ResourceNotFound", Gone()),
        ("HEAD", 404, "ParentNotFound", Gone()),
    ],
)
def test_what_an_smb_client_does_is_an_outcome(
    server: FileRestServer, store: AzureFilesStore, operation: str, status: int, code: str, expected: object
) -> None:
    server.faults.order(Fault(operation, status=status, code=code))
    assert store.properties(NAME) == expected


def test_a_share_that_is_not_there_is_no_empty_share(server: FileRestServer, store: AzureFilesStore) -> None:
    del server.accounts[DEFAULT_ACCOUNT].shares[SHARE]
    with pytest.raises(TransientError, match="ShareNotFound"):
        store.list_entries()
    with pytest.raises(TransientError, match="ShareNotFound"):
        store.properties(NAME)


def test_a_folder_that_is_not_there_is_no_empty_folder(server: FileRestServer, waits: list[float]) -> None:
    address = parse_address(f"azure-files:{server.endpoint()}/{SHARE}/nowhere")
    credential = ConnectionString(server.connection_string())
    client = share_client(address.endpoint, address.account, SHARE, credential)  # type: ignore[union-attr]
    store = AzureFilesStore(client, "nowhere", waits.append)
    with pytest.raises(TransientError, match="folder"):
        store.list_entries()
    store.close()


def test_a_stale_listing_is_seen_through(server: FileRestServer, store: AzureFilesStore) -> None:
    """While a client caches its writes, the listing stands still: only asking for the file shows them."""
    with server.smb_writer(SHARE, NAME) as file:
        (entry,) = store.list_entries().zips
        file.write(512, b"more")
        assert store.list_entries().zips[0].etag == entry.etag
        seen = Sighting(
            "k", entry.size, entry.file_id, entry.etag, entry.last_modified, *[entry.last_modified] * 2, 5
        )
        assert fetch(store, NAME, seen, lambda _: None) == Changed()


def test_a_write_just_before_the_lease_is_seen(server: FileRestServer, store: AzureFilesStore) -> None:
    (entry,) = store.list_entries().zips
    seen = Sighting(
        "k", entry.size, entry.file_id, entry.etag, entry.last_modified, *[entry.last_modified] * 2, 5
    )
    file = server.file(SHARE, NAME)
    server.faults.order(Fault("PUT lease", then=lambda: file.write(0, b"late")))
    assert fetch(store, NAME, seen, lambda _: None) == Changed()
    assert file.lease_id is None


def test_nobody_can_write_while_the_service_reads(server: FileRestServer, store: AzureFilesStore) -> None:
    lease = store.try_lease(NAME, LEASE)
    assert isinstance(lease, Lease)
    with ShareClient.from_connection_string(server.connection_string(), SHARE) as site:
        with pytest.raises(Exception, match="LeaseIdMissing"):
            site.get_file_client(NAME).upload_range(b"x" * 512, 0, 512)
        store.release(lease)
        site.get_file_client(NAME).upload_range(b"x" * 512, 0, 512)


def test_a_lease_of_a_dead_worker_is_taken_over(server: FileRestServer, store: AzureFilesStore) -> None:
    (entry,) = store.list_entries().zips
    seen = Sighting(
        "k", entry.size, entry.file_id, entry.etag, entry.last_modified, *[entry.last_modified] * 2, 5
    )
    server.faults.order(Fault("GET", NAME, status=500, code="InternalError", times=3))
    server.faults.order(Fault("PUT lease", skip=1, status=500, code="InternalError", times=3))
    with pytest.raises(TransientError):
        fetch(store, NAME, seen, lambda _: None)
    assert server.file(SHARE, NAME).lease_id is not None
    assert isinstance(fetch(store, NAME, seen, lambda _: None), Fetched)
    assert server.file(SHARE, NAME).lease_id is None


def test_a_rename_whose_answer_was_lost_is_no_failure(server: FileRestServer, store: AzureFilesStore) -> None:
    found = properties(store)
    account = server.accounts[DEFAULT_ACCOUNT]

    def rename_unseen() -> None:
        share = account.shares[SHARE]
        file = share.file([NAME])
        share.root.remove(NAME)
        file.name = "S1.zip"
        share.folder(["received"]).put(file)

    server.faults.order(Fault("PUT rename", then=rename_unseen))
    assert store.move(NAME, "received/S1.zip", found) is Moved.ALREADY


@pytest.mark.parametrize(("shares", "entries"), [(4, 50), pytest.param(40, 1_000, marks=pytest.mark.release)])
def test_nothing_that_was_seen_before_costs_another_call(shares: int, entries: int) -> None:
    """Polled three times: one listing a share and poll, and not a call more."""
    with FileRestServer() as server:
        stores = []
        for number in range(shares):
            share = server.add_share(f"site-{number}")
            for each in range(entries):
                share.root.put(File(f"{number}-{each}.zip", data=bytearray(1)))
            address = server.endpoint(), DEFAULT_ACCOUNT, share.name
            client = share_client(*address, ConnectionString(server.connection_string()))
            stores.append((ShareAddress(RouteKind.EXPLORER, str(number), ""), AzureFilesStore(client)))
        known: dict[str, Sighting] = {}
        now = datetime(2025, 1, 6, tzinfo=UTC)
        for poll in range(3):
            for share_address, store in stores:
                found = settle(
                    known if poll else {},
                    store.list_entries().zips,
                    Settle(polls=1, minimum_age=60),
                    now + timedelta(minutes=poll),
                    lambda name, share_address=share_address: name_key(b"k", share_address, name),
                )
                known |= {sighting.name_key: sighting for sighting in found.to_keep}
                assert len(found.arrivals) == (entries if poll >= 1 else 0)
                assert len(found.to_keep) == (entries if poll <= 1 else 0)
        assert dict(server.counts) == {"GET directory list": 3 * shares}
        for _, store in stores:
            store.close()


def sas(permission: str, **options: object) -> SharedAccessSignature:
    expiry = datetime.now(UTC) + timedelta(hours=1)
    token = generate_share_sas(
        DEFAULT_ACCOUNT, SHARE, DEFAULT_KEY, **({"permission": permission, "expiry": expiry} | options)
    )
    return SharedAccessSignature(token)


def test_a_signature_allows_what_it_says(server: FileRestServer, waits: list[float]) -> None:
    full = open_with(server, sas("rcwdl"), waits)
    found = properties(full)
    assert isinstance(full.try_lease(NAME, LEASE), Lease)
    full.break_lease(NAME)
    assert full.move(NAME, "received/S1.zip", found) is Moved.MOVED
    full.write_report("reports/r.html", b"x")
    full.close()


@pytest.mark.parametrize("permission", ["r", "w", "d"])
def test_a_signature_that_may_not_list_is_refused(
    server: FileRestServer, waits: list[float], permission: str
) -> None:
    store = open_with(server, sas(permission), waits)
    with pytest.raises(RefusedError, match="HTTP 403") as refused:
        store.list_entries()
    assert "sig" not in str(refused.value)
    assert waits == []
    store.close()


def test_a_signature_that_ran_out_or_is_forged_is_refused(server: FileRestServer, waits: list[float]) -> None:
    late = sas("rcwdl", expiry=datetime.now(UTC) - timedelta(hours=1))
    forged = SharedAccessSignature(sas("r").token.replace("sp=r", "sp=rl"))
    https_only = sas("rcwdl", protocol="https")
    for credential in (late, forged, https_only):
        store = open_with(server, credential, waits)
        with pytest.raises(RefusedError):
            store.list_entries()
        store.close()


def test_a_stored_access_policy_says_what_is_allowed(server: FileRestServer, waits: list[float]) -> None:
    with ShareClient.from_connection_string(server.connection_string(), SHARE) as owner:
        expiry = datetime.now(UTC) + timedelta(hours=1)
        permission = ShareSasPermissions(read=True, list=True)
        owner.set_share_access_policy({"service": AccessPolicy(permission=permission, expiry=expiry)})
        token = generate_share_sas(DEFAULT_ACCOUNT, SHARE, DEFAULT_KEY, policy_id="service")
        store = open_with(server, SharedAccessSignature(token), waits)
        assert len(store.list_entries().zips) == 1
        with pytest.raises(RefusedError):
            store.try_lease(NAME, LEASE)
        owner.set_share_access_policy({})
        with pytest.raises(RefusedError):
            store.list_entries()
        store.close()


def test_a_wrong_key_is_refused(server: FileRestServer, waits: list[float]) -> None:
    wrong = ConnectionString(f"AccountName={DEFAULT_ACCOUNT};AccountKey=d3Jvbmc=")
    store = open_with(server, wrong, waits)
    with pytest.raises(RefusedError, match="AuthenticationFailed"):
        store.list_entries()
    store.close()


def test_the_snapshots_of_a_share_are_named(server: FileRestServer, store: AzureFilesStore) -> None:
    with ShareClient.from_connection_string(server.connection_string(), SHARE) as owner:
        taken = owner.create_snapshot()
    assert store.snapshots() == (taken["snapshot"],)


def test_a_reports_folder_that_was_deleted_is_made_again(
    server: FileRestServer, store: AzureFilesStore
) -> None:
    store.write_report("reports/first.html", b"x")
    server.accounts[DEFAULT_ACCOUNT].shares[SHARE].root.remove("reports")
    with pytest.raises(TransientError, match="folder went away"):
        store.write_report("reports/second.html", b"x")
    store.write_report("reports/second.html", b"x")
    assert store.exists("reports/second.html")
