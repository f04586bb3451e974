"""`routes check` against a folder and the test server, with every right taken away in turn."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.storage.fileshare import generate_share_sas

from ingest.model.errors import TransientError
from ingest.model.route import RouteKind, ShareAddress
from ingest.routes.addresses import open_store
from ingest.routes.credentials import Credential, SharedAccessSignature
from ingest.routes.rights import ShareCheck, check_queues, check_share
from tests.filerest import DEFAULT_ACCOUNT, DEFAULT_KEY, FileRestServer
from tests.filerest.storage import File, Folder

ALL = ["list", "write reports", "read", "lease", "rename", "delete"]


@pytest.fixture
def server() -> Iterator[FileRestServer]:
    with FileRestServer() as running:
        running.add_share("site-123")
        yield running


def check_with(server: FileRestServer, permission: str) -> ShareCheck:
    token = generate_share_sas(
        DEFAULT_ACCOUNT,
        "site-123",
        DEFAULT_KEY,
        permission=permission,
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )
    address = ShareAddress(RouteKind.EXPLORER, "123", f"azure-files:{server.endpoint()}/site-123")
    return check_share(address, lambda share: open_store(share, lambda _: SharedAccessSignature(token)))


def held(check: ShareCheck) -> dict[str, bool]:
    return {right.name: right.is_held for right in check.rights}


def test_a_signature_with_every_permission_is_good_and_nothing_is_left(server: FileRestServer) -> None:
    check = check_with(server, "rcwdl")
    assert held(check) == dict.fromkeys(ALL, True)
    assert check.is_good
    reports = server.accounts[DEFAULT_ACCOUNT].shares["site-123"].root.child("reports")
    assert isinstance(reports, Folder)
    assert reports.children == {}


@pytest.mark.parametrize(
    ("permission", "missing", "remedy"),
    [
        ("rcwd", "list", "`l`"),
        ("rdl", "write reports", "`c`, `w` and `d`"),
        ("rcwl", "write reports", "`c`, `w` and `d`"),
        ("cwdl", "read", "`r`"),
    ],
)
def test_a_missing_permission_is_named_with_what_to_do(
    server: FileRestServer, permission: str, missing: str, remedy: str
) -> None:
    check = check_with(server, permission)
    assert not check.is_good
    wrong = {right.name: right.words for right in check.rights if not right.is_held}
    assert remedy in wrong[missing]
    assert "sig=" not in str(wrong)


def test_what_lies_there_is_remarked_on(server: FileRestServer) -> None:
    root = server.accounts[DEFAULT_ACCOUNT].shares["site-123"].root
    for node in (File("a.zip"), File("b.zip.part"), File("IM1.dcm"), Folder("CT")):
        root.put(node)
    check = check_with(server, "rcwdl")
    assert check.rights[0].words == "1 zips wait or are held there"
    assert len(check.remarks) == 2


def test_a_folder_is_checked_alike(tmp_path: Path) -> None:
    check = check_share(ShareAddress(RouteKind.EGRESS, "123", f"folder:{tmp_path}"), open_store)
    assert held(check) == dict.fromkeys(ALL, True)
    assert list((tmp_path / "reports").iterdir()) == []


@pytest.mark.parametrize(
    "address", ["folder:{}/nowhere", "azure-files:https://h.file.core.windows.net/x", "x"]
)
def test_what_cannot_be_reached_or_read_is_said(tmp_path: Path, address: str) -> None:
    share = ShareAddress(RouteKind.EGRESS, "123", address.format(tmp_path))
    (right,) = check_share(share, open_store).rights
    assert not right.is_held
    assert str(tmp_path) not in right.words


def test_a_site_s_own_files_are_not_touched(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"x")
    before = (tmp_path / "a.zip").stat()
    check_share(ShareAddress(RouteKind.SMB, "123", f"folder:{tmp_path}"), open_store)
    assert (tmp_path / "a.zip").stat() == before


def test_no_credential_is_said() -> None:
    def none(_: ShareAddress) -> Credential | None:
        return None

    share = ShareAddress(RouteKind.HTP, "123", "azure-files:https://h.file.core.windows.net/x")
    (right,) = check_share(share, lambda each: open_store(each, none)).rights
    assert right.words == "route htp, site 123: there is no credential for its storage account"


def test_a_queue_that_is_missing_is_said_with_what_to_do() -> None:
    def look(name: str) -> None:
        if name.endswith("-poison"):
            raise TransientError("could not look at the queue: HTTP 404 QueueNotFound")

    there, missing = check_queues(("htp-123", "htp-123-poison"), look)
    assert (there.is_held, missing.is_held) == (True, False)
    assert "QueueNotFound; make it" in missing.words
