"""A new site's first zip on the shares and queues that its kit names: storage over REST, a real Azurite."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from azure.storage.fileshare import ShareClient
from azure.storage.queue import QueueClient
from click.testing import CliRunner

from ingest.cli import ingest
from tests.desk import WHO, Desk, refused
from tests.filerest import DEFAULT_ACCOUNT, DEFAULT_KEY, FileRestServer
from tests.integration.routes.azurite import CONNECTION_STRING, azurite

pytestmark = pytest.mark.routes

#: The accounts that the kit of site 126 names: the trial's, and the site's own where a key is needed.
TRIALS, OWN = "hamletrt", "hamletrt126"
KEYS = {TRIALS: "dHJpYWw=", OWN: "c2l0ZQ=="}
SHARES = {"explorer": (TRIALS, "site-126"), "smb": (OWN, "site-126"), "htp": (OWN, "site-126-htp")}
QUEUES = ("htp-126", "htp-126-poison", "htp-126-verdicts")


@pytest.fixture(scope="module")
def queue_account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with azurite(tmp_path_factory.mktemp("azurite")) as endpoint:
        yield endpoint


@pytest.fixture
def server() -> Iterator[FileRestServer]:
    with FileRestServer(accounts=tuple(KEYS.items())) as running:
        for account, share in SHARES.values():
            running.add_share(share, account)
        yield running


@pytest.fixture
def queues(queue_account: str) -> Iterator[Mapping[str, QueueClient]]:
    """The site's queues, made as the administrator's script makes them, and empty."""
    key = {"account_name": DEFAULT_ACCOUNT, "account_key": DEFAULT_KEY}
    clients = {name: QueueClient(queue_account, name, credential=key) for name in QUEUES}
    for client in clients.values():
        client.create_queue()
    yield clients
    for client in clients.values():
        client.delete_queue()
        client.close()


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, server: FileRestServer, queue_account: str) -> Desk:
    """The study team's desk once the site was added; its kit's addresses lead to the test server."""
    desk = Desk(tmp_path, monkeypatch)
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    for account in KEYS:
        (secrets / account).write_text(server.connection_string(account), encoding="utf-8")
    monkeypatch.setenv("INGEST_SHARE_SECRETS_DIR", str(secrets))
    monkeypatch.setenv("INGEST_QUEUE_ENDPOINT", queue_account)
    monkeypatch.setenv("INGEST_QUEUE_CREDENTIAL", CONNECTION_STRING)
    kit = ("--out", str(tmp_path / "kit"), "--account", TRIALS)
    desk.type("site", "add", "126", "--name", "Eastfield", "--route", ",".join(SHARES), "--apply", *kit, *WHO)
    text = desk.settings.trial_file.read_text(encoding="utf-8")
    text, changed = re.subn(
        r"azure-files:https://(\w+)\.file\.core\.windows\.net",
        lambda found: f"azure-files:{server.endpoint(found[1])}",
        text,
    )
    assert changed == len(SHARES) + 1, "the shipped file's example, and one for each route"
    # Within the time of a test an uploader's zip is taken for its notice alone.
    text = text.replace(
        'queue = "htp-{site}"\n', 'queue = "htp-{site}"\nsettle = { minimum_age = "10 minutes" }\n'
    )
    desk.settings.trial_file.write_text(text, encoding="utf-8")
    return desk


def missing(*words: str) -> str:
    """Run a command that finds something missing; return what it said."""
    result = CliRunner(catch_exceptions=False).invoke(ingest, words)
    assert result.exit_code in (0, 1) and result.return_value != 0, result.output
    return result.output


def shares_files(server: FileRestServer, route: str) -> dict[str, bytes]:
    """Return what a site finds on its share, by path."""
    account, share = SHARES[route]
    found = {}
    with ShareClient.from_connection_string(server.connection_string(account), share) as client:
        there = {item["name"] for item in client.list_directories_and_files() if item["is_directory"]}
        for folder in ("", *there):
            for item in client.list_directories_and_files(folder):
                if not item["is_directory"]:
                    path = f"{folder}/{item['name']}".lstrip("/")
                    found[path] = client.get_file_client(path).download_file().readall()
    return found


def take_all(queue: QueueClient) -> list[dict[str, object]]:
    return [json.loads(base64.b64decode(message.content)) for message in queue.receive_messages()]


def test_a_zip_goes_there_and_back_on_every_route_and_the_uploader_hears_of_it(
    desk: Desk, server: FileRestServer, queues: Mapping[str, QueueClient]
) -> None:
    checked = desk.type("site", "check", "126")
    assert "All is well" in checked and "MISSING" not in checked
    assert all(f"queue {name}: is there" in checked for name in QUEUES)
    said = desk.type("site", "test-upload", "126", "--wait", "60").splitlines()
    assert [line for line in said if "report on the share as" not in line and ": sent " not in line] == [
        "To delete what was tested: ingest withdraw 126-9999 --by … --by … --reason …"
    ]
    for route in SHARES:
        (done,) = [line for line in said if line.startswith(f"{route}: S")]
        submission = done.split()[1]
        found = shares_files(server, route)
        assert set(found) >= {f"received/{submission}.zip", f"reports/{submission}.html"}
        assert not [path for path in found if "/" not in path], "nothing is left in the share's top folder"
        assert b"126-9999" in found[f"reports/{submission}.html"]
        assert done.endswith(", and a message") == (route == "htp")
    (verdict,) = take_all(queues["htp-126-verdicts"])
    package = shares_files(server, "htp")[f"received/{verdict['submission']}.zip"]
    assert verdict["outcome"] == "accepted"
    assert verdict["sha256"] == hashlib.sha256(package).hexdigest()
    assert take_all(queues["htp-126"]) == [], "the notice was dealt with"
    assert take_all(queues["htp-126-poison"]) == []


@pytest.mark.usefixtures("queues")
def test_the_uploader_s_own_connection_string_sends_and_another_s_does_not(
    desk: Desk, server: FileRestServer
) -> None:
    own = desk.root / "own"
    own.write_text(server.connection_string(OWN), encoding="utf-8")
    words = ("site", "test-upload", "126", "--wait", "60", "--route", "htp", "--credential-file", str(own))
    assert "htp: S000001 accepted" in desk.type(*words)
    own.write_text(server.connection_string(OWN).replace(KEYS[OWN], "b3RoZXI="), encoding="utf-8")
    said = missing(*words)
    assert "htp: not sent" in said and "AuthenticationFailed" in said and "b3RoZXI=" not in said
    own.write_text("not a credential", encoding="utf-8")
    assert "expected a connection string" in refused(*words)


def test_a_queue_that_is_not_there_is_named_and_the_zip_waits_for_its_time(
    desk: Desk, server: FileRestServer
) -> None:
    said = missing("site", "check", "126")
    assert all(f"queue {name}: MISSING" in said for name in QUEUES)
    said = missing("site", "test-upload", "126", "--wait", "3", "--route", "htp")
    assert "htp: sent 126-9999.zip" in said
    assert "htp: not announced: could not write to the queue: HTTP 404 QueueNotFound" in said
    assert "ingest site check 126" in said
    assert "126-9999.zip" in shares_files(server, "htp")


def test_the_service_that_runs_takes_the_zip(desk: Desk, queues: Mapping[str, QueueClient]) -> None:
    with running_service():
        said = desk.type("site", "test-upload", "126", "--wait", "60", "--route", "htp")
    assert "htp: S000001 accepted" in said
    assert len(take_all(queues["htp-126-verdicts"])) == 1


@contextmanager
def running_service() -> Iterator[None]:
    """Run `ingest run` beside the test."""
    service = subprocess.Popen(
        [sys.executable, "-m", "ingest.cli", "run"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
        assert service.poll() is None, "the service ended"
    finally:
        service.terminate()
        service.wait(60)
