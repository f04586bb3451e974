"""Addresses of shares: `folder:PATH` and `azure-files:https://ACCOUNT.file.core.windows.net/SHARE[/FOLDER]`."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from ingest.model.errors import ConfigurationError
from ingest.model.route import ShareAddress
from ingest.routes.credentials import Credential, CredentialSource, no_credentials, read_credential
from ingest.routes.folder import FolderStore
from ingest.routes.ports import ShareStore

_EXPECTED = "folder:PATH or azure-files:https://ACCOUNT.file.core.windows.net/SHARE[/FOLDER]"


@dataclass(frozen=True, slots=True)
class FolderAddress:
    """A folder of this machine."""

    path: Path


@dataclass(frozen=True, slots=True)
class AzureAddress:
    """A share of an Azure storage account, or a folder of it.

    endpoint: `https://ACCOUNT.file.core.windows.net`; of an emulator `http://127.0.0.1:PORT/ACCOUNT`.
    folder:   empty, or a path without a slash at either end.
    """

    endpoint: str
    account: str
    share: str
    folder: str = ""


def parse_address(address: str) -> FolderAddress | AzureAddress:
    """Read an address as a trial file has it. Raises ConfigurationError, which says what was expected."""
    kind, colon, rest = address.partition(":")
    if colon and rest and kind == "folder":
        return FolderAddress(Path(rest))
    if colon and rest and kind == "azure-files":
        return _parse_url(rest)
    raise ConfigurationError(f"not the address of a share: expected {_EXPECTED}")


def _parse_url(url: str) -> AzureAddress:
    try:
        parsed = urlsplit(url)
        host = parsed.hostname or ""
        _ = parsed.port
    except ValueError:
        raise ConfigurationError(f"not a URL in the address of a share: expected {_EXPECTED}") from None
    if parsed.scheme not in ("http", "https") or not host:
        raise ConfigurationError(f"the address of a share is not a web address: expected {_EXPECTED}")
    if parsed.query or parsed.fragment or parsed.username or parsed.password:
        raise ConfigurationError("the address of a share holds a secret: put it into the secrets folder")
    parts = [unquote(part) for part in parsed.path.split("/") if part]
    endpoint, account = f"{parsed.scheme}://{parsed.netloc}", host.split(".")[0]
    if _is_path_style(host):
        if not parts:
            raise ConfigurationError(f"the address of a share names no account: expected {_EXPECTED}")
        account = parts.pop(0)
        endpoint = f"{endpoint}/{account}"
    elif parsed.scheme != "https":
        raise ConfigurationError("the address of a share must begin with https://: it carries a secret")
    if not parts or ".." in parts:
        raise ConfigurationError(f"the address of a share names no share: expected {_EXPECTED}")
    return AzureAddress(endpoint, account, parts[0], "/".join(parts[1:]))


def _is_path_style(host: str) -> bool:
    """Whether the account comes in the path, as emulators have it: a number or a bare name for a host."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return "." not in host
    return True


def credentials_in(folder: Path) -> CredentialSource:
    """Return a source that reads `ACCOUNT.SHARE` or else `ACCOUNT` in a folder of secret files."""

    def find(share: ShareAddress) -> Credential | None:
        address = parse_address(share.address)
        if isinstance(address, FolderAddress):
            return None
        for name in (f"{address.account}.{address.share}", address.account):
            if (folder / name).is_file():
                return read_credential((folder / name).read_text(encoding="utf-8"))
        return None

    return find


def open_store(share: ShareAddress, credentials: CredentialSource = no_credentials) -> ShareStore:
    """Open the store of a share. Nothing is connected to yet. Raises ConfigurationError."""
    parsed = parse_address(share.address)
    if isinstance(parsed, FolderAddress):
        return FolderStore(parsed.path)
    credential = credentials(share)
    if credential is None:
        raise ConfigurationError(
            f"route {share.route.value}, site {share.site}: there is no credential for its storage account"
        )
    # Half a second of imports that folders can do without.
    from ingest.routes.azure_account import share_client
    from ingest.routes.azure_files import AzureFilesStore

    client = share_client(parsed.endpoint, parsed.account, parsed.share, credential)
    return AzureFilesStore(client, parsed.folder)
