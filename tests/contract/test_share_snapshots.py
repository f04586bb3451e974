"""Snapshots of a share on purge and withdrawal: those that hold the zip are named, or deleted if allowed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from azure.storage.fileshare import ShareClient, generate_share_sas

from ingest.model.submission import Submission
from ingest.routes.azure_files import AzureFilesStore
from ingest.routes.credentials import ConnectionString, Credential, SharedAccessSignature
from ingest.routes.folder import FolderStore
from ingest.steps.deletion import Deletion
from ingest.steps.parts import Parts
from ingest.steps.take_out import BEYOND_REACH, Certificate, take_out_copies
from tests.builders import build_case, zip_instances
from tests.contract.test_azure_files_faults import SHARE, open_with
from tests.deployment import deploy
from tests.filerest.faults import Fault
from tests.filerest.server import DEFAULT_ACCOUNT, DEFAULT_KEY, FileRestServer

NAME = "a.zip"
OTHER = "b.zip"
PLACE = "snapshots of site 123's explorer share"


@pytest.fixture
def zip_bytes() -> bytes:
    return zip_instances(build_case("123-1001", ct_slices=3, fractions=1, cbct=0))


@pytest.fixture
def server() -> Iterator[FileRestServer]:
    """A server with an empty share."""
    with FileRestServer() as server:
        server.add_share(SHARE)
        yield server


@pytest.fixture
def parts(tmp_path: Path, zip_bytes: bytes) -> Iterator[Parts]:
    with deploy(tmp_path) as deployment:
        deployment.drop("explorer", "123", NAME, zip_bytes)
        deployment.run()
        yield deployment.parts


@pytest.fixture
def submission(parts: Parts) -> Submission:
    with parts.ledger.read() as tx:
        return tx.submissions.get("S000001")


@pytest.fixture
def times(server: FileRestServer, zip_bytes: bytes) -> list[str]:
    """Snapshots: without the zip, with it under its name, with it set aside, with another of its name."""
    taken = []
    with ShareClient.from_connection_string(server.connection_string(), SHARE) as owner:
        snap = lambda: taken.append(str(owner.create_snapshot()["snapshot"]))  # noqa: E731
        owner.get_file_client(OTHER).upload_file(b"another subject's")
        snap()
        owner.get_file_client(NAME).upload_file(zip_bytes)
        snap()
        owner.get_directory_client("received").create_directory()
        owner.get_file_client(NAME).rename_file("received/S000001.zip")
        snap()
        owner.get_file_client("received/S000001.zip").delete_file()
        owner.get_file_client(NAME).upload_file(b"another subject's, under the same name")
        snap()
    return taken


def _take_out(parts: Parts, submission: Submission, store: AzureFilesStore, *, may: bool) -> Certificate:
    retention = replace(parts.trial.retention, delete_share_snapshots=may)
    trial = replace(parts.trial, retention=retention)
    open_store = lambda _share: store  # noqa: E731
    return take_out_copies(replace(parts, trial=trial, open_store=open_store), submission, _deletion())


def _deletion() -> Deletion:
    return Deletion("purge:S000001:1", "123-1001", "S000001", "123-1001")


def _open(server: FileRestServer, credential: Credential | None = None) -> AzureFilesStore:
    return open_with(server, credential or ConnectionString(server.connection_string()), [])


def _left(server: FileRestServer) -> list[str]:
    return list(server.accounts[DEFAULT_ACCOUNT].shares[SHARE].snapshots)


def test_snapshots_that_hold_the_zip_are_named_and_stay(
    server: FileRestServer, parts: Parts, submission: Submission, times: list[str]
) -> None:
    certificate = _take_out(parts, submission, _open(server), may=False)
    (said,) = set(certificate.unreached) - set(BEYOND_REACH)
    assert said.startswith(f"{PLACE} that hold the zip: {times[1]}, {times[2]} (an administrator")
    assert certificate.snapshots == 0
    assert _left(server) == times


def test_they_are_deleted_where_the_trial_file_says_so_and_no_other_is(
    server: FileRestServer, parts: Parts, submission: Submission, times: list[str]
) -> None:
    certificate = _take_out(parts, submission, _open(server), may=True)
    assert certificate.unreached == BEYOND_REACH
    assert certificate.snapshots == 2
    assert _left(server) == [times[0], times[3]]
    again = _take_out(parts, submission, _open(server), may=True)
    assert again == certificate, "a try that takes up another counts what that had deleted"


def test_a_snapshot_that_may_not_be_deleted_is_named(
    server: FileRestServer, parts: Parts, submission: Submission, times: list[str]
) -> None:
    server.faults.order(Fault("DELETE share", status=403, code="AuthorizationPermissionMismatch"))
    certificate = _take_out(parts, submission, _open(server), may=True)
    (said,) = set(certificate.unreached) - set(BEYOND_REACH)
    assert times[1] in said and times[2] not in said
    assert certificate.snapshots == 1


def test_a_credential_of_the_share_alone_cannot_know_and_says_so(
    server: FileRestServer, parts: Parts, submission: Submission, times: list[str]
) -> None:
    token = generate_share_sas(
        DEFAULT_ACCOUNT, SHARE, DEFAULT_KEY, permission="rcwdl", expiry="2099-01-01T00:00:00Z"
    )
    certificate = _take_out(parts, submission, _open(server, SharedAccessSignature(token)), may=True)
    (said,) = set(certificate.unreached) - set(BEYOND_REACH)
    assert said.startswith(f"{PLACE} (whether there are any is not known here")
    assert _left(server) == times


def test_of_a_folder_it_is_not_known_either(parts: Parts, submission: Submission, tmp_path: Path) -> None:
    assert isinstance(parts.open_store(submission.share), FolderStore)
    certificate = take_out_copies(parts, submission, _deletion())
    assert any("whether there are any is not known here" in said for said in certificate.unreached)
