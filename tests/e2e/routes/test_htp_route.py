"""A zip's whole way on the HTP route, by the contract: share, notices and verdicts over a real Azurite."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from azure.storage.fileshare import ContentSettings, ShareClient
from azure.storage.queue import QueueClient

from ingest.model.submission import SubmissionState
from ingest.model.verdict import Outcome
from ingest.steps.drive import drive_round
from tests.deployment import Deployment, deploy
from tests.e2e.routes.sending import DAY, ShiftedClock, run_until, small_zip, states, trial_with
from tests.filerest import DEFAULT_ACCOUNT, DEFAULT_KEY, FileRestServer
from tests.integration.routes.azurite import CONNECTION_STRING, azurite

pytestmark = pytest.mark.routes

SHARE = "htp-123"
NAME = "123-1001.zip"
SCHEMA = json.loads(
    (Path(__file__).resolve().parents[3] / "docs/schemas/htp-messages.schema.json").read_text()
)


@pytest.fixture(scope="module")
def queues(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with azurite(tmp_path_factory.mktemp("azurite")) as endpoint:
        yield endpoint


@pytest.fixture
def server() -> Iterator[FileRestServer]:
    with FileRestServer() as running:
        running.add_share(SHARE)
        yield running


class Uploader:
    """A sender that was written from docs/htp-contract.md alone."""

    def __init__(self, share: ShareClient, notices: QueueClient, verdicts: QueueClient) -> None:
        self.share, self._notices, self._verdicts = share, notices, verdicts

    def upload(self, data: bytes, name: str = NAME) -> None:
        part = self.share.get_file_client(f"{name}.part")
        part.upload_file(data)
        part.set_http_headers(ContentSettings(content_md5=bytearray(hashlib.md5(data).digest())))

    def rename(self, name: str = NAME) -> None:
        self.share.get_file_client(f"{name}.part").rename_file(name)

    def announce(self, data: bytes, **others: object) -> None:
        notice = {
            "schema": 1,
            "kind": "arrival",
            "name": NAME,
            "size": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
            "id": "run-42:7",
        } | others
        self.post(json.dumps(notice))

    def post(self, text: str) -> None:
        self._notices.send_message(base64.b64encode(text.encode()).decode(), time_to_live=-1)

    def unread(self) -> int:
        return self._notices.get_queue_properties().approximate_message_count or 0

    def verdicts(self) -> list[dict[str, object]]:
        """Take the verdicts that are there, checked against the published schema."""
        found = []
        for message in self._verdicts.receive_messages():
            verdict = json.loads(base64.b64decode(message.content))
            jsonschema.validate(verdict, SCHEMA)
            self._verdicts.delete_message(message)
            found.append(verdict)
        return found

    def read(self, path: str) -> bytes:
        return bytes(self.share.get_file_client(path).download_file().readall())


@pytest.fixture
def queue_name() -> str:
    """Each test has queues of its own: `{site}` is filled in by the service."""
    return f"htp-{uuid.uuid4().hex[:8]}-{{site}}"


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
def deployment(
    server: FileRestServer, queues: str, queue_name: str, clock: ShiftedClock, tmp_path: Path
) -> Iterator[Deployment]:
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / DEFAULT_ACCOUNT).write_text(server.connection_string(), encoding="utf-8")
    trial = trial_with(
        htp=f"azure-files:{server.endpoint()}/{SHARE}", settle='polls = 3\nminimum_age = "2 minutes"'
    ).replace('queue = "htp-{site}"', f'queue = "{queue_name}"')
    with deploy(
        tmp_path,
        trial,
        clock,
        share_secrets_dir=secrets,
        queue_endpoint=queues,
        queue_credential=CONNECTION_STRING,
    ) as running:
        yield running


@pytest.fixture
def poison(queues: str, queue_name: str) -> Iterator[QueueClient]:
    with _queue(queues, f"{queue_name.format(site='123')}-poison") as client:
        yield client


@pytest.fixture
def uploader(server: FileRestServer, queues: str, queue_name: str, poison: QueueClient) -> Iterator[Uploader]:
    name = queue_name.format(site="123")
    with (
        ShareClient.from_connection_string(server.connection_string(), SHARE) as share,
        _queue(queues, name) as notices,
        _queue(queues, f"{name}-verdicts") as verdicts,
    ):
        yield Uploader(share, notices, verdicts)


def _queue(endpoint: str, name: str) -> QueueClient:
    key = {"account_name": DEFAULT_ACCOUNT, "account_key": DEFAULT_KEY}
    client = QueueClient(endpoint, name, credential=key)
    client.create_queue()
    return client


@pytest.fixture(scope="module")
def package() -> bytes:
    return small_zip("123-1001", 1)


def poll(deployment: Deployment, clock: ShiftedClock, times: int = 1) -> None:
    for _ in range(times):
        clock.advance(60)
        drive_round(deployment.parts, deployment.service.woken)


def test_an_announced_zip_is_filed_at_the_first_poll_and_the_verdict_comes_back_with_its_id(
    uploader: Uploader, deployment: Deployment, clock: ShiftedClock, package: bytes
) -> None:
    uploader.upload(package)
    poll(deployment, clock, times=5)
    assert deployment.submissions() == (), "a .part is never read"
    uploader.rename()
    uploader.announce(package)
    poll(deployment, clock)
    (submission,) = deployment.submissions()
    assert (submission.state, submission.outcome) == (SubmissionState.DONE, Outcome.ACCEPTED)
    assert submission.is_vouched
    assert uploader.unread() == 0
    (verdict,) = uploader.verdicts()
    assert verdict == {
        "schema": 1,
        "kind": "verdict",
        "submission": submission.id,
        "revision": 1,
        "sha256": hashlib.sha256(package).hexdigest(),
        "outcome": "accepted",
        "report": f"reports/{submission.id}.json",
        "id": "run-42:7",
    }
    assert json.loads(uploader.read(str(verdict["report"])))["outcome"] == "accepted"
    assert uploader.read(f"received/{submission.id}.zip") == package


def test_without_a_notice_polling_finds_it_and_the_verdict_has_no_id(
    uploader: Uploader, deployment: Deployment, clock: ShiftedClock, package: bytes
) -> None:
    uploader.upload(package)
    uploader.rename()
    poll(deployment, clock, times=3)
    assert deployment.submissions() == ()
    poll(deployment, clock)
    (verdict,) = uploader.verdicts()
    assert verdict["outcome"] == "accepted"
    assert "id" not in verdict


def test_a_notice_before_its_file_stays_and_a_repeated_one_takes_the_zip_once(
    uploader: Uploader, deployment: Deployment, clock: ShiftedClock, package: bytes
) -> None:
    uploader.upload(package)
    uploader.announce(package)
    poll(deployment, clock)
    assert deployment.submissions() == ()
    assert uploader.unread() == 1
    uploader.rename()
    uploader.announce(package)
    uploader.announce(package)
    poll(deployment, clock)
    assert [verdict["id"] for verdict in uploader.verdicts()] == ["run-42:7"]
    assert len(deployment.submissions()) == 1
    assert uploader.unread() == 1, "the early one comes again when the queue shows it again"


@pytest.mark.parametrize(
    "text", ["not JSON", '{"schema": 2, "kind": "arrival"}', '{"schema": 1, "kind": "arrival", "size": -1}']
)
def test_poison_is_put_aside_the_study_team_is_told_and_the_zip_is_found_all_the_same(
    uploader: Uploader,
    deployment: Deployment,
    clock: ShiftedClock,
    poison: QueueClient,
    package: bytes,
    text: str,
) -> None:
    uploader.upload(package)
    uploader.rename()
    uploader.post(text)
    poll(deployment, clock, times=4)
    assert [verdict["outcome"] for verdict in uploader.verdicts()] == ["accepted"]
    assert uploader.unread() == 0
    (kept,) = poison.peek_messages()
    assert json.loads(base64.b64decode(kept.content))["message"] == text
    (alert,) = (deployment.service.settings.data_dir / "mail").glob("put-aside*.eml")
    assert "hamlet-operations@example.org" in alert.read_text()


def test_bytes_that_are_not_those_announced_count_as_unfinished_and_the_uploader_is_told_so(
    uploader: Uploader, deployment: Deployment, clock: ShiftedClock, package: bytes
) -> None:
    uploader.upload(package)
    uploader.rename()
    uploader.announce(package, sha256="0" * 64)
    poll(deployment, clock, times=5)
    assert states(deployment) == [SubmissionState.UNFINISHED]
    assert uploader.verdicts() == []
    clock.advance(DAY)
    run_until(deployment, lambda: states(deployment) == [SubmissionState.DONE])
    (verdict,) = uploader.verdicts()
    assert (verdict["outcome"], verdict["id"]) == ("unfinished", "run-42:7")
    assert uploader.read(NAME) == package, "it is never moved"


def test_a_content_md5_that_does_not_match_counts_as_unfinished(
    uploader: Uploader, deployment: Deployment, clock: ShiftedClock, package: bytes
) -> None:
    uploader.upload(package)
    settings = ContentSettings(content_md5=bytearray(16))
    uploader.share.get_file_client(f"{NAME}.part").set_http_headers(settings)
    uploader.rename()
    poll(deployment, clock, times=4)
    assert states(deployment) == [SubmissionState.UNFINISHED]


def test_a_broken_zip_whose_sender_vouches_for_it_is_judged_at_once(
    uploader: Uploader, deployment: Deployment, clock: ShiftedClock, package: bytes
) -> None:
    cut = package[: len(package) // 2]
    uploader.upload(cut)
    uploader.rename()
    uploader.announce(cut)
    poll(deployment, clock)
    (verdict,) = uploader.verdicts()
    assert verdict["outcome"] == "rejected"
    assert "did not finish" not in deployment.report("S000001")


def test_a_name_that_is_another_study_id_is_held(
    uploader: Uploader, deployment: Deployment, clock: ShiftedClock, package: bytes
) -> None:
    uploader.upload(package, "123-1002.zip")
    uploader.rename("123-1002.zip")
    uploader.announce(package, name="123-1002.zip")
    poll(deployment, clock)
    assert [verdict["outcome"] for verdict in uploader.verdicts()] == ["held"]
    assert deployment.parts.archive.subjects() == []
