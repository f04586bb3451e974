"""E-mails: the same letter is the same bytes, and its subject holds nothing of a patient but the study ID."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from ingest.model.errors import ConfigurationError
from ingest.reports.content import build_submission_report
from ingest.reports.letters import letter_of
from ingest.reports.mail import EmailDelivery, MailFolderDelivery, SmtpSettings, compose, message_id
from ingest.reports.ports import Letter
from ingest.reports.samples import sample_submissions

SAMPLES = sample_submissions()


def letter(
    name: str = "name-left", recipients: tuple[str, ...] = ("physics@hospital.example.org",)
) -> Letter:
    return letter_of(build_submission_report(SAMPLES[name]), "report:arrival:S000003:email", recipients)


def test_the_subject_names_the_study_id_and_nothing_more() -> None:
    assert letter().subject == "Hamlet.rt: report S000003 on 123-1003"
    assert letter("study-id-wrong").subject == "Hamlet.rt: report S000007 on 1 patient"
    assert letter("batch").subject == "Hamlet.rt: report S000005 on 123-1001, 123-1002 and 123-1003"
    assert letter("password").subject == "Hamlet.rt: report S000008"


def test_the_same_letter_is_the_same_bytes() -> None:
    first, second = compose(letter(), "in@trial.example.org"), compose(letter(), "in@trial.example.org")
    assert first.as_bytes() == second.as_bytes()
    assert first["Message-ID"] == message_id("report:arrival:S000003:email", "trial.example.org")


def test_a_letter_is_plain_text_and_html() -> None:
    message = message_from_bytes(compose(letter(), "in@trial.example.org").as_bytes(), policy=policy.default)
    plain, html = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None and plain.get_content().startswith("We could not accept 123-1003 yet:")
    assert html is not None and "<h1" in html.get_content()
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_sender_that_is_no_address_is_a_fault_of_the_configuration() -> None:
    with pytest.raises(ConfigurationError):
        compose(letter(), "not an address\r\nBcc: x@y")
    with pytest.raises(ConfigurationError):
        compose(letter(recipients=("a@b\nBcc: c@d",)), "in@trial.example.org")


def test_a_mail_folder_keeps_one_file_for_a_letter(tmp_path: Path) -> None:
    mail = MailFolderDelivery(tmp_path / "mail", "in@trial.example.org")
    assert mail.send(letter()) == mail.send(letter())
    assert [path.name for path in (tmp_path / "mail").iterdir()] == ["report-arrival-S000003-email.eml"]


def test_nothing_goes_to_another_machine_in_the_clear() -> None:
    delivery = EmailDelivery(SmtpSettings("mail.invalid", starttls=False), "in@trial.example.org")
    with pytest.raises(ConfigurationError):
        delivery.send(letter())


def test_a_date_without_a_zone_is_still_a_date() -> None:
    plain = Letter("k", ("a@example.org",), "s", "t", "h", datetime(2026, 11, 23, 9, tzinfo=UTC))
    assert compose(plain, "in@trial.example.org")["Date"] == "Mon, 23 Nov 2026 09:00:00 +0000"
