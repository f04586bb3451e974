"""Send a zip as a site does: by its own credential where one is given, by its route's own manner."""

from __future__ import annotations

import hashlib

from ingest.model.errors import TransientError
from ingest.model.route import RouteKind, ShareAddress
from ingest.routes.addresses import FolderAddress, parse_address
from ingest.routes.credentials import Credential


def send_zip(share: ShareAddress, name: str, data: bytes, credential: Credential | None) -> None:
    """Put a zip on a share; by `htp` under another name first. Raises ConfigurationError, TransientError."""
    address = parse_address(share.address)
    if isinstance(address, FolderAddress):
        draft = address.path / f"{name}.part"
        try:
            draft.write_bytes(data)
            draft.rename(address.path / name)
        except OSError as error:
            raise TransientError(f"the site's folder takes no file: {error.strerror}") from None
        return
    assert credential is not None, "a share in Azure was opened with a credential"
    from azure.core.exceptions import AzureError
    from azure.storage.fileshare import ContentSettings

    from ingest.routes.azure_account import share_client

    is_htp = share.route is RouteKind.HTP
    folder = f"{address.folder}/" if address.folder else ""
    client = share_client(address.endpoint, address.account, address.share, credential)
    with client:
        file = client.get_file_client(f"{folder}{name}{'.part' if is_htp else ''}")
        md5 = ContentSettings(content_md5=bytearray(hashlib.md5(data, usedforsecurity=False).digest()))
        try:
            file.upload_file(data, content_settings=md5)
            if is_htp:
                file.rename_file(f"{folder}{name}")
        except AzureError as error:
            # Its own words carry addresses with signatures.
            code = getattr(error, "error_code", None) or type(error).__name__
            raise TransientError(f"the site's share takes no file with this credential: {code}") from None
