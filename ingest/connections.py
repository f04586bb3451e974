"""What the settings connect the service to: shares, the uploader's queue, mail."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ingest.model.route import ShareAddress
from ingest.reports.delivery import QueueDelivery, ShareDelivery
from ingest.reports.mail import EmailDelivery, MailFolderDelivery, SmtpSettings
from ingest.reports.ports import Delivered, Delivery, Letter
from ingest.routes.addresses import credentials_in, open_store
from ingest.routes.announcements import Announcements, queue_names
from ingest.routes.credentials import Credential, is_account_key, no_credentials, read_credential
from ingest.routes.notices import MessageQueue
from ingest.routes.ports import ShareStore
from ingest.settings import Settings
from ingest.trial.definition import Trial

if TYPE_CHECKING:
    from ingest.routes.azure_queue import AzureQueue


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

    def credential(self, share: ShareAddress) -> Credential | None:
        """Return what opens a share's account; None for a folder. Raises ConfigurationError."""
        return self._credentials(share)

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


class Queues:
    """The queues of the settings' queue account, opened once."""

    def __init__(self, settings: Settings) -> None:
        self._endpoint = settings.queue_endpoint.rstrip("/")
        self._secret = settings.queue_credential
        self._open: dict[str, AzureQueue] = {}

    def __bool__(self) -> bool:
        """Whether there is a queue account."""
        return bool(self._endpoint)

    def open(self, name: str) -> AzureQueue:
        """Return the queue of that name. Raises ConfigurationError."""
        # Half a second of imports that a service without a queue can do without.
        from ingest.routes.azure_queue import open_queue

        if name not in self._open:
            parsed = urlsplit(self._endpoint)
            account = parsed.path.strip("/") or (parsed.hostname or "").split(".")[0]
            credential = read_credential(self._secret.get_secret_value())
            self._open[name] = open_queue(self._endpoint, account, name, credential)
        return self._open[name]

    def close(self) -> None:
        """Close every queue."""
        for queue in self._open.values():
            queue.close()


@dataclass(frozen=True, slots=True)
class WaysBack:
    """How reports go back; `send_letter` sends any other e-mail."""

    deliveries: Mapping[str, Delivery]
    send_letter: Callable[[Letter], Delivered]


def connect_ways_back(settings: Settings, trial: Trial, shares: Shares, queues: Queues) -> WaysBack:
    """Return the ways back that the settings allow; without a mail server letters become files."""
    sender = trial.team.sender or "hamlet-ingest@localhost"
    mail: EmailDelivery | MailFolderDelivery
    if settings.smtp_host:
        mail = EmailDelivery(_smtp(settings), sender)
    else:
        mail = MailFolderDelivery(settings.mail_dir or settings.data_dir / "mail", sender)
    deliveries: dict[str, Delivery] = {"share": ShareDelivery(shares.put_report), "email": mail}
    if queues:
        deliveries["queue"] = QueueDelivery(_sender(trial, queues))
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


def _sender(trial: Trial, queues: Queues) -> Callable[[ShareAddress, str], None]:
    """Return what sends a text to the verdict queue of a share's uploader."""

    def send(share: ShareAddress, text: str) -> None:
        _, _, verdicts = queue_names(trial.routes[share.route].queue, share.site)
        queues.open(verdicts).send(text)

    return send


def connect_announcements(
    trial: Trial, queues: Queues, key: bytes, log: Callable[..., None]
) -> Announcements | None:
    """Return what reads the uploaders' notices; None where no queue is configured."""
    if not queues:
        return None

    def open_queues(share: ShareAddress) -> tuple[MessageQueue, MessageQueue]:
        notices, poison, _ = queue_names(trial.routes[share.route].queue, share.site)
        return queues.open(notices), queues.open(poison)

    def on_fault(share: ShareAddress, reason: str) -> None:
        log("queue-failed", route=share.route.value, site=share.site, reason=reason)

    return Announcements(open_queues, key, on_fault)
