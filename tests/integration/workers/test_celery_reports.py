"""The data managers' reports as tasks of a real worker: onto a real share and by a real SMTP server, once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from celery import Celery

from tests.builders import zip_instances
from tests.deployment import Deployment, deploy
from tests.e2e.routes.sending import case, trial_with
from tests.filerest import DEFAULT_ACCOUNT, FileRestServer
from tests.mail_server import PASSWORD, USER, Inbox, mail_server, mail_settings, make_certificate
from tests.servers import redis_server

pytestmark = pytest.mark.services

SHARE = "site-123"
OFFICE = 'email = "rt-physics@northfield.example.org"'
TASKS = (("ingest.report_site", ("123",)), ("ingest.report_sites", ()), ("ingest.report_trial", ()))


@pytest.fixture
def shares() -> Iterator[FileRestServer]:
    with FileRestServer() as running:
        running.add_share(SHARE)
        yield running


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def mail(tmp_path: Path, inbox: Inbox) -> Iterator[Controller]:
    with mail_server(make_certificate(tmp_path), inbox) as running:
        yield running


@pytest.fixture
def deployment(tmp_path: Path, shares: FileRestServer, mail: Controller) -> Iterator[Deployment]:
    """Site 123: its share of the explorer route in Azure Files, a contact who asks for e-mail."""
    secrets = tmp_path / "secrets"
    secrets.mkdir()
    (secrets / DEFAULT_ACCOUNT).write_text(shares.connection_string(), encoding="utf-8")
    trial = trial_with(explorer=f"azure-files:{shares.endpoint()}/{SHARE}")
    trial = trial.replace(OFFICE, f"{OFFICE}, gets_email = true")
    others = {**mail_settings(int(mail.port), tmp_path), "share_secrets_dir": secrets}
    with deploy(tmp_path, trial, **others) as running:
        running.drop("smb", "123", "a.zip", zip_instances(case("123-1001", 1)))
        without_dose = [item for item in case("123-1002", 2) if item.dataset.Modality != "RTDOSE"]
        running.drop("smb", "123", "b.zip", zip_instances(without_dose))
        running.run(3)
        yield running


@contextmanager
def light_worker(deployment: Deployment, redis_url: str) -> Iterator[None]:
    """Run a worker of the light queue; ended by its process id."""
    settings = deployment.service.settings
    environment = {
        **os.environ,
        "INGEST_DATA_DIR": str(settings.data_dir),
        "INGEST_SHARES": settings.shares,
        "INGEST_TRIAL_FILE": str(settings.trial_file),
        "INGEST_REDIS_URL": redis_url,
        "INGEST_SHARE_SECRETS_DIR": str(settings.share_secrets_dir),
        "INGEST_SMTP_HOST": settings.smtp_host,
        "INGEST_SMTP_PORT": str(settings.smtp_port),
        "INGEST_SMTP_USER": USER,
        "INGEST_SMTP_PASSWORD": PASSWORD,
        "INGEST_SMTP_CA_FILE": str(settings.smtp_ca_file),
    }
    command = [sys.executable, "-m", "celery", "-A", "workers.app", "worker", "-Q", "light", "-c", "1"]
    with (settings.data_dir / "worker.log").open("wb") as log:
        process = subprocess.Popen([*command, "-l", "WARNING"], env=environment, stdout=log, stderr=log)
        try:
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)


def wait_until(is_true: Callable[[], bool], seconds: float = 120.0) -> None:
    until = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.3)


def letters_about(inbox: Inbox, words: str) -> list[EmailMessage]:
    return [message for message in inbox.messages if words in message["Subject"]]


def audited(deployment: Deployment, event: str) -> int:
    with deployment.parts.ledger.read() as tx:
        return sum(item.event == event for item in tx.audit.events())


def test_reports_are_made_by_name_and_each_goes_out_once(
    deployment: Deployment, shares: FileRestServer, inbox: Inbox
) -> None:
    inbox.messages.clear()
    with redis_server() as redis_url, light_worker(deployment, redis_url):
        app = Celery(broker=redis_url)
        for _ in range(2):  # Redis gives a message twice now and then
            for task, arguments in (*TASKS, ("ingest.morning", ())):
                app.send_task(task, arguments, queue="light")
        # 123 alone, then all three sites, twice
        wait_until(lambda: audited(deployment, "site-reported") == 8)
        wait_until(lambda: audited(deployment, "trial-reported") == 2)
        app.send_task("ingest.sweep", queue="light")

        def is_sent() -> bool:
            return all(letters_about(inbox, words) for words in ("quality", "trial report", "morning"))

        wait_until(is_sent)
        app.send_task("ingest.morning", queue="light")
        app.send_task("ingest.sweep", queue="light")
        app.send_task("ingest.report_site", ("125",), queue="light")
        wait_until(lambda: audited(deployment, "site-reported") == 9)

    assert all(inbox.were_encrypted)
    (quality,) = letters_about(inbox, "data quality of site 123")
    assert quality["To"] == "rt-physics@northfield.example.org"
    body = quality.get_body(("plain",))
    assert body is not None
    assert body.get_content().startswith("Northfield Hospital: 1 of 2 patients is complete")
    assert [item.get_filename() for item in quality.iter_attachments()] == [
        "data-quality.html",
        "chase-list.csv",
    ]
    assert len(letters_about(inbox, "trial report")) == len(letters_about(inbox, "morning report")) == 1
    page = bytes(shares.file(SHARE, "reports/qa/data-quality.html").data).decode()
    assert "1 of 2 patients is complete" in page
    assert b"123-1002" in bytes(shares.file(SHARE, "reports/qa/chase-list.csv").data)
    assert "123-1002" in (deployment.shares / "smb" / "123" / "reports" / "qa" / "chase-list.csv").read_text(
        encoding="utf-8"
    )
    with deployment.parts.ledger.read() as tx:
        receipts = [item.detail["reference"] for item in tx.audit.events() if item.event == "delivered"]
        assert tx.outbox.given_up() == ()
    assert quality["Message-ID"] in receipts
    # Three shares of site 123, two of 124, one of 125: onto each once, however often it was asked for.
    assert receipts.count("reports/qa/data-quality.html") == 6
