"""Plays the sites: sends the demonstration's zips as each route would, and waits for the answers."""

from __future__ import annotations

import hashlib
import json
import sys
import time
from contextlib import suppress

from accounts import ACCOUNT_OF, SHARES, STUDY_TEAM, open_account
from azure.core.exceptions import AzureError, ResourceExistsError
from azure.storage.fileshare import ContentSettings, ShareClient
from came_back import read, reports

from ingest.demo.scenario import Parcel, parcels
from ingest.model.errors import TransientError
from ingest.model.route import RouteKind
from ingest.routes.azure_queue import AzureQueue, open_queue
from ingest.routes.credentials import ConnectionString
from ingest.routes.notices import ArrivalNotice, arrival_message
from tests.filerest.server import DEFAULT_ACCOUNT, DEFAULT_KEY

QUEUES = f"http://azurite:10001/{DEFAULT_ACCOUNT}"
_START_SECONDS = 90.0
#: How long the answers are waited for.
_ANSWER_SECONDS = 600.0

#: The folders of the share for egress.
EGRESS_FOLDERS = ("123", "125")


def prepare() -> None:
    """Make the shares and queues that the study team would have made in Azure."""
    for account, names in SHARES.items():
        with open_account(account) as service:
            for name in names:
                with suppress(ResourceExistsError):
                    service.create_share(name)
    with open_account(STUDY_TEAM) as service:
        for folder in EGRESS_FOLDERS:
            directory = service.get_share_client("egress").get_directory_client(folder)
            if not directory.exists():
                directory.create_directory()
    for site in ("123", "125"):
        for suffix in ("", "-poison", "-verdicts"):
            queue(f"htp-{site}{suffix}").create()


def queue(name: str) -> AzureQueue:
    """Open a queue of Azurite's."""
    text = f"AccountName={DEFAULT_ACCOUNT};AccountKey={DEFAULT_KEY}"
    return open_queue(QUEUES, DEFAULT_ACCOUNT, name, ConnectionString(text))


def send(parcel: Parcel) -> None:
    """Upload a zip as its route has it."""
    data = parcel.build()
    is_egress = parcel.route is RouteKind.EGRESS
    name = "egress" if is_egress else f"{parcel.route.value}-{parcel.site}"
    with open_account(ACCOUNT_OF[name]) as service:
        share = service.get_share_client(name)
        if parcel.route is RouteKind.HTP:
            _send_as_uploader(share, parcel, data)
        else:
            path = f"{parcel.site}/{parcel.name}" if is_egress else parcel.name
            share.get_file_client(path).upload_file(data)
    print(f"sent  {parcel.route.value:9}{parcel.site}  {parcel.name:20}{parcel.story}", flush=True)


def _send_as_uploader(share: ShareClient, parcel: Parcel, data: bytes) -> None:
    """`NAME.zip.part`, Content-MD5, rename, notice (docs/htp-contract.md)."""
    part = share.get_file_client(f"{parcel.name}.part")
    part.upload_file(data)
    digest = bytearray(hashlib.md5(data, usedforsecurity=False).digest())
    part.set_http_headers(ContentSettings(content_md5=digest))
    part.rename_file(parcel.name)
    notice = ArrivalNotice(parcel.name, len(data), hashlib.sha256(data).hexdigest(), id="try-out")
    queue(f"htp-{parcel.site}").send(arrival_message(notice))


def wait_for_answers(expected: int) -> int:
    """Print each report as it comes back; return how many came."""
    seen: set[str] = set()
    until = time.monotonic() + _ANSWER_SECONDS
    while len(seen) < expected and time.monotonic() < until:
        for path in reports():
            name = path.rpartition("/")[2]
            if path in seen or not (name.startswith("S") and name.endswith(".json")):
                continue
            seen.add(path)
            print(f"back  {path:36}{json.loads(read(path))['outcome']}", flush=True)
        time.sleep(3.0)
    return len(seen)


def main() -> int:
    """Prepare, send, wait."""
    until = time.monotonic() + _START_SECONDS
    while True:
        try:
            prepare()
            break
        except (AzureError, TransientError):
            if time.monotonic() > until:
                raise
            time.sleep(1.0)
    sent = parcels()
    for parcel in sent:
        send(parcel)
    # Egress is answered by e-mail; what was cut short is not judged for a day.
    by_share = [item for item in sent if item.route is not RouteKind.EGRESS and not item.is_cut_short]
    print("The service polls each minute; the first answers take two to three.", flush=True)
    came = wait_for_answers(len(by_share))
    print(f"{came} of {len(by_share)} reports are back. All of it: http://127.0.0.1:8025", flush=True)
    return 0 if came == len(by_share) else 1


if __name__ == "__main__":
    sys.exit(main())
