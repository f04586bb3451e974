"""The page of the try-out: what came back to the sites, as reports on their shares and as e-mails."""

from __future__ import annotations

import json
import threading
from email.message import EmailMessage
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from accounts import ACCOUNT_OF, SHARES, open_account
from azure.core.exceptions import AzureError
from azure.storage.fileshare import ShareServiceClient

_STYLE = "body{font:16px system-ui;margin:2rem;max-width:60rem}li{margin:.3rem 0}"


def reports() -> list[str]:
    """Return `SHARE/FOLDER/reports/NAME` of every report on the shares, HTML and JSON."""
    found = []
    for account in SHARES:
        with open_account(account) as service:
            found += _reports_in(service)
    return sorted(found)


def _reports_in(service: ShareServiceClient) -> list[str]:
    found = []
    for share in service.list_shares():
        client = service.get_share_client(share.name)
        top = [entry.name for entry in client.list_directories_and_files() if entry.is_directory]
        folders = ["reports", *(f"{name}/reports" for name in top if name not in ("reports", "received"))]
        for folder in folders:
            directory = client.get_directory_client(folder)
            if directory.exists():
                entries = directory.list_directories_and_files()
                found += [f"{share.name}/{folder}/{entry.name}" for entry in entries]
    return found


def read(path: str) -> bytes:
    """Return a file of a share."""
    share, _, name = path.partition("/")
    if share not in ACCOUNT_OF:
        raise ValueError(share)
    with open_account(ACCOUNT_OF[share]) as service:
        return bytes(service.get_share_client(share).get_file_client(name).download_file().readall())


def serve_page(port: int, letters: list[EmailMessage]) -> None:
    """Serve the page in threads of this process."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                kind, body = _answer(self.path.lstrip("/"), letters)
            except (AzureError, ValueError, IndexError):
                self.send_error(404)
                return
            self.send_response(200)
            self.send_header("Content-Type", f"{kind}; charset=utf-8")
            # Reports need no script; letters are someone else's words.
            self.send_header("Content-Security-Policy", "script-src 'none'; object-src 'none'")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing of interest."""

    server = ThreadingHTTPServer(("0.0.0.0", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def _answer(path: str, letters: list[EmailMessage]) -> tuple[str, bytes]:
    what, _, rest = path.partition("/")
    if what == "letters.json":
        heads = [{name: str(letter[name]) for name in ("To", "Subject", "Message-ID")} for letter in letters]
        return "application/json", json.dumps(heads).encode()
    if what == "letters":
        body = letters[int(rest)].get_body(("html", "plain"))
        return f"text/{body.get_content_subtype()}" if body else "text/plain", _text(body)
    if what == "shares":
        return "application/json" if rest.endswith(".json") else "text/html", read(rest)
    if what:
        raise ValueError(what)
    return "text/html", _front(letters).encode()


def _text(body: object) -> bytes:
    return body.get_content().encode() if isinstance(body, EmailMessage) else b""


def _front(letters: list[EmailMessage]) -> str:
    pages = [path for path in reports() if path.endswith(".html")]
    on_shares = "".join(f'<li><a href="/shares/{escape(path)}">{escape(path)}</a>' for path in pages)
    by_mail = "".join(
        f'<li><a href="/letters/{number}">{escape(str(letter["Subject"]))}</a> to {escape(str(letter["To"]))}'
        for number, letter in enumerate(letters)
    )
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>What came back</title>"
        f"<style>{_STYLE}</style><h1>What came back to the sites</h1>"
        f"<h2>On their shares</h2><ul>{on_shares or '<li>nothing yet'}</ul>"
        f"<h2>By e-mail</h2><ul>{by_mail or '<li>nothing yet'}</ul></html>"
    )
