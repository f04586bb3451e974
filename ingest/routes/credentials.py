"""What opens a storage account. None of them shows its secret in a repr."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ingest.model.errors import ConfigurationError
from ingest.model.route import ShareAddress


@dataclass(frozen=True, slots=True)
class ConnectionString:
    """A connection string with an account key (opens the whole account) or with a shared access signature."""

    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SharedAccessSignature:
    """The query of a shared access signature, with or without its leading `?`."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ManagedIdentity:
    """The identity of the machine or container in Azure. `client_id`: of a user-assigned one."""

    client_id: str = ""


Credential = ConnectionString | SharedAccessSignature | ManagedIdentity

#: Asked at each opening, so that a secret that was renewed in its file is taken up. None: no credential.
CredentialSource = Callable[[ShareAddress], Credential | None]


def no_credentials(share: ShareAddress) -> Credential | None:
    """Return None: what a service with folders only hands in."""
    del share
    return None


def read_credential(text: str) -> Credential:
    """Read a secret file: a connection string, a shared access signature, or `managed-identity[:CLIENT_ID]`.

    Raises ConfigurationError, whose message does not quote the text.
    """
    text = text.strip()
    kind, _, client_id = text.partition(":")
    if kind == "managed-identity":
        return ManagedIdentity(client_id.strip())
    if "AccountName=" in text or "SharedAccessSignature=" in text:
        return ConnectionString(text)
    if "sig=" in text and "sv=" in text:
        return SharedAccessSignature(text.lstrip("?"))
    raise ConfigurationError(
        "not a credential: expected a connection string, a shared access signature (sv=…&sig=…) "
        "or managed-identity[:CLIENT_ID]"
    )


def is_account_key(credential: Credential) -> bool:
    """Whether it opens the whole account."""
    return isinstance(credential, ConnectionString) and "AccountKey=" in credential.text
