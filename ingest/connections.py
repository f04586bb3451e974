"""What the settings connect the service to: shares, the uploader's queue, mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from ingest.model.route import ShareAddress
from ingest.reports.delivery import QueueDelivery, ShareDelivery
from ingest.reports.mail import EmailDelivery, MailFolderDelivery, SmtpSettings
from ingest.reports.ports import Delivered, Delivery, Letter
from ingest.routes.addresses import credentials_in, open_store
from ingest.routes.announcements import Announcements, queue_names
from ingest.routes.credentials import is_account_key, no_credentials, read_credential
from ingest.routes.notices import MessageQueue
from ingest.routes.ports import ShareStore
from ingest.settings import Settings
from ingest.trial.definition import Trial


class Shares:
    """The stores of all shares, opened once."""

    def __init__(self, settings: Settings) -> None:
        folder = settings.share_secrets_dir
        self._credentials = credentials_in(folder) if folder else no_credentials
        self._open: dict[ShareAddress, ShareStore] = {}

    def open(self, share: ShareAddress) -> ShareStore:
        """Return the store at an address. Raises ConfigurationError."""
        if share not in self._open:
            self._open[share] = open_store(share, self._credentials)
        return self._open[share]

    def is_keyed(self, share: ShareAddress) -> bool:
        """Whether a share is opened with a key that opens its whole account."""
        credential = self._credentials(share)
        return credential is not None and is_account_key(credential)

    def put_report(self, share: ShareAddress, path: str, data: bytes) -> None:
        """Write a report into a share. Raises TransientError."""
        self.open(share).write_report(path, data)

    def close(self) -> None:
        """Close every store."""
        for store in self._open.values():
            store.close()


@dataclass(frozen=True, slots=True)
class WaysBack:
    """How reports go back; `send_letter` sends any other e-mail."""

    deliveries: Mapping[str, Delivery]
    send_letter: Callable[[Letter], Delivered]


def connect_ways_back(settings: Settings, trial: Trial, shares: Shares) -> WaysBack:
    """Return the ways back that the settings allow; without a mail server letters become files."""
    sender = trial.team.sender or "hamlet-ingest@localhost"
    mail: EmailDelivery | MailFolderDelivery
    if settings.smtp_host:
        mail = EmailDelivery(_smtp(settings), sender)
    else:
        mail = MailFolderDelivery(settings.mail_dir or settings.data_dir / "mail", sender)
    deliveries: dict[str, Delivery] = {"share": ShareDelivery(shares.put_report), "email": mail}
    if settings.queue_endpoint:
        deliveries["queue"] = QueueDelivery(_sender(settings, trial))
    return WaysBack(deliveries, mail.send)


def _smtp(settings: Settings) -> SmtpSettings:
    return SmtpSettings(
        host=settings.smtp_host,
        port=settings.smtp_port,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        starttls=settings.smtp_starttls,
        ca_file=settings.smtp_ca_file,
    )


def _sender(settings: Settings, trial: Trial) -> Callable[[ShareAddress, str], None]:
    """Return what sends a text to the verdict queue of a share's uploader."""

    def send(share: ShareAddress, text: str) -> None:
        _, _, verdicts = queue_names(trial.routes[share.route].queue, share.site)
        open_queue_named(settings, verdicts).send(text)

    return send


def open_queue_named(settings: Settings, name: str) -> MessageQueue:
    """Open a queue of the settings' queue account. Raises ConfigurationError."""
    # Half a second of imports that a service without a queue can do without.
    from ingest.routes.azure_queue import open_queue

    parsed = urlsplit(settings.queue_endpoint)
    account = parsed.path.strip("/") or (parsed.hostname or "").split(".")[0]
    credential = read_credential(settings.queue_credential.get_secret_value())
    return open_queue(settings.queue_endpoint.rstrip("/"), account, name, credential)


def connect_announcements(
    settings: Settings, trial: Trial, key: bytes, log: Callable[..., None]
) -> Announcements | None:
    """Return what reads the uploaders' notices; None where no queue is configured."""
    if not settings.queue_endpoint:
        return None

    def open_queues(share: ShareAddress) -> tuple[MessageQueue, MessageQueue]:
        notices, poison, _ = queue_names(trial.routes[share.route].queue, share.site)
        return open_queue_named(settings, notices), open_queue_named(settings, poison)

    def alert(share: ShareAddress, reason: str) -> None:
        log("notice-alert", route=share.route.value, site=share.site, reason=reason)

    return Announcements(open_queues, key, alert)
