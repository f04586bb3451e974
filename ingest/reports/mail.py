"""E-mail: by SMTP under STARTTLS, or into a folder where there is no mail server."""

from __future__ import annotations

import hashlib
import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime
from pathlib import Path

from ingest.model.errors import ConfigurationError, TransientError
from ingest.reports.plain_text import clean
from ingest.reports.ports import Delivered, Letter, Parcel

_ADDRESS = re.compile(r"([A-Za-z0-9._%+'-]{1,64})@([A-Za-z0-9.-]{1,253})", re.ASCII)
_THIS_MACHINE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The mail server.

    starttls: False only for a server on this very machine; otherwise nothing is ever sent in the clear.
    ca_file:  certificates to trust besides the system's, for a trust's own mail relay.
    """

    host: str
    port: int = 587
    user: str = ""
    password: str = field(default="", repr=False)
    starttls: bool = True
    ca_file: Path | None = None
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class EmailDelivery:
    """Sends letters by SMTP. Errors name neither recipients nor what the server said of them."""

    settings: SmtpSettings
    sender: str

    def deliver(self, parcel: Parcel) -> Delivered:
        """Send a report."""
        return self.send(parcel.letter)

    def send(self, letter: Letter) -> Delivered:
        """Send any letter; recipients that are refused singly are counted.

        Raises TransientError, ConfigurationError.
        """
        if not self.settings.starttls and self.settings.host not in _THIS_MACHINE:
            raise ConfigurationError("smtp_starttls: must be on for a mail server on another machine.")
        message = compose(letter, self.sender)
        try:
            with smtplib.SMTP(
                self.settings.host, self.settings.port, timeout=self.settings.timeout
            ) as connection:
                self._open(connection)
                refused = connection.send_message(message)
        except smtplib.SMTPResponseException as error:
            raise TransientError(f"The mail server answered {error.smtp_code}.") from None
        except smtplib.SMTPRecipientsRefused as error:
            raise TransientError(f"The mail server refused all {len(error.recipients)} recipients.") from None
        except (OSError, smtplib.SMTPException) as error:
            raise TransientError(f"The mail server could not be used: {type(error).__name__}.") from None
        return Delivered("email", message["Message-ID"], refused=len(refused))

    def _open(self, connection: smtplib.SMTP) -> None:
        if self.settings.starttls:
            context = ssl.create_default_context()
            if self.settings.ca_file is not None:
                context.load_verify_locations(self.settings.ca_file)
            connection.starttls(context=context)
        if self.settings.user:
            connection.login(self.settings.user, self.settings.password)


@dataclass(frozen=True, slots=True)
class MailFolderDelivery:
    """Writes letters as `.eml` files, which any mail program opens: for one machine without a mail server."""

    folder: Path
    sender: str

    def deliver(self, parcel: Parcel) -> Delivered:
        """Write a report's letter."""
        return self.send(parcel.letter)

    def send(self, letter: Letter) -> Delivered:
        """Write any letter; the same letter has the same name. Raises TransientError."""
        message = compose(letter, self.sender)
        name = re.sub(r"[^A-Za-z0-9._-]", "-", letter.key)[:100]
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            draft = self.folder / f".{name}.part"
            draft.write_bytes(message.as_bytes())
            draft.replace(self.folder / f"{name}.eml")
        except OSError as error:
            raise TransientError(f"The mail folder could not be written: {type(error).__name__}.") from None
        return Delivered("email", message["Message-ID"])


def compose(letter: Letter, sender: str) -> EmailMessage:
    """Return the message: plain text and HTML, the same bytes each time. Raises ConfigurationError."""
    message = EmailMessage(policy=SMTP)
    sent_by = _address(sender)
    message["From"] = sent_by
    message["To"] = [_address(recipient) for recipient in letter.recipients]
    message["Subject"] = clean(letter.subject, 200)
    message["Date"] = format_datetime(letter.date if letter.date.tzinfo else localtime(letter.date))
    message["Message-ID"] = message_id(letter.key, sent_by.domain)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    for item in letter.attachments:
        main, _, sub = item.media_type.partition("/")
        message.add_attachment(item.data, main, sub, filename=item.name)
    # The standard library takes random boundaries: the same letter shall be the same bytes.
    stem = hashlib.sha256(letter.key.encode()).hexdigest()[:32]
    for number, part in enumerate(part for part in message.walk() if part.is_multipart()):
        part.set_boundary(f"=={stem}" + (f".{number}" if number else ""))
    return message


def message_id(key: str, domain: str) -> str:
    """Return the Message-ID of an outbox id: a mail server that gets it twice can tell."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def _address(text: str) -> Address:
    match = _ADDRESS.fullmatch(text.strip())
    if match is None:
        raise ConfigurationError("contacts: an e-mail address of the trial file is not one, as in name@host.")
    return Address(username=match.group(1), domain=match.group(2))
