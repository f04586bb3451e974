"""`ingest routes check` as a study team runs it, and `python -m tests.filerest` behind it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from azure.storage.fileshare import ShareServiceClient

from tests.deployment import write_settings
from tests.e2e.routes.sending import trial_with
from tests.filerest import DEFAULT_ACCOUNT, DEFAULT_KEY

ROOT = Path(__file__).resolve().parents[3]
OTHER_KEY = "b3RoZXI="


@contextmanager
def command(*arguments: str) -> Iterator[str]:
    """Run the test server as its command and give the connection string that it prints."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.filerest", "--port", "0", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    try:
        yield server.stdout.readline().strip()
    finally:
        server.terminate()
        server.communicate(timeout=20)


@pytest.fixture
def connection_string() -> Iterator[str]:
    with command("--share", "site-123", "--share", "site-124") as printed:
        yield printed


def endpoint_of(connection_string: str) -> str:
    return next(part for part in connection_string.split(";") if part.startswith("FileEndpoint="))[13:]


def routes_check(root: Path, trial: str, credential: str) -> subprocess.CompletedProcess[str]:
    settings = write_settings(root, trial)
    secrets = root / "secrets"
    secrets.mkdir()
    (secrets / DEFAULT_ACCOUNT).write_text(credential, encoding="utf-8")
    environment = {
        **os.environ,
        "INGEST_DATA_DIR": str(settings.data_dir),
        "INGEST_SHARES": settings.shares,
        "INGEST_TRIAL_FILE": str(settings.trial_file),
        "INGEST_SHARE_SECRETS_DIR": str(secrets),
    }
    return subprocess.run(
        [sys.executable, "-m", "ingest.cli", "routes", "check"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_the_server_as_a_command_has_the_shares_account_and_key_that_it_was_given() -> None:
    with (
        command("--account", "trial", "--key", OTHER_KEY, "--share", "a", "--share", "b") as printed,
        ShareServiceClient.from_connection_string(printed) as client,
    ):
        assert f"AccountName=trial;AccountKey={OTHER_KEY}" in printed
        assert [share.name for share in client.list_shares()] == ["a", "b"]


def test_all_is_well_where_every_right_is_there_and_sites_are_apart(
    connection_string: str, tmp_path: Path
) -> None:
    address = f"azure-files:{endpoint_of(connection_string)}/site-123"
    done = routes_check(tmp_path, trial_with(explorer=address), connection_string)
    assert (done.returncode, "All is well." in done.stdout) == (0, True), done.stdout + done.stderr


def test_two_sites_on_an_account_whose_key_is_in_use_are_not_apart(
    connection_string: str, tmp_path: Path
) -> None:
    endpoint = endpoint_of(connection_string)
    other = f'\n[[share]]\nroute = "explorer"\nsite = "124"\naddress = "azure-files:{endpoint}/site-124"\n'
    trial = trial_with(explorer=f"azure-files:{endpoint}/site-123") + other
    done = routes_check(tmp_path, trial, connection_string)
    assert done.returncode == 1
    assert "sites 123, 124 share the storage account" in " ".join(done.stdout.split())
    assert DEFAULT_KEY not in done.stdout + done.stderr


def test_what_is_missing_is_said_in_words_and_the_rest_is_checked_all_the_same(
    connection_string: str, tmp_path: Path
) -> None:
    address = f"azure-files:{endpoint_of(connection_string)}/no-such-share"
    done = routes_check(tmp_path, trial_with(explorer=address), connection_string)
    words = " ".join(done.stdout.split())
    assert done.returncode == 1
    assert "ShareNotFound" in words
    assert words.count("good") == 7
    assert "1 to put right." in words
