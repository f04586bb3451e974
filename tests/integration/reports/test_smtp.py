"""E-mail against a real SMTP server: STARTTLS or nothing, both bodies, and no address in an error."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from ingest.model.errors import TransientError
from ingest.reports.content import build_submission_report
from ingest.reports.letters import letter_of
from ingest.reports.mail import EmailDelivery, SmtpSettings
from ingest.reports.ports import Attachment, Letter
from ingest.reports.samples import sample_submissions
from ingest.service import open_service
from ingest.steps.deliver import deliver
from ingest.steps.morning import send_morning
from tests.deployment import write_settings
from tests.mail_server import Inbox, mail_server, make_certificate
from tests.servers import free_port

pytestmark = pytest.mark.services
SENDER = "in@trial.example.org"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost that signs itself: its own authority."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def server(certificate: Path, inbox: Inbox) -> Iterator[Controller]:
    """A server that wants STARTTLS and a password."""
    with mail_server(certificate, inbox) as running:
        yield running


@pytest.fixture
def plain_server(inbox: Inbox) -> Iterator[Controller]:
    controller = Controller(inbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller
    controller.stop()


def port_of(controller: Controller) -> int:
    return int(controller.port)


def delivery(controller: Controller, certificate: Path, password: str = "secret") -> EmailDelivery:
    settings = SmtpSettings(
        "127.0.0.1", port_of(controller), "ingest", password, ca_file=certificate / "cert.pem", timeout=10
    )
    return EmailDelivery(settings, SENDER)


def letter(*recipients: str) -> Letter:
    made = build_submission_report(sample_submissions()["name-left"])
    return letter_of(made, "report:arrival:S000003", recipients or ("physics@hospital.example.org",))


def test_a_report_arrives_encrypted_with_both_bodies(
    server: Controller, certificate: Path, inbox: Inbox
) -> None:
    receipt = delivery(server, certificate).send(letter())
    message = inbox.messages[0]
    assert inbox.were_encrypted == [True]
    assert message["Message-ID"] == receipt.reference
    assert message["Subject"] == "Hamlet.rt: report S000003 on 123-1003"
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and "a name is still in the plan" in plain.get_content()
    assert html is not None and "a name is still in the plan" in html.get_content()


def test_sent_again_it_is_the_same_message(server: Controller, certificate: Path, inbox: Inbox) -> None:
    sender = delivery(server, certificate)
    assert sender.send(letter()) == sender.send(letter())
    first, second = (bytes(message) for message in inbox.messages)
    assert first.partition(b"Subject")[2] == second.partition(b"Subject")[2]


def test_a_server_without_starttls_gets_nothing(
    plain_server: Controller, certificate: Path, inbox: Inbox
) -> None:
    with pytest.raises(TransientError):
        delivery(plain_server, certificate).send(letter())
    assert inbox.messages == []


def test_a_certificate_that_nobody_trusts_gets_nothing(server: Controller, inbox: Inbox) -> None:
    settings = SmtpSettings("127.0.0.1", port_of(server), "ingest", "secret", timeout=10)
    with pytest.raises(TransientError):
        EmailDelivery(settings, SENDER).send(letter())
    assert inbox.messages == []


def test_a_wrong_password_is_told_without_the_server_words(server: Controller, certificate: Path) -> None:
    with pytest.raises(TransientError, match=r"^The mail server answered 535\.$"):
        delivery(server, certificate, password="wrong").send(letter())


def test_recipients_refused_singly_are_counted(server: Controller, certificate: Path, inbox: Inbox) -> None:
    inbox.refused = ("gone@hospital.example.org",)
    receipt = delivery(server, certificate).send(
        letter("gone@hospital.example.org", "a@hospital.example.org")
    )
    assert receipt.refused == 1
    assert len(inbox.messages) == 1


def test_an_error_names_no_recipient(server: Controller, certificate: Path, inbox: Inbox) -> None:
    inbox.refused = ("gone@hospital.example.org",)
    with pytest.raises(TransientError) as error:
        delivery(server, certificate).send(letter("gone@hospital.example.org"))
    assert "gone" not in str(error.value)
    assert error.value.__cause__ is None and error.value.__suppress_context__


def test_a_full_mailbox_is_tried_again(server: Controller, certificate: Path, inbox: Inbox) -> None:
    inbox.answer = "452 too many"
    with pytest.raises(TransientError, match="452"):
        delivery(server, certificate).send(letter())


def test_no_server_is_a_passing_fault(certificate: Path) -> None:
    with pytest.raises(TransientError):
        EmailDelivery(SmtpSettings("127.0.0.1", 1, timeout=2), SENDER).send(letter())


def test_the_morning_email_goes_out_once_to_the_team(
    plain_server: Controller, inbox: Inbox, tmp_path: Path
) -> None:
    settings = write_settings(tmp_path).model_copy(
        update={"smtp_host": "127.0.0.1", "smtp_port": port_of(plain_server), "smtp_starttls": False}
    )
    with open_service(settings) as service:
        for _ in range(2):
            send_morning(service.parts)
            deliver(service.parts)
    (message,) = inbox.messages
    assert message["To"] == "hamlet-operations@example.org, hamlet-data@example.org"
    assert message["Subject"].startswith("Hamlet.rt: morning report of ")
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and plain.get_content().startswith("0 zips since the last e-mail;")
    assert html is not None and "since the last e-mail" in html.get_content()


def test_an_attachment_arrives_as_it_is(server: Controller, certificate: Path, inbox: Inbox) -> None:
    chase = '\ufeff"site","Zoë"\r\n'.encode()
    with_list = replace(letter(), attachments=(Attachment("chase-list.csv", "text/csv", chase),))
    sender = delivery(server, certificate)
    assert sender.send(with_list) == sender.send(with_list)
    first, second = (bytes(message) for message in inbox.messages)
    assert first.partition(b"Subject")[2] == second.partition(b"Subject")[2]
    (attached,) = inbox.messages[0].iter_attachments()
    assert attached.get_filename() == "chase-list.csv"
    assert attached.get_payload(decode=True) == chase


def test_the_date_is_the_report_s(server: Controller, certificate: Path, inbox: Inbox) -> None:
    delivery(server, certificate).send(letter())
    sent = inbox.messages[0]["Date"].datetime
    assert sent == dt.datetime(2026, 11, 23, 9, 9, tzinfo=dt.UTC)
