"""The try-out's storage accounts: one a site, each with a key of its own, and the study team's for egress.

The keys are published here and in deploy/secrets.example/shares: they open nothing but the test server.
"""

from __future__ import annotations

import base64
import hashlib

from azure.storage.fileshare import ShareServiceClient

HOST = "filerest:10004"
STUDY_TEAM = "studyteam"
#: Account → its shares: every one that the trial file names.
SHARES = {
    "site123": ("explorer-123", "smb-123", "htp-123"),
    "site124": ("explorer-124", "smb-124"),
    "site125": ("htp-125",),
    STUDY_TEAM: ("egress",),
}
ACCOUNT_OF = {share: account for account, names in SHARES.items() for share in names}


def key_of(account: str) -> str:
    """Return an account's key."""
    return base64.b64encode(hashlib.sha512(f"published key of {account}".encode()).digest()).decode()


def open_account(account: str, host: str = HOST) -> ShareServiceClient:
    """Return a client of an account of the test server, as Azure Storage Explorer would be one."""
    credential = {"account_name": account, "account_key": key_of(account)}
    return ShareServiceClient(f"http://{host}/{account}", credential=credential)
