from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from ingest.model.errors import ConfigurationError
from ingest.model.route import RouteKind, ShareAddress
from ingest.routes.addresses import AzureAddress, FolderAddress, credentials_in, open_store, parse_address
from ingest.routes.azure_files import AzureFilesStore
from ingest.routes.credentials import (
    ConnectionString,
    ManagedIdentity,
    SharedAccessSignature,
    is_account_key,
    read_credential,
)
from ingest.routes.folder import FolderStore

HOST = "https://hamlet123.file.core.windows.net"
AZURE = f"azure-files:{HOST}/incoming"
KEY = (
    "DefaultEndpointsProtocol=https;AccountName=hamlet123;AccountKey=c2VjcmV0;EndpointSuffix=core.windows.net"
)
SAS = "sv=2025-01-05&sp=rwdl&sig=secret%3D"


def share(address: str) -> ShareAddress:
    return ShareAddress(RouteKind.EXPLORER, "123", address)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("folder:/srv/shares/123", FolderAddress(Path("/srv/shares/123"))),
        ("folder:C:\\shares", FolderAddress(Path("C:\\shares"))),
        (AZURE, AzureAddress(HOST, "hamlet123", "incoming")),
        (
            f"{AZURE}/sites/site%20123/",
            AzureAddress(
                "https://hamlet123.file.core.windows.net", "hamlet123", "incoming", "sites/site 123"
            ),
        ),
        (
            "azure-files:http://127.0.0.1:10004/devstoreaccount1/incoming",
            AzureAddress("http://127.0.0.1:10004/devstoreaccount1", "devstoreaccount1", "incoming"),
        ),
        (
            "azure-files:http://filerest:10004/acc/incoming",
            AzureAddress("http://filerest:10004/acc", "acc", "incoming"),
        ),
    ],
)
def test_addresses_are_read(address: str, expected: object) -> None:
    assert parse_address(address) == expected


@pytest.mark.parametrize(
    "address",
    [
        "",
        "folder:",
        "/srv/shares",
        "smb://server/share",
        "azure-files:",
        "azure-files:incoming",
        "azure-files:https://hamlet123.file.core.windows.net",
        "azure-files:https://hamlet123.file.core.windows.net/incoming/../other",
        "azure-files:http://hamlet123.file.core.windows.net/incoming",
        "azure-files:ftp://hamlet123.file.core.windows.net/incoming",
        "azure-files:https://[::1/incoming",
        "azure-files:https://host:port/incoming",
        "azure-files:http://127.0.0.1:1",
        f"{AZURE}?{SAS}",
        "azure-files:https://user:word@hamlet123.file.core.windows.net/incoming",
    ],
)
def test_a_wrong_address_says_what_was_expected_and_shows_no_secret(address: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_address(address)
    assert "secret%3D" not in str(refused.value)
    assert "address" in str(refused.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{KEY}\n", ConnectionString(KEY)),
        (f"?{SAS}", SharedAccessSignature(SAS)),
        ("managed-identity", ManagedIdentity()),
        ("managed-identity:1234-abcd\n", ManagedIdentity("1234-abcd")),
    ],
)
def test_credential_files_are_read(text: str, expected: object) -> None:
    assert read_credential(text) == expected


def test_a_file_that_is_no_credential_is_not_quoted() -> None:
    with pytest.raises(ConfigurationError) as refused:
        read_credential("hunter2")
    assert "hunter2" not in str(refused.value)


def test_secrets_do_not_show_in_a_traceback() -> None:
    assert "c2VjcmV0" not in repr(ConnectionString(KEY))
    assert "secret" not in repr(SharedAccessSignature(SAS))


def test_only_an_account_key_opens_the_whole_account() -> None:
    assert is_account_key(ConnectionString(KEY))
    assert not is_account_key(ConnectionString(f"FileEndpoint=https://x;SharedAccessSignature={SAS}"))
    assert not is_account_key(SharedAccessSignature(SAS))


def test_the_share_s_own_secret_goes_before_the_account_s(tmp_path: Path) -> None:
    find = credentials_in(tmp_path)
    assert find(share(AZURE)) is None
    (tmp_path / "hamlet123").write_text(KEY)
    assert find(share(AZURE)) == ConnectionString(KEY)
    (tmp_path / "hamlet123.incoming").write_text(SAS)
    assert find(share(AZURE)) == SharedAccessSignature(SAS)
    assert find(share("folder:/srv")) is None


@pytest.mark.parametrize("credential", [ConnectionString(KEY), SharedAccessSignature(SAS), ManagedIdentity()])
def test_a_store_is_opened_without_connecting(credential: object) -> None:
    store = open_store(share(AZURE), lambda _: credential)  # type: ignore[arg-type, return-value]
    assert isinstance(store, AzureFilesStore)
    store.close()
    assert isinstance(open_store(share("folder:/srv")), FolderStore)


@pytest.mark.parametrize(
    ("address", "credential"),
    [
        (AZURE, None),
        (AZURE, ConnectionString(KEY.replace("hamlet123", "another"))),
        (AZURE, ConnectionString("AccountName=hamlet123")),
        ("azure-files:http://127.0.0.1:1/acc/incoming", ManagedIdentity()),
    ],
)
def test_a_credential_that_does_not_fit_is_refused_in_words(address: str, credential: object) -> None:
    with pytest.raises(ConfigurationError):
        open_store(share(address), lambda _: credential)  # type: ignore[arg-type, return-value]


def test_a_service_of_folders_does_not_load_the_azure_client() -> None:
    code = "import sys, ingest.routes.addresses; print([m for m in sys.modules if m.startswith('azure')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
