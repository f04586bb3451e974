"""A mail server that delivers nothing and shows what it was given, beside the reports on the shares.

SMTP with STARTTLS on port 1025, under a certificate that it makes itself; a page on port 8025.
"""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from tempfile import TemporaryDirectory

from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session
from came_back import serve_page
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

NAME = "mail"
#: Where the service's workers find what to trust.
CERTIFICATE = Path("/certificates/mail.pem")


class Caught:
    """Every letter, in memory, oldest first."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take a letter."""
        del server, session
        letter = message_from_bytes(envelope.content or b"", policy=default)  # type: ignore[arg-type]
        assert isinstance(letter, EmailMessage)
        self.letters.append(letter)
        print(f"letter to {letter['To']}: {letter['Subject']}", flush=True)
        return "250 kept"


def make_certificate() -> ssl.SSLContext:
    """Make a key and a certificate of a day's length; publish the certificate alone."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=30))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with TemporaryDirectory() as folder:
        chain = Path(folder) / "chain.pem"
        chain.write_bytes(private + pem)
        context.load_cert_chain(chain)
    draft = CERTIFICATE.with_suffix(".draft")
    draft.write_bytes(pem)
    draft.replace(CERTIFICATE)
    return context


def main() -> None:
    """Serve until stopped."""
    caught = Caught()
    controller = UnthreadedController(
        caught, hostname="0.0.0.0", port=1025, tls_context=make_certificate(), require_starttls=True
    )
    serve_page(8025, caught.letters)
    controller.begin()
    print("letters on port 1025, the page on port 8025", flush=True)
    controller.loop.run_forever()


if __name__ == "__main__":
    main()
