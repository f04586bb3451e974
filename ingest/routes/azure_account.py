"""Clients of a storage account, from an address and a credential."""

from __future__ import annotations

from typing import Any

from azure.core.credentials import AzureNamedKeyCredential, AzureSasCredential
from azure.identity import ManagedIdentityCredential
from azure.storage.fileshare import ShareClient, ShareServiceClient

from ingest.model.errors import ConfigurationError
from ingest.routes.credentials import ConnectionString, Credential, SharedAccessSignature

ClientCredential = AzureNamedKeyCredential | AzureSasCredential | ManagedIdentityCredential

#: At most this many bytes in one answer.
PIECE = 4 * 1024 * 1024
#: The client's own retries know neither 429 nor Retry-After: they are off.
_OPTIONS: dict[str, Any] = {
    "retry_total": 0,
    "connection_timeout": 10,
    "read_timeout": 60,
    "max_single_get_size": PIECE,
    "max_chunk_get_size": PIECE,
    # A name that ends in a dot is another name than the one without.
    "allow_trailing_dot": True,
    "allow_source_trailing_dot": True,
}


def share_client(endpoint: str, account: str, share: str, credential: Credential) -> ShareClient:
    """Make a client of a share; nothing is connected to. Raises ConfigurationError."""
    opens = client_credential(endpoint, account, credential)
    return ShareClient(endpoint, share, credential=opens, **_options(opens))


def service_of(share: ShareClient) -> ShareServiceClient:
    """Return the client of the account that a share is on, with the share's credential."""
    endpoint = share.url.partition("?")[0].rstrip("/").rpartition("/")[0]
    return ShareServiceClient(endpoint, credential=share.credential, **_options(share.credential))


def _options(credential: object) -> dict[str, Any]:
    """With a token the service asks for the intent: `backup` reads past the files' own permissions."""
    has_token = isinstance(credential, ManagedIdentityCredential)
    return {**_OPTIONS, "token_intent": "backup"} if has_token else dict(_OPTIONS)


def client_credential(endpoint: str, account: str, credential: Credential) -> ClientCredential:
    """Make of a credential what Microsoft's clients take. Raises ConfigurationError."""
    if isinstance(credential, SharedAccessSignature):
        return AzureSasCredential(credential.token.strip().lstrip("?"))
    if isinstance(credential, ConnectionString):
        return _from_connection_string(account, credential.text)
    if not endpoint.startswith("https://"):
        raise ConfigurationError("a managed identity signs in over https:// only")
    return ManagedIdentityCredential(client_id=credential.client_id or None)


def _from_connection_string(account: str, text: str) -> AzureNamedKeyCredential | AzureSasCredential:
    """Take the secret out of a connection string; the address says where to go, the string must agree."""
    fields = connection_fields(text)
    named = fields.get("accountname", account)
    if named.lower() != account.lower():
        raise ConfigurationError("the connection string is not of the storage account in the address")
    if "accountkey" in fields:
        return AzureNamedKeyCredential(account, fields["accountkey"])
    if "sharedaccesssignature" in fields:
        return AzureSasCredential(fields["sharedaccesssignature"].lstrip("?"))
    raise ConfigurationError("the connection string has neither AccountKey nor SharedAccessSignature")


def connection_fields(text: str) -> dict[str, str]:
    """Return the parts of a connection string, names in lower case."""
    pairs = (part.partition("=") for part in text.strip().split(";") if part)
    return {name.strip().lower(): value.strip() for name, _, value in pairs}
