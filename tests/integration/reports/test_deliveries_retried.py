"""The outbox over a mail server and a share that fail: tried again with growing pauses, delivered once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.ledger.outbox import MessageState
from ingest.steps.deliver import BACK_OFF, deliver
from ingest.steps.morning import make_morning
from ingest.steps.resume import resume_messages
from tests.deployment import QUICK_TRIAL, Deployment, deploy
from tests.e2e.routes.sending import ShiftedClock, small_zip
from tests.mail_server import Inbox, mail_server, mail_settings, make_certificate
from tests.servers import free_port

pytestmark = pytest.mark.services

OFFICE = 'email = "rt-physics@northfield.example.org"'
TRIAL = QUICK_TRIAL.replace(OFFICE, f"{OFFICE}, gets_email = true")


@pytest.fixture
def clock() -> ShiftedClock:
    return ShiftedClock()


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def deployment(tmp_path: Path, clock: ShiftedClock, port: int) -> Iterator[Deployment]:
    """A site with a share and a contact who asks for e-mail; the mail server is not up yet."""
    with deploy(tmp_path, TRIAL, clock, **mail_settings(port, make_certificate(tmp_path))) as running:
        yield running


def waiting(deployment: Deployment) -> int:
    with deployment.parts.ledger.read() as tx:
        return tx.vitals.read().messages.get(MessageState.WAITING, 0)


def receipts(deployment: Deployment) -> dict[str, str]:
    """Return way → what the ledger keeps as the receipt of each delivery."""
    with deployment.parts.ledger.read() as tx:
        events = [item for item in tx.audit.events() if item.event == "delivered"]
    found = {item.detail["way"]: item.detail["reference"] for item in events}
    assert len(found) == len(events), "something was delivered twice"
    return found


def test_a_mail_server_that_is_down_then_full_then_broken_gets_the_letter_once(
    deployment: Deployment, clock: ShiftedClock, inbox: Inbox, port: int, tmp_path: Path
) -> None:
    deployment.drop("explorer", "123", "a.zip", small_zip("123-1001", 1))
    deployment.run(3)
    assert set(receipts(deployment)) == {"share"}
    assert waiting(deployment) == 1
    with mail_server(tmp_path, inbox, port):
        assert deliver(deployment.parts) == 0  # not yet: it waits
        for answer, pause in (("452 full", BACK_OFF[0]), ("554 broken", BACK_OFF[1])):
            inbox.answer = answer
            clock.advance(pause + 1)
            assert deliver(deployment.parts) == 0
            assert inbox.messages == []
        inbox.answer = "250 OK"
        clock.advance(BACK_OFF[2] + 1)
        assert deliver(deployment.parts) == 1
        clock.advance(7 * 86_400)
        assert deliver(deployment.parts) == 0
    (message,) = inbox.messages
    assert receipts(deployment)["email"] == message["Message-ID"]
    assert waiting(deployment) == 0


def test_a_share_that_cannot_be_written_gets_the_report_once_it_can(
    deployment: Deployment, clock: ShiftedClock, inbox: Inbox, port: int, tmp_path: Path
) -> None:
    share = deployment.shares / "explorer" / "123"
    (share / "reports").write_text("in the way of the folder")
    with mail_server(tmp_path, inbox, port):
        deployment.drop("explorer", "123", "a.zip", small_zip("123-1001", 1))
        deployment.run(3)
        assert set(receipts(deployment)) == {"email"}
        (share / "reports").unlink()
        clock.advance(BACK_OFF[0] + 1)
        assert deliver(deployment.parts) == 1
    assert receipts(deployment)["share"] == "reports/S000001.html"
    assert (share / "reports" / "index.html").is_file()
    assert (share / "reports" / "S000001.json").is_file()


def test_what_never_succeeds_is_given_up_and_counted_in_the_morning(
    deployment: Deployment, clock: ShiftedClock
) -> None:
    deployment.drop("explorer", "123", "a.zip", small_zip("123-1001", 1))
    deployment.run(3)
    for pause in BACK_OFF:
        clock.advance(pause + 1)
        assert deliver(deployment.parts) == 0
    with deployment.parts.ledger.read() as tx:
        assert [item.message.id for item in tx.outbox.given_up()] == ["report:arrival:S000001:email:S000001"]
        assert tx.outbox.last_put("given-up:report:arrival:S000001:email:S000001") is not None
    assert sum(BACK_OFF) > 7 * 86_400, "a step is borne for a week"
    assert "1 report could not be delivered" in make_morning(deployment.parts).headline


def test_what_was_given_up_is_sent_when_a_person_says_so(
    deployment: Deployment, clock: ShiftedClock, inbox: Inbox, port: int, tmp_path: Path
) -> None:
    deployment.drop("explorer", "123", "a.zip", small_zip("123-1001", 1))
    deployment.run(3)
    for pause in BACK_OFF:
        clock.advance(pause + 1)
        deliver(deployment.parts)
    with mail_server(tmp_path, inbox, port):
        assert resume_messages(deployment.parts, "S000001") >= 1
        deliver(deployment.parts)
    assert "email" in receipts(deployment)
    assert waiting(deployment) == 0
